package cache

import "github.com/mapid/mapid/store"

// PublicMailbox stands for the id of the public folders in Mailboxes; no mailbox has it.
const PublicMailbox store.MailboxID = 0

// Mailboxes keeps mailboxes with their stored properties in memory: every connect and every log-on looks at them.
type Mailboxes struct {
	kept[store.MailboxID, Mailbox]
}

// Mailbox is a mailbox as of one moment. It does not change.
type Mailbox struct {
	store.Mailbox
	Props []store.Property // of its bag
}

// NewMailboxes returns a cache that follows the changes of a store until Close.
func NewMailboxes(st store.Store) *Mailboxes {
	c := new(Mailboxes)
	c.begin(st, readMailbox, c.drop)
	return c
}

// readMailbox reads a mailbox, or the public folders.
func readMailbox(r store.Reader, id store.MailboxID) (m *Mailbox, err error) {
	m = new(Mailbox)
	if id == PublicMailbox {
		m.Mailbox, err = r.PublicMailbox()
	} else {
		m.Mailbox, err = r.Mailbox(id)
	}
	if err == nil {
		m.Props, err = r.Props(m.Bag)
	}
	return m, err
}

// drop takes out what changed, which includes the size of a mailbox.
func (c *Mailboxes) drop(changes []store.Change) {
	for _, ch := range changes {
		switch ch.Kind {
		case store.DirectoryChanged:
		case store.StoreReset, store.MailboxCreated, store.MailboxDeleted, store.MessageMoved, store.FolderMoved: // two mailboxes
			clear(c.values)
		default:
			delete(c.values, ch.Mailbox)
			if p := c.values[PublicMailbox]; p != nil && p.ID == ch.Mailbox {
				delete(c.values, PublicMailbox)
			}
		}
	}
}
