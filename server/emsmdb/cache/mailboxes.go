package cache

import (
	"context"
	"sync"

	"github.com/mapid/mapid/store"
)

// PublicMailbox stands for the id of the public folders in Mailboxes; no mailbox has it.
const PublicMailbox store.MailboxID = 0

// Mailboxes keeps mailboxes with their stored properties in memory: every connect and every log-on looks at them. The
// change feed empties it of what changed.
type Mailboxes struct {
	store  store.Store
	cancel func()

	mu        sync.RWMutex // guards what follows; never held while the store is read
	mailboxes map[store.MailboxID]*Mailbox
	changes   uint64 // counts publications: what was read before one is not kept after it
}

// maxMailboxes bounds the cache; beyond it everything is dropped.
const maxMailboxes = 8192

// Mailbox is a mailbox as of one moment. It does not change.
type Mailbox struct {
	store.Mailbox
	Props []store.Property // of its bag
}

// NewMailboxes returns a cache that follows the changes of a store until Close.
func NewMailboxes(st store.Store) *Mailboxes {
	c := &Mailboxes{store: st, mailboxes: make(map[store.MailboxID]*Mailbox)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

// Close stops following the store.
func (c *Mailboxes) Close() { c.cancel() }

// Get returns a mailbox, or the public folders, or store.ErrNotFound.
func (c *Mailboxes) Get(ctx context.Context, id store.MailboxID) (*Mailbox, error) {
	c.mu.RLock()
	m, before := c.mailboxes[id], c.changes
	c.mu.RUnlock()
	if m != nil {
		return m, nil
	}
	m = new(Mailbox)
	err := c.store.View(ctx, store.Scope{}, func(r store.Reader) (err error) { // a snapshot no older than the counter
		if id == PublicMailbox {
			m.Mailbox, err = r.PublicMailbox()
		} else {
			m.Mailbox, err = r.Mailbox(id)
		}
		if err == nil {
			m.Props, err = r.Props(m.Bag)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == before {
		if len(c.mailboxes) >= maxMailboxes {
			clear(c.mailboxes)
		}
		c.mailboxes[id] = m
	}
	return m, nil
}

// follow drops what changed, which includes the size of a mailbox. It runs on the engine's goroutine, after the commit.
func (c *Mailboxes) follow(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, ch := range changes {
		switch ch.Kind {
		case store.DirectoryChanged:
		case store.StoreReset, store.MailboxCreated, store.MailboxDeleted, store.MessageMoved, store.FolderMoved: // two mailboxes
			clear(c.mailboxes)
		default:
			delete(c.mailboxes, ch.Mailbox)
			if p := c.mailboxes[PublicMailbox]; p != nil && p.ID == ch.Mailbox {
				delete(c.mailboxes, PublicMailbox)
			}
		}
	}
}
