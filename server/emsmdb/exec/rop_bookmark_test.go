package exec_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// bookmarkAt moves the cursor of the table at index 2 and remembers where it stands.
func (w *world) bookmarkAt(row int32) []byte {
	w.t.Helper()
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkBeginning, RowCount: row})
	return one[*rop.CreateBookmarkResponse](w, &rop.CreateBookmarkRequest{In: in(2)}).Bookmark
}

// remove deletes messages of the inbox by their subjects, for good.
func (w *world) remove(subjects ...string) {
	w.t.Helper()
	var ids []store.MessageID
	for _, s := range subjects {
		other := w.with("alice")
		other.inbox()
		ids = append(ids, store.MessageID(other.find(s).Counter()))
	}
	w.change("alice", func(tx store.Tx) error {
		for _, id := range ids {
			if err := tx.DeleteMessage(id, true); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) position() uint32 {
	w.t.Helper()
	return one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}).Numerator
}

func TestSeekRowBookmark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	four, end := w.bookmarkAt(4), w.bookmarkAt(100)
	for _, step := range []struct {
		name     string
		bookmark []byte
		rows     int32
		moved    int32
		less     bool
		at       uint32
	}{
		{"ToTheRow", four, 0, 0, false, 4},
		{"Forwards", four, 3, 3, false, 7},
		{"Backwards", four, -2, -2, false, 2},
		{"BeforeTheBeginning", four, -9, -4, true, 0},
		{"BeyondTheEnd", four, 9, 6, true, 10},
		{"ToTheEnd", end, 0, 0, false, 10},
		{"FromTheEnd", end, -1, -1, false, 9},
	} {
		r := one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: step.bookmark, RowCount: step.rows, WantRowMovedCount: true})
		if at := w.position(); r.RowsSought != step.moved || r.HasSoughtLess != step.less || r.RowNoLongerVisible || at != step.at {
			t.Errorf("%s: %+v, now at %d", step.name, r, at)
		}
	}
}

func TestSeekRowBookmarkOfARowThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	four, six := w.bookmarkAt(4), w.bookmarkAt(6)
	w.remove("m004", "m001")
	r := one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: four})
	if got := subjects(w.rows(1), 0); !r.RowNoLongerVisible || !slices.Equal(got, names(5, 5)) {
		t.Errorf("gone %v, next %v", r.RowNoLongerVisible, got)
	}
	r = one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: six})
	if got := subjects(w.rows(1), 0); r.RowNoLongerVisible || !slices.Equal(got, names(6, 6)) {
		t.Errorf("a row that stays: gone %v, %v", r.RowNoLongerVisible, got)
	}
}

func TestFindRowFromABookmark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	four := w.bookmarkAt(4)
	for _, step := range []struct {
		name     string
		backward uint8
		gone     bool
		want     string
	}{
		{"Forwards", 0, false, "m004"}, {"Backwards", mapi.FindRowBackwards, false, "m003"},
		{"ForwardsGone", 0, true, "m005"}, {"BackwardsGone", mapi.FindRowBackwards, true, "m003"},
	} {
		if step.gone && step.backward == 0 {
			w.remove("m004")
		}
		r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), FindRowFlags: step.backward, Origin: mapi.BookmarkCustom, Bookmark: four})
		if r.RowData == nil || r.RowData.Values[0].Str() != step.want || r.RowNoLongerVisible != step.gone {
			t.Errorf("%s: %v, gone %v", step.name, r.RowData, r.RowNoLongerVisible)
		}
	}
}

// TestFindRowOnAHierarchyTellsGoneRow names the version's answer when the bookmark's folder is gone.
func TestFindRowOnAHierarchyTellsGoneRow(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2007": false, "exchange2010-sp1": false, "exchange2013": true} {
		w := newWorld(t, withProfile(profile), withSeed(numbered(1)))
		l := w.logOn()
		var folders []store.FolderID
		w.change("alice", func(tx store.Tx) error {
			for _, name := range []string{"a", "b", "c"} {
				f, err := tx.CreateFolder(store.NewFolder{
					Mailbox: w.entry("alice").Mailbox, Parent: store.FolderID(l.FolderIDs[fidInbox].Counter()), Special: store.SpecialCount,
					Type: store.FolderGeneric, Name: name,
				})
				if err != nil {
					return err
				}
				folders = append(folders, f.ID)
			}
			return nil
		})
		w.hierarchy(l.FolderIDs[fidInbox], 0, mapi.TagDisplayName)
		b := w.bookmarkAt(1)
		w.change("alice", func(tx store.Tx) error { return tx.DeleteFolder(folders[1], true) })
		r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Origin: mapi.BookmarkCustom, Bookmark: b})
		if r.RowData == nil || r.RowData.Values[0].Str() != "c" || r.RowNoLongerVisible != want {
			t.Errorf("%s: %v, gone %v", profile, r.RowData, r.RowNoLongerVisible)
		}
		// Seeking tells in every version.
		if s := one[*rop.SeekRowBookmarkResponse](w, &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}); !s.RowNoLongerVisible {
			t.Errorf("%s: SeekRowBookmark finds a folder that is gone", profile)
		}
	}
}

// TestStaleBookmarks names what sorting, restricting and resetting do to bookmarks, in each version.
func TestStaleBookmarks(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2007", "exchange2010-sp1"} {
		for _, tt := range []struct {
			name string
			reqs []rop.Request
			at   uint32 // where the bookmark's row is afterwards
		}{
			{"SortTable", []rop.Request{&rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject, Order: prop.Descending}}}}, 5},
			{"Restrict", []rop.Request{&rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}}}, 4},
			{"ResetTable", []rop.Request{&rop.ResetTableRequest{In: in(2)}, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}}}, 4},
		} {
			w := newWorld(t, withProfile(profile), withSeed(numbered(10)))
			w.inbox()
			w.contents(mapi.TagSubject)
			b := w.bookmarkAt(4)
			for _, r := range w.run(tt.reqs...) {
				if got := r.Head().ReturnValue; got != mapi.Success {
					t.Fatalf("%s: %v", tt.name, got)
				}
			}
			seek, find := &rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}, &rop.FindRowRequest{In: in(2), Origin: mapi.BookmarkCustom, Bookmark: b}
			if profile == "exchange2007" {
				one[*rop.SeekRowBookmarkResponse](w, seek)
				if at := w.position(); at != tt.at {
					t.Errorf("%s: the bookmark is at %d", tt.name, at)
				}
				one[*rop.FindRowResponse](w, find)
				continue
			}
			for _, req := range []rop.Request{seek, find, &rop.FreeBookmarkRequest{In: in(2), Bookmark: b}} {
				if got := w.code(req); got != mapi.ErrInvalidBookmark {
					t.Errorf("%s: %T: %v", tt.name, req, got)
				}
			}
		}
	}
}

func TestFreeBookmark(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2003": mapi.ErrNoSupport, "exchange2007": mapi.ErrNoSupport, "exchange2010-sp1": mapi.Success} {
		w := newWorld(t, withProfile(profile), withSeed(numbered(3)))
		l := w.inbox()
		w.contents(mapi.TagSubject)
		b := w.bookmarkAt(1)
		if got := w.code(&rop.FreeBookmarkRequest{In: in(2), Bookmark: b}); got != want {
			t.Errorf("%s: %v", profile, got)
		}
		w.hierarchy(l.FolderIDs[fidIPM], 0, mapi.TagDisplayName)
		b = w.bookmarkAt(1)
		one[*rop.FreeBookmarkResponse](w, &rop.FreeBookmarkRequest{In: in(2), Bookmark: b})
		if got := w.code(&rop.FreeBookmarkRequest{In: in(2), Bookmark: b}); got != mapi.ErrInvalidBookmark {
			t.Errorf("%s: freed twice: %v", profile, got)
		}
	}
}

func TestBookmarksThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for _, b := range [][]byte{nil, {1}, {9, 9, 9, 9}, make([]byte, 5000)} {
		for _, req := range []rop.Request{
			&rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}, &rop.FreeBookmarkRequest{In: in(2), Bookmark: b},
			&rop.FindRowRequest{In: in(2), Origin: mapi.BookmarkCustom, Bookmark: b},
		} {
			if got := w.code(req); got != mapi.ErrInvalidBookmark {
				t.Errorf("%T: %v", req, got)
			}
		}
	}
	// Those of a client that never frees any are bounded.
	made := 0
	for made < 10_000 && w.code(&rop.CreateBookmarkRequest{In: in(2)}) == mapi.Success {
		made++
	}
	if got := w.code(&rop.CreateBookmarkRequest{In: in(2)}); made < 1000 || got != mapi.ErrOutOfResources {
		t.Errorf("%v after %d bookmarks", got, made)
	}
}

// TestSeekRowBookmarkFailureEndsTheBuffer checks [MS-OXCTABL] 3.2.5.10 and 3.2.5.12.
func TestSeekRowBookmarkFailureEndsTheBuffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(3, 4)})
	for _, tt := range []struct {
		req  rop.Request
		want mapi.ErrorCode
	}{
		{&rop.SeekRowBookmarkRequest{In: in(2), Bookmark: []byte{1, 2, 3, 4}}, mapi.ErrInvalidBookmark},
		{&rop.SeekRowBookmarkRequest{In: in(4), Bookmark: []byte{1, 2, 3, 4}}, mapi.ErrNoSupport},
		{&rop.CreateBookmarkRequest{In: in(4)}, mapi.ErrNoSupport},
	} {
		resps := w.run(tt.req, &rop.QueryPositionRequest{In: in(2)})
		if len(resps) != 1 || resps[0].Head().ReturnValue != tt.want {
			t.Errorf("%T: %d responses, %v", tt.req, len(resps), resps[0].Head().ReturnValue)
		}
	}
}

func TestSeekRowFractional(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagSubject)
	for _, tt := range []struct {
		numerator, denominator, want uint32
	}{
		{0, 7, 0}, {1, 2, 5}, {1, 3, 3}, {2, 3, 7}, {99, 100, 10}, {7, 7, 10}, {8, 7, 10}, {1 << 31, 1<<32 - 1, 5}, {1<<32 - 2, 1<<32 - 1, 10},
	} {
		one[*rop.SeekRowFractionalResponse](w, &rop.SeekRowFractionalRequest{In: in(2), Numerator: tt.numerator, Denominator: tt.denominator})
		if at := w.position(); at != tt.want {
			t.Errorf("%d/%d of 10 is %d", tt.numerator, tt.denominator, at)
		}
	}
	if got := w.code(&rop.SeekRowFractionalRequest{In: in(2), Numerator: 1}); got != mapi.ErrInvalidBookmark {
		t.Errorf("no denominator: %v", got)
	}
}

// TestSeekRowFractionalVersions: Exchange 2010 RTM does not have it.
func TestSeekRowFractionalVersions(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2010-rtm": false, "exchange2010-sp1": true, "exchange2016": true} {
		w := newWorld(t, withProfile(profile), withSeed(numbered(2)))
		w.inbox()
		w.contents(mapi.TagSubject)
		if got := w.code(&rop.SeekRowFractionalRequest{In: in(2), Numerator: 1, Denominator: 2}); (got == mapi.Success) != want {
			t.Errorf("%s: %v", profile, got)
		}
	}
}

// TestTableROPsByKindOfTable names what attachment and hierarchy tables refuse, [MS-OXCTABL] 3.2.5.
func TestTableROPsByKindOfTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Three attachments")
	one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(3, 4)})
	one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 5)})
	attachments, hierarchy, contents := uint8(4), uint8(5), uint8(2)
	w.run(&rop.SetColumnsRequest{In: in(4), PropertyTags: []mapi.PropTag{mapi.TagAttachNumber}}, &rop.SetColumnsRequest{In: in(5), PropertyTags: []mapi.PropTag{mapi.TagFolderId}})
	id := mapi.NewID(1, 77)
	for _, tt := range []struct {
		name string
		req  func(in rop.In) rop.Request
		want map[uint8]mapi.ErrorCode
	}{
		{"SortTable", func(in rop.In) rop.Request { return &rop.SortTableRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.Success}},
		{"Restrict", func(in rop.In) rop.Request { return &rop.RestrictRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.Success, contents: mapi.Success}},
		{"FindRow", func(in rop.In) rop.Request { return &rop.FindRowRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.Success, contents: mapi.Success}},
		{"CreateBookmark", func(in rop.In) rop.Request { return &rop.CreateBookmarkRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.Success, contents: mapi.Success}},
		{"FreeBookmark", func(in rop.In) rop.Request { return &rop.FreeBookmarkRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrInvalidBookmark, contents: mapi.ErrInvalidBookmark}},
		{"Abort", func(in rop.In) rop.Request { return &rop.AbortRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrUnableToAbort, contents: mapi.ErrUnableToAbort}},
		{"ExpandRow", func(in rop.In) rop.Request { return &rop.ExpandRowRequest{In: in, CategoryID: id} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.ErrNotFound}},
		{"CollapseRow", func(in rop.In) rop.Request { return &rop.CollapseRowRequest{In: in, CategoryID: id} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.ErrNotFound}},
		{"GetCollapseState", func(in rop.In) rop.Request { return &rop.GetCollapseStateRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.Success}},
		{"SetCollapseState", func(in rop.In) rop.Request { return &rop.SetCollapseStateRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.ErrInvalidParameter}},
		{"SeekRowFractional", func(in rop.In) rop.Request { return &rop.SeekRowFractionalRequest{In: in, Denominator: 1} },
			map[uint8]mapi.ErrorCode{attachments: mapi.Success, hierarchy: mapi.Success, contents: mapi.Success}},
		{"GetStatus", func(in rop.In) rop.Request { return &rop.GetStatusRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.Success, hierarchy: mapi.Success, contents: mapi.Success}},
		{"ResetTable", func(in rop.In) rop.Request { return &rop.ResetTableRequest{In: in} },
			map[uint8]mapi.ErrorCode{attachments: mapi.ErrNoSupport, hierarchy: mapi.ErrNoSupport, contents: mapi.Success}},
	} {
		for table, want := range tt.want {
			if got := w.code(tt.req(in(table))); got != want {
				t.Errorf("%s of table %d: %v, want %v", tt.name, table, got, want)
			}
		}
	}
	// None of the refusals broke a table.
	for _, table := range []uint8{attachments, hierarchy} {
		if r := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(table)}); r.Denominator == 0 {
			t.Errorf("table %d is empty", table)
		}
	}
}

// TestTableROPsBeforeSetColumns names what needs columns, which 2003 and 2007 do not ask for.
func TestTableROPsBeforeSetColumns(t *testing.T) {
	t.Parallel()
	for profile, strict := range map[string]bool{"exchange2007": false, "exchange2010-sp1": true} {
		w := newWorld(t, withProfile(profile), withSeed(numbered(3)))
		w.inbox()
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
		b := one[*rop.CreateBookmarkResponse](w, &rop.CreateBookmarkRequest{In: in(2)}).Bookmark
		w.columns[2] = []mapi.PropTag{mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum}
		for _, req := range []rop.Request{
			&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 3}, &rop.FindRowRequest{In: in(2)},
			&rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}, &rop.GetCollapseStateRequest{In: in(2)},
			&rop.SetCollapseStateRequest{In: in(2)}, &rop.ExpandRowRequest{In: in(2)}, &rop.CollapseRowRequest{In: in(2)},
			&rop.FreeBookmarkRequest{In: in(2), Bookmark: b},
		} {
			if got := w.code(req); (got == mapi.ErrNullObject) != strict {
				t.Errorf("%s: %T: %v", profile, req, got)
			}
		}
	}
}

// TestAsynchronousTables: 2007 tells that work goes on until somebody looks at rows, and can end it; later versions do
// all at once.
func TestAsynchronousTables(t *testing.T) {
	t.Parallel()
	for profile, async := range map[string]bool{"exchange2007": true, "exchange2010-sp1": false} {
		w := newWorld(t, withProfile(profile), withSeed(numbered(3)))
		w.inbox()
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
		status := func() uint8 { return one[*rop.GetStatusResponse](w, &rop.GetStatusRequest{In: in(2)}).TableStatus }
		want := func(status uint8) uint8 {
			if async {
				return status
			}
			return mapi.TblStatComplete
		}
		if got := one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), SetColumnsFlags: mapi.TblAsync, PropertyTags: []mapi.PropTag{mapi.TagSubject}}).TableStatus; got != want(mapi.TblStatSettingCols) || status() != got {
			t.Errorf("%s: SetColumns: %d, then %d", profile, got, status())
		}
		if got := one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), RestrictFlags: mapi.TblAsync}).TableStatus; got != want(mapi.TblStatRestricting) || status() != got {
			t.Errorf("%s: Restrict: %d, then %d", profile, got, status())
		}
		if got := one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortTableFlags: mapi.TblAsync, SortOrders: manyOrders(1)}).TableStatus; got != want(mapi.TblStatSorting) || status() != got {
			t.Errorf("%s: SortTable: %d, then %d", profile, got, status())
		}
		w.rows(1)
		if got := status(); got != mapi.TblStatComplete {
			t.Errorf("%s: %d after rows were read", profile, got)
		}
		if got := w.code(&rop.AbortRequest{In: in(2)}); got != mapi.ErrUnableToAbort {
			t.Errorf("%s: nothing to abort: %v", profile, got)
		}
		one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortTableFlags: mapi.TblAsync, SortOrders: manyOrders(1)})
		if !async {
			if got := w.code(&rop.AbortRequest{In: in(2)}); got != mapi.ErrUnableToAbort {
				t.Errorf("%s: abort: %v", profile, got)
			}
			continue
		}
		if got := one[*rop.AbortResponse](w, &rop.AbortRequest{In: in(2)}).TableStatus; got != mapi.TblStatSorting {
			t.Errorf("%s: aborted %d", profile, got)
		}
		if got := w.code(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}); got != mapi.ErrNullObject {
			t.Errorf("%s: rows of an aborted table: %v", profile, got)
		}
		one[*rop.ResetTableResponse](w, &rop.ResetTableRequest{In: in(2)})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
		if got := subjects(w.rows(10), 0); !slices.Equal(got, names(0, 2)) {
			t.Errorf("%s: after a reset %v", profile, got)
		}
	}
}
