package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Kinds of tombstones.
const (
	tombMessage    = 0
	tombAssociated = 1
	tombFolder     = 2
)

// bury notes that an object is gone from a folder.
func (t *tx) bury(folder store.FolderID, id uint64, kind int64, cn store.ChangeNumber) error {
	return t.c.exec("INSERT INTO tombstone (folder, cn, id, kind) VALUES (?, ?, ?, ?)", int64(folder), int64(cn), int64(id), kind)
}

// leave takes a message out of its folder, before it is deleted or appears elsewhere.
func (t *tx) leave(m store.Message, cn store.ChangeNumber) error {
	var count counts
	count.add(m, -1)
	_, deleted, err := t.countAny(m.Folder, count, cn)
	if err != nil {
		return err
	}
	if !m.Deleted && !deleted {
		if err := t.bury(m.Folder, uint64(m.ID), part(m.Associated, false), cn); err != nil {
			return err
		}
	}
	return t.forget(m)
}

// forget removes what is kept by the id of a message.
func (t *tx) forget(m store.Message) error {
	if err := t.withdraw(m); err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM read_state WHERE mid = ?", int64(m.ID)); err != nil {
		return err
	}
	return t.quit(m)
}

// deleteRow removes the row of a message.
func (t *tx) deleteRow(m store.Message) error {
	return t.c.exec("DELETE FROM message WHERE folder = ? AND part = ? AND mid = ?", int64(m.Folder), part(m.Associated, m.Deleted), int64(m.ID))
}

// DeleteMessage deletes a message softly or for good.
func (t *tx) DeleteMessage(id store.MessageID, hard bool) error {
	m, err := t.Message(id)
	if err != nil {
		return err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return err
	}
	cn := store.ChangeNumber(t.counter())
	if !hard {
		err = t.deleteSoftly(m, cn)
	} else if err = t.leave(m, cn); err == nil {
		if err = t.deleteRow(m); err == nil {
			err = t.dropContent(m)
		}
	}
	if err != nil {
		return fmt.Errorf("delete message %d: %w", id, err)
	}
	t.noteMessage(store.MessageDeleted, m, cn)
	return nil
}

// deleteSoftly moves a living message to the deleted ones of its folder.
func (t *tx) deleteSoftly(m store.Message, cn store.ChangeNumber) error {
	if m.Deleted {
		return store.ErrNotFound
	}
	var count counts
	count.add(m, -1)
	err := t.changeBagOf(&m, func(g bag) error {
		return t.put(g, m.Bag, prop.Tagged{Tag: mapi.TagDeletedOn, Value: prop.Time(t.time)})
	})
	if err != nil {
		return err
	}
	err = t.c.exec("UPDATE message SET part = ?, size = ? WHERE folder = ? AND part = ? AND mid = ?",
		part(m.Associated, true), m.Size, int64(m.Folder), part(m.Associated, false), int64(m.ID))
	if err != nil {
		return err
	}
	m.Deleted = true
	count.add(m, 1)
	if _, err := t.count(m.Folder, count, cn); err != nil {
		return err
	}
	if err := t.bury(m.Folder, uint64(m.ID), part(m.Associated, false), cn); err != nil {
		return err
	}
	return t.forget(m)
}

// dropContent removes the bag of a message with everything that hangs on it.
func (t *tx) dropContent(m store.Message) error {
	id := int64(m.Bag)
	if m.Attachments > 0 {
		return t.dropBags("SELECT ?", id)
	}
	err := t.discard(`SELECT DISTINCT value FROM large WHERE bag = ?1 AND NOT EXISTS
		(SELECT 1 FROM large AS other WHERE other.value = large.value AND other.bag <> ?1)
		AND NOT EXISTS (SELECT 1 FROM stage WHERE stage.value = large.value)`, id)
	for _, q := range []string{"DELETE FROM large WHERE bag = ?", "DELETE FROM recipients WHERE bag = ?", "DELETE FROM bag WHERE id = ?"} {
		if err == nil {
			err = t.c.exec(q, id)
		}
	}
	return err
}

// MoveMessage moves a message.
func (t *tx) MoveMessage(id store.MessageID, to store.FolderID) (store.Message, error) {
	old, err := t.Message(id)
	if err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(old.Mailbox); err != nil {
		return store.Message{}, err
	}
	m, err := t.appear(old, to, old.Bag)
	if err == nil {
		err = t.leave(old, m.Change)
	}
	if err == nil {
		err = t.deleteRow(old)
	}
	if err != nil {
		return store.Message{}, fmt.Errorf("move message %d to folder %d: %w", id, to, err)
	}
	if m.Mailbox != old.Mailbox {
		t.noteMessage(store.MessageDeleted, old, m.Change)
		t.noteMessage(store.MessageCreated, m, m.Change)
		return m, nil
	}
	t.noteTransfer(store.MessageMoved, old, m)
	return m, nil
}

// CopyMessage copies a message.
func (t *tx) CopyMessage(id store.MessageID, to store.FolderID) (store.Message, error) {
	old, err := t.Message(id)
	if err != nil {
		return store.Message{}, err
	}
	bag, err := t.copyContent(old.Bag)
	if err != nil {
		return store.Message{}, fmt.Errorf("copy message %d: %w", id, err)
	}
	m, err := t.appear(old, to, bag)
	if err != nil {
		return store.Message{}, fmt.Errorf("copy message %d to folder %d: %w", id, to, err)
	}
	t.noteTransfer(store.MessageCopied, old, m)
	return m, nil
}

func (t *tx) noteTransfer(kind store.ChangeKind, old, m store.Message) {
	t.note(store.Change{
		Kind: kind, Mailbox: m.Mailbox, Folder: m.Folder, Message: m.ID, OldFolder: old.Folder, OldMessage: old.ID, Associated: m.Associated, Number: m.Change,
		Buried: old.Deleted,
	})
}

// ofVersion are the properties of a message that belong to its id and to its versions.
var ofVersion = []mapi.PropTag{mapi.TagSourceKey, mapi.TagChangeKey, mapi.TagPredecessorChangeList, mapi.TagDeletedOn}

// appear makes the row of a message in another folder, under a new id and with a given bag.
func (t *tx) appear(old store.Message, to store.FolderID, with store.BagID) (store.Message, error) {
	m := old
	m.ID, m.Change = store.MessageID(t.counter()), store.ChangeNumber(t.counter())
	m.Folder, m.Bag, m.ReadChange, m.Deleted = to, with, m.Change, false
	err := t.changeBagOf(&m, func(g bag) error { return t.edit(g, with, store.Edit{Remove: ofVersion}) })
	if err != nil {
		return store.Message{}, err
	}
	var count counts
	count.add(m, 1)
	if m.Mailbox, err = t.count(to, count, m.Change); err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	err = t.c.exec(copyMessage, int64(m.Folder), part(m.Associated, false), int64(m.ID), int64(m.Mailbox), int64(m.Bag), m.Size, int64(m.Change),
		int64(m.ReadChange), int64(old.Folder), part(old.Associated, old.Deleted), int64(old.ID))
	if err != nil {
		return store.Message{}, err
	}
	return m, t.queue(m)
}

// beside is what hangs on a bag besides attachments, held in memory: copying it within the database takes longer than
// writing it.
type beside struct {
	recipients []byte
	large      [][2]int64 // property and value
}

// besides reads what hangs on a bag.
func (t *tx) besides(id store.BagID) (*beside, error) {
	b := new(beside)
	err := t.c.row("SELECT data FROM recipients WHERE bag = ?", []any{int64(id)}, &b.recipients)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return b, t.c.each("SELECT prop, value FROM large WHERE bag = ?", []any{int64(id)}, func(rows *sql.Rows) error {
		var l [2]int64
		err := rows.Scan(&l[0], &l[1])
		b.large = append(b.large, l)
		return err
	})
}

// putBeside gives a new bag what hangs on another.
func (t *tx) putBeside(id store.BagID, with *beside) error {
	if with.recipients != nil {
		if err := t.c.exec("INSERT INTO recipients (bag, data) VALUES (?, ?)", int64(id), with.recipients); err != nil {
			return err
		}
	}
	for _, l := range with.large {
		if err := t.c.exec("INSERT INTO large (bag, prop, value) VALUES (?, ?, ?)", int64(id), l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}

// copyContent copies a bag with everything that hangs on it. It is read and written: copying within a table, SQLite would
// put everything into a table of its own in between.
func (t *tx) copyContent(from store.BagID) (store.BagID, error) {
	to := t.newBag()
	data, err := t.bagData(from)
	if err != nil {
		return 0, err
	}
	if err := t.c.exec("INSERT INTO bag (id, data) VALUES (?, ?)", int64(to), data); err != nil {
		return 0, err
	}
	with, err := t.besides(from)
	if err == nil {
		err = t.putBeside(to, with)
	}
	if err != nil {
		return 0, err
	}
	return to, t.copyAttachments(to, from)
}

// copyAttachments copies the attachments of a bag.
func (t *tx) copyAttachments(to, from store.BagID) error {
	var list []store.Attachment
	err := t.c.each(attachmentColumns, []any{int64(from)}, func(rows *sql.Rows) error {
		a, err := scanAttachment(rows)
		list = append(list, a)
		return err
	})
	for _, a := range list {
		if err == nil {
			a.Bag, err = t.copyContent(a.Bag)
		}
		if err == nil && a.Embedded != 0 {
			a.Embedded, err = t.copyContent(a.Embedded)
		}
		if err == nil {
			err = t.insertAttachment(to, a)
		}
	}
	return err
}
