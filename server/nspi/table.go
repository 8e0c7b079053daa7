package nspi

import (
	"bytes"
	"slices"
	"sort"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// tableKey names one order of one container.
type tableKey struct {
	container uint32
	phonetic  bool
	locale    uint32 // LCID, one that is known
}

// table is one container in order, [MS-OXNSPI] 3.1.4.4. It is built on first use and does not change.
type table struct {
	mids  []uint32
	keys  [][]byte // sort keys of the rows
	index map[uint32]int
	order *prop.Collation
	once  sync.Once
}

// maxTables is how many tables of one snapshot are kept; a caller who asks for more orders than anybody needs makes
// them build anew.
const maxTables = 64

// lcidEnglish is the locale every server must sort by, [MS-OXNSPI] 2.2.1.6.
const lcidEnglish uint32 = 0x0409

// nearestLocale returns a locale that orders names for lcid, [MS-OXNSPI] 2.2.1.6.
func nearestLocale(lcid uint32) uint32 {
	if l, ok := mapi.LocaleOf(lcid); ok {
		return l.LCID
	}
	return lcidEnglish
}

// nameKey returns the sort key of a name. Keys compare as bytes.
func nameKey(order *prop.Collation, name string) []byte {
	return order.AppendSortKey(nil, prop.String(name), prop.Ascending)
}

// table returns the table that stat means: ErrInvalidBookmark if there is no such container, ErrGeneralFailure for
// a sort type that is no order of a container.
func (b *book) table(stat Stat) (*table, error) {
	if containerByMId(stat.ContainerID) == nil {
		return nil, mapi.ErrInvalidBookmark
	}
	if stat.SortType != SortDisplayName && stat.SortType != SortPhoneticDisplayName {
		return nil, mapi.ErrGeneralFailure
	}
	return b.sorted(tableKey{stat.ContainerID, stat.SortType == SortPhoneticDisplayName, nearestLocale(stat.SortLocale)}), nil
}

func (b *book) sorted(key tableKey) *table {
	b.mu.Lock()
	t := b.tables[key]
	if t == nil {
		if len(b.tables) >= maxTables {
			clear(b.tables)
		}
		t = &table{}
		b.tables[key] = t
	}
	b.mu.Unlock()
	t.once.Do(func() {
		if key.container == midGAL {
			t.buildAll(b, key)
			return
		}
		t.buildPart(b, containerByMId(key.container), b.sorted(tableKey{midGAL, key.phonetic, key.locale}))
	})
	return t
}

// listed reports whether address lists show an entry and names resolve to it.
func listed(e *store.Entry) bool { return !e.Hidden && !e.System }

// buildAll fills the table with every entry that is listed.
func (t *table) buildAll(b *book, key tableKey) {
	t.order = prop.NewCollation(key.locale)
	type row struct {
		mid uint32
		key []byte
	}
	var rows []row
	for i := range b.snap.Entries {
		e := &b.snap.Entries[i]
		if !listed(e) {
			continue
		}
		name := e.DisplayName
		if p := first(e.Attributes["phonetic_display_name"]); key.phonetic && p != "" {
			name = p
		}
		rows = append(rows, row{e.MId, nameKey(t.order, name)})
	}
	slices.SortFunc(rows, func(x, y row) int {
		if c := bytes.Compare(x.key, y.key); c != 0 {
			return c
		}
		return int(int64(x.mid) - int64(y.mid))
	})
	t.mids, t.keys = make([]uint32, len(rows)), make([][]byte, len(rows))
	for i, r := range rows {
		t.mids[i], t.keys[i] = r.mid, r.key
	}
	t.buildIndex()
}

// buildPart fills the table with the rows of all that c holds.
func (t *table) buildPart(b *book, c *container, all *table) {
	t.order = all.order
	for i, mid := range all.mids {
		if c.holds(b.snap.ByMId(mid)) {
			t.mids, t.keys = append(t.mids, mid), append(t.keys, all.keys[i])
		}
	}
	t.buildIndex()
}

func (t *table) buildIndex() {
	t.index = make(map[uint32]int, len(t.mids))
	for i, mid := range t.mids {
		t.index[mid] = i
	}
}

// at returns the MId at a position, MidEndOfTable behind the last row.
func (t *table) at(pos int) uint32 {
	if pos >= len(t.mids) {
		return MidEndOfTable
	}
	return t.mids[pos]
}

// seek returns the position of the first row whose name is not before name; len(mids) if there is none.
func (t *table) seek(name string) int {
	key := nameKey(t.order, name)
	return sort.Search(len(t.keys), func(i int) bool { return bytes.Compare(t.keys[i], key) >= 0 })
}

// start returns the position stat.CurrentRec means, before stat.Delta, [MS-OXNSPI] 3.1.4.5; ErrNotFound for an MId
// that is not in the table.
func (t *table) start(stat Stat) (int, error) {
	n := len(t.mids)
	switch stat.CurrentRec {
	case MidBeginningOfTable:
		return 0, nil
	case MidEndOfTable:
		return n, nil
	case MidCurrent:
		if stat.TotalRecs == 0 {
			return 0, nil
		}
		return int(min(uint64(n), uint64(n)*uint64(stat.NumPos)/uint64(stat.TotalRecs))), nil
	}
	if i, ok := t.index[stat.CurrentRec]; ok {
		return i, nil
	}
	return 0, mapi.ErrNotFound
}

// move returns pos moved by delta rows, within the table.
func (t *table) move(pos int, delta int32) int {
	return int(min(max(int64(pos)+int64(delta), 0), int64(len(t.mids))))
}

// place returns stat with its position at pos, [MS-OXNSPI] 3.1.4.5.
func (t *table) place(stat Stat, pos int) Stat {
	stat.CurrentRec, stat.NumPos, stat.TotalRecs, stat.Delta = t.at(pos), uint32(pos), uint32(len(t.mids)), 0
	return stat
}
