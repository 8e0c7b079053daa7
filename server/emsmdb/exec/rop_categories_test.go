package exec_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// tagKeywords stands for the named property of a message's colours.
var tagKeywords = mapi.Tag(0x8008, mapi.PtypMultiString)

// tagKeyword is one row per colour.
var tagKeyword = mapi.Tag(0x8008, mapi.PtypMultiString|mapi.PtypMVInstance)

// letter is a message of a test.
type letter struct {
	subject, from string
	at            uint64
	read          bool
	keywords      []string
}

// post puts letters into alice's inbox and opens it.
func (w *world) post(letters ...letter) {
	w.t.Helper()
	w.putLetters(store.FolderID(w.inbox().FolderIDs[fidInbox].Counter()), letters...)
}

// putLetters puts letters into a folder of alice's.
func (w *world) putLetters(folder store.FolderID, letters ...letter) {
	w.t.Helper()
	w.change("alice", func(tx store.Tx) error {
		for _, l := range letters {
			m := store.NewMessage{Folder: folder, Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(l.subject)}, {Tag: mapi.TagSentRepresentingName, Value: prop.String(l.from)},
				{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(l.at))},
			}}
			if l.read {
				m.Flags = mapi.MfRead
			}
			if l.keywords != nil {
				m.Props = append(m.Props, prop.Tagged{Tag: tagKeywords, Value: prop.Multi(mapi.PtypMultiString, l.keywords)})
			}
			if _, err := tx.CreateMessage(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// letters are nine messages of three senders; the newest is of bob.
var letters = []letter{
	{subject: "s1", from: "carol", at: 10}, {subject: "s2", from: "alice", at: 20, read: true}, {subject: "s3", from: "bob", at: 30},
	{subject: "s4", from: "Alice", at: 40}, {subject: "s5", from: "alice", at: 50}, {subject: "s6", from: "carol", at: 60, read: true},
	{subject: "s7", from: "alice", at: 70, read: true}, {subject: "s8", from: "carol", at: 80}, {subject: "s9", from: "bob", at: 90},
}

// categoryColumns are what outline asks for.
var categoryColumns = []mapi.PropTag{
	mapi.TagRowType, mapi.TagDepth, mapi.TagSubject, mapi.TagSentRepresentingName, mapi.TagContentCount, mapi.TagContentUnreadCount,
	mapi.TagInstID, mapi.TagInstanceNum, mapi.TagMessageDeliveryTime, mapi.TagMid,
}

// sort sorts the table at index 2, with all categories open.
func (w *world) sort(categories uint16, orders ...prop.SortOrder) {
	w.t.Helper()
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: categories, ExpandedCount: categories, SortOrders: orders})
}

// outline writes the rows of the table at index 2: of headers the sender, counts and a sign, of others the subject.
func (w *world) outline() (out []string) {
	w.t.Helper()
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
	for _, row := range w.rows(1000).Rows {
		out = append(out, outlineOf(row))
	}
	if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}); int(p.Denominator) != len(out) {
		w.t.Errorf("%d rows are read of %d", len(out), p.Denominator)
	}
	return out
}

func outlineOf(row prop.Row) string {
	v := row.Values
	line := fmt.Sprintf("%d", v[1].Int())
	switch uint32(v[0].Bits()) {
	case mapi.RowTypeExpanded:
		return fmt.Sprintf("%s - %s %d/%d", line, v[3].Str(), v[5].Int(), v[4].Int())
	case mapi.RowTypeCollapsed:
		return fmt.Sprintf("%s + %s %d/%d", line, v[3].Str(), v[5].Int(), v[4].Int())
	}
	return line + " " + v[2].Str()
}

func expectRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%q, want\n%q", what, got, want)
	}
}

var (
	bySender     = prop.SortOrder{Tag: mapi.TagSentRepresentingName}
	newest       = prop.SortOrder{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}
	openBySender = []string{
		"0 - alice 2/4", "1 s7", "1 s5", "1 s4", "1 s2", "0 - bob 2/2", "1 s9", "1 s3", "0 - carol 2/3", "1 s8", "1 s6", "1 s1",
	}
)

func TestCategories(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters...)
	w.contents(categoryColumns...)
	w.sort(1, bySender, newest)
	expectRows(t, "open", w.outline(), openBySender)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: 1, SortOrders: []prop.SortOrder{bySender, newest}})
	expectRows(t, "closed", w.outline(), []string{"0 + alice 2/4", "0 + bob 2/2", "0 + carol 2/3"})
	w.sort(1, prop.SortOrder{Tag: mapi.TagSentRepresentingName, Order: prop.Descending})
	expectRows(t, "descending", w.outline(), []string{
		"0 - carol 2/3", "1 s1", "1 s6", "1 s8", "0 - bob 2/2", "1 s3", "1 s9", "0 - alice 2/4", "1 s2", "1 s4", "1 s5", "1 s7"})
	w.sort(2, prop.SortOrder{Tag: mapi.TagRead}, bySender, newest)
	expectRows(t, "two levels", w.outline(), []string{
		"0 -  6/6", "1 - alice 2/2", "2 s5", "2 s4", "1 - bob 2/2", "2 s9", "2 s3", "1 - carol 2/2", "2 s8", "2 s1",
		"0 -  0/3", "1 - alice 0/2", "2 s7", "2 s2", "1 - carol 0/1", "2 s6"})
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: 2, ExpandedCount: 1, SortOrders: []prop.SortOrder{{Tag: mapi.TagRead}, bySender}})
	expectRows(t, "the first of two levels open", w.outline(), []string{
		"0 -  6/6", "1 + Alice 2/2", "1 + bob 2/2", "1 + carol 2/2", "0 -  0/3", "1 + alice 0/2", "1 + carol 0/1"})
}

// TestCategoriesByTheirNewest orders conversations as clients do: by the newest message in each.
func TestCategoriesByTheirNewest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		category, order uint8
		want            []string
	}{
		{"NewestFirst", prop.Descending, prop.MaximumCategory, []string{
			"0 - bob 2/2", "1 s3", "1 s9", "0 - carol 2/3", "1 s1", "1 s6", "1 s8", "0 - alice 2/4", "1 s2", "1 s4", "1 s5", "1 s7"}},
		{"NewestLast", prop.Ascending, prop.MaximumCategory, []string{
			"0 - alice 2/4", "1 s2", "1 s4", "1 s5", "1 s7", "0 - carol 2/3", "1 s1", "1 s6", "1 s8", "0 - bob 2/2", "1 s3", "1 s9"}},
		{"OldestFirst", prop.Ascending, prop.MinimumCategory, []string{
			"0 - carol 2/3", "1 s1", "1 s6", "1 s8", "0 - alice 2/4", "1 s2", "1 s4", "1 s5", "1 s7", "0 - bob 2/2", "1 s3", "1 s9"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(numbered(0)))
			w.post(letters...)
			w.contents(categoryColumns...)
			w.sort(1, prop.SortOrder{Tag: mapi.TagSentRepresentingName, Order: tt.category},
				prop.SortOrder{Tag: mapi.TagMessageDeliveryTime, Order: tt.order}, prop.SortOrder{Tag: mapi.TagSubject})
			expectRows(t, "rows", w.outline(), tt.want)
			// The header shows the value that it stands by.
			one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
			times := map[string]uint64{"bob": 90, "carol": 80, "alice": 70}
			if tt.order == prop.MinimumCategory {
				times = map[string]uint64{"bob": 30, "carol": 10, "alice": 20}
			}
			for _, row := range w.rows(100).Rows {
				if v := row.Values; uint32(v[0].Bits()) != mapi.RowTypeLeaf && uint64(v[8].FileTime()) != times[v[3].Str()] {
					t.Errorf("%s stands by %d", v[3].Str(), v[8].FileTime())
				}
			}
		})
	}
}

// TestHeaderRows checks what a header has and what it has not, as [MS-OXCTABL] 4.5.3.2 shows it.
func TestHeaderRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters...)
	l := w.inbox()
	columns := []mapi.PropTag{
		mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagRowType, mapi.TagDepth, mapi.TagSubject, mapi.TagInstanceKey,
		mapi.TagEntryId, mapi.TagMessageFlags,
	}
	w.contents(columns...)
	w.sort(1, bySender)
	seen := make(map[mapi.ID]bool)
	headers := 0
	for _, row := range w.rows(100).Rows {
		v := row.Values
		if seen[v[2].ObjectID()] {
			t.Errorf("two rows have the id %v", v[2].ObjectID())
		}
		seen[v[2].ObjectID()] = true
		if uint32(v[4].Bits()) == mapi.RowTypeLeaf {
			if v[2].ObjectID() != v[1].ObjectID() || v[5].Int() != 1 {
				t.Errorf("row = %v", v)
			}
			continue
		}
		headers++
		if v[0].ObjectID() != l.FolderIDs[fidInbox] || v[2].ObjectID().ReplID() != 1 || v[3].Bits() != 0 || uint32(v[4].Bits()) != mapi.RowTypeExpanded || v[5].Int() != 0 || len(v[7].Str()) == 0 {
			t.Errorf("header = %v", v)
		}
		for _, i := range []int{1, 6, 8, 9} {
			if v[i].Type() != mapi.PtypErrorCode || v[i].ErrorCode() != mapi.ErrNotFound {
				t.Errorf("a header has %v: %v", columns[i], v[i])
			}
		}
	}
	if headers != 3 {
		t.Errorf("%d headers", headers)
	}
}

// headerOf returns the id of a sender's header.
func (w *world) headerOf(sender string) mapi.ID {
	w.t.Helper()
	r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: prop.AndRestriction{Parts: []prop.Restriction{
		prop.PropertyRestriction{RelOp: prop.RelOpNE, Tag: mapi.TagRowType, Value: prop.Tagged{Tag: mapi.TagRowType, Value: prop.Uint32(mapi.RowTypeLeaf)}},
		prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSentRepresentingName, Value: prop.Tagged{Tag: mapi.TagSentRepresentingName, Value: prop.String(sender)}},
	}}})
	return r.RowData.Values[6].ObjectID()
}

func TestExpandAndCollapseRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters...)
	w.contents(categoryColumns...)
	w.sort(1, bySender, newest)
	bob, alice := w.headerOf("bob"), w.headerOf("alice")
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 9}) // before s8
	inBob := w.bookmarkAt(6)
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 9})
	if r := one[*rop.CollapseRowResponse](w, &rop.CollapseRowRequest{In: in(2), CategoryID: bob}); r.CollapsedRowCount != 2 {
		t.Errorf("%d rows collapsed", r.CollapsedRowCount)
	}
	if got := outlineOf(w.rows(1).Rows[0]); got != "1 s8" { // the cursor keeps its row
		t.Errorf("the cursor stands before %q", got)
	}
	// A bookmark in a closed category stands before the next row.
	if r := one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: inBob}); !r.RowNoLongerVisible {
		t.Error("a row in a closed category is visible")
	}
	if got := outlineOf(w.rows(1).Rows[0]); got != "0 - carol 2/3" {
		t.Errorf("the bookmark stands before %q", got)
	}
	expectRows(t, "collapsed", w.outline(), []string{
		"0 - alice 2/4", "1 s7", "1 s5", "1 s4", "1 s2", "0 + bob 2/2", "0 - carol 2/3", "1 s8", "1 s6", "1 s1"})
	for _, tt := range []struct {
		name string
		req  rop.Request
		want mapi.ErrorCode
	}{
		{"CollapsedTwice", &rop.CollapseRowRequest{In: in(2), CategoryID: bob}, mapi.ErrNotExpanded},
		{"ExpandedTwice", &rop.ExpandRowRequest{In: in(2), CategoryID: alice}, mapi.ErrNotCollapsed},
		{"CollapseNoCategory", &rop.CollapseRowRequest{In: in(2), CategoryID: mapi.NewID(1, 5)}, mapi.ErrNotFound},
		{"ExpandNoCategory", &rop.ExpandRowRequest{In: in(2), CategoryID: mapi.NewID(1, 1<<47)}, mapi.ErrNotFound},
		{"ExpandNothing", &rop.ExpandRowRequest{In: in(2)}, mapi.ErrNotFound},
	} {
		if got := w.code(tt.req); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	r := one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: bob, MaxRowCount: 1})
	if r.ExpandedRowCount != 2 || len(r.Rows) != 1 || outlineOf(r.Rows[0]) != "1 s9" {
		t.Errorf("expanded %d: %v", r.ExpandedRowCount, r.Rows)
	}
	expectRows(t, "expanded again", w.outline(), openBySender)
}

// TestExpandRowReturnsNoRows2013: from 2013 on ExpandRow returns no rows, and a client must not ask for any.
func TestExpandRowReturnsNoRows2013(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)), withProfile("exchange2013"))
	w.post(letters...)
	w.contents(categoryColumns...)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: 1, SortOrders: []prop.SortOrder{bySender}})
	bob := w.headerOf("bob")
	if got := w.code(&rop.ExpandRowRequest{In: in(2), CategoryID: bob, MaxRowCount: 1}); got != mapi.ErrNoSupport {
		t.Errorf("with rows: %v", got)
	}
	if r := one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: bob}); r.ExpandedRowCount != 2 || len(r.Rows) != 0 {
		t.Errorf("%d, %v", r.ExpandedRowCount, r.Rows)
	}
}

func TestExpandRowOfNestedCategories(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters...)
	w.contents(categoryColumns...)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), CategoryCount: 2, SortOrders: []prop.SortOrder{{Tag: mapi.TagRead}, bySender, newest}})
	expectRows(t, "closed", w.outline(), []string{"0 +  6/6", "0 +  0/3"})
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
	unread := w.rows(1).Rows[0].Values[6].ObjectID()
	if r := one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: unread}); r.ExpandedRowCount != 3 {
		t.Errorf("%d rows", r.ExpandedRowCount)
	}
	carol := w.headerOf("carol")
	one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: carol})
	open := []string{"0 -  6/6", "1 + alice 2/2", "1 + bob 2/2", "1 - carol 2/2", "2 s8", "2 s1", "0 +  0/3"}
	expectRows(t, "partly open", w.outline(), open)
	if r := one[*rop.CollapseRowResponse](w, &rop.CollapseRowRequest{In: in(2), CategoryID: unread}); r.CollapsedRowCount != 5 {
		t.Errorf("%d rows", r.CollapsedRowCount)
	}
	if got := w.code(&rop.CollapseRowRequest{In: in(2), CategoryID: carol}); got != mapi.ErrNotFound { // it is not shown
		t.Errorf("a category in a closed one: %v", got)
	}
	one[*rop.ExpandRowResponse](w, &rop.ExpandRowRequest{In: in(2), CategoryID: unread})
	expectRows(t, "as it was", w.outline(), open)
}

func TestCollapseState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters...)
	w.contents(categoryColumns...)
	w.sort(1, bySender, newest)
	one[*rop.CollapseRowResponse](w, &rop.CollapseRowRequest{In: in(2), CategoryID: w.headerOf("alice")})
	rows := w.outline()
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 3}) // s3
	row := w.rows(1).Rows[0].Values
	state := one[*rop.GetCollapseStateResponse](w, &rop.GetCollapseStateRequest{In: in(2), RowID: row[6].ObjectID(), RowInstanceNumber: uint32(row[7].Bits())}).CollapseState

	other := w.with("alice") // another session, another table
	other.inbox()
	other.contents(categoryColumns...)
	if got := other.code(&rop.SetCollapseStateRequest{In: in(2), CollapseState: state}); got != mapi.ErrNotCompleted {
		t.Errorf("of another order: %v", got)
	}
	other.sort(1, bySender, newest)
	b := one[*rop.SetCollapseStateResponse](other, &rop.SetCollapseStateRequest{In: in(2), CollapseState: state}).Bookmark
	if got := outlineOf(other.rows(1).Rows[0]); got != "1 s3" {
		t.Errorf("the cursor stands before %q", got)
	}
	one[*rop.SeekRowBookmarkResponse](other, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b})
	if got := outlineOf(other.rows(1).Rows[0]); got != "1 s3" {
		t.Errorf("the bookmark stands before %q", got)
	}
	expectRows(t, "in another table", other.outline(), rows)
	one[*rop.RestrictResponse](other, &rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}})
	if got := other.code(&rop.SetCollapseStateRequest{In: in(2), CollapseState: state}); got != mapi.ErrNotCompleted {
		t.Errorf("of another restriction: %v", got)
	}
	for _, bad := range [][]byte{nil, {1}, state[:len(state)-1], append([]byte{9}, state[1:]...), make([]byte, 3000)} {
		if got := w.code(&rop.SetCollapseStateRequest{In: in(2), CollapseState: bad}); got != mapi.ErrInvalidParameter {
			t.Errorf("%d bytes: %v", len(bad), got)
		}
	}
	expectRows(t, "after garbage", w.outline(), rows)
}

func TestCategoriesFollowChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters[:3]...)
	w.contents(categoryColumns...)
	w.sort(1, bySender, newest)
	expectRows(t, "before", w.outline(), []string{"0 - alice 0/1", "1 s2", "0 - bob 1/1", "1 s3", "0 - carol 1/1", "1 s1"})
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 3}) // s3
	other := w.with("alice")
	other.post(letter{subject: "n1", from: "alice", at: 25}, letter{subject: "n2", from: "bea", at: 1}, letter{subject: "n3", from: "bob", at: 99})
	if got := outlineOf(w.rows(1).Rows[0]); got != "1 s3" {
		t.Errorf("the cursor stands before %q", got)
	}
	expectRows(t, "after", w.outline(), []string{
		"0 - alice 1/2", "1 n1", "1 s2", "0 - bea 1/1", "1 n2", "0 - bob 2/2", "1 n3", "1 s3", "0 - carol 1/1", "1 s1"})
	w.remove("s1")
	expectRows(t, "without carol", w.outline(), []string{
		"0 - alice 1/2", "1 n1", "1 s2", "0 - bea 1/1", "1 n2", "0 - bob 2/2", "1 n3", "1 s3"})
}

// colours are messages with none, one and several values of one property.
var colours = []letter{
	{subject: "s1", keywords: []string{"red", "blue"}}, {subject: "s2"}, {subject: "s3", keywords: []string{"blue"}},
	{subject: "s4", keywords: []string{"green", "red", "blue"}},
}

// instances writes the rows of the table at index 2: subject, number and colour.
func (w *world) instances() (out []string) {
	w.t.Helper()
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
	seen := make(map[string]bool)
	for _, row := range w.rows(1000).Rows {
		v := row.Values
		key := fmt.Sprint(v[3].ObjectID(), v[1].Bits())
		if seen[key] {
			w.t.Errorf("two rows are instance %s", key)
		}
		seen[key] = true
		out = append(out, v[0].Str()+" "+v[2].Str())
	}
	return out
}

func TestMultipleValueInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(colours...)
	columns := []mapi.PropTag{mapi.TagSubject, mapi.TagInstanceNum, tagKeyword, mapi.TagInstID}
	w.contents(columns...)
	expectRows(t, "by columns", w.instances(), []string{"s1 red", "s1 blue", "s2 ", "s3 blue", "s4 green", "s4 red", "s4 blue"})
	w.sort(0, prop.SortOrder{Tag: tagKeyword}, prop.SortOrder{Tag: mapi.TagSubject, Order: prop.Descending})
	expectRows(t, "sorted", w.instances(), []string{"s2 ", "s4 blue", "s3 blue", "s1 blue", "s4 green", "s4 red", "s1 red"})
	red := prop.Tagged{Tag: mapi.Tag(0x8008, mapi.PtypString), Value: prop.String("red")}
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tagKeyword, Value: red}})
	expectRows(t, "restricted to rows", w.instances(), []string{"s4 red", "s1 red"})
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tagKeywords, Value: red}})
	expectRows(t, "restricted to messages", w.instances(), []string{"s4 blue", "s1 blue", "s4 green", "s4 red", "s1 red"})
	// All values at once are another column.
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2)})
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject, tagKeywords}})
	if rows := w.rows(100).Rows; len(rows) != 4 || !slices.Equal(prop.Elements[string](rows[0].Values[1]), []string{"red", "blue"}) {
		t.Errorf("rows = %v", rows)
	}
}

// TestSetColumnsWithInstancesKeepsTheCursor: columns change which rows there are, but not where the cursor stands.
func TestSetColumnsWithInstancesKeepsTheCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(colours...)
	w.contents(mapi.TagSubject)
	w.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
	w.rows(2)
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject, tagKeyword}})
	if got := subjects(w.rows(1), 0); !slices.Equal(got, []string{"s3"}) {
		t.Errorf("next row = %v", got)
	}
}

// TestCategoriesOfInstances groups by colour, as [MS-OXCTABL] 4.5 does.
func TestCategoriesOfInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(colours...)
	columns := slices.Clone(categoryColumns)
	columns[3] = tagKeyword
	w.contents(columns...)
	w.sort(1, prop.SortOrder{Tag: tagKeyword}, prop.SortOrder{Tag: mapi.TagSubject})
	expectRows(t, "by colour", w.outline(), []string{
		"0 -  1/1", "1 s2", "0 - blue 3/3", "1 s1", "1 s3", "1 s4", "0 - green 1/1", "1 s4", "0 - red 2/2", "1 s1", "1 s4"})
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 10}) // the red s4
	row := w.rows(1).Rows[0].Values
	state := one[*rop.GetCollapseStateResponse](w, &rop.GetCollapseStateRequest{In: in(2), RowID: row[6].ObjectID(), RowInstanceNumber: uint32(row[7].Bits())}).CollapseState
	one[*rop.SetCollapseStateResponse](w, &rop.SetCollapseStateRequest{In: in(2), CollapseState: state})
	if at := w.position(); at != 10 {
		t.Errorf("the cursor is at %d", at)
	}
}
