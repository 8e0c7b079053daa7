package sqlite

import (
	"fmt"
	"maps"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Bits of PidTagMessageFlags, [MS-OXCMSG] 2.2.1.6.
const (
	mfRead    = 0x001 // unread counts go by it
	readState = mfRead | 0x100 | 0x200 | 0x400
)

// part is the list of a folder that a message is in.
func part(associated, deleted bool) int64 {
	n := int64(0)
	if associated {
		n |= 1
	}
	if deleted {
		n |= 2
	}
	return n
}

const messageColumns = `SELECT folder, part, mailbox, bag, flags, status, size, received, created, modified, cn, read_cn, attachments, recipients
	FROM message `

// Message finds a message by id, soft-deleted ones included.
func (r *reader) Message(id store.MessageID) (store.Message, error) {
	m := store.Message{ID: id}
	var part int64
	err := r.c.row(messageColumns+"WHERE mid = ?", []any{int64(id)}, into(&m.Folder), into(&part), into(&m.Mailbox), into(&m.Bag), into(&m.Flags),
		into(&m.Status), into(&m.Size), into(&m.Received), into(&m.Created), into(&m.Modified), into(&m.Change), into(&m.ReadChange),
		into(&m.Attachments), into(&m.Recipients))
	if err != nil {
		return store.Message{}, fmt.Errorf("message %d: %w", id, err)
	}
	m.Associated, m.Deleted = part&1 != 0, part&2 != 0
	return m, nil
}

// CreateMessage stores a message.
func (t *tx) CreateMessage(n store.NewMessage) (store.Message, error) {
	id, cn := t.counter(), t.counter()
	c, err := t.putContent(&n)
	if err != nil {
		return store.Message{}, err
	}
	if err := t.saveContent(c); err != nil {
		return store.Message{}, err
	}
	m := store.Message{
		ID: store.MessageID(id), Folder: n.Folder, Bag: c.bag, Associated: n.Associated, Flags: n.Flags, Change: store.ChangeNumber(cn),
		ReadChange: store.ChangeNumber(cn),
	}
	h := hotOf(c.props)
	h.fields(&m, c)
	var count counts
	count.add(m, 1)
	if m.Mailbox, err = t.count(m.Folder, count, m.Change); err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	if err := t.insertMessage(m, &h); err != nil {
		return store.Message{}, err
	}
	t.noteMessage(store.MessageCreated, m, m.Change)
	return m, nil
}

func (t *tx) insertMessage(m store.Message, h *hot) error {
	err := t.c.exec(insertMessage, append(append([]any{
		int64(m.Folder), part(m.Associated, m.Deleted), int64(m.ID), int64(m.Mailbox), int64(m.Bag), int64(m.Flags), int64(m.Status), m.Size,
		int64(m.Received), int64(m.Created), int64(m.Modified), int64(m.Change), int64(m.ReadChange), int64(m.Attachments), int64(m.Recipients), h.odd,
	}, h.columns[:]...), h.lookups[:]...)...)
	if err != nil {
		return err
	}
	return t.queue(m)
}

// noteMessage tells of a change of one message.
func (t *tx) noteMessage(kind store.ChangeKind, m store.Message, cn store.ChangeNumber) {
	t.note(store.Change{Kind: kind, Mailbox: m.Mailbox, Folder: m.Folder, Message: m.ID, Associated: m.Associated, Number: cn, Buried: m.Deleted})
}

// noteModified tells that properties of a message changed.
func (t *tx) noteModified(m store.Message, cn store.ChangeNumber, tags []mapi.PropTag) {
	t.note(store.Change{
		Kind: store.MessageModified, Mailbox: m.Mailbox, Folder: m.Folder, Message: m.ID, Associated: m.Associated, Number: cn, Tags: tags,
	})
}

// What changes with the flags and with the status of a message.
var (
	tagsOfFlags  = []mapi.PropTag{mapi.TagMessageFlags}
	tagsOfStatus = []mapi.PropTag{mapi.TagMessageStatus}
)

// editedTags lists the properties that an edit changes.
func editedTags(e *store.Edit) []mapi.PropTag {
	tags := make([]mapi.PropTag, 0, len(e.Set)+len(e.Staged)+len(e.Remove))
	for _, p := range e.Set {
		tags = append(tags, p.Tag)
	}
	for _, p := range e.Staged {
		tags = append(tags, p.Tag)
	}
	return append(tags, e.Remove...)
}

// SaveMessage changes a message.
func (t *tx) SaveMessage(id store.MessageID, e store.MessageEdit) (store.Message, error) {
	m, err := t.Message(id)
	if err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	switch {
	case m.Deleted:
		return store.Message{}, fmt.Errorf("message %d is deleted: %w", id, store.ErrNotFound)
	case e.Expect != 0 && e.Expect != m.Change:
		return store.Message{}, fmt.Errorf("message %d has change %d, not %d: %w", id, m.Change, e.Expect, store.ErrConflict)
	}
	before := m
	c, err := t.loadContent(m.Bag)
	if err != nil {
		return store.Message{}, err
	}
	c.recipients = m.Recipients
	lookups := lookupKeys(c.props)
	if err := t.editContent(c, &e.ContentEdit); err != nil {
		return store.Message{}, fmt.Errorf("message %d: %w", id, err)
	}
	var count counts
	count.add(m, -1)
	t.change(&m, m.Flags&^e.FlagsMask|e.Flags&e.FlagsMask, true)
	if err := t.supersede(c.props, c.bag, m.Change, &e.Edit); err != nil {
		return store.Message{}, err
	}
	if err := t.saveContent(c); err != nil {
		return store.Message{}, err
	}
	h := hotOf(c.props)
	h.fields(&m, c)
	count.add(m, 1)
	if _, err := t.count(m.Folder, count, m.Change); err != nil {
		return store.Message{}, err
	}
	if err := t.updateMessage(m, &h); err != nil {
		return store.Message{}, err
	}
	if err := t.updateLookups(m, lookups, h.lookups); err != nil {
		return store.Message{}, err
	}
	tags := editedTags(&e.Edit)
	t.noteModified(m, m.Change, tags)
	return m, t.requeue(before, m, tags)
}

func (t *tx) updateMessage(m store.Message, h *hot) error {
	return t.c.exec(updateMessage, append(append([]any{
		int64(m.Flags), int64(m.Status), m.Size, int64(m.Received), int64(m.Created), int64(m.Modified), int64(m.Change), int64(m.ReadChange),
		int64(m.Attachments), int64(m.Recipients), h.odd,
	}, h.columns[:]...), int64(m.Folder), part(m.Associated, m.Deleted), int64(m.ID))...)
}

// change gives a message new flags and change numbers; content says that more than its flags changes.
func (t *tx) change(m *store.Message, flags uint32, content bool) store.ChangeNumber {
	cn := store.ChangeNumber(t.counter())
	changed := m.Flags ^ flags
	m.Flags = flags
	if changed&readState != 0 {
		m.ReadChange = cn
	}
	if content || changed&^readState != 0 {
		m.Change = cn
	}
	return cn
}

// supersede takes up the server's own change in what a client has stored of the versions of an object, unless the edit
// sets that too. An object without stored properties of this kind needs none.
func (t *tx) supersede(g bag, id store.BagID, cn store.ChangeNumber, e *store.Edit) error {
	sets := func(tag mapi.PropTag) bool {
		for _, p := range e.Set {
			if p.Tag.ID() == tag.ID() {
				return true
			}
		}
		return false
	}
	if v, ok := g[mapi.TagPredecessorChangeList.ID()]; ok && !sets(mapi.TagPredecessorChangeList) {
		own := msgprops.ChangeXID(prop.LongTermID{DatabaseGUID: t.s.replica, GlobalCounter: uint64(cn)})
		list, err := msgprops.ParsePredecessorChangeList(v.value.Bytes())
		if err != nil {
			list = nil // what no client understands either
		}
		if err := t.put(g, id, prop.Tagged{Tag: mapi.TagPredecessorChangeList, Value: prop.Binary(list.With(own).Bytes())}); err != nil {
			return err
		}
	}
	if sets(mapi.TagChangeKey) {
		return nil
	}
	return t.remove(g, id, mapi.TagChangeKey.ID())
}

// SetMessageFlags changes PidTagMessageFlags.
func (t *tx) SetMessageFlags(id store.MessageID, flags, mask uint32) (store.Message, error) {
	m, err := t.Message(id)
	if err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	flags = m.Flags&^mask | flags&mask
	if flags == m.Flags {
		return m, nil
	}
	err = t.setFields(&m, flags, m.Status)
	return m, err
}

// SetMessageStatus changes PidTagMessageStatus.
func (t *tx) SetMessageStatus(id store.MessageID, status, mask uint32) (store.Message, error) {
	m, err := t.Message(id)
	if err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	before := m
	status = m.Status&^mask | status&mask
	if status == m.Status {
		return m, nil
	}
	return before, t.setFields(&m, m.Flags, status)
}

// setFields gives a message other flags or another status.
func (t *tx) setFields(m *store.Message, flags, status uint32) error {
	before := *m
	var count counts
	count.add(*m, -1)
	statusChanged := m.Status != status
	cn := t.change(m, flags, false) // the status is no part of a version, [MS-OXCMSG] 3.2.5.8
	m.Status = status
	if m.Change == cn {
		if err := t.changeBagOf(m, func(g bag) error { return t.supersede(g, m.Bag, cn, &store.Edit{}) }); err != nil {
			return err
		}
	}
	count.add(*m, 1)
	if _, err := t.count(m.Folder, count, cn); err != nil {
		return err
	}
	err := t.c.exec("UPDATE message SET flags = ?, status = ?, size = ?, cn = ?, read_cn = ? WHERE folder = ? AND part = ? AND mid = ?",
		int64(m.Flags), int64(m.Status), m.Size, int64(m.Change), int64(m.ReadChange), int64(m.Folder), part(m.Associated, m.Deleted), int64(m.ID))
	if err != nil {
		return err
	}
	tags := tagsOfFlags
	if statusChanged {
		tags = tagsOfStatus
	}
	t.noteModified(*m, cn, tags)
	return t.requeue(before, *m, tags)
}

// changeBagOf changes the bag of a message, if fn changes anything, and the size with it.
func (t *tx) changeBagOf(m *store.Message, fn func(bag) error) error {
	g, size, err := t.loadBag(m.Bag)
	if err != nil {
		return err
	}
	before := maps.Clone(g)
	if err := fn(g); err != nil {
		return err
	}
	if maps.EqualFunc(before, g, func(a, b bagValue) bool { return a.typ == b.typ && a.size == b.size && a.value.Equal(b.value) }) {
		return nil
	}
	now, err := t.saveBag(m.Bag, g, false)
	m.Size += now - size
	return err
}
