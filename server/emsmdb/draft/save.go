package draft

import (
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Edit returns the changes of properties as the store takes them, but for those that stand beside the properties.
func (d *Draft) Edit() (e store.Edit) {
	for _, id := range slices.Sorted(maps.Keys(d.Changes)) {
		switch c := d.Changes[id]; {
		case KeptByServer(c.Tag):
		case c.Gone:
			e.Remove = append(e.Remove, c.Tag)
		case c.Stage != 0:
			e.Staged = append(e.Staged, store.Staged{Tag: c.Tag, Stage: c.Stage})
		default:
			e.Set = append(e.Set, prop.Tagged{Tag: c.Tag, Value: c.Value})
		}
	}
	return e
}

// ContentEdit returns all changes of a message that lies over what is stored.
func (d *Draft) ContentEdit(r store.Reader) (e store.ContentEdit, err error) {
	e.Edit, e.SetRecipients, e.Recipients = d.Edit(), d.RecipientsSet, d.Recipients
	for _, number := range slices.Sorted(maps.Keys(d.Attachments)) {
		a := d.Attachments[number]
		switch {
		case a.Deleted:
			e.Attachments = append(e.Attachments, store.AttachmentEdit{Number: number, Delete: true})
		case a.Dirty():
			edit := store.AttachmentEdit{Number: number, Method: a.Method(), Edit: a.Edit()}
			if m := a.Embedded; m != nil && m.Dirty() {
				inner, err := m.ContentEdit(r)
				if err != nil {
					return e, err
				}
				if edit.EmbeddedFlags, err = m.Flags(r); err != nil {
					return e, err
				}
				edit.Embedded, edit.RemoveEmbedded = &inner, m.Unsaved() && a.Stored.Embedded != 0
			}
			e.Attachments = append(e.Attachments, edit)
		}
	}
	return e, nil
}

// Flags is PidTagMessageFlags of a message that has no row of its own in the store.
func (d *Draft) Flags(r store.Reader) (uint32, error) {
	props, err := d.Props(r, mapi.TagMessageFlags)
	for i := range props {
		if props[i].Value.Type() == mapi.PtypInteger32 {
			return uint32(props[i].Value.Bits()), err
		}
	}
	return 0, err
}

// StageIDs lists the stages that an edit takes.
func StageIDs(e *store.ContentEdit) (ids []store.StageID) {
	for _, s := range e.Staged {
		ids = append(ids, s.Stage)
	}
	for i := range e.Attachments {
		a := &e.Attachments[i]
		for _, s := range a.Staged {
			ids = append(ids, s.Stage)
		}
		if a.Embedded != nil {
			ids = append(ids, StageIDs(a.Embedded)...)
		}
	}
	return ids
}

// Settling turns working copies into ones without changes over what a save has stored, once it is committed.
type Settling []func()

// Add notes what becomes of d, whose content stands under bag.
func (s *Settling) Add(r store.Reader, d *Draft, bag store.BagID) error {
	*s = append(*s, func() {
		d.Bag, d.Changes, d.Recipients, d.RecipientsSet = bag, nil, nil, false
		maps.DeleteFunc(d.Attachments, func(_ uint32, a *Draft) bool { return a.Deleted })
	})
	if len(d.Attachments) == 0 {
		return nil
	}
	list, err := r.Attachments(bag)
	if err != nil {
		return err
	}
	for _, att := range list {
		a := d.Attachments[att.Number]
		if a == nil || a.Deleted {
			continue
		}
		*s = append(*s, func() { a.Stored = att })
		if err := s.Add(r, a, att.Bag); err != nil {
			return err
		}
		if a.Embedded != nil && att.Embedded != 0 {
			if err := s.Add(r, a.Embedded, att.Embedded); err != nil {
				return err
			}
		}
	}
	return nil
}

// Done applies what was noted.
func (s Settling) Done() {
	for _, fn := range s {
		fn()
	}
}
