package sqlite

import (
	"database/sql"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

const mailboxColumns = "SELECT id, kind, guid, account, locale, bag, created, size, deleted_size FROM mailbox "

func scanMailbox(row func(...any) error) (store.Mailbox, error) {
	var m store.Mailbox
	var guid []byte
	err := row(into(&m.ID), into(&m.Kind), &guid, &m.Account, into(&m.Locale), into(&m.Bag), into(&m.Created), into(&m.Size), into(&m.DeletedSize))
	copy(m.GUID[:], guid)
	return m, err
}

// mailboxBy reads one mailbox with its special folders.
func (r *reader) mailboxBy(where string, args ...any) (store.Mailbox, error) {
	m, err := scanMailbox(func(dest ...any) error { return r.c.row(mailboxColumns+where, args, dest...) })
	if err != nil {
		return store.Mailbox{}, fmt.Errorf("mailbox %s %v: %w", where, args, err)
	}
	return m, r.specials(&m)
}

func (r *reader) specials(m *store.Mailbox) error {
	m.Special = make(map[store.Special]store.FolderID, int(store.SpecialCount))
	return r.c.each("SELECT special, id FROM folder WHERE mailbox = ? AND special IS NOT NULL", []any{int64(m.ID)}, func(rows *sql.Rows) error {
		var special store.Special
		var id store.FolderID
		if err := rows.Scan(into(&special), into(&id)); err != nil {
			return err
		}
		m.Special[special] = id
		return nil
	})
}

// Mailbox finds a mailbox by id.
func (r *reader) Mailbox(id store.MailboxID) (store.Mailbox, error) {
	return r.mailboxBy("WHERE id = ?", int64(id))
}

// MailboxOf finds the private mailbox of an account, without regard to case.
func (r *reader) MailboxOf(account string) (store.Mailbox, error) {
	return r.mailboxBy("WHERE kind = 0 AND folded = ?", fold(account))
}

// PublicMailbox finds the public folder store. SQLite would prepare the statement anew for each value of a parameter
// that decides whether a partial index serves.
func (r *reader) PublicMailbox() (store.Mailbox, error) {
	return r.mailboxBy("WHERE kind = 1")
}

// Mailboxes lists all mailboxes.
func (r *reader) Mailboxes() ([]store.Mailbox, error) {
	var all []store.Mailbox
	err := r.c.each(mailboxColumns+"ORDER BY id", nil, func(rows *sql.Rows) error {
		m, err := scanMailbox(rows.Scan)
		all = append(all, m)
		return err
	})
	for i := range all {
		if err == nil {
			err = r.specials(&all[i])
		}
	}
	return all, err
}

// CreateMailbox makes a mailbox with its root folder.
func (t *tx) CreateMailbox(n store.NewMailbox) (store.Mailbox, error) {
	id := store.MailboxID(t.w.next.mailbox)
	t.w.next.mailbox++
	bagID, err := t.newBagOf(nil)
	if err != nil {
		return store.Mailbox{}, err
	}
	err = t.c.exec("INSERT INTO mailbox (id, kind, guid, account, folded, locale, bag, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		int64(id), int64(n.Kind), n.GUID[:], n.Account, fold(n.Account), int64(n.Locale), int64(bagID), int64(t.time))
	if err != nil {
		return store.Mailbox{}, fmt.Errorf("mailbox of %q: %w", n.Account, err)
	}
	t.made = append(t.made, id)
	if _, err := t.CreateFolder(store.NewFolder{Mailbox: id, Type: store.FolderRoot, Special: store.SpecialRoot}); err != nil {
		return store.Mailbox{}, err
	}
	t.note(store.Change{Kind: store.MailboxCreated, Mailbox: id})
	return t.Mailbox(id)
}

// SetMailboxProps sets and removes properties of the mailbox.
func (t *tx) SetMailboxProps(id store.MailboxID, set []prop.Tagged, remove []mapi.PropTag) error {
	if err := t.mayWrite(id); err != nil {
		return err
	}
	m, err := t.Mailbox(id)
	if err != nil {
		return err
	}
	if err := t.changeBag(m.Bag, store.Edit{Set: set, Remove: remove}); err != nil {
		return err
	}
	t.note(store.Change{Kind: store.MailboxModified, Mailbox: id})
	return nil
}

// bagsOfMailbox are the bags of a mailbox: its own and those of its folders and messages.
const bagsOfMailbox = `SELECT bag FROM mailbox WHERE id = ?1
	UNION ALL SELECT bag FROM folder WHERE mailbox = ?1
	UNION ALL SELECT bag FROM outbox WHERE mailbox = ?1 AND mid = 0
	UNION ALL SELECT message.bag FROM folder CROSS JOIN message ON message.folder = folder.id WHERE folder.mailbox = ?1`

// DeleteMailbox removes a mailbox and everything in it.
func (t *tx) DeleteMailbox(id store.MailboxID) error {
	if err := t.mayWrite(id); err != nil {
		return err
	}
	if _, err := t.Mailbox(id); err != nil {
		return err
	}
	const folders = "(SELECT id FROM folder WHERE mailbox = ?1)"
	if err := t.dropBags(bagsOfMailbox, int64(id)); err != nil {
		return fmt.Errorf("remove mailbox %d: %w", id, err)
	}
	if err := t.dropSearches(id); err != nil {
		return fmt.Errorf("remove mailbox %d: %w", id, err)
	}
	for _, q := range []string{
		"DELETE FROM read_state WHERE folder IN " + folders,
		"DELETE FROM read_state WHERE account = (SELECT folded FROM mailbox WHERE id = ?1 AND kind = 0)",
		"DELETE FROM permission WHERE folder IN " + folders,
		"DELETE FROM rule WHERE folder IN " + folders,
		"DELETE FROM tombstone WHERE folder IN " + folders,
		"DELETE FROM outbox_recipient WHERE outbox IN (SELECT id FROM outbox WHERE mailbox = ?1)",
		"DELETE FROM outbox WHERE mailbox = ?1",
		"DELETE FROM receive_folder WHERE mailbox = ?1",
		"DELETE FROM message WHERE folder IN " + folders,
		"DELETE FROM folder WHERE mailbox = ?1",
		"DELETE FROM gone_folder WHERE mailbox = ?1",
		"DELETE FROM mailbox WHERE id = ?1",
	} {
		if err := t.c.exec(q, int64(id)); err != nil {
			return fmt.Errorf("remove mailbox %d: %w", id, err)
		}
	}
	t.note(store.Change{Kind: store.MailboxDeleted, Mailbox: id})
	return nil
}
