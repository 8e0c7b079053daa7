package draft

import (
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// RecipientList lists the recipients by row id. The list must not be changed.
func (d *Draft) RecipientList(r store.Reader) ([]store.Recipient, error) {
	switch {
	case d.RecipientsSet:
		return d.Recipients, nil
	case d.Below != nil:
		return d.Below.RecipientList(r)
	case d.Bag != 0:
		return r.Recipients(d.Bag)
	}
	return nil, nil
}

// AttachmentList lists the attachments by number.
func (d *Draft) AttachmentList(r store.Reader) ([]*Draft, error) {
	var out []*Draft
	take := func(a *Draft) {
		if own := d.Attachments[a.Number]; own != nil {
			own.Stored = a.Stored
			a = own
		}
		if !a.Deleted {
			out = append(out, a)
		}
	}
	switch {
	case d.Below != nil:
		list, err := d.Below.AttachmentList(r)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			take(a)
		}
	case d.Bag != 0:
		list, err := r.Attachments(d.Bag)
		if err != nil {
			return nil, err
		}
		for i := range list {
			take(&Draft{Bag: list[i].Bag, Number: list[i].Number, Stored: list[i]})
		}
	}
	for _, number := range slices.Sorted(maps.Keys(d.Attachments)) {
		if a := d.Attachments[number]; a.Unsaved() && !a.Deleted {
			out = append(out, a)
		}
	}
	return out, nil
}

// Unsaved reports whether d lies over nothing: it was made here and is not saved yet.
func (d *Draft) Unsaved() bool { return d.Below == nil && d.Bag == 0 }

// Attachment returns the working copy of an attachment, which all handles of this draft share, or nil.
func (d *Draft) Attachment(r store.Reader, number uint32) (*Draft, error) {
	list, err := d.AttachmentList(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(a *Draft) bool { return a.Number == number })
	if i < 0 {
		return nil, nil
	}
	found := list[i]
	if d.Attachments[number] == found {
		return found, nil
	}
	if d.Below != nil {
		below, err := d.Below.Attachment(r, number)
		if err != nil || below == nil {
			return nil, err
		}
		found = &Draft{Below: below, Number: number, Stored: below.Stored}
	}
	d.Keep(found)
	return found, nil
}

// Keep makes an attachment one of d's own.
func (d *Draft) Keep(a *Draft) {
	if d.Attachments == nil {
		d.Attachments = make(map[uint32]*Draft)
	}
	d.Attachments[a.Number] = a
}

// Message returns the working copy of the embedded message of an attachment, or nil.
func (d *Draft) Message() *Draft {
	switch {
	case d.Embedded != nil:
	case d.Below != nil:
		if below := d.Below.Message(); below != nil {
			d.Embedded = &Draft{Below: below}
		}
	case d.Stored.Embedded != 0:
		d.Embedded = &Draft{Bag: d.Stored.Embedded}
	}
	return d.Embedded
}

// Method is PidTagAttachMethod of an attachment.
func (d *Draft) Method() uint32 {
	if c, ok := d.Changes[mapi.TagAttachMethod.ID()]; ok {
		if c.Value.Type() == mapi.PtypInteger32 {
			return uint32(c.Value.Bits())
		}
		return mapi.AfNone
	}
	if d.Below != nil {
		return d.Below.Method()
	}
	return d.Stored.Method
}

// Dirty reports whether a save of d would change anything below it.
func (d *Draft) Dirty() bool {
	if len(d.Changes) > 0 || d.RecipientsSet || d.Deleted || d.Unsaved() || d.Embedded != nil && d.Embedded.Dirty() {
		return true
	}
	for _, a := range d.Attachments {
		if a.Dirty() {
			return true
		}
	}
	return false
}

// Commit saves d into the draft below it and returns the stages that nothing needs any more.
func (d *Draft) Commit() (dropped []store.StageID) {
	to := d.Below
	for _, c := range d.Changes {
		if old := to.Set(c); old != c.Stage {
			dropped = append(dropped, old)
		}
	}
	d.Changes = nil
	if d.RecipientsSet {
		to.Recipients, to.RecipientsSet = d.Recipients, true
		d.Recipients, d.RecipientsSet = nil, false
	}
	for _, number := range slices.Sorted(maps.Keys(d.Attachments)) {
		a := d.Attachments[number]
		switch {
		case a.Deleted:
			delete(d.Attachments, number)
			if a.Below != nil {
				dropped = append(dropped, to.Remove(a.Below)...)
			}
		case a.Unsaved():
			a.Below = &Draft{Number: number}
			to.Keep(a.Below)
			dropped = append(dropped, a.Commit()...)
		default:
			dropped = append(dropped, a.Commit()...)
		}
	}
	if e := d.Embedded; e != nil {
		if e.Unsaved() {
			e.Below = new(Draft)
			to.Embedded = e.Below
		}
		dropped = append(dropped, e.Commit()...)
	}
	return dropped
}

// Remove deletes an attachment of d's own and returns the stages that nothing needs any more.
func (d *Draft) Remove(a *Draft) []store.StageID {
	a.Deleted = true
	if a.Unsaved() {
		delete(d.Attachments, a.Number)
	}
	return a.Discard()
}

// Discard forgets all changes and returns their stages.
func (d *Draft) Discard() (stages []store.StageID) {
	for _, c := range d.Changes {
		stages = append(stages, c.Stage)
	}
	d.Changes, d.Recipients, d.RecipientsSet = nil, nil, false
	for number, a := range d.Attachments {
		stages = append(stages, a.Discard()...)
		if a.Unsaved() || a.Deleted {
			a.Deleted = true // for handles that still save into it
			delete(d.Attachments, number)
		}
	}
	if d.Embedded != nil {
		stages = append(stages, d.Embedded.Discard()...)
		if d.Embedded.Unsaved() {
			d.Embedded = nil
		}
	}
	return stages
}

// Removed reports whether a client removed a property since the last save.
func (d *Draft) Removed(tag mapi.PropTag) bool {
	c, ok := d.Changes[tag.ID()]
	return ok && c.Gone && c.Client
}

// EachStage hands out every stage that d and what hangs on it has.
func (d *Draft) EachStage(do func(store.StageID)) {
	for _, c := range d.Changes {
		if c.Stage != 0 {
			do(c.Stage)
		}
	}
	for _, a := range d.Attachments {
		a.EachStage(do)
	}
	if d.Embedded != nil {
		d.Embedded.EachStage(do)
	}
}
