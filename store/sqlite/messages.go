package sqlite

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

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

// Recipients lists the recipients of a bag.
func (r *reader) Recipients(id store.BagID) ([]store.Recipient, error) {
	var data []byte
	err := r.c.row("SELECT data FROM recipients WHERE bag = ?", []any{int64(id)}, &data)
	if errors.Is(err, store.ErrNotFound) {
		_, err = r.bagData(id)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	list, err := decodeRecipients(data)
	if err != nil {
		return nil, fmt.Errorf("recipients of bag %d: %w", id, err)
	}
	return list, nil
}

// Attachments lists the attachments of a bag.
func (r *reader) Attachments(id store.BagID) ([]store.Attachment, error) {
	var list []store.Attachment
	err := r.c.each("SELECT number, own_bag, method, embedded, size FROM attachment WHERE bag = ? ORDER BY number", []any{int64(id)}, func(rows *sql.Rows) error {
		var a store.Attachment
		err := rows.Scan(into(&a.Number), into(&a.Bag), into(&a.Method), into(&a.Embedded), into(&a.Size))
		list = append(list, a)
		return err
	})
	if err == nil && list == nil {
		_, err = r.bagData(id)
	}
	return list, err
}

// CreateMessage stores a message.
func (t *tx) CreateMessage(n store.NewMessage) (store.Message, error) {
	id, cn := t.counter(), t.counter()
	h := hotOf(n.Props, t.time)
	content, err := t.putContent(n, h.props)
	if err != nil {
		return store.Message{}, err
	}
	m := store.Message{
		ID: store.MessageID(id), Folder: n.Folder, Bag: content.bag, Associated: n.Associated, Flags: n.Flags, Status: h.status, Size: content.size,
		Received: h.received, Created: h.created, Modified: h.modified, Change: store.ChangeNumber(cn), ReadChange: store.ChangeNumber(cn),
		Attachments: len(n.Attachments), Recipients: len(n.Recipients),
	}
	if m.Mailbox, err = t.count(m, 1); err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	args := append([]any{
		int64(m.Folder), part(m.Associated, false), id, int64(m.Mailbox), int64(m.Bag), int64(m.Flags), int64(m.Status), m.Size, int64(m.Received),
		int64(m.Created), int64(m.Modified), cn, cn, int64(m.Attachments), int64(m.Recipients), h.odd,
	}, h.columns[:]...)
	if err := t.c.exec(insertMessage, args...); err != nil {
		return store.Message{}, err
	}
	t.note(store.Change{
		Kind: store.MessageCreated, Mailbox: m.Mailbox, Folder: m.Folder, Message: m.ID, Associated: m.Associated, Number: m.Change,
	})
	return m, nil
}

// count adds a living message to the counts of its folder and mailbox, or takes it away with n = -1. It returns the
// mailbox.
func (t *tx) count(m store.Message, n int64) (store.MailboxID, error) {
	var normal, unread, assoc, normalSize, assocSize int64
	switch {
	case m.Associated:
		assoc, assocSize = n, n*m.Size
	default:
		normal, normalSize = n, n*m.Size
		if m.Flags&mfRead == 0 {
			unread = n
		}
	}
	var mailbox int64
	err := t.c.row(`UPDATE folder SET content_count = content_count + ?, unread_count = unread_count + ?, assoc_count = assoc_count + ?,
		content_size = content_size + ?, assoc_size = assoc_size + ?, commit_max = max(commit_max, ?)
		WHERE id = ? AND deleted = 0 RETURNING mailbox`, []any{normal, unread, assoc, normalSize, assocSize, int64(t.time), int64(m.Folder)}, &mailbox)
	if err != nil {
		return 0, fmt.Errorf("folder %d: %w", m.Folder, err)
	}
	t.touch(store.MailboxID(mailbox), m.Folder)
	return store.MailboxID(mailbox), t.c.exec("UPDATE mailbox SET size = size + ? WHERE id = ?", n*m.Size, mailbox)
}

// content is what hangs on a bag, stored.
type content struct {
	bag  store.BagID
	size int64
}

// putContent stores the properties, recipients and attachments of a message or embedded message.
func (t *tx) putContent(n store.NewMessage, props []prop.Tagged) (content, error) {
	var c content
	var err error
	if c.bag, c.size, err = t.newBagOf(props); err != nil {
		return content{}, err
	}
	if len(n.Recipients) > 0 {
		data, err := encodeRecipients(n.Recipients)
		if err != nil {
			return content{}, err
		}
		if err := t.c.exec("INSERT INTO recipients (bag, data) VALUES (?, ?)", int64(c.bag), data); err != nil {
			return content{}, err
		}
		c.size += int64(len(data))
	}
	for i, a := range n.Attachments {
		size, err := t.putAttachment(c.bag, int64(i), a)
		if err != nil {
			return content{}, fmt.Errorf("attachment %d: %w", i, err)
		}
		c.size += size
	}
	if k := len(n.Attachments); k > 0 {
		err = t.c.exec("UPDATE bag SET next_attachment = ? WHERE id = ?", int64(k), int64(c.bag))
	}
	return c, err
}

func (t *tx) putAttachment(parent store.BagID, number int64, a store.NewAttachment) (int64, error) {
	own, size, err := t.newBagOf(a.Props)
	if err != nil {
		return 0, err
	}
	var embedded content
	if a.Embedded != nil {
		h := hotOf(a.Embedded.Props, t.time)
		props := append(h.props, prop.Tagged{Tag: tagMessageFlags, Value: prop.Uint32(a.Embedded.Flags)})
		if embedded, err = t.putContent(*a.Embedded, props); err != nil {
			return 0, fmt.Errorf("embedded message: %w", err)
		}
		size += embedded.size
	}
	return size, t.c.exec("INSERT INTO attachment (bag, number, own_bag, method, embedded, size) VALUES (?, ?, ?, ?, ?, ?)",
		int64(parent), number, int64(own), int64(a.Method), int64(embedded.bag), size)
}

// Recipients of a bag are
//
//	version  byte, 1
//	count    uvarint
//	count × { uvarint: row id, uvarint: type, uvarint: length of a bag, the bag }
const recipientsVersion = 1

func encodeRecipients(list []store.Recipient) ([]byte, error) {
	b := binary.AppendUvarint([]byte{recipientsVersion}, uint64(len(list)))
	for _, r := range list {
		g := make(bag, len(r.Props))
		for _, p := range r.Props {
			g[p.Tag.ID()] = bagValue{value: p.Value}
		}
		data, err := g.encode()
		if err != nil {
			return nil, fmt.Errorf("recipient %d: %w", r.RowID, err)
		}
		b = binary.AppendUvarint(b, uint64(r.RowID))
		b = binary.AppendUvarint(b, uint64(r.Type))
		b = append(binary.AppendUvarint(b, uint64(len(data))), data...)
	}
	return b, nil
}

func decodeRecipients(data []byte) ([]store.Recipient, error) {
	if len(data) == 0 || data[0] != recipientsVersion {
		return nil, errBag
	}
	r := bagReader{b: data[1:]}
	n := r.uvarint()
	if r.err != nil || n > uint64(len(r.b))/5 { // a recipient takes five bytes at least
		return nil, errBag
	}
	list := make([]store.Recipient, 0, n)
	for range n {
		row, typ := r.uvarint(), r.uvarint()
		b := readBag(r.bytes(r.uvarint()))
		one := store.Recipient{RowID: uint32(row), Type: uint32(typ), Props: make([]prop.Tagged, 0, b.left)}
		for rec, ok := b.next(); ok; rec, ok = b.next() {
			one.Props = append(one.Props, prop.Tagged{Tag: rec.tag, Value: rec.value()})
			if rec.apart {
				return nil, errBag
			}
		}
		if r.err != nil || b.err != nil || row != uint64(one.RowID) || typ != uint64(one.Type) {
			return nil, errBag
		}
		list = append(list, one)
	}
	if len(r.b) != 0 {
		return nil, errBag
	}
	return list, nil
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
	before := m.Flags
	m.Flags = before&^mask | flags&mask
	if m.Flags == before {
		return m, nil
	}
	cn := store.ChangeNumber(t.counter())
	if (m.Flags^before)&readState != 0 {
		m.ReadChange = cn
	}
	if (m.Flags^before)&^readState != 0 {
		m.Change = cn
	}
	err = t.c.exec("UPDATE message SET flags = ?, cn = ?, read_cn = ? WHERE folder = ? AND part = ? AND mid = ?",
		int64(m.Flags), int64(m.Change), int64(m.ReadChange), int64(m.Folder), part(m.Associated, m.Deleted), int64(id))
	if err != nil {
		return store.Message{}, err
	}
	if (m.Flags^before)&mfRead != 0 && !m.Associated && !m.Deleted {
		if err := t.countUnread(m); err != nil {
			return store.Message{}, err
		}
	}
	t.note(store.Change{Kind: store.MessageModified, Mailbox: m.Mailbox, Folder: m.Folder, Message: id, Associated: m.Associated, Number: cn})
	return m, nil
}

// countUnread moves the unread count of a folder after the read bit of m has changed.
func (t *tx) countUnread(m store.Message) error {
	n := int64(1)
	if m.Flags&mfRead != 0 {
		n = -1
	}
	t.touch(m.Mailbox, m.Folder)
	return t.c.exec("UPDATE folder SET unread_count = unread_count + ?, commit_max = max(commit_max, ?) WHERE id = ?", n, int64(t.time), int64(m.Folder))
}
