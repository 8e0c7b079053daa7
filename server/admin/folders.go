package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Folder is one folder of a mailbox.
type Folder struct {
	ID       string    `json:"id"`
	Parent   string    `json:"parent"`
	Name     string    `json:"name"`
	Path     string    `json:"path"` // from the folders a user sees; with a leading slash from the root of the mailbox
	Class    string    `json:"class"`
	Type     string    `json:"type"` // root, generic, search
	Messages int64     `json:"messages"`
	Unread   int64     `json:"unread"`
	Hidden   int64     `json:"hidden"` // associated messages: rules, views, settings
	Children int64     `json:"children"`
	Size     int64     `json:"size"` // bytes of its messages
	Modified time.Time `json:"modified"`
}

// FolderList is the answer to what folders there are.
type FolderList struct {
	Folders []Folder `json:"folders"`
}

// ownReplica is the replica id of everything the store made itself.
const ownReplica = 1

// objectID is the text of an identifier, as traces show it: 0001-00000000000D.
func objectID[ID ~uint64](id ID) string { return mapi.NewID(ownReplica, uint64(id)).String() }

// parseID reads the text of an identifier; the replica and leading zeros may be left out.
func parseID(text string) (uint64, bool) {
	if replica, counter, ok := strings.Cut(text, "-"); ok {
		if n, err := strconv.ParseUint(replica, 16, 16); err != nil || n != ownReplica {
			return 0, false
		}
		text = counter
	}
	n, err := strconv.ParseUint(text, 16, 48)
	return n, err == nil && n != 0
}

var folderTypes = map[store.FolderType]string{store.FolderRoot: "root", store.FolderGeneric: "generic", store.FolderSearch: "search"}

// view runs fn on a mailbox as it stands.
func (s *Server) view(ctx context.Context, user string, fn func(store.Reader, store.Mailbox) error) error {
	e, err := s.owner(ctx, user)
	if err != nil {
		return err
	}
	return s.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf(e.Name)
		if err != nil {
			return fmt.Errorf("mailbox of %q: %w", e.Name, err)
		}
		return fn(r, m)
	})
}

func (s *Server) folders(r *http.Request) (FolderList, error) {
	list := FolderList{Folders: []Folder{}}
	err := s.view(r.Context(), r.PathValue("user"), func(rd store.Reader, m store.Mailbox) error {
		root, err := rd.Folder(m.Special[store.SpecialRoot])
		if err != nil {
			return err
		}
		all, err := rd.Folders(root.ID, true, false)
		if err != nil {
			return err
		}
		paths := map[store.FolderID]string{root.ID: "/", m.Special[store.SpecialIPMSubtree]: ""}
		for _, f := range append([]store.Folder{root}, all...) {
			path, ok := paths[f.ID]
			switch {
			case !ok:
				path = joinPath(paths[f.Parent], f.Name)
				paths[f.ID] = path
			case f.ID == m.Special[store.SpecialIPMSubtree]:
				path = joinPath("/", f.Name)
			}
			list.Folders = append(list.Folders, folderOf(f, path))
		}
		return nil
	})
	return list, err
}

func joinPath(parent, name string) string {
	switch parent {
	case "":
		return name
	case "/":
		return "/" + name
	}
	return parent + "/" + name
}

func folderOf(f store.Folder, path string) Folder {
	return Folder{
		ID: objectID(f.ID), Parent: objectID(f.Parent), Name: f.Name, Path: path, Class: f.Class, Type: folderTypes[f.Type],
		Messages: f.ContentCount, Unread: f.UnreadCount, Hidden: f.AssocCount, Children: f.ChildCount,
		Size: f.ContentSize + f.AssocSize, Modified: f.Modified.Time(),
	}
}

// findFolder finds a folder of a mailbox by id or by path. Without either it is the Inbox, whatever that is called.
func findFolder(r store.Reader, m store.Mailbox, name string) (store.Folder, error) {
	if name == "" {
		return r.Folder(m.Special[store.SpecialInbox])
	}
	if id, ok := parseID(name); ok {
		f, err := r.Folder(store.FolderID(id))
		if err == nil && f.Mailbox == m.ID {
			return f, nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	at := m.Special[store.SpecialIPMSubtree]
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		at, name = m.Special[store.SpecialRoot], rest
	}
	f, err := r.Folder(at)
	for part := range strings.SplitSeq(name, "/") {
		if err != nil {
			break
		}
		if part != "" {
			f, err = r.FolderByName(f.ID, part)
		}
	}
	if err != nil {
		return f, fmt.Errorf("folder %q: %w", name, err)
	}
	return f, nil
}
