package exec_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// modelRow is one row of a message in the plain list that tables are compared with.
type modelRow struct {
	letter
	n, instance int // of the message, in the order they came, and of its value
	colour      string
}

// modelTable is a table over a plain list.
type modelTable struct {
	letters    []letter
	orders     []prop.SortOrder
	categories int
	expanded   int
	toggled    map[string]bool
	keep       func(l *letter) bool
	split      bool
	made       int // letters ever made

	lines  []string // what the table shows
	cursor string   // the line that the cursor stands before, "" at the end
}

// value is what a column compares by.
func (r *modelRow) value(tag mapi.PropTag) string {
	switch tag {
	case mapi.TagSentRepresentingName:
		return r.from
	case mapi.TagMessageDeliveryTime:
		return fmt.Sprintf("%09d", r.at)
	case mapi.TagRead:
		return fmt.Sprint(r.read)
	case tagKeyword:
		return r.colour
	}
	return r.subject
}

// rows are the rows in their order, without categories.
func (m *modelTable) rows() (out []modelRow) {
	for i := range m.letters {
		l := &m.letters[i]
		colours := l.keywords
		if !m.split || len(colours) == 0 {
			colours = []string{""}
		}
		if !m.keep(l) {
			continue
		}
		for j, c := range colours {
			out = append(out, modelRow{*l, i, j, c})
		}
	}
	onlyTime := len(m.orders) == 1 && m.categories == 0 && !m.split && m.orders[0].Tag == mapi.TagMessageDeliveryTime
	slices.SortStableFunc(out, func(a, b modelRow) int {
		for _, o := range m.orders {
			c := cmp.Compare(a.value(o.Tag), b.value(o.Tag))
			if o.Order == prop.Descending {
				c = -c
			}
			if c != 0 && !extreme(o) {
				return c
			}
		}
		for _, o := range m.orders { // last what categories stand by
			if c := cmp.Compare(a.value(o.Tag), b.value(o.Tag)); c != 0 && extreme(o) {
				return c
			}
		}
		if onlyTime && m.orders[0].Order == prop.Descending {
			return cmp.Compare(b.n, a.n)
		}
		return 0
	})
	return out
}

// extreme reports whether a column orders categories by the values in them.
func extreme(o prop.SortOrder) bool {
	return o.Order == prop.MaximumCategory || o.Order == prop.MinimumCategory
}

// show lays the rows out.
func (m *modelTable) show() {
	m.lines = m.group(m.rows(), 0, "")
	if m.cursor != "" && !slices.Contains(m.lines, m.cursor) {
		m.cursor = "lost"
	}
}

func (m *modelTable) group(rows []modelRow, level int, path string) (out []string) {
	if level == m.categories {
		for _, r := range rows {
			out = append(out, fmt.Sprintf("%s %d", r.subject, r.instance))
		}
		return out
	}
	var groups [][]modelRow
	for _, r := range rows {
		if n := len(groups); n == 0 || groups[n-1][0].value(m.orders[level].Tag) != r.value(m.orders[level].Tag) {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], r)
	}
	if level == m.categories-1 && len(m.orders) > m.categories && extreme(m.orders[m.categories]) {
		standsBy := func(g []modelRow) string {
			o := m.orders[m.categories]
			values := make([]string, len(g))
			for i := range g {
				values[i] = g[i].value(o.Tag)
			}
			if o.Order == prop.MinimumCategory {
				return slices.Min(values)
			}
			return slices.Max(values)
		}
		slices.SortStableFunc(groups, func(a, b []modelRow) int {
			c := cmp.Compare(standsBy(a), standsBy(b))
			if m.orders[level].Order == prop.Descending {
				c = -c
			}
			return c
		})
	}
	for _, g := range groups {
		here := path + "/" + g[0].value(m.orders[level].Tag)
		unread := 0
		for _, r := range g {
			if !r.read {
				unread++
			}
		}
		sign := "+"
		if level < m.expanded != m.toggled[here] {
			sign = "-"
		}
		out = append(out, fmt.Sprintf("%s%s %d/%d", sign, here, unread, len(g)))
		if sign == "-" {
			out = append(out, m.group(g, level+1, here)...)
		}
	}
	return out
}

func (m *modelTable) position() int {
	if m.cursor == "" {
		return len(m.lines)
	}
	return slices.Index(m.lines, m.cursor)
}

func (m *modelTable) moveTo(pos int) {
	if m.cursor = ""; pos < len(m.lines) {
		m.cursor = m.lines[pos]
	}
}

// modelColumns are what lines are made of.
var modelColumns = []mapi.PropTag{
	mapi.TagRowType, mapi.TagDepth, mapi.TagSubject, mapi.TagInstanceNum, mapi.TagContentUnreadCount, mapi.TagContentCount,
	mapi.TagInstID, mapi.TagSentRepresentingName, mapi.TagRead, tagKeyword, mapi.TagMessageDeliveryTime,
}

// linesOf writes rows as the model does. Headers name themselves and those above as far as their columns do.
func (m *modelTable) linesOf(rows []prop.Row) (out []string) {
	for _, row := range rows {
		v := row.Values
		if uint32(v[0].Bits()) == mapi.RowTypeLeaf {
			out = append(out, fmt.Sprintf("%s %d", v[2].Str(), v[3].Bits()))
			continue
		}
		sign := "+"
		if uint32(v[0].Bits()) == mapi.RowTypeExpanded {
			sign = "-"
		}
		for level := range int(v[1].Int()) + 1 {
			i := slices.Index(modelColumns, m.orders[level].Tag)
			switch value := v[i]; {
			case value.Type() == mapi.PtypErrorCode:
				sign += "/"
			case value.Type() == mapi.PtypBoolean:
				sign += fmt.Sprintf("/%v", value.Bool())
			default:
				sign += "/" + value.Str()
			}
		}
		out = append(out, fmt.Sprintf("%s %d/%d", sign, v[4].Int(), v[5].Int()))
	}
	return out
}

func (m *modelTable) drawOrders(rt *rapid.T) {
	tags := []mapi.PropTag{mapi.TagSentRepresentingName, mapi.TagRead, mapi.TagSubject, mapi.TagMessageDeliveryTime}
	if m.split {
		tags = append(tags, tagKeyword)
	}
	m.orders, m.toggled = nil, make(map[string]bool)
	for _, tag := range rapid.SliceOfNDistinct(rapid.SampledFrom(tags), 0, 3, rapid.ID).Draw(rt, "sort") {
		m.orders = append(m.orders, prop.SortOrder{Tag: tag, Order: rapid.SampledFrom([]uint8{prop.Ascending, prop.Descending}).Draw(rt, "order")})
	}
	m.categories = rapid.IntRange(0, min(2, len(m.orders))).Draw(rt, "categories")
	for i, o := range m.orders[:m.categories] {
		if o.Tag == mapi.TagMessageDeliveryTime || o.Tag == mapi.TagSubject {
			m.categories = i // headers of times and subjects read differently
			break
		}
	}
	m.expanded = rapid.IntRange(0, m.categories).Draw(rt, "expanded")
	if len(m.orders) > m.categories && m.categories > 0 && rapid.Bool().Draw(rt, "extreme") {
		m.orders[m.categories].Order = rapid.SampledFrom([]uint8{prop.MaximumCategory, prop.MinimumCategory}).Draw(rt, "which")
	}
}

// drawRestriction makes a restriction and what it means.
func drawRestriction(rt *rapid.T, depth int) (prop.Restriction, func(l *letter) bool) {
	kinds := 7
	if depth == 0 {
		kinds = 4
	}
	text := func(tag mapi.PropTag, s string) prop.Tagged { return prop.Tagged{Tag: tag, Value: prop.String(s)} }
	switch rapid.IntRange(0, kinds-1).Draw(rt, "kind") {
	case 0:
		name := rapid.SampledFrom(modelSenders).Draw(rt, "sender")
		op := rapid.SampledFrom([]prop.RelOp{prop.RelOpLT, prop.RelOpLE, prop.RelOpGT, prop.RelOpGE, prop.RelOpEQ, prop.RelOpNE}).Draw(rt, "relation")
		rs := prop.PropertyRestriction{RelOp: op, Tag: mapi.TagSentRepresentingName, Value: text(mapi.TagSentRepresentingName, name)}
		return rs, func(l *letter) bool {
			c := strings.Compare(l.from, name)
			return map[prop.RelOp]bool{prop.RelOpLT: c < 0, prop.RelOpLE: c <= 0, prop.RelOpGT: c > 0, prop.RelOpGE: c >= 0, prop.RelOpEQ: c == 0, prop.RelOpNE: c != 0}[op]
		}
	case 1:
		digit := rapid.StringMatching(`[0-9]`).Draw(rt, "digit")
		return prop.ContentRestriction{Fuzzy: prop.FuzzySubstring, Tag: mapi.TagSubject, Value: text(mapi.TagSubject, digit)},
			func(l *letter) bool { return strings.Contains(l.subject, digit) }
	case 2:
		return prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}, func(l *letter) bool { return !l.read }
	case 3:
		return prop.ExistRestriction{Tag: tagKeywords}, func(l *letter) bool { return len(l.keywords) > 0 }
	case 4:
		rs, keep := drawRestriction(rt, depth-1)
		return prop.NotRestriction{Part: rs}, func(l *letter) bool { return !keep(l) }
	}
	first, a := drawRestriction(rt, depth-1)
	second, b := drawRestriction(rt, depth-1)
	if rapid.Bool().Draw(rt, "and") {
		return prop.AndRestriction{Parts: []prop.Restriction{first, second}}, func(l *letter) bool { return a(l) && b(l) }
	}
	return prop.OrRestriction{Parts: []prop.Restriction{first, second}}, func(l *letter) bool { return a(l) || b(l) }
}

var modelSenders = []string{"alice", "bob", "carol", "dave"}

// TestTableRandomly takes tables through random orders, categories, restrictions, seeks, reads, bookmarks and new
// messages: rows, positions and bookmarks are those of a plain list, [rapid].
func TestTableRandomly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)), withHandles(1<<15))
	w.inbox()
	everything := func(*letter) bool { return true }
	folders := 0
	draw := rapid.Custom(func(rt *rapid.T) letter {
		l := letter{
			from: rapid.SampledFrom(modelSenders).Draw(rt, "from"), at: uint64(1 + rapid.IntRange(0, 5).Draw(rt, "at")), read: rapid.Bool().Draw(rt, "read"),
		}
		if n := rapid.IntRange(0, 3).Draw(rt, "colours"); n > 0 {
			l.keywords = []string{"blue", "green", "red"}[:n]
		}
		return l
	})
	rapid.Check(t, func(rt *rapid.T) {
		m := &modelTable{keep: everything}
		folders++
		folder := w.subfolder(fmt.Sprint(folders))
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: mapi.NewID(1, uint64(folder))})
		for range rapid.IntRange(0, 12).Draw(rt, "letters") {
			m.letters = append(m.letters, draw.Draw(rt, "letter"))
			m.letters[len(m.letters)-1].subject = fmt.Sprintf("s%04d", len(m.letters)-1)
		}
		m.made = len(m.letters)
		w.putLetters(folder, m.letters...)
		w.contents(modelColumns[:9]...)
		defer w.run(&rop.ReleaseRequest{In: in(2)}, &rop.ReleaseRequest{In: in(1)})
		m.show()
		m.moveTo(0)
		bookmarks := make(map[string][]byte)
		rewind := func() {
			m.show()
			m.moveTo(0)
			clear(bookmarks)
		}
		same := func(what string, got, want any) {
			if fmt.Sprint(got) != fmt.Sprint(want) {
				rt.Fatalf("%s: %v, want %v\nof %q", what, got, want, m.lines)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) {
				p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
				same("position", p.Numerator, m.position())
				same("rows", p.Denominator, len(m.lines))
			},
			"post": func(rt *rapid.T) {
				l := draw.Draw(rt, "letter")
				l.subject = fmt.Sprintf("s%04d", m.made)
				w.putLetters(folder, l)
				m.letters, m.made = append(m.letters, l), m.made+1
				was := m.cursor
				clear(bookmarks)
				if m.position() == 0 { // the beginning stays the beginning
					m.show()
					m.moveTo(0)
					return
				}
				if m.show(); m.cursor == "lost" { // a header, whose counts read differently now
					path := was[:strings.LastIndexByte(was, ' ')+1]
					m.moveTo(slices.IndexFunc(m.lines, func(l string) bool { return strings.HasPrefix(l, path) }))
				}
			},
			"remove": func(rt *rapid.T) { // the cursor and bookmarks of a row that goes stand before the next
				if m.categories > 0 || m.split || len(m.letters) == 0 {
					return
				}
				i := rapid.IntRange(0, len(m.letters)-1).Draw(rt, "letter")
				line := m.letters[i].subject + " 0"
				next := ""
				if at := slices.Index(m.lines, line); at >= 0 && at+1 < len(m.lines) {
					next = m.lines[at+1]
				}
				w.withLetter(folder, m.letters[i].subject, func(tx store.Tx, id store.MessageID) error { return tx.DeleteMessage(id, true) })
				m.letters = slices.Delete(m.letters, i, i+1)
				if m.cursor == line {
					m.cursor = next
				}
				m.show()
				stay := &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkCurrent, WantRowMovedCount: true}
				one[*rop.SeekRowResponse](w, stay) // stands before the row that is there now
				same("after a row is gone", one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}).Numerator, m.position())
				if b := bookmarks[line]; b != nil {
					delete(bookmarks, line)
					same("gone", one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}).RowNoLongerVisible, true)
					m.cursor = next
					one[*rop.SeekRowResponse](w, stay)
				}
			},
			"change": func(rt *rapid.T) { // of another row than the cursor's
				if m.categories > 0 || m.split || len(m.letters) == 0 {
					return
				}
				l := &m.letters[rapid.IntRange(0, len(m.letters)-1).Draw(rt, "letter")]
				line := l.subject + " 0"
				if m.position() == 0 || m.cursor == line {
					return
				}
				delete(bookmarks, line)
				l.read = !l.read
				var flags uint32
				if l.read {
					flags = mapi.MfRead
				}
				w.withLetter(folder, l.subject, func(tx store.Tx, id store.MessageID) error {
					_, err := tx.SetMessageFlags(id, flags, mapi.MfRead)
					return err
				})
				m.show()
			},
			"fraction": func(rt *rapid.T) {
				n, of := rapid.IntRange(0, 9).Draw(rt, "n"), rapid.IntRange(1, 9).Draw(rt, "of")
				one[*rop.SeekRowFractionalResponse](w, &rop.SeekRowFractionalRequest{In: in(2), Numerator: uint32(n), Denominator: uint32(of)})
				to := len(m.lines)
				if n < of {
					to = (len(m.lines)*n + of/2) / of
				}
				m.moveTo(to)
			},
			"split": func(rt *rapid.T) {
				m.split = true
				columns := modelColumns
				one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
				one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2)})
				m.orders, m.categories = nil, 0
				rewind()
			},
			"sort": func(rt *rapid.T) {
				m.drawOrders(rt)
				one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: uint16(m.categories), ExpandedCount: uint16(m.expanded), SortOrders: m.orders})
				rewind()
			},
			"restrict": func(rt *rapid.T) {
				rs, keep := drawRestriction(rt, 2)
				if rapid.IntRange(0, 3).Draw(rt, "nothing") == 0 {
					rs, keep = nil, everything
				}
				one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: rs})
				m.keep, m.toggled = keep, make(map[string]bool)
				rewind()
			},
			"read": func(rt *rapid.T) {
				n, back, stay := rapid.IntRange(1, 20).Draw(rt, "n"), rapid.Bool().Draw(rt, "back"), rapid.Bool().Draw(rt, "stay")
				req := &rop.QueryRowsRequest{In: in(2), ForwardRead: !back, RowCount: uint16(n)}
				if stay {
					req.QueryRowsFlags = mapi.QueryRowsNoAdvance
				}
				got := m.linesOf(one[*rop.QueryRowsResponse](w, req).Rows)
				pos := m.position()
				var want []string
				if back {
					want = slices.Clone(m.lines[max(0, pos-n):pos])
					slices.Reverse(want)
					pos -= len(want)
				} else {
					want = m.lines[pos:min(pos+n, len(m.lines))]
					pos += len(want)
				}
				same("read", got, want)
				if !stay {
					m.moveTo(pos)
				}
			},
			"seek": func(rt *rapid.T) {
				origin, n := rapid.SampledFrom([]uint8{0, 1, 2}).Draw(rt, "origin"), rapid.IntRange(-12, 12).Draw(rt, "n")
				from := []int{0, m.position(), len(m.lines)}[origin]
				to := max(0, min(from+n, len(m.lines)))
				r := one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: origin, RowCount: int32(n), WantRowMovedCount: true})
				same("moved", r.RowsSought, to-from)
				m.moveTo(to)
			},
			"find": func(rt *rapid.T) {
				if m.categories > 0 {
					return
				}
				rs, keep := drawRestriction(rt, 2)
				origin, back := rapid.SampledFrom([]uint8{0, 1, 2}).Draw(rt, "origin"), rapid.Bool().Draw(rt, "back")
				from := []int{0, m.position(), len(m.lines)}[origin]
				rows, want := m.rows(), -1
				for i := range rows {
					if r := &rows[i]; keep(&r.letter) && (back && i < from || !back && i >= from && want < 0) {
						want = i
					}
				}
				req := &rop.FindRowRequest{In: in(2), Restriction: rs, Origin: origin}
				if back {
					req.FindRowFlags = mapi.FindRowBackwards
				}
				if want < 0 {
					same("find", w.code(req), mapi.ErrNotFound)
					one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
					m.moveTo(0)
					return
				}
				same("found", m.linesOf([]prop.Row{*one[*rop.FindRowResponse](w, req).RowData}), m.lines[want:want+1])
				m.moveTo(want)
			},
			"bookmark": func(*rapid.T) {
				bookmarks[m.cursor] = one[*rop.CreateBookmarkResponse](w, &rop.CreateBookmarkRequest{In: in(2)}).Bookmark
			},
			"return": func(rt *rapid.T) {
				for line, b := range bookmarks {
					r := one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b})
					m.cursor = line
					same("gone", r.RowNoLongerVisible, false)
					return
				}
			},
			"toggle": func(rt *rapid.T) {
				headers := slices.DeleteFunc(slices.Clone(m.lines), func(l string) bool { return l[0] != '+' && l[0] != '-' })
				if len(headers) == 0 {
					return
				}
				line := rapid.SampledFrom(headers).Draw(rt, "header")
				at := slices.Index(m.lines, line)
				one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: int32(at)})
				id := w.rows(1).Rows[0].Values[6].ObjectID()
				one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
				path := line[1:strings.LastIndexByte(line, ' ')]
				m.toggled[path] = !m.toggled[path]
				before := len(m.lines)
				m.show()
				if line[0] == '-' {
					same("collapsed", one[*rop.CollapseRowResponse](w, &rop.CollapseRowRequest{In: in(2), CategoryID: id}).CollapsedRowCount, before-len(m.lines))
				} else {
					same("expanded", one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: id}).ExpandedRowCount, len(m.lines)-before)
				}
				m.moveTo(0)
				clear(bookmarks)
			},
		})
	})
}

// withLetter changes the message of a folder with a subject.
func (w *world) withLetter(folder store.FolderID, subject string, fn func(tx store.Tx, id store.MessageID) error) {
	w.t.Helper()
	w.change("alice", func(tx store.Tx) error {
		var found store.MessageID
		err := tx.Scan(store.Selection{Folder: folder}, []mapi.PropTag{mapi.TagSubject}, func(id store.MessageID, values []prop.Value) error {
			if values[0].Str() == subject {
				found = id
			}
			return nil
		})
		if err != nil {
			return err
		}
		return fn(tx, found)
	})
}

// subfolder makes a folder in alice's inbox.
func (w *world) subfolder(name string) (id store.FolderID) {
	w.t.Helper()
	w.change("alice", func(tx store.Tx) error {
		mailbox, err := tx.MailboxOf("alice")
		if err != nil {
			return err
		}
		f, err := tx.CreateFolder(store.NewFolder{
			Mailbox: mailbox.ID, Parent: mailbox.Special[store.SpecialInbox], Special: store.SpecialCount, Type: store.FolderGeneric, Name: name,
		})
		id = f.ID
		return err
	})
	return id
}
