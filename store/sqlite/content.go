package sqlite

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

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

const attachmentColumns = "SELECT number, own_bag, method, embedded, size FROM attachment WHERE bag = ? ORDER BY number"

func scanAttachment(rows *sql.Rows) (a store.Attachment, err error) {
	err = rows.Scan(into(&a.Number), into(&a.Bag), into(&a.Method), into(&a.Embedded), into(&a.Size))
	return a, err
}

// Attachments lists the attachments of a bag.
func (r *reader) Attachments(id store.BagID) ([]store.Attachment, error) {
	var list []store.Attachment
	err := r.c.each(attachmentColumns, []any{int64(id)}, func(rows *sql.Rows) error {
		a, err := scanAttachment(rows)
		list = append(list, a)
		return err
	})
	if err == nil && list == nil {
		_, err = r.bagData(id)
	}
	return list, err
}

// content is what hangs on the bag of a message or embedded message, while it is written.
type content struct {
	bag     store.BagID
	fresh   bool // the bag is not stored yet
	props   bag
	created bagValue // PidTagCreationTime, unless an edit sets it
	dated   bool     // an edit set PidTagLastModificationTime
	status  *uint32  // PidTagMessageStatus of an edit

	attachments, recipients         int
	attachmentsSize, recipientsSize int64
	size                            int64 // of everything, once it is saved
}

// newContent begins a content.
func (t *tx) newContent(props int) *content {
	return &content{bag: t.newBag(), fresh: true, props: make(bag, props+2), created: bagValue{value: prop.Time(t.time)}}
}

// loadContent reads a content to change it.
func (t *tx) loadContent(id store.BagID) (*content, error) {
	g, _, err := t.loadBag(id)
	if err != nil {
		return nil, err
	}
	c := &content{bag: id, props: g, created: g[tagCreationTime.ID()]}
	err = t.c.row("SELECT length(data) FROM recipients WHERE bag = ?", []any{int64(id)}, &c.recipientsSize)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	err = t.c.row("SELECT count(*), ifnull(sum(size), 0) FROM attachment WHERE bag = ?", []any{int64(id)}, into(&c.attachments), &c.attachmentsSize)
	return c, err
}

// isField reports whether a property is a field of store.Message and never in a bag.
func isField(id uint16) bool {
	switch id {
	case tagMessageFlags.ID(), tagMessageStatus.ID(), tagMessageSize.ID(), tagHasAttachments.ID(), tagMid.ID(), tagFolderID.ID(),
		tagChangeNumber.ID(), tagAssociated.ID():
		return true
	}
	return false
}

// editContent applies an edit.
func (t *tx) editContent(c *content, e *store.ContentEdit) error {
	own := e.Edit
	own.Set = make([]prop.Tagged, 0, len(e.Set))
	for _, p := range e.Set {
		switch {
		case p.Tag.ID() == tagMessageStatus.ID():
			status := uint32(p.Value.Bits())
			c.status = &status
		case !isField(p.Tag.ID()):
			own.Set = append(own.Set, p)
			c.dated = c.dated || p.Tag.ID() == tagLastModificationTime.ID()
		}
	}
	if slices.ContainsFunc(e.Remove, func(tag mapi.PropTag) bool { return isField(tag.ID()) }) {
		// An embedded message has its flags in the bag.
		own.Remove = slices.DeleteFunc(slices.Clone(e.Remove), func(tag mapi.PropTag) bool { return isField(tag.ID()) })
	}
	if err := t.edit(c.props, c.bag, own); err != nil {
		return err
	}
	if e.SetRecipients {
		if err := t.setRecipients(c, e.Recipients); err != nil {
			return err
		}
	}
	for i := range e.Attachments {
		if err := t.editAttachment(c, &e.Attachments[i]); err != nil {
			return fmt.Errorf("attachment %d: %w", e.Attachments[i].Number, err)
		}
	}
	return nil
}

// saveContent completes a content with what every message has, and stores its bag.
func (t *tx) saveContent(c *content) (err error) {
	if _, ok := c.props[tagCreationTime.ID()]; !ok {
		c.props[tagCreationTime.ID()] = c.created
	}
	if !c.dated {
		c.props[tagLastModificationTime.ID()] = bagValue{value: prop.Time(t.time)}
	}
	if c.size, err = t.saveBag(c.bag, c.props, c.fresh); err != nil {
		return err
	}
	c.size += c.recipientsSize + c.attachmentsSize
	return nil
}

// putContent applies a new message or embedded message to a new content.
func (t *tx) putContent(n *store.NewMessage) (*content, error) {
	c := t.newContent(len(n.Props))
	e := store.ContentEdit{Edit: store.Edit{Set: n.Props}, SetRecipients: len(n.Recipients) > 0, Recipients: n.Recipients}
	if err := t.editContent(c, &e); err != nil {
		return nil, err
	}
	for i, a := range n.Attachments {
		if err := t.putAttachment(c, uint32(i), a); err != nil {
			return nil, fmt.Errorf("attachment %d: %w", i, err)
		}
	}
	if n.Edit != nil {
		return c, t.editContent(c, n.Edit)
	}
	return c, nil
}

func (t *tx) setRecipients(c *content, list []store.Recipient) error {
	c.recipients, c.recipientsSize = len(list), 0
	if len(list) == 0 {
		return t.c.exec("DELETE FROM recipients WHERE bag = ?", int64(c.bag))
	}
	data, err := encodeRecipients(list)
	if err != nil {
		return err
	}
	c.recipientsSize = int64(len(data))
	return t.c.exec("INSERT OR REPLACE INTO recipients (bag, data) VALUES (?, ?)", int64(c.bag), data)
}

// putAttachment adds an attachment.
func (t *tx) putAttachment(c *content, number uint32, n store.NewAttachment) error {
	a := attachment{number: number, own: t.newBag(), props: make(bag, len(n.Props)), fresh: true}
	if err := t.edit(a.props, a.own, store.Edit{Set: n.Props}); err != nil {
		return err
	}
	if n.Embedded != nil {
		embedded, err := t.putContent(n.Embedded)
		if err == nil {
			err = t.saveEmbedded(&a, embedded, n.Embedded.Flags)
		}
		if err != nil {
			return fmt.Errorf("embedded message: %w", err)
		}
	}
	return t.saveAttachment(c, &a, n.Method)
}

// attachment is an attachment that is written.
type attachment struct {
	number       uint32
	fresh        bool // not stored yet
	own          store.BagID
	props        bag
	embedded     store.BagID
	embeddedSize int64
	before       int64 // size before the edit
}

// editAttachment makes, changes or deletes an attachment.
func (t *tx) editAttachment(c *content, e *store.AttachmentEdit) error {
	a := attachment{number: e.Number}
	err := t.c.row("SELECT own_bag, embedded, size FROM attachment WHERE bag = ? AND number = ?", []any{int64(c.bag), int64(e.Number)},
		into(&a.own), into(&a.embedded), &a.before)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if e.Delete {
			return nil
		}
		a.fresh, a.own, a.props = true, t.newBag(), make(bag, len(e.Set)+len(e.Staged))
	case err != nil:
		return err
	case e.Delete:
		c.attachments--
		c.attachmentsSize -= a.before
		if err := t.dropBags("SELECT ?1 UNION ALL SELECT ?2 WHERE ?2 <> 0", int64(a.own), int64(a.embedded)); err != nil {
			return err
		}
		return t.c.exec("DELETE FROM attachment WHERE bag = ? AND number = ?", int64(c.bag), int64(e.Number))
	default:
		var own int64
		if a.props, own, err = t.loadBag(a.own); err != nil {
			return err
		}
		a.embeddedSize = a.before - own
	}
	if err := t.edit(a.props, a.own, e.Edit); err != nil {
		return err
	}
	if e.RemoveEmbedded && a.embedded != 0 {
		if err := t.dropBags("SELECT ?", int64(a.embedded)); err != nil {
			return err
		}
		a.embedded, a.embeddedSize = 0, 0
	}
	if e.Embedded != nil {
		if err := t.editEmbedded(&a, e.Embedded, e.EmbeddedFlags); err != nil {
			return fmt.Errorf("embedded message: %w", err)
		}
	}
	return t.saveAttachment(c, &a, e.Method)
}

// editEmbedded makes or changes the message in an attachment.
func (t *tx) editEmbedded(a *attachment, e *store.ContentEdit, flags uint32) (err error) {
	var c *content
	if a.embedded == 0 {
		c = t.newContent(len(e.Set) + len(e.Staged))
	} else if c, err = t.loadContent(a.embedded); err != nil {
		return err
	}
	if err := t.editContent(c, e); err != nil {
		return err
	}
	return t.saveEmbedded(a, c, flags)
}

func (t *tx) saveEmbedded(a *attachment, c *content, flags uint32) error {
	c.props[tagMessageFlags.ID()] = bagValue{value: prop.Uint32(flags)}
	if err := t.saveContent(c); err != nil {
		return err
	}
	a.embedded, a.embeddedSize = c.bag, c.size
	return nil
}

// saveAttachment stores an attachment and counts it.
func (t *tx) saveAttachment(c *content, a *attachment, method uint32) error {
	size, err := t.saveBag(a.own, a.props, a.fresh)
	if err != nil {
		return err
	}
	size += a.embeddedSize
	if a.fresh {
		c.attachments++
	}
	c.attachmentsSize += size - a.before
	return t.insertAttachment(c.bag, store.Attachment{Number: a.number, Bag: a.own, Method: method, Embedded: a.embedded, Size: size})
}

// insertAttachment makes or replaces the row of an attachment.
func (t *tx) insertAttachment(bag store.BagID, a store.Attachment) error {
	return t.c.exec("INSERT OR REPLACE INTO attachment (bag, number, own_bag, method, embedded, size) VALUES (?, ?, ?, ?, ?, ?)",
		int64(bag), int64(a.Number), int64(a.Bag), int64(a.Method), int64(a.Embedded), a.Size)
}

// Recipients of a bag are
//
//	version  byte, 1
//	count    uvarint
//	count × { uvarint: row id, uvarint: type, uvarint: length of a bag, the bag }
const recipientsVersion = 1

func encodeRecipients(list []store.Recipient) ([]byte, error) {
	if byRow := func(a, b store.Recipient) int { return cmp.Compare(a.RowID, b.RowID) }; !slices.IsSortedFunc(list, byRow) {
		list = slices.Clone(list)
		slices.SortStableFunc(list, byRow)
	}
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
		if len(list) > 0 && list[len(list)-1].RowID > one.RowID {
			return nil, errBag
		}
		list = append(list, one)
	}
	if len(r.b) != 0 {
		return nil, errBag
	}
	return list, nil
}
