package object

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/batch"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// DeleteFolder deletes a folder of the mailbox, [MS-OXCFOLD] 3.2.5.3. One that is not empty stays whole unless flags
// say that its contents go too; that is no error, but told as a part that was not done.
func (f *Folder) DeleteFolder(ctx context.Context, fid mapi.ID, flags uint8) (*batch.Operation, error) {
	l, p := f.logon, &f.logon.env.Profile.Folder
	if flags&^(mapi.DelMessages|mapi.DelFolders|mapi.DeleteHardDelete) != 0 && p.ChecksDeleteFlags {
		return nil, mapi.ErrInvalidParameter
	}
	hard := flags&mapi.DeleteHardDelete != 0
	s, err := l.folder(ctx, fid)
	if err != nil {
		return nil, err
	}
	if s.Deleted && (!hard || !p.OpensSoftDeleted) {
		return nil, mapi.ErrNotFound
	}
	switch err := l.require(s, Rights(mapi.RightFolderOwner)); {
	case err != nil:
		return nil, err
	case s.Type == store.FolderRoot:
		return nil, mapi.ErrNoSupport
	case s.Special < store.SpecialCount:
		return nil, mapi.ErrAccessDenied
	}
	op := l.operation(p.BulkPartial)
	messages := s.Type != store.FolderSearch && s.ContentCount+s.AssocCount > 0
	if messages && flags&mapi.DelMessages == 0 || s.ChildCount > 0 && flags&mapi.DelFolders == 0 {
		op.Tell()
		return op, nil
	}
	r := remover{logon: l, op: op, hard: hard || !p.SoftDeletes}
	return op, l.env.Store.View(ctx, store.Scope{}, func(rd store.Reader) error { return r.folder(rd, s.Folder) })
}

// Empty deletes everything in the folder, softly or for good, but for associated messages unless they are wanted too,
// [MS-OXCFOLD] 3.2.5.9 and 3.2.5.10. For good includes what was deleted softly before.
func (f *Folder) Empty(ctx context.Context, hard, associated bool) (*batch.Operation, error) {
	l, p := f.logon, &f.logon.env.Profile.Folder
	s, err := f.seen(ctx)
	switch {
	case err != nil:
		return nil, err
	case l.Public() && !p.PublicBulk:
		return nil, mapi.ErrNoSupport
	case s.Type == store.FolderSearch:
		return nil, mapi.ErrNoSupport
	case s.Type == store.FolderRoot && p.EmptyRoot != mapi.Success:
		return nil, p.EmptyRoot
	}
	op := l.operation(p.BulkPartial)
	r := remover{logon: l, op: op, hard: hard || !p.SoftDeletes}
	return op, l.env.Store.View(ctx, store.Scope{}, func(rd store.Reader) error {
		if err := r.messages(rd, f.id, associated, hard); err != nil {
			return err
		}
		children, err := below(rd, f.id, false, hard)
		if err != nil {
			return err
		}
		for _, child := range children {
			if err := r.folder(rd, child); err != nil {
				return err
			}
		}
		return nil
	})
}

// remover plans the deletion of folders.
type remover struct {
	logon *Logon
	op    *batch.Operation
	hard  bool // folders are deleted for good
}

// folder plans the deletion of one folder with everything in it. Softly it goes in one piece, if the user may delete
// all of it.
func (r *remover) folder(rd store.Reader, f store.Folder) error {
	tree, err := below(rd, f.ID, true, r.hard || f.Deleted)
	if err != nil {
		return err
	}
	tree = append([]store.Folder{f}, tree...)
	plan, err := r.plan(rd, tree)
	if err != nil {
		return err
	}
	if plan.whole && !r.hard {
		r.op.Add([]uint64{uint64(f.ID)}, r.delete)
		return nil
	}
	for _, at := range slices.Backward(tree) {
		if plan.keep[at.ID] {
			r.op.Fail()
		}
		if !plan.skip[at.ID] && at.Type != store.FolderSearch {
			if err := r.messages(rd, at.ID, true, r.hard); err != nil {
				return err
			}
		}
		if !plan.keep[at.ID] {
			r.op.Add([]uint64{uint64(at.ID)}, r.deleteEmpty)
		}
	}
	return nil
}

// removal says what of a tree of folders can be deleted.
type removal struct {
	whole bool                    // all of it
	keep  map[store.FolderID]bool // folders that stay, because of themselves or of folders in them
	skip  map[store.FolderID]bool // folders with a role, and all in them: they are left alone
}

// plan looks at a tree, in which each folder stands before those in it.
func (r *remover) plan(rd store.Reader, tree []store.Folder) (*removal, error) {
	p := &removal{whole: true, keep: make(map[store.FolderID]bool), skip: make(map[store.FolderID]bool)}
	for _, at := range tree {
		if at.Special < store.SpecialCount || p.skip[at.Parent] {
			p.skip[at.ID], p.keep[at.ID] = true, true
			continue
		}
		s, err := cache.ReadFolder(rd, at.ID)
		if err != nil {
			return nil, err
		}
		have := r.logon.rights(s)
		if have&Rights(mapi.RightFolderOwner) == 0 {
			p.keep[at.ID] = true
		}
		p.whole = p.whole && (have&Rights(mapi.RightDeleteAny) != 0 || s.ContentCount+s.AssocCount == 0)
	}
	for _, at := range slices.Backward(tree) {
		if p.keep[at.ID] {
			p.keep[at.Parent], p.whole = true, false
		}
	}
	return p, nil
}

// messages plans the deletion of the messages of one folder.
func (r *remover) messages(rd store.Reader, folder store.FolderID, associated, hard bool) error {
	m := &members{logon: r.logon, folder: folder, rights: make(map[store.FolderID]Rights)}
	for _, sel := range []store.Selection{
		{Folder: folder}, {Folder: folder, Associated: true}, {Folder: folder, Deleted: true}, {Folder: folder, Associated: true, Deleted: true},
	} {
		if sel.Associated && !associated || sel.Deleted && !hard {
			continue
		}
		ids, err := messagesIn(rd, sel)
		if err != nil {
			return err
		}
		r.op.Add(ids, func(tx store.Tx, id uint64) (int64, error) { return m.delete(tx, id, hard, true) })
	}
	return nil
}

// deleteEmpty deletes one folder that was emptied before. What came into it meanwhile goes too if the user may delete
// everything.
func (r *remover) deleteEmpty(tx store.Tx, id uint64) (int64, error) {
	f, err := tx.Folder(store.FolderID(id))
	if err != nil {
		return 0, err
	}
	if !r.logon.privileged && f.ContentCount+f.AssocCount+f.ChildCount > 0 {
		return 0, mapi.ErrAccessDenied
	}
	return r.delete(tx, id)
}

// delete deletes one folder with everything in it.
func (r *remover) delete(tx store.Tx, id uint64) (int64, error) {
	return 0, tx.DeleteFolder(store.FolderID(id), r.hard)
}

// below lists subfolders, or with deep everything below a folder with each folder before its children, and with
// deleted those that were deleted softly as well.
func below(r store.Reader, parent store.FolderID, deep, deleted bool) ([]store.Folder, error) {
	list, err := r.Folders(parent, deep, false)
	if err != nil || !deleted {
		return list, err
	}
	gone, err := r.Folders(parent, deep, true)
	if err != nil {
		return nil, err
	}
	return append(list, gone...), nil
}
