package object

import (
	"context"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// HierarchyTable opens the table of a folder's subfolders and returns it with its number of rows, [MS-OXCFOLD]
// 3.2.5.13.
func (f *Folder) HierarchyTable(ctx context.Context, flags uint8) (*Table, uint32, error) {
	const known = mapi.TableDepth | mapi.TableDeferredErrors | mapi.TableNoNotifications | mapi.TableSoftDeletes | mapi.TableUseUnicode | mapi.TableSuppressesNotifications
	if bad := f.logon.env.Profile.Folder.BadHierarchyFlags; flags&^known != 0 && bad != mapi.Success {
		return nil, 0, bad
	}
	s, err := f.seen(ctx)
	if err != nil {
		return nil, 0, err
	}
	src := &hierarchy{
		logon: f.logon, parent: f.id, deep: flags&mapi.TableDepth != 0, deleted: flags&mapi.TableSoftDeletes != 0,
		ownQuiet: flags&mapi.TableSuppressesNotifications != 0, changes: new(notify.Folders),
	}
	t := f.logon.table(src, f.logon.session.CodePage)
	t.quiet = flags&mapi.TableNoNotifications != 0
	if !src.deep && !src.deleted && f.logon.privileged {
		return t, uint32(s.ChildCount), nil
	}
	_, n, err := t.Position(ctx)
	return t, n, err
}

// hierarchy is the source of hierarchy tables: the folders as they are listed, read anew when any folder changed.
type hierarchy struct {
	logon       *Logon
	parent      store.FolderID
	deep        bool
	deleted     bool
	ownQuiet    bool // the client wants to hear nothing of what it did itself
	restriction prop.Restriction

	read      uint64 // generation of list, plus one
	directory uint64 // version of the directory that says whose rights they are
	reads     uint64 // counts readings
	list      []view.Entry

	changes *notify.Folders
	told    [][]view.Entry // what the client was told of the rows, and what it read since
	marked  bool
	lost    bool // it read more than can be told of
}

func (h *hierarchy) Kind() table.Kind { return table.Hierarchy }
func (h *hierarchy) Close()           {}
func (h *hierarchy) Len() int         { return len(h.list) }
func (h *hierarchy) Version() uint64  { return h.reads }

func (h *hierarchy) Window(_ context.Context, pos, n int) ([]view.Entry, error) {
	if pos < 0 || pos >= len(h.list) {
		return nil, nil
	}
	return h.list[pos:min(pos+n, len(h.list))], nil
}

// folderPaths are the names of folders, from the folder of the table down: they order as the folders stand.
type folderPaths map[store.FolderID]string

func (p folderPaths) of(f *store.Folder) string {
	path := p[f.Parent] + strings.ToLower(f.Name) + "\x00"
	p[f.ID] = path
	return path
}

// rank finds a folder. One that is gone has the place of the next one by name.
func (h *hierarchy) Rank(mark view.Entry) (int, bool) {
	if i := slices.IndexFunc(h.list, func(e view.Entry) bool { return e.ID == mark.ID }); i >= 0 {
		return i, true
	}
	i := slices.IndexFunc(h.list, func(e view.Entry) bool { return e.Key > mark.Key })
	if i < 0 {
		i = len(h.list)
	}
	return i, false
}

// LookUp implements table.Finder.
func (h *hierarchy) LookUp(id store.MessageID, _ uint32) (view.Entry, bool) {
	i := slices.IndexFunc(h.list, func(e view.Entry) bool { return e.ID == id })
	if i < 0 {
		return view.Entry{}, false
	}
	return h.list[i], true
}

// sync lists the folders again if any changed since.
func (h *hierarchy) Sync(ctx context.Context) error {
	now := h.logon.env.folders.Generation() + 1
	if h.read == now && h.directory == h.logon.directory {
		return nil
	}
	var folders []store.Folder
	err := h.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		folders, err = r.Folders(h.parent, h.deep, h.deleted)
		return err
	})
	if err != nil {
		return err
	}
	matcher := prop.NewMatcher(h.restriction, h.logon.env.collation(h.logon.session.LCIDSort))
	list := make([]view.Entry, 0, len(folders))
	paths := folderPaths{h.parent: ""}
	for i := range folders {
		path := paths.of(&folders[i]) // of all: those below have it in theirs
		s, err := h.logon.state(ctx, folders[i].ID)
		if err == mapi.ErrNotFound { //nolint:errorlint // a bare code: it was deleted since
			continue
		}
		if err != nil {
			return err
		}
		if h.logon.require(s, 0) != nil {
			continue
		}
		ok, err := h.matches(ctx, matcher, s)
		if err != nil {
			return err
		}
		if ok {
			list = append(list, view.Entry{Key: path, ID: store.MessageID(s.ID)})
		}
	}
	h.list, h.read, h.directory = list, now, h.logon.directory
	h.reads++
	return nil
}

func (h *hierarchy) matches(ctx context.Context, m *prop.Matcher, s *cache.Folder) (bool, error) {
	if h.restriction == nil {
		return true, nil
	}
	var failed error
	ok := m.Match(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value {
		v, err := h.logon.folderValues(ctx, s, []mapi.PropTag{tag})
		if err != nil {
			failed = err
			return prop.Value{}
		}
		return v[0]
	}})
	return ok, failed
}

// Rows implements table.Source. A folder that vanished while the table is open has no row.
func (h *hierarchy) Rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	for i, m := range marks {
		s, err := h.logon.state(ctx, store.FolderID(m.ID))
		if err == mapi.ErrNotFound { //nolint:errorlint // a bare code
			continue
		}
		if err != nil {
			return nil, err
		}
		if out[i], err = h.row(ctx, s, m.Key, tags); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// row is the row of a folder. How deep it stands is what the list says, since that may know of a move of a folder above it
// before the caches do, and nothing would tell of the folder again.
func (h *hierarchy) row(ctx context.Context, s *cache.Folder, path string, tags []mapi.PropTag) ([]prop.Value, error) {
	values, err := h.logon.folderValues(ctx, s, tags)
	if err != nil || !h.deep {
		return values, err
	}
	for i, tag := range tags {
		if tag.ID() == mapi.TagDepth.ID() {
			values[i] = matching(prop.Int32(int32(strings.Count(path, "\x00")-1)), tag)
		}
	}
	return values, nil
}

// Find implements table.Source.
func (h *hierarchy) Find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	m := prop.NewMatcher(rs, h.logon.env.collation(h.logon.session.LCIDSort))
	probe := *h
	probe.restriction = rs
	for i, mark := range marks {
		s, err := h.logon.state(ctx, store.FolderID(mark.ID))
		if err == mapi.ErrNotFound { //nolint:errorlint // a bare code
			continue
		}
		if err != nil {
			return -1, err
		}
		if ok, err := probe.matches(ctx, m, s); err != nil || ok {
			return i, err
		}
	}
	return -1, nil
}

// Arrange implements table.Source: hierarchy tables have one order only.
func (h *hierarchy) Arrange(a table.Arrangement) error {
	h.restriction, h.read = a.Restriction, 0
	return nil
}

// AllColumns implements table.Source.
func (h *hierarchy) AllColumns(context.Context) ([]mapi.PropTag, error) {
	tags := append(slices.Clone(folderTags), mapi.TagComment, mapi.TagDeletedOn, mapi.TagDepth)
	slices.Sort(tags)
	return slices.Compact(tags), nil
}
