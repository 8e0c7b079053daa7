package storetest

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

func drawRemove(rt *rapid.T) []mapi.PropTag {
	return rapid.SliceOfN(rapid.SampledFrom(modelTags), 0, 3).Draw(rt, "remove")
}

func drawRecipients(rt *rapid.T) (list []store.Recipient) {
	for i := range rapid.IntRange(0, 2).Draw(rt, "recipients") {
		list = append(list, store.Recipient{RowID: uint32(i), Type: 1, Props: drawProps(rt)})
	}
	return list
}

// drawEdit draws what one save changes, with embedded messages down to a depth.
func (r *modelRun) drawEdit(rt *rapid.T, depth int, stages bool) store.ContentEdit {
	e := store.ContentEdit{Edit: store.Edit{Set: drawProps(rt), Remove: drawRemove(rt)}}
	if stages {
		e.Staged = r.drawStaged(rt)
	}
	if e.SetRecipients = rapid.Bool().Draw(rt, "set recipients"); e.SetRecipients {
		e.Recipients = drawRecipients(rt)
	}
	for range rapid.IntRange(0, 2).Draw(rt, "attachments") {
		a := store.AttachmentEdit{
			Number: rapid.Uint32Range(0, 3).Draw(rt, "number"), Method: rapid.Uint32Range(0, 7).Draw(rt, "method"), Delete: rapid.IntRange(0, 4).Draw(rt, "delete") == 0,
			Edit: store.Edit{Set: drawProps(rt), Remove: drawRemove(rt)}, RemoveEmbedded: rapid.IntRange(0, 4).Draw(rt, "remove embedded") == 0,
			EmbeddedFlags: rapid.Uint32Range(0, 15).Draw(rt, "flags"),
		}
		if depth > 0 && rapid.Bool().Draw(rt, "embedded") {
			inner := r.drawEdit(rt, depth-1, false)
			a.Embedded = &inner
		}
		e.Attachments = append(e.Attachments, a)
	}
	return e
}

// drawStaged takes some stages for properties: as text only what is well-formed, so that it reads as it was written.
func (r *modelRun) drawStaged(rt *rapid.T) (list []store.Staged) {
	ids := r.stageIDs()
	for i := range rapid.IntRange(0, min(len(ids), 2)).Draw(rt, "staged") {
		tags := []mapi.PropTag{mapi.TagHtml, 0x80020102}
		if data := r.stages[ids[i]]; string(utf16Bytes(wire.DecodeUTF16(data))) == string(data) {
			tags = append(tags, mapi.TagBody, mapi.TagSubject)
		}
		list = append(list, store.Staged{Tag: rapid.SampledFrom(tags).Draw(rt, "tag"), Stage: ids[i]})
	}
	return list
}

// edited applies an edit to properties, and takes its stages from the model.
func (r *modelRun) edited(props map[uint16]prop.Tagged, e store.Edit) map[uint16]prop.Tagged {
	out := clone(props)
	for _, tag := range e.Remove {
		delete(out, tag.ID())
	}
	maps.Copy(out, byID(e.Set))
	for _, s := range e.Staged {
		v := prop.Binary(r.stages[s.Stage])
		if s.Tag.Type() == mapi.PtypString {
			v = prop.String(wire.DecodeUTF16(r.stages[s.Stage]))
		}
		out[s.Tag.ID()] = tagged(s.Tag, v)
		delete(r.stages, s.Stage)
	}
	return out
}

// content applies an edit to a content, or to none, at a time.
func (r *modelRun) content(c modelContent, e store.ContentEdit, now mapi.FileTime) modelContent {
	created, ok := c.props[mapi.TagCreationTime.ID()]
	if !ok {
		created = tagged(mapi.TagCreationTime, prop.Time(now))
	}
	out := modelContent{props: r.edited(c.props, e.Edit), recipients: c.recipients, attachments: map[uint32]modelAttachment{}}
	if _, ok := out.props[mapi.TagCreationTime.ID()]; !ok {
		out.props[mapi.TagCreationTime.ID()] = created
	}
	out.props[mapi.TagLastModificationTime.ID()] = tagged(mapi.TagLastModificationTime, prop.Time(now)) // the draw never sets it
	if e.SetRecipients {
		out.recipients = e.Recipients
	}
	maps.Copy(out.attachments, c.attachments)
	for _, a := range e.Attachments {
		if a.Delete {
			delete(out.attachments, a.Number)
			continue
		}
		n := out.attachments[a.Number]
		n.method, n.props = a.Method, r.edited(n.props, a.Edit)
		if a.RemoveEmbedded {
			n.embedded = nil
		}
		if a.Embedded != nil {
			var old modelContent
			if n.embedded != nil {
				old = *n.embedded
			}
			inner := r.content(old, *a.Embedded, now)
			inner.props[mapi.TagMessageFlags.ID()] = tagged(mapi.TagMessageFlags, prop.Uint32(a.EmbeddedFlags))
			n.embedded = &inner
		}
		out.attachments[a.Number] = n
	}
	return out
}

// message completes a message of the model with what its content says.
func (c modelContent) message(m store.Message) store.Message {
	m.Received = c.props[mapi.TagMessageDeliveryTime.ID()].Value.FileTime()
	m.Created = c.props[mapi.TagCreationTime.ID()].Value.FileTime()
	m.Modified = c.props[mapi.TagLastModificationTime.ID()].Value.FileTime()
	m.Attachments, m.Recipients = len(c.attachments), len(c.recipients)
	return m
}

func (r *modelRun) createMessage(rt *rapid.T) {
	n := store.NewMessage{
		Folder: r.drawFolder(rt), Associated: rapid.IntRange(0, 3).Draw(rt, "associated") == 0, Flags: rapid.Uint32Range(0, 15).Draw(rt, "flags"),
		Props: drawProps(rt), Recipients: drawRecipients(rt),
	}
	given := store.ContentEdit{Edit: store.Edit{Set: n.Props}, SetRecipients: true, Recipients: n.Recipients}
	for i := range rapid.IntRange(0, 2).Draw(rt, "attachments") {
		props := drawProps(rt)
		n.Attachments = append(n.Attachments, store.NewAttachment{Method: 1, Props: props})
		given.Attachments = append(given.Attachments, store.AttachmentEdit{Number: uint32(i), Method: 1, Edit: store.Edit{Set: props}})
	}
	if rapid.Bool().Draw(rt, "edited") {
		e := r.drawEdit(rt, 2, true)
		n.Edit = &e
	}
	var made store.Message
	var now mapi.FileTime
	r.do(rt, func(tx store.Tx) (err error) {
		now = tx.Now()
		made, err = tx.CreateMessage(n)
		return expect("CreateMessage", err, r.missing(n.Folder))
	}, func() {
		c := r.content(modelContent{}, given, now)
		if n.Edit != nil {
			if slices.Contains(n.Edit.Remove, mapi.TagCreationTime) { // of what was not there before
				c.props[mapi.TagCreationTime.ID()] = tagged(mapi.TagCreationTime, prop.Time(now))
			}
			c = r.content(c, *n.Edit, now)
		}
		want := c.message(store.Message{
			ID: made.ID, Folder: n.Folder, Mailbox: r.mailbox, Bag: made.Bag, Associated: n.Associated, Flags: n.Flags, Size: made.Size, Change: made.Change,
			ReadChange: made.Change,
		})
		r.messages[made.ID] = &modelMessage{want, c}
	})
}

func (r *modelRun) drawMessage(rt *rapid.T) store.MessageID {
	if len(r.messages) == 0 {
		rt.Skip("no message yet")
	}
	return rapid.SampledFrom(r.ids(func(*modelMessage) bool { return true })).Draw(rt, "message")
}

// locked is ErrNotFound for a message that can't be changed because it is soft-deleted, or its folder.
func (r *modelRun) locked(m *modelMessage) error {
	if m.Deleted {
		return store.ErrNotFound
	}
	return r.missing(m.Folder)
}

func (r *modelRun) saveMessage(rt *rapid.T) {
	id := r.drawMessage(rt)
	e := store.MessageEdit{
		ContentEdit: r.drawEdit(rt, 2, true), Flags: rapid.Uint32Range(0, 0x7FF).Draw(rt, "flags"), FlagsMask: rapid.Uint32Range(0, 0x7FF).Draw(rt, "mask"),
	}
	m := *r.messages[id]
	want := r.locked(&m)
	if rapid.Bool().Draw(rt, "expect") {
		e.Expect = m.Change + store.ChangeNumber(rapid.IntRange(0, 1).Draw(rt, "changed"))
		if e.Expect != m.Change && !m.Deleted {
			want = store.ErrConflict
		}
	}
	var got store.Message
	var now mapi.FileTime
	r.do(rt, func(tx store.Tx) (err error) {
		now = tx.Now()
		got, err = tx.SaveMessage(id, e)
		return expect("SaveMessage", err, want)
	}, func() {
		if got.Change <= m.Change {
			rt.Fatalf("change number went from %d to %d", m.Change, got.Change)
		}
		c := r.content(m.modelContent, e.ContentEdit, now)
		flags := m.Flags&^e.FlagsMask | e.Flags&e.FlagsMask
		if (flags^m.Flags)&0x701 != 0 {
			m.ReadChange = got.Change
		}
		m.Flags, m.Change, m.Size = flags, got.Change, got.Size
		r.messages[id] = &modelMessage{c.message(m.Message), c}
	})
}

func (r *modelRun) setFlags(rt *rapid.T) {
	id := r.drawMessage(rt)
	flags, mask := rapid.Uint32Range(0, 0x7FF).Draw(rt, "flags"), rapid.Uint32Range(0, 0x7FF).Draw(rt, "mask")
	m := r.messages[id]
	flags = m.Flags&^mask | flags&mask
	var want error
	if flags != m.Flags {
		want = r.missing(m.Folder)
	}
	var got store.Message
	r.do(rt, func(tx store.Tx) (err error) {
		got, err = tx.SetMessageFlags(id, flags, mask)
		return expect("SetMessageFlags", err, want)
	}, func() {
		if flags != m.Flags && max(got.Change, got.ReadChange) <= max(m.Change, m.ReadChange) {
			rt.Fatalf("change numbers went from %d and %d to %d and %d", m.Change, m.ReadChange, got.Change, got.ReadChange)
		}
		m.Flags, m.Change, m.ReadChange = flags, got.Change, got.ReadChange
	})
}

func (r *modelRun) setStatus(rt *rapid.T) {
	id := r.drawMessage(rt)
	status, mask := rapid.Uint32Range(0, 0x1F).Draw(rt, "status"), rapid.Uint32Range(0, 0x1F).Draw(rt, "mask")
	m := r.messages[id]
	status = m.Status&^mask | status&mask
	var want error
	if status != m.Status {
		want = r.missing(m.Folder)
	}
	var before, after store.Message
	r.do(rt, func(tx store.Tx) (err error) {
		if before, err = tx.SetMessageStatus(id, status, mask); err == nil {
			after, err = tx.Message(id)
		}
		return expect("SetMessageStatus", err, want)
	}, func() {
		if before != m.Message {
			rt.Fatalf("SetMessageStatus returned %+v, want %+v", before, m.Message)
		}
		m.Status, m.Change = status, after.Change
	})
}

func (r *modelRun) deleteMessage(rt *rapid.T) {
	id, hard := r.drawMessage(rt), rapid.Bool().Draw(rt, "hard")
	m := r.messages[id]
	var want error
	if !hard {
		want = r.locked(m)
	}
	var after store.Message
	var now mapi.FileTime
	r.do(rt, func(tx store.Tx) error {
		now = tx.Now()
		err := tx.DeleteMessage(id, hard)
		if err == nil && !hard {
			after, err = tx.Message(id)
		}
		return expect("DeleteMessage", err, want)
	}, func() {
		if hard {
			delete(r.messages, id)
			return
		}
		m.Deleted, m.Size = true, after.Size
		m.props = r.edited(m.props, store.Edit{Set: []prop.Tagged{tagged(mapi.TagDeletedOn, prop.Time(now))}})
	})
}

func (r *modelRun) moveMessage(rt *rapid.T) { r.transfer(rt, true) }
func (r *modelRun) copyMessage(rt *rapid.T) { r.transfer(rt, false) }

func (r *modelRun) transfer(rt *rapid.T, move bool) {
	id, to := r.drawMessage(rt), r.drawFolder(rt)
	m := r.messages[id]
	var got store.Message
	r.do(rt, func(tx store.Tx) (err error) {
		if move {
			got, err = tx.MoveMessage(id, to)
		} else {
			got, err = tx.CopyMessage(id, to)
		}
		return expect("MoveMessage or CopyMessage", err, r.missing(to))
	}, func() {
		n := *m
		n.props = r.edited(m.props, store.Edit{Remove: []mapi.PropTag{mapi.TagDeletedOn}})
		n.ID, n.Folder, n.Deleted, n.Size, n.Change, n.ReadChange = got.ID, to, false, got.Size, got.Change, got.Change
		if move {
			delete(r.messages, id)
		} else {
			n.Bag = got.Bag
		}
		r.messages[got.ID] = &n
	})
}
