// Package draft holds working copies of messages and attachments: changes that lie over one another in layers, the
// lowest over what is stored, and become one edit of the store when the message is saved. It knows no handles, rights
// or sessions; those are package object's.
package draft

import (
	"io"
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Draft is the working copy of a message or an attachment: changes that lie over another draft, into which they are
// saved, or over what the store has. Nothing of it reaches the store before the message is saved.
type Draft struct {
	Below   *Draft            // nil over what is stored
	Bag     store.BagID       // of what is stored; 0 if nothing is
	Changes map[uint16]Change // by property id: an object has one property of an id

	// Of messages.

	Recipients    []store.Recipient // in place of those below, by row id
	RecipientsSet bool
	Attachments   map[uint32]*Draft // those that were made, changed, deleted or opened

	// Of attachments.

	Number   uint32
	Stored   store.Attachment // as of the last look, over what is stored
	Deleted  bool
	Embedded *Draft // of the embedded message, if it was made, changed or opened
}

// Change is what became of one property.
type Change struct {
	Tag    mapi.PropTag
	Value  prop.Value
	Stage  store.StageID // holds the value instead, if it is not 0
	Client bool          // set by the client, not by the server
	Gone   bool          // removed
}

// Props returns the properties as they are now, all of them if tags is empty, as store.BagReader's Props does. A value
// that is staged is given like a stored one.
func (d *Draft) Props(r store.Reader, tags ...mapi.PropTag) ([]store.Property, error) {
	out, err := d.RawProps(r, tags...)
	if slices.ContainsFunc(out, isCounter) {
		out = slices.DeleteFunc(slices.Clone(out), isCounter)
	}
	return out, err
}

func isCounter(p store.Property) bool { return p.Tag == AttachmentCounter }

// RawProps is Props with what the server keeps for itself.
func (d *Draft) RawProps(r store.Reader, tags ...mapi.PropTag) ([]store.Property, error) {
	var out []store.Property
	var err error
	switch {
	case d.Below != nil:
		out, err = d.Below.RawProps(r, tags...)
	case d.Bag != 0:
		out, err = r.Props(d.Bag, tags...)
	}
	if err != nil || len(d.Changes) == 0 {
		return out, err
	}
	out = slices.DeleteFunc(slices.Clone(out), func(p store.Property) bool {
		_, changed := d.Changes[p.Tag.ID()]
		return changed
	})
	add := func(c Change) error {
		if c.Gone {
			return nil
		}
		p := store.Property{Tag: c.Tag, Value: c.Value}
		if c.Stage != 0 {
			if p, err = stagedProperty(r, c); err != nil {
				return err
			}
		}
		out = append(out, p)
		return nil
	}
	if len(tags) == 0 {
		for _, id := range slices.Sorted(maps.Keys(d.Changes)) {
			if err := add(d.Changes[id]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	for i, tag := range tags {
		c, ok := d.Changes[tag.ID()]
		if !ok || slices.ContainsFunc(tags[:i], func(t mapi.PropTag) bool { return t.ID() == tag.ID() }) {
			continue
		}
		if err := add(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stagedProperty reads a staged value as the store would give it: short ones whole, of others the size.
func stagedProperty(r store.Reader, c Change) (store.Property, error) {
	v, err := r.OpenStage(c.Stage)
	if err != nil {
		return store.Property{}, err
	}
	if v.Size() > store.LargeValue {
		return store.Property{Tag: c.Tag, Size: v.Size()}, nil
	}
	b := make([]byte, v.Size())
	if n, err := v.ReadAt(b, 0); err != nil && n < len(b) {
		return store.Property{}, err
	}
	value := prop.Binary(b)
	if prop.UnicodeType(c.Tag.Type()) == mapi.PtypString {
		value = prop.String(wire.DecodeUTF16(b))
	}
	return store.Property{Tag: c.Tag, Value: value}, nil
}

// Changed reports whether a client set or removed a property since the last save.
func (d *Draft) Changed(tag mapi.PropTag) bool {
	c, ok := d.Changes[tag.ID()]
	return ok && c.Client || d.Below != nil && d.Below.Changed(tag)
}

// Open opens a string or binary property.
func (d *Draft) Open(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	c, ok := d.Changes[tag.ID()]
	switch {
	case ok && (c.Gone || !prop.SameType(c.Tag.Type(), tag.Type())):
		return nil, store.ErrNotFound
	case ok && c.Stage != 0:
		return r.OpenStage(c.Stage)
	case ok && prop.UnicodeType(c.Tag.Type()) == mapi.PtypString:
		var w wire.Writer
		w.UTF16(c.Value.Str())
		return valueBytes(w.Bytes()), nil
	case ok && c.Tag.Type() == mapi.PtypBinary:
		return valueBytes(c.Value.Str()), nil
	case ok:
		return nil, store.ErrNotFound
	case d.Below != nil:
		return d.Below.Open(r, tag)
	case d.Bag != 0:
		return r.OpenProp(d.Bag, tag)
	}
	return nil, store.ErrNotFound
}

// StoredBag is the bag of what is stored at the bottom, 0 if nothing is.
func (d *Draft) StoredBag() store.BagID {
	for d.Below != nil {
		d = d.Below
	}
	return d.Bag
}

// Size is about what the store would count for d.
func (d *Draft) Size(r store.Reader) (n int64, err error) {
	props, err := d.Props(r)
	if err != nil {
		return 0, err
	}
	for i := range props {
		n += tagSize + props[i].Size
		if props[i].Size == 0 {
			n += int64(prop.ExtendedForm.ValueSize(props[i].Value))
		}
	}
	recipients, err := d.RecipientList(r)
	if err != nil {
		return 0, err
	}
	for i := range recipients {
		n += msgprops.Size(recipients[i].Props)
	}
	attachments, err := d.AttachmentList(r)
	if err != nil {
		return 0, err
	}
	for _, a := range attachments {
		inner := a.Stored.Size
		if a.Dirty() {
			if inner, err = a.Size(r); err != nil {
				return 0, err
			}
		}
		n += inner
	}
	if m := d.Message(); m != nil {
		inner, err := m.Size(r)
		return n + inner, err
	}
	return n, nil
}

// tagSize is what the tag of a property counts for in sizes.
const tagSize = 4

// Set changes one property. It returns the stage that held its value until now and is not needed any more, or 0.
func (d *Draft) Set(c Change) (dropped store.StageID) {
	if d.Changes == nil {
		d.Changes = make(map[uint16]Change)
	}
	old := d.Changes[c.Tag.ID()]
	d.Changes[c.Tag.ID()] = c
	return old.Stage
}

// valueBytes is a value in memory.
type valueBytes string

// Size implements store.ValueReader.
func (v valueBytes) Size() int64 { return int64(len(v)) }

// ReadAt implements store.ValueReader.
func (v valueBytes) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(v)) {
		return 0, io.EOF
	}
	n := copy(p, v[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// StageValue makes a stage with what a string or binary property has.
func (d *Draft) StageValue(tx store.Tx, tag mapi.PropTag) (store.StageID, error) {
	c, ok := d.Changes[tag.ID()]
	switch {
	case ok && c.Stage != 0:
		return tx.StageCopy(c.Stage)
	case ok:
		v, err := d.Open(tx, tag)
		if err != nil {
			return 0, err
		}
		data := make([]byte, v.Size())
		if n, err := v.ReadAt(data, 0); err != nil && n < len(data) {
			return 0, err
		}
		id, err := tx.NewStage()
		if err != nil {
			return 0, err
		}
		return id, tx.WriteStage(id, 0, data)
	case d.Below != nil:
		return d.Below.StageValue(tx, tag)
	case d.Bag != 0:
		return tx.StageProp(d.Bag, tag)
	}
	return 0, store.ErrNotFound
}

// KeptByServer reports whether a property of messages is computed from what the store keeps beside the properties.
func KeptByServer(tag mapi.PropTag) bool {
	switch tag.ID() {
	case mapi.TagMessageFlags.ID(), mapi.TagHasAttachments.ID(), mapi.TagAccess.ID(), mapi.TagAccessLevel.ID(),
		mapi.TagMessageStatus.ID(), mapi.TagMessageSize.ID(), mapi.TagHasNamedProperties.ID():
		return true
	}
	return false
}

// AttachmentCounter keeps, among the properties of a message, the number above those of deleted attachments: numbers
// are never used again on a message. Messages have no such property; clients never see it.
const AttachmentCounter = mapi.TagAttachNumber
