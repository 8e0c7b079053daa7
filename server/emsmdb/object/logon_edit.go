package object

import (
	"context"
	"errors"
	"io"
	"slices"
	"unicode/utf16"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// maxLogonValue bounds a value that is written to a logon in pieces, in bytes; the largest that clients keep there are
// lists of entry ids.
const maxLogonValue = 1 << 20

// logonReadOnly are the properties of logons that no client sets: those that are computed, but for the writable ones
// of [MS-OXCSTOR] 2.2.2.1.2, and limits that only an administrator sets.
var logonReadOnly = func() map[uint16]bool {
	m := make(map[uint16]bool)
	for _, tag := range logonTags {
		m[tag.ID()] = true
	}
	for _, tag := range []mapi.PropTag{mapi.TagOutOfOfficeState, mapi.TagDisplayName, mapi.TagAdditionalRenEntryIdsEx} {
		delete(m, tag.ID())
	}
	for _, tag := range []mapi.PropTag{mapi.TagMaximumSubmitMessageSize, mapi.TagObjectType, mapi.TagAddressBookMessageId} {
		m[tag.ID()] = true
	}
	return m
}()

// refuses says why a property of a logon can't be changed, or 0.
func (l *Logon) refuses(tag mapi.PropTag) mapi.ErrorCode {
	p, id := &l.env.Profile.Logon, tag.ID()
	switch {
	case !l.privileged, logonReadOnly[id]:
		return mapi.ErrAccessDenied
	case (id == mapi.TagComment.ID() || id == mapi.TagDisplayName.ID()) && !p.SetsStoreName:
		return mapi.ErrAccessDenied
	case id == mapi.TagDeleteAfterSubmit.ID() && !p.SetsDeleteAfterSubmit:
		return mapi.ErrAccessDenied
	}
	return mapi.Success
}

// SetProps implements Editable: at once, [MS-OXCPRPT] 3.2.5.4.
func (l *Logon) SetProps(ctx context.Context, props []prop.Tagged) (problems []Problem, err error) {
	var own, shared []prop.Tagged
	for i, p := range props {
		code := l.refuses(p.Tag)
		if code == mapi.Success && (!storableType(p.Tag.Type()) || !storableType(p.Value.Type())) {
			code = mapi.ErrInvalidType
		}
		p.Tag = p.Tag.WithType(prop.UnicodeType(p.Tag.Type()))
		switch {
		case code != mapi.Success:
			problems = append(problems, Problem{i, props[i].Tag, code})
		case p.Tag.ID() == mapi.TagAdditionalRenEntryIdsEx.ID():
			shared = append(shared, p)
		default:
			own = append(own, p)
		}
	}
	if len(own)+len(shared) == 0 {
		return problems, nil
	}
	return problems, l.update(ctx, func(tx store.Tx) error { return l.change(tx, own, shared, nil) })
}

// change writes properties of the mailbox, and those it shares with its root and inbox, where clients look for them
// too, [MS-OXOSFLD] 2.2.5.
func (l *Logon) change(tx store.Tx, own, shared []prop.Tagged, remove []mapi.PropTag) error {
	if len(own)+len(remove) > 0 {
		if err := tx.SetMailboxProps(l.mailbox.ID, own, remove); err != nil {
			return err
		}
	}
	removeShared := slices.DeleteFunc(slices.Clone(remove), func(t mapi.PropTag) bool { return t.ID() != mapi.TagAdditionalRenEntryIdsEx.ID() })
	if len(shared)+len(removeShared) == 0 {
		return nil
	}
	for _, special := range []store.Special{store.SpecialRoot, store.SpecialInbox} {
		if f := l.mailbox.Special[special]; f != 0 {
			if err := tx.SetFolderProps(f, shared, removeShared); err != nil {
				return err
			}
		}
	}
	return nil
}

// DeleteProps implements Editable.
func (l *Logon) DeleteProps(ctx context.Context, tags []mapi.PropTag) (problems []Problem, err error) {
	var remove []mapi.PropTag
	for i, tag := range tags {
		if code := l.refuses(tag); code != mapi.Success {
			problems = append(problems, Problem{i, tag, code})
		} else {
			remove = append(remove, tag)
		}
	}
	if len(remove) == 0 {
		return problems, nil
	}
	return problems, l.update(ctx, func(tx store.Tx) error { return l.change(tx, nil, nil, remove) })
}

// SetStaged implements Editable.
func (l *Logon) SetStaged(ctx context.Context, value store.Staged) error {
	if code := l.refuses(value.Tag); code != mapi.Success {
		return code
	}
	return l.update(ctx, func(tx store.Tx) error {
		v, err := stagedValue(tx, value)
		if err != nil {
			return err
		}
		p := []prop.Tagged{{Tag: value.Tag.WithType(v.Type()), Value: v}}
		if value.Tag.ID() == mapi.TagAdditionalRenEntryIdsEx.ID() {
			err = l.change(tx, nil, p, nil)
		} else {
			err = l.change(tx, p, nil, nil)
		}
		if err != nil {
			return err
		}
		return tx.DropStage(value.Stage)
	})
}

// stagedValue reads a value that was written in pieces.
func stagedValue(r store.Reader, value store.Staged) (prop.Value, error) {
	s, err := r.OpenStage(value.Stage)
	if err != nil {
		return prop.Value{}, err
	}
	if s.Size() > maxLogonValue {
		return prop.Value{}, mapi.ErrTooBig
	}
	b := make([]byte, s.Size())
	if _, err := s.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return prop.Value{}, err
	}
	switch prop.UnicodeType(value.Tag.Type()) {
	case mapi.PtypBinary:
		return prop.Binary(b), nil
	case mapi.PtypString:
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return prop.String(string(utf16.Decode(units))), nil
	}
	return prop.Value{}, mapi.ErrNoSupport
}

// openValue implements Editable.
func (l *Logon) openValue(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	bag := l.mailbox.Bag
	if root := l.mailbox.Special[store.SpecialRoot]; tag.ID() == mapi.TagAdditionalRenEntryIdsEx.ID() && root != 0 {
		f, err := r.Folder(root)
		if err != nil {
			return nil, err
		}
		bag = f.Bag
	}
	return r.OpenProp(bag, tag)
}

var _ Editable = (*Logon)(nil)
