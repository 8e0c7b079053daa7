package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

const (
	tagDisplayName    = mapi.PropTag(0x3001001F)
	tagContainerClass = mapi.PropTag(0x3613001F)
)

const folderColumns = `SELECT id, parent, mailbox, type, special, name, class, bag, content_count, unread_count, assoc_count, deleted_count,
	deleted_assoc, child_count, gone_children, content_size, assoc_size, deleted_size, created, modified, commit_max, cn, content_cn,
	hierarchy, deleted FROM folder `

func scanFolder(row func(...any) error) (store.Folder, error) {
	var f store.Folder
	var special sql.NullInt64
	var deleted uint8
	err := row(into(&f.ID), into(&f.Parent), into(&f.Mailbox), into(&f.Type), &special, &f.Name, &f.Class, into(&f.Bag), into(&f.ContentCount),
		into(&f.UnreadCount), into(&f.AssocCount), into(&f.DeletedCount), into(&f.DeletedAssocCount), into(&f.ChildCount), into(&f.DeletedChildCount),
		into(&f.ContentSize), into(&f.AssocSize), into(&f.DeletedSize), into(&f.Created), into(&f.Modified), into(&f.CommitMax), into(&f.Change),
		into(&f.ContentChange), into(&f.HierarchyCount), into(&deleted))
	f.Deleted = deleted != 0
	f.Special = store.SpecialCount
	if special.Valid {
		f.Special = store.Special(special.Int64)
	}
	return f, err
}

// Folder finds a folder by id, soft-deleted ones included.
func (r *reader) Folder(id store.FolderID) (store.Folder, error) {
	f, err := scanFolder(func(dest ...any) error { return r.c.row(folderColumns+"WHERE id = ?", []any{int64(id)}, dest...) })
	if err != nil {
		return store.Folder{}, fmt.Errorf("folder %d: %w", id, err)
	}
	return f, nil
}

// FolderByName finds a living child.
func (r *reader) FolderByName(parent store.FolderID, name string) (store.Folder, error) {
	const where = "WHERE parent = ? AND folded = ? AND deleted = 0 AND id <> parent"
	f, err := scanFolder(func(dest ...any) error {
		return r.c.row(folderColumns+where, []any{int64(parent), fold(name)}, dest...)
	})
	if err != nil {
		return store.Folder{}, fmt.Errorf("folder %q in folder %d: %w", name, parent, err)
	}
	return f, nil
}

// FolderGone looks among the folders deleted for good.
func (r *reader) FolderGone(mailbox store.MailboxID, id store.FolderID) (gone bool, err error) {
	err = r.c.row("SELECT EXISTS (SELECT 1 FROM gone_folder WHERE mailbox = ? AND id = ?)", []any{int64(mailbox), int64(id)}, &gone)
	return gone, err
}

// Folders lists children or, with deep, everything below.
func (r *reader) Folders(parent store.FolderID, deep, deleted bool) ([]store.Folder, error) {
	top, err := r.Folder(parent)
	if err != nil {
		return nil, err
	}
	if !deep {
		// Both partial indexes want their condition spelled out.
		where := "WHERE parent = ? AND deleted = 0 AND id <> parent ORDER BY folded, id"
		if deleted {
			where = "WHERE parent = ? AND deleted <> 0 ORDER BY folded, id"
		}
		return r.listFolders(where, int64(parent))
	}
	all, err := r.listFolders("WHERE mailbox = ? AND id <> parent ORDER BY folded, id", int64(top.Mailbox))
	if err != nil {
		return nil, err
	}
	children := make(map[store.FolderID][]store.Folder)
	for _, f := range all {
		children[f.Parent] = append(children[f.Parent], f)
	}
	return descend(nil, children, parent, deleted), nil
}

func (r *reader) listFolders(where string, arg int64) ([]store.Folder, error) {
	var list []store.Folder
	err := r.c.each(folderColumns+where, []any{arg}, func(rows *sql.Rows) error {
		f, err := scanFolder(rows.Scan)
		list = append(list, f)
		return err
	})
	return list, err
}

// descend appends what is below parent, each folder before its children. Below a soft-deleted folder all are shown as
// deleted.
func descend(list []store.Folder, children map[store.FolderID][]store.Folder, parent store.FolderID, deleted bool) []store.Folder {
	for _, f := range children[parent] {
		if f.Deleted == deleted {
			list = append(list, f)
		}
		if f.Deleted == deleted || deleted {
			list = descend(list, children, f.ID, deleted)
		}
	}
	return list
}

// CreateFolder makes a folder.
func (t *tx) CreateFolder(n store.NewFolder) (store.Folder, error) {
	if err := t.mayWrite(n.Mailbox); err != nil {
		return store.Folder{}, err
	}
	if n.Parent == 0 != (n.Type == store.FolderRoot) {
		return store.Folder{}, fmt.Errorf("only the root folder has no parent: %w", store.ErrDenied)
	}
	name, class, rest := n.Name, n.Class, make([]prop.Tagged, 0, len(n.Props))
	for _, p := range n.Props {
		switch p.Tag.ID() {
		case tagDisplayName.ID():
			name = p.Value.Str()
		case tagContainerClass.ID():
			class = p.Value.Str()
		default:
			rest = append(rest, p)
		}
	}
	made := store.Change{Kind: store.FolderCreated, Mailbox: n.Mailbox, Parent: n.Parent}
	if n.CopyOf != 0 {
		from, err := t.Folder(n.CopyOf)
		if err != nil {
			return store.Folder{}, err
		}
		made.Kind, made.CopyOf, made.OldFolder = store.FolderCopied, from.ID, from.Parent
	}
	if err := t.nameFree(n.Parent, name, 0); err != nil {
		return store.Folder{}, err
	}
	id, cn := t.counter(), t.counter()
	parent := int64(n.Parent)
	if n.Parent == 0 {
		parent = id
	} else if err := t.addChild(n.Mailbox, n.Parent, 1); err != nil {
		return store.Folder{}, err
	}
	bagID, err := t.newBagOf(rest)
	if err != nil {
		return store.Folder{}, err
	}
	var special any
	if n.Special < store.SpecialCount && (n.Special != store.SpecialRoot || n.Parent == 0) {
		special = int64(n.Special)
	}
	err = t.c.exec(`INSERT INTO folder (id, mailbox, parent, type, special, name, folded, class, bag, created, modified, commit_max, cn)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, int64(n.Mailbox), parent, int64(n.Type), special, name, fold(name), class,
		int64(bagID), int64(t.time), int64(t.time), int64(t.time), cn)
	if err != nil {
		return store.Folder{}, fmt.Errorf("folder %q in folder %d: %w", name, n.Parent, err)
	}
	made.Folder, made.Number = store.FolderID(id), store.ChangeNumber(cn)
	t.note(made)
	f := store.Folder{
		ID: store.FolderID(id), Parent: store.FolderID(parent), Mailbox: n.Mailbox, Type: n.Type, Special: store.SpecialCount, Name: name,
		Class: class, Bag: bagID, Created: t.time, Modified: t.time, CommitMax: t.time, Change: store.ChangeNumber(cn),
	}
	if special != nil {
		f.Special = n.Special
	}
	return f, nil
}

// nameFree checks, before anything is written, that a folder other than id may have a name below parent: a call that is
// refused leaves nothing behind, since the transaction may go on.
func (t *tx) nameFree(parent store.FolderID, name string, id store.FolderID) error {
	switch f, err := t.FolderByName(parent, name); {
	case errors.Is(err, store.ErrNotFound), err == nil && f.ID == id:
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("folder %q in folder %d: %w", name, parent, store.ErrExists)
}

// addChild counts children of a living folder.
func (t *tx) addChild(m store.MailboxID, parent store.FolderID, n int64) error {
	changed, err := t.c.change(`UPDATE folder SET child_count = child_count + ?, hierarchy = hierarchy + 1, commit_max = max(commit_max, ?)
		WHERE id = ? AND mailbox = ? AND deleted = 0`, n, int64(t.time), int64(parent), int64(m))
	if err == nil && changed == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("parent folder %d: %w", parent, err)
	}
	t.touch(m, parent)
	return nil
}

// livingFolder finds a folder to change it.
func (t *tx) livingFolder(id store.FolderID) (store.Folder, error) {
	f, err := t.Folder(id)
	if err != nil {
		return store.Folder{}, err
	}
	if err := t.mayWrite(f.Mailbox); err != nil {
		return store.Folder{}, err
	}
	if f.Deleted {
		return store.Folder{}, fmt.Errorf("folder %d is deleted: %w", id, store.ErrNotFound)
	}
	return f, nil
}

// SetFolderProps sets and removes properties of a folder.
func (t *tx) SetFolderProps(id store.FolderID, set []prop.Tagged, remove []mapi.PropTag) error {
	f, err := t.livingFolder(id)
	if err != nil {
		return err
	}
	name, class := f.Name, f.Class
	for _, p := range set {
		switch p.Tag.ID() {
		case tagDisplayName.ID():
			name = p.Value.Str()
		case tagContainerClass.ID():
			class = p.Value.Str()
		}
	}
	for _, tag := range remove {
		switch tag.ID() {
		case tagDisplayName.ID():
			return fmt.Errorf("the name of folder %d can't be removed: %w", id, store.ErrDenied)
		case tagContainerClass.ID():
			class = ""
		}
	}
	rest := slices.DeleteFunc(slices.Clone(set), func(p prop.Tagged) bool {
		return p.Tag.ID() == tagDisplayName.ID() || p.Tag.ID() == tagContainerClass.ID()
	})
	if f.ID != f.Parent {
		if err := t.nameFree(f.Parent, name, f.ID); err != nil {
			return err
		}
	}
	cn, err := t.changeFolder(f, store.Edit{Set: rest, Remove: remove})
	if err != nil {
		return err
	}
	if err := t.c.exec("UPDATE folder SET name = ?, folded = ?, class = ? WHERE id = ?", name, fold(name), class, int64(id)); err != nil {
		return fmt.Errorf("folder %q in folder %d: %w", name, f.Parent, err)
	}
	t.note(store.Change{Kind: store.FolderModified, Mailbox: f.Mailbox, Folder: id, Number: cn, Tags: editedTags(&store.Edit{Set: set, Remove: remove})})
	return nil
}

// SetFolderStaged sets a property of a folder that was written in pieces.
func (t *tx) SetFolderStaged(id store.FolderID, value store.Staged) error {
	if p := value.Tag.ID(); p == tagDisplayName.ID() || p == tagContainerClass.ID() {
		return t.setNameStaged(id, value)
	}
	f, err := t.livingFolder(id)
	if err != nil {
		return err
	}
	cn, err := t.changeFolder(f, store.Edit{Staged: []store.Staged{value}})
	if err != nil {
		return err
	}
	t.note(store.Change{Kind: store.FolderModified, Mailbox: f.Mailbox, Folder: id, Number: cn, Tags: []mapi.PropTag{value.Tag}})
	return nil
}

// setNameStaged sets the name or the class of a folder, which stand in no bag.
func (t *tx) setNameStaged(id store.FolderID, value store.Staged) error {
	g := make(bag, 1)
	if s, err := t.stage(value.Stage); err != nil {
		return err
	} else if s.size > store.LargeValue {
		return fmt.Errorf("a name of %d bytes for folder %d: %w", s.size, id, store.ErrDenied)
	}
	if err := t.adopt(g, 0, value); err != nil {
		return fmt.Errorf("property %s: %w", value.Tag, err)
	}
	return t.SetFolderProps(id, []prop.Tagged{{Tag: value.Tag, Value: g[value.Tag.ID()].value}}, nil)
}

// changeFolder applies an edit to the properties of a folder and gives it a change number.
func (t *tx) changeFolder(f store.Folder, e store.Edit) (store.ChangeNumber, error) {
	cn := store.ChangeNumber(t.counter())
	g, _, err := t.loadBag(f.Bag)
	if err != nil {
		return 0, err
	}
	if err = t.edit(g, f.Bag, e); err == nil {
		err = t.supersede(g, f.Bag, cn, &e)
	}
	if err == nil {
		_, err = t.saveBag(f.Bag, g, false)
	}
	if err != nil {
		return 0, fmt.Errorf("folder %d: %w", f.ID, err)
	}
	return cn, t.c.exec("UPDATE folder SET modified = ?, commit_max = max(commit_max, ?), cn = ? WHERE id = ?", int64(t.time), int64(t.time), int64(cn), int64(f.ID))
}
