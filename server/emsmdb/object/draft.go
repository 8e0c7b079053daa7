package object

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

// draft is the working copy of a message or an attachment: changes that lie over another draft, into which they are
// saved, or over what the store has. Nothing of it reaches the store before the message is saved.
type draft struct {
	below   *draft            // nil over what is stored
	bag     store.BagID       // of what is stored; 0 if nothing is
	changes map[uint16]change // by property id: an object has one property of an id

	// Of messages.

	recipients    []store.Recipient // in place of those below, by row id
	recipientsSet bool
	attachments   map[uint32]*draft // those that were made, changed, deleted or opened

	// Of attachments.

	number   uint32
	stored   store.Attachment // as of the last look, over what is stored
	deleted  bool
	embedded *draft // of the embedded message, if it was made, changed or opened
}

// change is what became of one property.
type change struct {
	tag    mapi.PropTag
	value  prop.Value
	stage  store.StageID // holds the value instead, if it is not 0
	client bool          // set by the client, not by the server
	gone   bool          // removed
}

// props returns the properties as they are now, all of them if tags is empty, as store.BagReader's Props does. A value
// that is staged is given like a stored one.
func (d *draft) props(r store.Reader, tags ...mapi.PropTag) ([]store.Property, error) {
	out, err := d.rawProps(r, tags...)
	if slices.ContainsFunc(out, isCounter) {
		out = slices.DeleteFunc(slices.Clone(out), isCounter)
	}
	return out, err
}

func isCounter(p store.Property) bool { return p.Tag == attachmentCounter }

// rawProps is props with what the server keeps for itself.
func (d *draft) rawProps(r store.Reader, tags ...mapi.PropTag) ([]store.Property, error) {
	var out []store.Property
	var err error
	switch {
	case d.below != nil:
		out, err = d.below.rawProps(r, tags...)
	case d.bag != 0:
		out, err = r.Props(d.bag, tags...)
	}
	if err != nil || len(d.changes) == 0 {
		return out, err
	}
	out = slices.DeleteFunc(slices.Clone(out), func(p store.Property) bool {
		_, changed := d.changes[p.Tag.ID()]
		return changed
	})
	add := func(c change) error {
		if c.gone {
			return nil
		}
		p := store.Property{Tag: c.tag, Value: c.value}
		if c.stage != 0 {
			if p, err = stagedProperty(r, c); err != nil {
				return err
			}
		}
		out = append(out, p)
		return nil
	}
	if len(tags) == 0 {
		for _, id := range slices.Sorted(maps.Keys(d.changes)) {
			if err := add(d.changes[id]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	for i, tag := range tags {
		c, ok := d.changes[tag.ID()]
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
func stagedProperty(r store.Reader, c change) (store.Property, error) {
	v, err := r.OpenStage(c.stage)
	if err != nil {
		return store.Property{}, err
	}
	if v.Size() > store.LargeValue {
		return store.Property{Tag: c.tag, Size: v.Size()}, nil
	}
	b := make([]byte, v.Size())
	if n, err := v.ReadAt(b, 0); err != nil && n < len(b) {
		return store.Property{}, err
	}
	value := prop.Binary(b)
	if unicodeType(c.tag.Type()) == mapi.PtypString {
		value = prop.String(wire.DecodeUTF16(b))
	}
	return store.Property{Tag: c.tag, Value: value}, nil
}

// changed reports whether a client set or removed a property since the last save.
func (d *draft) changed(tag mapi.PropTag) bool {
	c, ok := d.changes[tag.ID()]
	return ok && c.client || d.below != nil && d.below.changed(tag)
}

// valueOf is find that gives the zero Value where there is none, or only a large one.
func valueOf(props []store.Property, tag mapi.PropTag) prop.Value {
	if v := find(props, tag); v.Type() != mapi.PtypErrorCode {
		return v
	}
	return prop.Value{}
}

// open opens a string or binary property.
func (d *draft) open(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	c, ok := d.changes[tag.ID()]
	switch {
	case ok && (c.gone || !sameType(c.tag.Type(), tag.Type())):
		return nil, store.ErrNotFound
	case ok && c.stage != 0:
		return r.OpenStage(c.stage)
	case ok && unicodeType(c.tag.Type()) == mapi.PtypString:
		var w wire.Writer
		w.UTF16(c.value.Str())
		return valueBytes(w.Bytes()), nil
	case ok && c.tag.Type() == mapi.PtypBinary:
		return valueBytes(c.value.Str()), nil
	case ok:
		return nil, store.ErrNotFound
	case d.below != nil:
		return d.below.open(r, tag)
	case d.bag != 0:
		return r.OpenProp(d.bag, tag)
	}
	return nil, store.ErrNotFound
}

// storedBag is the bag of what is stored at the bottom, 0 if nothing is.
func (d *draft) storedBag() store.BagID {
	for d.below != nil {
		d = d.below
	}
	return d.bag
}

// size is about what the store would count for d.
func (d *draft) size(r store.Reader) (n int64, err error) {
	props, err := d.props(r)
	if err != nil {
		return 0, err
	}
	for i := range props {
		n += tagSize + props[i].Size
		if props[i].Size == 0 {
			n += int64(prop.ExtendedForm.ValueSize(props[i].Value))
		}
	}
	recipients, err := d.recipientList(r)
	if err != nil {
		return 0, err
	}
	for i := range recipients {
		n += msgprops.Size(recipients[i].Props)
	}
	attachments, err := d.attachmentList(r)
	if err != nil {
		return 0, err
	}
	for _, a := range attachments {
		inner := a.stored.Size
		if a.dirty() {
			if inner, err = a.size(r); err != nil {
				return 0, err
			}
		}
		n += inner
	}
	if m := d.message(); m != nil {
		inner, err := m.size(r)
		return n + inner, err
	}
	return n, nil
}

// tagSize is what the tag of a property counts for in sizes.
const tagSize = 4

// set changes one property. It returns the stage that held its value until now and is not needed any more, or 0.
func (d *draft) set(c change) (dropped store.StageID) {
	if d.changes == nil {
		d.changes = make(map[uint16]change)
	}
	old := d.changes[c.tag.ID()]
	d.changes[c.tag.ID()] = c
	return old.stage
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

// stageValue makes a stage with what a string or binary property has.
func (d *draft) stageValue(tx store.Tx, tag mapi.PropTag) (store.StageID, error) {
	c, ok := d.changes[tag.ID()]
	switch {
	case ok && c.stage != 0:
		return tx.StageCopy(c.stage)
	case ok:
		v, err := d.open(tx, tag)
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
	case d.below != nil:
		return d.below.stageValue(tx, tag)
	case d.bag != 0:
		return tx.StageProp(d.bag, tag)
	}
	return 0, store.ErrNotFound
}
