package object

import (
	"cmp"
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/batch"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
)

// MoveFolder moves a folder of the mailbox into another one, also of another mailbox, under a name; the empty name keeps
// it, [MS-OXCFOLD] 3.2.5.7. A soft-deleted folder lives again.
func (f *Folder) MoveFolder(ctx context.Context, dst *Folder, fid mapi.ID, name string) (*batch.Operation, error) {
	l, p := f.logon, &f.logon.env.Profile.Folder
	s, err := f.transferable(ctx, dst, fid, name)
	if err != nil {
		return nil, err
	}
	op := dst.logon.operation(p.BulkPartial, l.mailbox.ID)
	switch {
	case s.Special < store.SpecialCount:
		return nil, mapi.ErrAccessDenied
	case l.rights(s)&Rights(mapi.RightFolderOwner) == 0 && !p.BulkPartial:
		return nil, mapi.ErrAccessDenied
	case l.rights(s)&Rights(mapi.RightFolderOwner) == 0:
		op.Fail()
		return op, nil
	}
	if s.Mailbox == dst.logon.mailbox.ID {
		op.Must(uint64(s.ID), func(tx store.Tx, id uint64) (int64, error) {
			_, err := tx.MoveFolder(store.FolderID(id), store.FolderMove{Parent: dst.id, Name: name})
			return 0, err
		})
		return op, nil
	}
	t := newTransfer(l, dst, op, false)
	return op, l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return t.plan(r, s.Folder, name, true) })
}

// CopyFolder copies a folder of the mailbox into another one, also of another mailbox, under a name, with its messages
// and, if recursive, its subfolders, [MS-OXCFOLD] 3.2.5.8.
func (f *Folder) CopyFolder(ctx context.Context, dst *Folder, fid mapi.ID, name string, recursive bool) (*batch.Operation, error) {
	l, p := f.logon, &f.logon.env.Profile.Folder
	if (l.Public() || dst.logon.Public()) && !p.PublicBulk {
		return nil, mapi.ErrNoSupport
	}
	s, err := f.transferable(ctx, dst, fid, name)
	if err != nil {
		return nil, err
	}
	if err := l.require(s, Rights(mapi.RightReadAny)); err != nil {
		return nil, err
	}
	op := dst.logon.operation(p.CopyFolderPartial, l.mailbox.ID)
	t := newTransfer(l, dst, op, true)
	return op, l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return t.plan(r, s.Folder, name, recursive) })
}

// transferable finds a folder that shall be moved or copied and checks its destination.
func (f *Folder) transferable(ctx context.Context, dst *Folder, fid mapi.ID, name string) (*cache.Folder, error) {
	s, err := f.logon.folder(ctx, fid)
	if err != nil {
		return nil, err
	}
	if s.Deleted && !f.logon.env.Profile.Folder.OpensSoftDeleted {
		return nil, mapi.ErrNotFound
	}
	if err := f.logon.require(s, 0); err != nil {
		return nil, err
	}
	if s.Type == store.FolderRoot {
		return nil, mapi.ErrNoSupport
	}
	if err := dst.takes(ctx, mapi.RightCreateSubFolder, f.logon.env.Profile.Folder.CreateDenied); err != nil {
		return nil, err
	}
	for at := dst.id; ; {
		up, err := dst.logon.state(ctx, at)
		switch {
		case err != nil:
			return nil, err
		case up.ID == s.ID:
			return nil, mapi.ErrFolderCycle
		case up.Parent == up.ID || up.Parent == 0:
			return s, nil
		}
		at = up.Parent
	}
}

// transfer plans the copy of a tree of folders, or its move into another mailbox, which is a copy after which nothing
// is left.
type transfer struct {
	from    *Logon
	to      *Folder
	op      *batch.Operation
	copying bool
	members *members
	made    map[store.FolderID]store.FolderID // by source
}

func newTransfer(from *Logon, to *Folder, op *batch.Operation, copying bool) *transfer {
	return &transfer{
		from: from, to: to, op: op, copying: copying,
		members: &members{logon: from, rights: make(map[store.FolderID]Rights)},
		made:    make(map[store.FolderID]store.FolderID),
	}
}

// plan plans all of it: the folders from the top down, the messages of each, and for a move the deletion of what was
// emptied from the bottom up.
func (t *transfer) plan(r store.Reader, top store.Folder, name string, recursive bool) error {
	tree := []store.Folder{top}
	if recursive {
		list, err := below(r, top.ID, true, top.Deleted)
		if err != nil {
			return err
		}
		tree = append(tree, list...)
	}
	for i, f := range tree {
		if err := t.folder(r, f, i == 0, name); err != nil {
			return err
		}
	}
	if t.copying {
		return nil
	}
	for _, f := range slices.Backward(tree) {
		t.op.Add([]uint64{uint64(f.ID)}, func(tx store.Tx, id uint64) (int64, error) {
			left, err := tx.Folder(store.FolderID(id))
			if err != nil {
				return 0, err
			}
			if left.ContentCount+left.AssocCount+left.ChildCount > 0 {
				return 0, mapi.ErrAccessDenied
			}
			return 0, tx.DeleteFolder(left.ID, true)
		})
	}
	return nil
}

// folder plans the copy of one folder and of the messages in it.
func (t *transfer) folder(r store.Reader, f store.Folder, top bool, name string) error {
	create := func(tx store.Tx, id uint64) (int64, error) { return 0, t.create(tx, store.FolderID(id), top, name) }
	if top {
		t.op.Must(uint64(f.ID), create)
	} else {
		t.op.Add([]uint64{uint64(f.ID)}, create)
	}
	if f.Type == store.FolderSearch {
		return nil
	}
	for _, associated := range []bool{false, true} {
		ids, err := messagesIn(r, store.Selection{Folder: f.ID, Associated: associated})
		if err != nil {
			return err
		}
		t.op.Add(ids, func(tx store.Tx, id uint64) (int64, error) {
			to, ok := t.made[f.ID]
			if !ok {
				return 0, store.ErrNotFound
			}
			return t.members.transfer(tx, id, to, t.copying)
		})
	}
	return nil
}

// notCopied are properties of a folder that its copy does not have.
var notCopied = []mapi.PropTag{
	mapi.TagSourceKey, mapi.TagChangeKey, mapi.TagPredecessorChangeList, mapi.TagDeletedOn, mapi.TagHasRules,
	mapi.TagAdditionalRenEntryIdsEx, mapi.TagAddressBookEntryId,
}

// create makes the copy of one folder.
func (t *transfer) create(tx store.Tx, id store.FolderID, top bool, name string) error {
	f, err := tx.Folder(id)
	if err != nil {
		return err
	}
	if have, err := t.members.on(tx, id); err != nil || have&Rights(mapi.RightReadAny) == 0 {
		return cmp.Or(err, error(mapi.ErrAccessDenied))
	}
	parent, known := t.made[f.Parent]
	switch {
	case top:
		parent = t.to.id
		if name != "" {
			f.Name = name
		}
	case !known:
		return store.ErrNotFound // its parent was not copied
	}
	stored, err := tx.Props(f.Bag)
	if err != nil {
		return err
	}
	n := store.NewFolder{
		Mailbox: t.to.logon.mailbox.ID, Parent: parent, Type: f.Type, Special: store.SpecialCount, Name: f.Name, Class: f.Class,
	}
	if f.Mailbox == n.Mailbox {
		n.CopyOf = f.ID
	}
	var large []mapi.PropTag
	for _, p := range stored {
		switch {
		case slices.ContainsFunc(notCopied, func(tag mapi.PropTag) bool { return tag.ID() == p.Tag.ID() }):
		case p.Value.IsZero():
			large = append(large, p.Tag)
		default:
			n.Props = append(n.Props, prop.Tagged{Tag: p.Tag, Value: p.Value})
		}
	}
	made, err := t.to.logon.createIn(tx, n)
	if err != nil {
		return err
	}
	t.made[id] = made.ID
	if f.Type == store.FolderSearch && f.Mailbox == made.Mailbox { // elsewhere there are no folders to search
		if err := search.Copy(tx, id, made.ID); err != nil {
			return err
		}
	}
	for _, tag := range large {
		stage, err := tx.StageProp(f.Bag, tag)
		if err != nil {
			return err
		}
		if err := tx.SetFolderStaged(made.ID, store.Staged{Tag: tag, Stage: stage}); err != nil {
			return err
		}
	}
	return nil
}
