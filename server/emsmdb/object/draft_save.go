package object

import (
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// edit returns the changes of properties as the store takes them, but for those that stand beside the properties.
func (d *draft) edit() (e store.Edit) {
	for _, id := range slices.Sorted(maps.Keys(d.changes)) {
		switch c := d.changes[id]; {
		case keptByServer(c.tag):
		case c.gone:
			e.Remove = append(e.Remove, c.tag)
		case c.stage != 0:
			e.Staged = append(e.Staged, store.Staged{Tag: c.tag, Stage: c.stage})
		default:
			e.Set = append(e.Set, prop.Tagged{Tag: c.tag, Value: c.value})
		}
	}
	return e
}

// contentEdit returns all changes of a message that lies over what is stored.
func (d *draft) contentEdit(r store.Reader) (e store.ContentEdit, err error) {
	e.Edit, e.SetRecipients, e.Recipients = d.edit(), d.recipientsSet, d.recipients
	for _, number := range slices.Sorted(maps.Keys(d.attachments)) {
		a := d.attachments[number]
		switch {
		case a.deleted:
			e.Attachments = append(e.Attachments, store.AttachmentEdit{Number: number, Delete: true})
		case a.dirty():
			edit := store.AttachmentEdit{Number: number, Method: a.method(), Edit: a.edit()}
			if m := a.embedded; m != nil && m.dirty() {
				inner, err := m.contentEdit(r)
				if err != nil {
					return e, err
				}
				if edit.EmbeddedFlags, err = m.flags(r); err != nil {
					return e, err
				}
				edit.Embedded, edit.RemoveEmbedded = &inner, m.unsaved() && a.stored.Embedded != 0
			}
			e.Attachments = append(e.Attachments, edit)
		}
	}
	return e, nil
}

// flags is PidTagMessageFlags of a message that has no row of its own in the store.
func (d *draft) flags(r store.Reader) (uint32, error) {
	props, err := d.props(r, mapi.TagMessageFlags)
	return uint32(valueOf(props, mapi.TagMessageFlags).Bits()), err
}

// stageIDs lists the stages that an edit takes.
func stageIDs(e *store.ContentEdit) (ids []store.StageID) {
	for _, s := range e.Staged {
		ids = append(ids, s.Stage)
	}
	for i := range e.Attachments {
		a := &e.Attachments[i]
		for _, s := range a.Staged {
			ids = append(ids, s.Stage)
		}
		if a.Embedded != nil {
			ids = append(ids, stageIDs(a.Embedded)...)
		}
	}
	return ids
}

// settling turns working copies into ones without changes over what a save has stored, once it is committed.
type settling []func()

// add notes what becomes of d, whose content stands under bag.
func (s *settling) add(r store.Reader, d *draft, bag store.BagID) error {
	*s = append(*s, func() {
		d.bag, d.changes, d.recipients, d.recipientsSet = bag, nil, nil, false
		maps.DeleteFunc(d.attachments, func(_ uint32, a *draft) bool { return a.deleted })
	})
	if len(d.attachments) == 0 {
		return nil
	}
	list, err := r.Attachments(bag)
	if err != nil {
		return err
	}
	for _, att := range list {
		a := d.attachments[att.Number]
		if a == nil || a.deleted {
			continue
		}
		*s = append(*s, func() { a.stored = att })
		if err := s.add(r, a, att.Bag); err != nil {
			return err
		}
		if a.embedded != nil && att.Embedded != 0 {
			if err := s.add(r, a.embedded, att.Embedded); err != nil {
				return err
			}
		}
	}
	return nil
}

// done applies what was noted.
func (s settling) done() {
	for _, fn := range s {
		fn()
	}
}
