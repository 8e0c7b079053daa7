package sqlite

import (
	"fmt"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// tx is one update at its turn.
type tx struct {
	reader
	w       *writer
	scope   store.Scope
	time    mapi.FileTime
	made    []store.MailboxID // mailboxes made here, which are in scope
	changes []store.Change
	touched []touched // folders with changed counts
}

// touched is a folder in which something changed, maybe the numbers of its messages.
type touched struct {
	mailbox       store.MailboxID
	folder        store.FolderID
	total, unread int64
	read          bool // somebody reads it differently now, which no number shows
}

var _ store.Tx = (*tx)(nil)

func newTx(w *writer, scope store.Scope) *tx {
	return &tx{reader: reader{s: w.store, c: w.conn}, w: w, scope: scope, time: w.store.now(scope)}
}

// end closes the transaction for its closure and completes its changes.
func (t *tx) end() {
	t.c = nil
	for _, p := range t.touched {
		t.changes = append(t.changes, store.Change{
			Kind: store.FolderModified, Mailbox: p.mailbox, Folder: p.folder, Origin: t.scope.Origin, Total: p.total != 0, Unread: p.unread != 0 || p.read,
		})
	}
}

// Now is the time of the transaction.
func (t *tx) Now() mapi.FileTime { return t.time }

func (t *tx) note(c store.Change) {
	c.Origin = t.scope.Origin
	t.changes = append(t.changes, c)
}

// touch notes that something in a folder has changed. What it returns is good until the next call.
func (t *tx) touch(m store.MailboxID, f store.FolderID) *touched {
	for i := range t.touched {
		if p := &t.touched[i]; p.folder == f && p.mailbox == m {
			return p
		}
	}
	t.touched = append(t.touched, touched{mailbox: m, folder: f})
	return &t.touched[len(t.touched)-1]
}

// mayWrite checks that a mailbox is in the scope.
func (t *tx) mayWrite(m store.MailboxID) error {
	if slices.Contains(t.scope.Mailboxes, m) || slices.Contains(t.made, m) {
		return nil
	}
	return fmt.Errorf("sqlite: mailbox %d is outside the scope of the update", m)
}

// counter takes the next of the store's counters.
func (t *tx) counter() int64 {
	n := t.w.next.counter
	t.w.next.counter++
	return n
}

// newBag takes the next bag id.
func (t *tx) newBag() store.BagID {
	n := t.w.next.bag
	t.w.next.bag++
	return store.BagID(n)
}

// maxCounter is the largest global counter that six bytes hold.
const maxCounter = 1<<48 - 1

// ReserveCounters takes n counters that the store will never use.
func (t *tx) ReserveCounters(n uint32) (uint64, error) {
	first := t.w.next.counter
	if n == 0 || first+int64(n) > maxCounter {
		return 0, fmt.Errorf("reserve %d counters: %w", n, store.ErrQuota)
	}
	t.w.next.counter += int64(n)
	return uint64(first), nil
}
