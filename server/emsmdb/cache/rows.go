package cache

import (
	"sync"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Rows keeps rows of contents tables: clients read the same rows again and again, and every client asks for the same
// few sets of columns. The change feed takes out what changed.
type Rows struct {
	budget int64
	cancel func()

	mu      sync.RWMutex // guards what follows; never held while the store is read
	kinds   map[string]map[store.MessageID]row
	bytes   int64
	changes uint64 // counts publications: what was read before one is not kept after it
}

// row is one row as it is kept. Its values do not change.
type row struct {
	sel store.Selection
	prop.Row
}

// NewRows returns a cache of so many bytes that follows the changes of a store until Close.
func NewRows(st store.Store, budget int64) *Rows {
	c := &Rows{budget: budget, kinds: make(map[string]map[store.MessageID]row)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

// Close stops following the store.
func (c *Rows) Close() { c.cancel() }

// Get fills in the rows of a kind that are there, and returns the places of the others and the count of changes. The
// kind names everything that the rows of a message depend on besides the message.
func (c *Rows) Get(kind string, sel store.Selection, ids []store.MessageID, out []prop.Row) (missing []int, before uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	rows := c.kinds[kind]
	for i, id := range ids {
		if row, ok := rows[id]; ok && row.sel == sel {
			out[i] = row.Row
		} else {
			missing = append(missing, i)
		}
	}
	return missing, c.changes
}

// Put keeps rows that were read, unless something was published since the count of changes was before. Rows without
// values are those of messages that are gone.
func (c *Rows) Put(kind string, sel store.Selection, ids []store.MessageID, rows []prop.Row, before uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != before {
		return
	}
	if c.bytes > c.budget {
		c.clear()
	}
	kept := c.kinds[kind]
	if kept == nil {
		kept = make(map[store.MessageID]row)
		c.kinds[kind] = kept
	}
	for i, r := range rows {
		if _, ok := kept[ids[i]]; ok || r.Values == nil {
			continue
		}
		kept[ids[i]] = row{sel, r}
		c.bytes += r.Memory()
	}
}

// Fetch returns the values of rows of a kind: those that are there, and the others as read reads them, which are kept
// then. A message that is gone has none.
func (c *Rows) Fetch(kind string, sel store.Selection, ids []store.MessageID, read func([]store.MessageID) ([][]prop.Value, error)) ([][]prop.Value, error) {
	kept := make([]prop.Row, len(ids))
	missing, before := c.Get(kind, sel, ids, kept)
	out := make([][]prop.Value, len(ids))
	for i := range kept {
		out[i] = kept[i].Values
	}
	if len(missing) == 0 {
		return out, nil
	}
	ask := ids
	if len(missing) < len(ids) {
		ask = make([]store.MessageID, len(missing))
		for i, at := range missing {
			ask[i] = ids[at]
		}
	}
	rows, err := read(ask)
	if err != nil {
		return nil, err
	}
	fresh := make([]prop.Row, len(rows))
	for i, at := range missing {
		out[at] = rows[i]
		fresh[i].Values = rows[i]
	}
	c.Put(kind, sel, ask, fresh, before)
	return out, nil
}

func (c *Rows) clear() {
	clear(c.kinds)
	c.bytes = 0
}

// follow takes out what changed. It runs on the engine's goroutine, after the commit.
func (c *Rows) follow(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, ch := range changes {
		switch ch.Kind {
		case store.StoreReset, store.MailboxDeleted, store.FolderDeleted, store.DirectoryChanged: // ids name the owner
			c.clear()
		default:
			c.drop(ch.Message)
			c.drop(ch.OldMessage)
		}
	}
}

func (c *Rows) drop(id store.MessageID) {
	if id == 0 {
		return
	}
	for _, rows := range c.kinds {
		if row, ok := rows[id]; ok {
			c.bytes -= row.Memory()
			delete(rows, id)
		}
	}
}
