package sqlite

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// plan says how to make rows of values: which columns to read, and which of them, or the bag, gives each tag.
type plan struct {
	columns []string // the first is mid, negative if the row is odd in one of the bits of hot
	items   []item
	bagged  bool // at least one tag always needs the bag
	hot     int64
}

// item is how one tag gets its value.
type item struct {
	tag  mapi.PropTag
	col  int // -1: from the bag
	col2 int // the prefix, for PidTagNormalizedSubject
	hot  int // bit in odd, -1 for fields
}

// fieldColumn returns the column of a field, and the tag it has there.
func fieldColumn(tag mapi.PropTag) (string, mapi.PropTag) {
	if tag.Type() == mapi.PtypUnspecified {
		for _, t := range []mapi.PropTag{
			tagMid, tagFolderID, tagChangeNumber, tagMessageFlags, tagMessageStatus, tagMessageSize, tagHasAttachments, tagAssociated,
			tagMessageDeliveryTime, tagCreationTime, tagLastModificationTime,
		} {
			if t.ID() == tag.ID() {
				tag = t
			}
		}
	}
	switch tag {
	case tagMid:
		return "mid", tag
	case tagFolderID:
		return "folder", tag
	case tagChangeNumber:
		return "cn", tag
	case tagMessageFlags:
		return "flags", tag
	case tagMessageStatus:
		return "status", tag
	case tagMessageSize, tagMessageSizeExtended:
		return "size", tag
	case tagHasAttachments:
		return "attachments", tag
	case tagAssociated:
		return "part", tag
	case tagMessageDeliveryTime:
		return "received", tag
	case tagCreationTime:
		return "created", tag
	case tagLastModificationTime:
		return "modified", tag
	}
	return "", tag
}

func planFor(tags []mapi.PropTag) *plan {
	p := &plan{columns: []string{"mid"}, items: make([]item, len(tags))}
	for i, tag := range tags {
		it := item{tag: tag, col: -1, col2: -1, hot: -1}
		if column, t := fieldColumn(tag); column != "" {
			it.tag, it.col = t, p.column(column)
		} else if matches(tagNormalizedSubject, tag) {
			it.hot, it.col, it.col2 = hotNormalized, p.column("subject"), p.column("prefix")
		} else {
			for h, c := range hotColumns {
				if matches(c.tag, tag) {
					it.hot, it.col = h, p.column(c.column)
				}
			}
		}
		if it.hot >= 0 {
			p.hot |= 1 << it.hot
		}
		p.bagged = p.bagged || it.col < 0
		p.items[i] = it
	}
	return p
}

// column returns the place of a column, which is added if it is new.
func (p *plan) column(name string) int {
	for i, c := range p.columns {
		if c == name {
			return i
		}
	}
	p.columns = append(p.columns, name)
	return len(p.columns) - 1
}

// query puts a SELECT together; from names the source, with message in it. A column with a dot is not one of message.
func (p *plan) query(from, order string) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, c := range p.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		switch {
		case i == 0 && p.hot != 0: // each column of a row costs as much as finding the row
			fmt.Fprintf(&b, "CASE WHEN message.odd & %d THEN -message.mid ELSE message.mid END", p.hot)
		case strings.Contains(c, "."):
			b.WriteString(c)
		default:
			b.WriteString("message." + c)
		}
	}
	if p.bagged {
		b.WriteString(", b.data")
	}
	b.WriteString(" FROM " + from)
	if p.bagged {
		b.WriteString(" LEFT JOIN bag AS b ON b.id = message.bag")
	}
	b.WriteString(order)
	return b.String()
}

// rowReader turns result rows into rows of values.
type rowReader struct {
	*plan
	r    *reader
	vals []any
	dest []any
	bag  sql.RawBytes
}

func newRowReader(r *reader, p *plan) *rowReader {
	rr := &rowReader{plan: p, r: r, vals: make([]any, len(p.columns)), dest: make([]any, len(p.columns), len(p.columns)+1)}
	for i := range rr.vals {
		rr.dest[i] = &rr.vals[i]
	}
	if p.bagged {
		rr.dest = append(rr.dest, &rr.bag)
	}
	return rr
}

// read makes the row that rows stands on, in out.
func (rr *rowReader) read(rows *sql.Rows, out []prop.Value) (store.MessageID, error) {
	if err := rows.Scan(rr.dest...); err != nil {
		return 0, wrapError(err)
	}
	first, data, odd := rr.int(0), []byte(rr.bag), int64(0)
	mid := store.MessageID(max(first, -first))
	if first < 0 {
		err := rr.r.c.row("SELECT message.odd, bag.data FROM message JOIN bag ON bag.id = message.bag WHERE message.mid = ?", []any{int64(mid)}, into(&odd), &data)
		if err != nil {
			return 0, notThere(err)
		}
		odd &= rr.hot
	}
	for i, it := range rr.items {
		if it.col >= 0 && (it.hot < 0 || odd>>it.hot&1 == 0) {
			out[i] = rr.value(it)
		} else {
			out[i] = prop.Value{}
		}
	}
	if !rr.bagged && odd == 0 {
		return mid, nil
	}
	if err := rr.fromBag(mid, data, odd, out); err != nil {
		return 0, fmt.Errorf("properties of message %d: %w", mid, err)
	}
	return mid, nil
}

func (rr *rowReader) int(col int) int64 {
	n, _ := rr.vals[col].(int64)
	return n
}

// value makes the value of a column.
func (rr *rowReader) value(it item) prop.Value {
	v := rr.vals[it.col]
	if v == nil {
		return prop.Value{}
	}
	if s, ok := v.(string); ok {
		if it.col2 >= 0 {
			prefix, _ := rr.vals[it.col2].(string)
			s = strings.TrimPrefix(s, prefix)
		}
		return prop.String(s)
	}
	n, _ := v.(int64)
	switch it.tag {
	case tagMid, tagFolderID, tagChangeNumber:
		return prop.ID(mapi.NewID(1, uint64(max(n, -n))))
	case tagMessageSize:
		return prop.Int32(int32(min(n, math.MaxInt32)))
	case tagMessageSizeExtended:
		return prop.Int64(n)
	case tagHasAttachments:
		return prop.Bool(n != 0)
	case tagAssociated:
		return prop.Bool(n&1 != 0)
	case tagMessageDeliveryTime:
		if n == 0 {
			return prop.Value{}
		}
		return prop.Time(mapi.FileTime(n))
	case tagCreationTime, tagLastModificationTime:
		return prop.Time(mapi.FileTime(n))
	}
	if it.hot >= 0 && hotColumns[it.hot].tag.Type() == mapi.PtypTime {
		return prop.Time(mapi.FileTime(n))
	}
	return prop.Uint32(uint32(n))
}

// fromBag fills in what the columns do not have.
func (rr *rowReader) fromBag(mid store.MessageID, data []byte, odd int64, out []prop.Value) error {
	if len(data) == 0 {
		return errDamaged
	}
	b := readBag(data)
	for rec, ok := b.next(); ok; rec, ok = b.next() {
		var v prop.Value
		for i, it := range rr.items {
			if it.col >= 0 && (it.hot < 0 || odd>>it.hot&1 == 0) || !matches(rec.tag, it.tag) {
				continue
			}
			if v.IsZero() {
				var err error
				if v, err = rr.rowValue(mid, rec); err != nil {
					return err
				}
			}
			out[i] = v
		}
	}
	return b.err
}

// rowValue is a value as rows give it, cut to store.RowValueLimit.
func (rr *rowReader) rowValue(mid store.MessageID, rec record) (prop.Value, error) {
	if !rec.apart {
		return cutValue(rec.value()), nil
	}
	const limit = 2 * store.RowValueLimit
	var head []byte
	err := rr.r.c.row(`SELECT substr(chunk.data, 1, ?) FROM message JOIN large ON large.bag = message.bag AND large.prop = ?
		JOIN chunk ON chunk.value = large.value AND chunk.n = 0 WHERE message.mid = ?`, []any{int64(limit), int64(rec.tag.ID()), int64(mid)}, &head)
	if err != nil {
		return prop.Value{}, notThere(err)
	}
	head = append(head, make([]byte, limit-len(head))...) // zeros may be left out
	switch rec.tag.Type() {
	case mapi.PtypString:
		// Half a character at the end lies beyond the limit: what is before it has a byte of UTF-8 for each unit at least.
		return cutValue(prop.String(wire.DecodeUTF16(head))), nil
	case mapi.PtypString8:
		return cutValue(prop.String8(string(head))), nil
	}
	return cutValue(prop.Binary(head)), nil
}

func cutValue(v prop.Value) prop.Value {
	s := v.Str()
	if len(s) <= store.RowValueLimit {
		return v
	}
	switch v.Type() {
	case mapi.PtypString:
		n := store.RowValueLimit
		for !utf8.RuneStart(s[n]) {
			n--
		}
		return prop.String(s[:n])
	case mapi.PtypString8:
		return prop.String8(s[:store.RowValueLimit])
	case mapi.PtypBinary:
		return prop.BinaryString(s[:store.RowValueLimit])
	}
	return v
}

// Scan calls fn for every message of the selection.
func (r *reader) Scan(sel store.Selection, tags []mapi.PropTag, fn func(store.MessageID, []prop.Value) error) error {
	p := planFor(tags)
	version, err := r.found(sel)
	if err != nil {
		return err
	}
	if version != 0 {
		return r.scan(p, memberSource, " WHERE s.version = ? ORDER BY s.mid", []any{version}, fn)
	}
	const where = " WHERE message.folder = ? AND message.part = ? ORDER BY message.mid"
	return r.scan(p, "message", where, []any{int64(sel.Folder), part(sel.Associated, sel.Deleted)}, fn)
}

// Rows gives the rows of some messages.
func (r *reader) Rows(sel store.Selection, ids []store.MessageID, tags []mapi.PropTag) ([][]prop.Value, error) {
	if len(ids) == 0 {
		return [][]prop.Value{}, nil
	}
	version, err := r.found(sel)
	if err != nil {
		return nil, err
	}
	if lo, hi := slices.Min(ids), slices.Max(ids); version == 0 && uint64(hi-lo) <= neighbours*uint64(len(ids)) {
		return r.rowsBetween(sel, ids, lo, hi, tags)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	p := planFor(tags)
	key := len(p.columns)
	p.columns = append(p.columns, "j.key") // says which of ids a row is, in whatever order they come
	rr := newRowReader(r, p)
	all := make([]prop.Value, len(ids)*len(tags))
	result := make([][]prop.Value, len(ids))
	n := 0
	query := p.query("json_each(?) AS j CROSS JOIN message ON message.folder = ? AND message.part = ? AND message.mid = j.value", "")
	args := []any{string(list), int64(sel.Folder), part(sel.Associated, sel.Deleted)}
	if version != 0 {
		query = p.query("json_each(?) AS j CROSS JOIN "+memberSource, " WHERE s.version = ? AND s.mid = j.value")
		args = []any{string(list), version}
	}
	err = r.c.each(query, args, func(rows *sql.Rows) error {
		out := all[n*len(tags) : (n+1)*len(tags) : (n+1)*len(tags)]
		n++
		if _, err := rr.read(rows, out); err != nil {
			return err
		}
		result[rr.int(key)] = out
		return nil
	})
	return result, err
}

// neighbours is how far apart messages may be, by the counters between them, to be read as a run: each message takes
// two counters, so a run has two rows at most for each that is wanted.
const neighbours = 4

// rowsBetween is Rows by one walk from the lowest id to the highest, which is cheaper than to look for each: a window
// onto a table in the order in which its messages came, forwards or backwards, is mostly such a run.
func (r *reader) rowsBetween(sel store.Selection, ids []store.MessageID, lo, hi store.MessageID, tags []mapi.PropTag) ([][]prop.Value, error) {
	order := make([]int, len(ids)) // places in ids, by id
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(ids[a], ids[b]) })
	p := planFor(tags)
	rr := newRowReader(r, p)
	all := make([]prop.Value, len(ids)*len(tags))
	result := make([][]prop.Value, len(ids))
	query := p.query("message", " WHERE message.folder = ? AND message.part = ? AND message.mid BETWEEN ? AND ? ORDER BY message.mid")
	args := []any{int64(sel.Folder), part(sel.Associated, sel.Deleted), int64(lo), int64(hi)}
	row := make([]prop.Value, len(tags))
	err := r.c.each(query, args, func(rows *sql.Rows) error {
		id, err := rr.read(rows, row)
		if err != nil {
			return err
		}
		for len(order) > 0 && ids[order[0]] < id {
			order = order[1:]
		}
		for len(order) > 0 && ids[order[0]] == id { // more than once, where a message has several rows
			at := order[0]
			result[at] = all[at*len(tags) : (at+1)*len(tags) : (at+1)*len(tags)]
			copy(result[at], row)
			order = order[1:]
		}
		return nil
	})
	return result, err
}

// Page lists messages in order of delivery time. It stops reading after limit rows: SQLite would prepare a statement
// with LIMIT ? anew whenever the limit is another one, as it looks at the value to choose a plan.
func (r *reader) Page(sel store.Selection, after store.Position, descending bool, limit int) ([]store.Position, error) {
	const from = "SELECT received, mid FROM message WHERE folder = ? AND part = ? AND (received, mid) "
	query := from + "> (?, ?) ORDER BY received, mid"
	received, id := int64(after.Received), int64(after.ID)
	if descending {
		query = from + "< (?, ?) ORDER BY received DESC, mid DESC"
		if after == (store.Position{}) {
			received, id = math.MaxInt64, math.MaxInt64
		}
	}
	if limit <= 0 {
		return []store.Position{}, nil
	}
	args := []any{int64(sel.Folder), part(sel.Associated, sel.Deleted), received, id}
	version, err := r.found(sel)
	if err != nil {
		return nil, err
	}
	if version != 0 { // sorted each time: searches have no order by time
		query = strings.Replace(query, "received, mid FROM message WHERE folder = ? AND part = ? AND", "received, message.mid AS mid FROM "+memberSource+" WHERE s.version = ? AND", 1)
		query = strings.ReplaceAll(query, "(received, mid)", "(received, message.mid)")
		args = append([]any{version}, args[2:]...)
	}
	list := make([]store.Position, 0, min(limit, 1024))
	err = r.c.each(query, args, func(rows *sql.Rows) error {
		var p store.Position
		if err := rows.Scan(into(&p.Received), into(&p.ID)); err != nil {
			return err
		}
		if list = append(list, p); len(list) == limit {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, err
}

// errEnough ends the reading of a query.
var errEnough = errors.New("sqlite: enough rows")
