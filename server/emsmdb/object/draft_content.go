package object

import (
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// recipientList lists the recipients by row id. The list must not be changed.
func (d *draft) recipientList(r store.Reader) ([]store.Recipient, error) {
	switch {
	case d.recipientsSet:
		return d.recipients, nil
	case d.below != nil:
		return d.below.recipientList(r)
	case d.bag != 0:
		return r.Recipients(d.bag)
	}
	return nil, nil
}

// attachmentList lists the attachments by number.
func (d *draft) attachmentList(r store.Reader) ([]*draft, error) {
	var out []*draft
	take := func(a *draft) {
		if own := d.attachments[a.number]; own != nil {
			own.stored = a.stored
			a = own
		}
		if !a.deleted {
			out = append(out, a)
		}
	}
	switch {
	case d.below != nil:
		list, err := d.below.attachmentList(r)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			take(a)
		}
	case d.bag != 0:
		list, err := r.Attachments(d.bag)
		if err != nil {
			return nil, err
		}
		for i := range list {
			take(&draft{bag: list[i].Bag, number: list[i].Number, stored: list[i]})
		}
	}
	for _, number := range slices.Sorted(maps.Keys(d.attachments)) {
		if a := d.attachments[number]; a.unsaved() && !a.deleted {
			out = append(out, a)
		}
	}
	return out, nil
}

// unsaved reports whether d lies over nothing: it was made here and is not saved yet.
func (d *draft) unsaved() bool { return d.below == nil && d.bag == 0 }

// attachment returns the working copy of an attachment, which all handles of this draft share, or nil.
func (d *draft) attachment(r store.Reader, number uint32) (*draft, error) {
	list, err := d.attachmentList(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(a *draft) bool { return a.number == number })
	if i < 0 {
		return nil, nil
	}
	found := list[i]
	if d.attachments[number] == found {
		return found, nil
	}
	if d.below != nil {
		below, err := d.below.attachment(r, number)
		if err != nil || below == nil {
			return nil, err
		}
		found = &draft{below: below, number: number, stored: below.stored}
	}
	d.keep(found)
	return found, nil
}

// keep makes an attachment one of d's own.
func (d *draft) keep(a *draft) {
	if d.attachments == nil {
		d.attachments = make(map[uint32]*draft)
	}
	d.attachments[a.number] = a
}

// message returns the working copy of the embedded message of an attachment, or nil.
func (d *draft) message() *draft {
	switch {
	case d.embedded != nil:
	case d.below != nil:
		if below := d.below.message(); below != nil {
			d.embedded = &draft{below: below}
		}
	case d.stored.Embedded != 0:
		d.embedded = &draft{bag: d.stored.Embedded}
	}
	return d.embedded
}

// method is PidTagAttachMethod of an attachment.
func (d *draft) method() uint32 {
	if c, ok := d.changes[mapi.TagAttachMethod.ID()]; ok {
		if c.value.Type() == mapi.PtypInteger32 {
			return uint32(c.value.Bits())
		}
		return mapi.AfNone
	}
	if d.below != nil {
		return d.below.method()
	}
	return d.stored.Method
}

// dirty reports whether a save of d would change anything below it.
func (d *draft) dirty() bool {
	if len(d.changes) > 0 || d.recipientsSet || d.deleted || d.unsaved() || d.embedded != nil && d.embedded.dirty() {
		return true
	}
	for _, a := range d.attachments {
		if a.dirty() {
			return true
		}
	}
	return false
}

// commit saves d into the draft below it and returns the stages that nothing needs any more.
func (d *draft) commit() (dropped []store.StageID) {
	to := d.below
	for _, c := range d.changes {
		if old := to.set(c); old != c.stage {
			dropped = append(dropped, old)
		}
	}
	d.changes = nil
	if d.recipientsSet {
		to.recipients, to.recipientsSet = d.recipients, true
		d.recipients, d.recipientsSet = nil, false
	}
	for _, number := range slices.Sorted(maps.Keys(d.attachments)) {
		a := d.attachments[number]
		switch {
		case a.deleted:
			delete(d.attachments, number)
			if a.below != nil {
				dropped = append(dropped, to.remove(a.below)...)
			}
		case a.unsaved():
			a.below = &draft{number: number}
			to.keep(a.below)
			dropped = append(dropped, a.commit()...)
		default:
			dropped = append(dropped, a.commit()...)
		}
	}
	if e := d.embedded; e != nil {
		if e.unsaved() {
			e.below = new(draft)
			to.embedded = e.below
		}
		dropped = append(dropped, e.commit()...)
	}
	return dropped
}

// remove deletes an attachment of d's own and returns the stages that nothing needs any more.
func (d *draft) remove(a *draft) []store.StageID {
	a.deleted = true
	if a.unsaved() {
		delete(d.attachments, a.number)
	}
	return a.discard()
}

// discard forgets all changes and returns their stages.
func (d *draft) discard() (stages []store.StageID) {
	for _, c := range d.changes {
		stages = append(stages, c.stage)
	}
	d.changes, d.recipients, d.recipientsSet = nil, nil, false
	for number, a := range d.attachments {
		stages = append(stages, a.discard()...)
		if a.unsaved() || a.deleted {
			delete(d.attachments, number)
		}
	}
	if d.embedded != nil {
		stages = append(stages, d.embedded.discard()...)
		if d.embedded.unsaved() {
			d.embedded = nil
		}
	}
	return stages
}
