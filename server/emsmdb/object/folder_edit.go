package object

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// folderWritable are the computed properties of folders that a client may set all the same, [MS-OXCFOLD] 2.2.2.2.2.
var folderWritable = []mapi.PropTag{mapi.TagDisplayName, mapi.TagContainerClass, mapi.TagAdditionalRenEntryIdsEx}

// folderReadOnly are properties that are not there, or only in some tables, and that a client may not set either,
// [MS-OXCPRPT] 2.2.1 and [MS-OXCFOLD] 2.2.2.
var folderReadOnly = []mapi.PropTag{
	mapi.TagAccessLevel, mapi.TagContainerContents, mapi.TagContainerHierarchy, mapi.TagDeletedOn,
	mapi.TagDepth, mapi.TagFolderAssociatedContents, mapi.TagObjectType, mapi.TagSearchKey,
}

// folderRefusal says why a client may not change a property of a folder; Success lets it.
func folderRefusal(tag mapi.PropTag) mapi.ErrorCode {
	same := func(t mapi.PropTag) bool { return t.ID() == tag.ID() }
	switch {
	case slices.ContainsFunc(folderWritable, same):
		return mapi.Success
	case slices.ContainsFunc(folderTags, same), slices.ContainsFunc(folderReadOnly, same):
		return mapi.ErrComputed
	}
	return mapi.Success
}

// SetProps implements Editable: the change is there for everybody at once, [MS-OXCPRPT] 3.2.5.4.
func (f *Folder) SetProps(ctx context.Context, props []prop.Tagged) ([]Problem, error) {
	if err := f.editable(ctx); err != nil {
		return nil, err
	}
	var problems []Problem
	set, rename := make([]prop.Tagged, 0, len(props)), -1
	for i, p := range props {
		if code := folderValueRefusal(p); code != mapi.Success {
			problems = append(problems, Problem{i, p.Tag, code})
			continue
		}
		if p.Tag.ID() == mapi.TagDisplayName.ID() {
			rename = i
		}
		p.Tag = p.Tag.WithType(prop.UnicodeType(p.Tag.Type()))
		set = append(set, p)
	}
	err := f.edit(ctx, set, nil)
	if errors.Is(err, store.ErrExists) && rename >= 0 { // the rest does not depend on the name
		problems = append(problems, Problem{rename, props[rename].Tag, mapi.ErrDuplicateName})
		slices.SortFunc(problems, func(a, b Problem) int { return a.Index - b.Index })
		err = f.edit(ctx, slices.DeleteFunc(set, func(p prop.Tagged) bool { return p.Tag.ID() == mapi.TagDisplayName.ID() }), nil)
	}
	if err != nil {
		return nil, err
	}
	return problems, nil
}

// folderValueRefusal says why a client may not set a property to a value.
func folderValueRefusal(p prop.Tagged) mapi.ErrorCode {
	if code := folderRefusal(p.Tag); code != mapi.Success {
		return code
	}
	if !storableType(p.Tag.Type()) || !storableType(p.Value.Type()) {
		return mapi.ErrInvalidType
	}
	switch p.Tag.ID() {
	case mapi.TagDisplayName.ID(), mapi.TagContainerClass.ID():
		if p.Value.Type() != mapi.PtypString {
			return mapi.ErrUnexpectedType
		}
		if p.Tag.ID() == mapi.TagDisplayName.ID() && p.Value.Str() == "" {
			return mapi.ErrInvalidParameter
		}
	}
	return mapi.Success
}

// DeleteProps implements Editable.
func (f *Folder) DeleteProps(ctx context.Context, tags []mapi.PropTag) ([]Problem, error) {
	if err := f.editable(ctx); err != nil {
		return nil, err
	}
	var problems []Problem
	remove := make([]mapi.PropTag, 0, len(tags))
	for i, tag := range tags {
		code := folderRefusal(tag)
		if tag.ID() == mapi.TagDisplayName.ID() {
			code = mapi.ErrAccessDenied // no folder is without
		}
		if code != mapi.Success {
			problems = append(problems, Problem{i, tag, code})
			continue
		}
		remove = append(remove, tag)
	}
	if err := f.edit(ctx, nil, remove); err != nil {
		return nil, err
	}
	return problems, nil
}

// SetStaged implements Editable.
func (f *Folder) SetStaged(ctx context.Context, value store.Staged) error {
	if err := f.editable(ctx); err != nil {
		return err
	}
	if code := folderRefusal(value.Tag); code != mapi.Success {
		return code
	}
	if id := value.Tag.ID(); id == mapi.TagDisplayName.ID() || id == mapi.TagContainerClass.ID() {
		return f.setShort(ctx, value)
	}
	return f.logon.update(ctx, func(tx store.Tx) error {
		homes := f.homes(value.Tag)
		for _, id := range homes[1:] {
			stage, err := tx.StageCopy(value.Stage)
			if err != nil {
				return err
			}
			if err := tx.SetFolderStaged(id, store.Staged{Tag: value.Tag, Stage: stage}); err != nil {
				return err
			}
		}
		return tx.SetFolderStaged(homes[0], value)
	})
}

// setShort sets a property that the folder keeps apart from the others.
func (f *Folder) setShort(ctx context.Context, value store.Staged) error {
	return f.logon.update(ctx, func(tx store.Tx) error {
		v, err := stagedValue(tx, value)
		if err != nil {
			return err
		}
		p := prop.Tagged{Tag: value.Tag.WithType(v.Type()), Value: v}
		if code := folderValueRefusal(p); code != mapi.Success {
			return code
		}
		if err := tx.SetFolderProps(f.id, []prop.Tagged{p}, nil); err != nil {
			return err
		}
		return tx.DropStage(value.Stage)
	})
}

// openValue implements Editable.
func (f *Folder) openValue(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	s, err := r.Folder(f.id)
	if err != nil {
		return nil, err
	}
	return r.OpenProp(s.Bag, tag)
}

// editable refuses changes of a folder that is gone, or by a user without the right. Older versions let everybody
// change properties who sees the folder, [MS-OXCPERM] 2.2.7 note 4.
func (f *Folder) editable(ctx context.Context) error {
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return err
	}
	need := Rights(mapi.RightFolderOwner)
	if f.logon.env.Profile.Rules.OthersChangeProps && !f.logon.Public() {
		need = 0
	}
	return f.logon.require(s, need)
}

// homes returns the folders that store a property of this one. PidTagAdditionalRenEntryIdsEx is one value for the whole
// mailbox, whether a client writes it to the inbox, the root or the store; see Logon.change.
func (f *Folder) homes(tag mapi.PropTag) []store.FolderID {
	root, inbox := f.logon.mailbox.Special[store.SpecialRoot], f.logon.mailbox.Special[store.SpecialInbox]
	if tag.ID() == mapi.TagAdditionalRenEntryIdsEx.ID() && root != 0 && inbox != 0 && (f.id == inbox || f.id == root) {
		return []store.FolderID{root, inbox}
	}
	return []store.FolderID{f.id}
}

// edit changes properties, each where it is stored.
func (f *Folder) edit(ctx context.Context, set []prop.Tagged, remove []mapi.PropTag) error {
	type change struct {
		set    []prop.Tagged
		remove []mapi.PropTag
	}
	changes := make(map[store.FolderID]*change, 1)
	at := func(id store.FolderID) *change {
		if changes[id] == nil {
			changes[id] = new(change)
		}
		return changes[id]
	}
	for _, p := range set {
		for _, id := range f.homes(p.Tag) {
			at(id).set = append(at(id).set, p)
		}
	}
	for _, tag := range remove {
		for _, id := range f.homes(tag) {
			at(id).remove = append(at(id).remove, tag)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return f.logon.update(ctx, func(tx store.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(changes)) {
			if err := tx.SetFolderProps(id, changes[id].set, changes[id].remove); err != nil {
				return err
			}
		}
		return nil
	})
}

var _ Editable = (*Folder)(nil)
