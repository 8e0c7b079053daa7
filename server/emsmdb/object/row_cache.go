package object

import (
	"errors"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// rowCache keeps what the rows of contents tables were made of: clients read the same rows again and again, and every
// client asks for the same few sets of columns. The change feed takes out what changed.
type rowCache struct {
	budget int64
	cancel func()

	mu      sync.RWMutex // guards what follows; never held while the store is read
	plans   map[string]map[store.MessageID]cachedRow
	bytes   int64
	changes uint64 // counts publications: what was read before one is not kept after it
}

// cachedRow is what one message has for the properties of a plan. Its values do not change.
type cachedRow struct {
	sel    store.Selection
	values []prop.Value
}

// valueSize is what a value takes besides its text.
const valueSize = 48

func newRowCache(st store.Store, budget int64) *rowCache {
	c := &rowCache{budget: budget, plans: make(map[string]map[store.MessageID]cachedRow)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

func (c *rowCache) close() { c.cancel() }

// planName names the properties that a plan fetches.
func planName(fetch []mapi.PropTag) string {
	b := make([]byte, 0, 4*len(fetch))
	for _, t := range fetch {
		b = append(b, byte(t), byte(t>>8), byte(t>>16), byte(t>>24))
	}
	return string(b)
}

// get fills in the rows that are there, and returns the places of the others and the count of changes.
func (c *rowCache) get(plan string, sel store.Selection, ids []store.MessageID, out [][]prop.Value) (missing []int, before uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	rows := c.plans[plan]
	for i, id := range ids {
		if row, ok := rows[id]; ok && row.sel == sel {
			out[i] = row.values
		} else {
			missing = append(missing, i)
		}
	}
	return missing, c.changes
}

// put keeps rows that were read, unless something was published since the count of changes was before.
func (c *rowCache) put(plan string, sel store.Selection, ids []store.MessageID, rows [][]prop.Value, before uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != before {
		return
	}
	if c.bytes > c.budget {
		c.clear()
	}
	kept := c.plans[plan]
	if kept == nil {
		kept = make(map[store.MessageID]cachedRow)
		c.plans[plan] = kept
	}
	for i, values := range rows {
		if _, ok := kept[ids[i]]; ok || values == nil {
			continue
		}
		kept[ids[i]] = cachedRow{sel, values}
		c.bytes += rowBytes(values)
	}
}

func rowBytes(values []prop.Value) int64 {
	n := int64(len(values)+2) * valueSize
	for _, v := range values {
		n += int64(len(v.Str()))
	}
	return n
}

func (c *rowCache) clear() {
	clear(c.plans)
	c.bytes = 0
}

// follow takes out what changed. It runs on the engine's goroutine, after the commit.
func (c *rowCache) follow(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, ch := range changes {
		switch ch.Kind {
		case store.StoreReset, store.MailboxDeleted, store.FolderDeleted:
			c.clear()
		default:
			c.drop(ch.Message)
			c.drop(ch.OldMessage)
		}
	}
}

func (c *rowCache) drop(id store.MessageID) {
	if id == 0 {
		return
	}
	for _, rows := range c.plans {
		if row, ok := rows[id]; ok {
			c.bytes -= rowBytes(row.values)
			delete(rows, id)
		}
	}
}

// errNotCached reports that not all rows are in memory, and there is no reader to read the others.
var errNotCached = errors.New("object: rows are not in memory")

// fetch reads rows of messages for a plan, from memory as far as they are there; without a reader only from there. A
// message that is gone has none. The rows are shared.
func (e *Env) fetch(r store.Reader, p *rowPlan, sel store.Selection, ids []store.MessageID) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(ids))
	missing, before := e.rows.get(p.name, sel, ids, out)
	switch {
	case len(missing) == 0:
		return out, nil
	case r == nil:
		return nil, errNotCached
	}
	ask := ids
	if len(missing) < len(ids) {
		ask = make([]store.MessageID, len(missing))
		for i, at := range missing {
			ask[i] = ids[at]
		}
	}
	rows, err := r.Rows(sel, ask, p.fetch)
	if err != nil {
		return nil, err
	}
	for i, at := range missing {
		out[at] = rows[i]
	}
	e.rows.put(p.name, sel, ask, rows, before)
	return out, nil
}
