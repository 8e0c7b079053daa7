package nspi

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// TestUpdateStat follows the arithmetic of [MS-OXNSPI] 3.1.4.5 in a table of nine rows.
func TestUpdateStat(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	n := uint32(len(inOrder))
	for _, tt := range []struct {
		name    string
		change  func(*Stat)
		pos     uint32
		moved   int32
		refused mapi.ErrorCode
	}{
		{"Beginning", func(*Stat) {}, 0, 0, 0},
		{"BeginningIgnoresNumPos", func(s *Stat) { s.NumPos, s.TotalRecs = 5, 9 }, 0, 0, 0},
		{"Forward", func(s *Stat) { s.Delta = 3 }, 3, 3, 0},
		{"ForwardPastTheEnd", func(s *Stat) { s.Delta = 100 }, n, 9, 0},
		{"BackwardFromTheBeginning", func(s *Stat) { s.Delta = -1 }, 0, 0, 0},
		{"End", func(s *Stat) { s.CurrentRec = MidEndOfTable }, n, 0, 0},
		{"BackwardFromTheEnd", func(s *Stat) { s.CurrentRec, s.Delta = MidEndOfTable, -5 }, n - 5, -5, 0},
		{"LargestDelta", func(s *Stat) { s.CurrentRec, s.Delta = midBob, 1<<31-1 }, n, 7, 0},
		{"SmallestDelta", func(s *Stat) { s.CurrentRec, s.Delta = midBob, -1<<31 }, 0, -2, 0},
		{"FromRow", func(s *Stat) { s.CurrentRec, s.Delta = midEmil, -1 }, 3, -1, 0},
		{"Fraction", func(s *Stat) { s.CurrentRec, s.NumPos, s.TotalRecs = MidCurrent, 1, 3 }, 3, 0, 0},
		{"FractionRoundsDown", func(s *Stat) { s.CurrentRec, s.NumPos, s.TotalRecs = MidCurrent, 1, 2 }, 4, 0, 0},
		{"FractionOverOne", func(s *Stat) { s.CurrentRec, s.NumPos, s.TotalRecs = MidCurrent, 5, 2 }, n, 0, 0},
		{"FractionOfNothing", func(s *Stat) { s.CurrentRec, s.NumPos = MidCurrent, 5 }, 0, 0, 0},
		{"LargeFraction", func(s *Stat) { s.CurrentRec, s.NumPos, s.TotalRecs = MidCurrent, 1<<32-1, 1<<32-1 }, n, 0, 0},
		{"UnknownRow", func(s *Stat) { s.CurrentRec = 0x999 }, 0, 0, mapi.ErrNotFound},
		{"HiddenRow", func(s *Stat) { s.CurrentRec = midGhost }, 0, 0, mapi.ErrNotFound},
		{"UnknownContainer", func(s *Stat) { s.ContainerID = 0x10 }, 0, 0, mapi.ErrInvalidBookmark},
		{"UnicodeCodePage", func(s *Stat) { s.CodePage = 1200 }, 0, 0, mapi.ErrInvalidCodepage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := stat1252()
			tt.change(&in)
			a, err := s.UpdateStat(t.Context(), as("alice"), &UpdateStatRequest{Stat: in, Delta: int32p(77)})
			if code := codeOf(t, err); code != tt.refused {
				t.Fatalf("code %v, want %v", code, tt.refused)
			}
			if err != nil {
				return
			}
			want := stat1252()
			want.NumPos, want.TotalRecs, want.CurrentRec = tt.pos, n, MidEndOfTable
			if tt.pos < n {
				want.CurrentRec = inOrder[tt.pos]
			}
			if a.Stat != want || *a.Delta != tt.moved {
				t.Errorf("stat %+v moved %d\nwant %+v moved %d", a.Stat, *a.Delta, want, tt.moved)
			}
		})
	}
}

func TestUpdateStatWithoutDelta(t *testing.T) {
	t.Parallel()
	a, err := newTest(t).UpdateStat(t.Context(), as("alice"), &UpdateStatRequest{Stat: stat1252()})
	if err != nil || a.Delta != nil {
		t.Errorf("plDelta %v, %v; want NULL", a, err)
	}
}

func TestUpdateStatInEmptyContainer(t *testing.T) {
	t.Parallel()
	in := stat1252()
	in.ContainerID, in.Delta = midContainers, 4
	a, err := newTest(t).UpdateStat(t.Context(), as("alice"), &UpdateStatRequest{Stat: in, Delta: int32p(0)})
	if err != nil {
		t.Fatal(err)
	}
	want := stat1252()
	want.ContainerID, want.CurrentRec = midContainers, MidEndOfTable
	if a.Stat != want || *a.Delta != 0 {
		t.Errorf("stat %+v moved %d, want %+v", a.Stat, *a.Delta, want)
	}
}

// rowMIds returns the MIds in the instance keys of rows.
func rowMIds(t testing.TB, rows []Row) []uint32 {
	t.Helper()
	mids := []uint32{}
	for _, row := range rows {
		k := cell(t, row, mapi.TagInstanceKey).Str()
		mids = append(mids, uint32(k[0])|uint32(k[1])<<8|uint32(k[2])<<16|uint32(k[3])<<24)
	}
	return mids
}

func TestQueryRows(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	n := uint32(len(inOrder))
	for _, tt := range []struct {
		name   string
		change func(*QueryRowsRequest)
		rows   []uint32
		pos    uint32
	}{
		{"All", func(q *QueryRowsRequest) { q.Count = 50 }, inOrder, n},
		{"First", func(q *QueryRowsRequest) { q.Count = 2 }, inOrder[:2], 2},
		{"AfterDelta", func(q *QueryRowsRequest) { q.Stat.Delta, q.Count = 2, 3 }, inOrder[2:5], 5},
		{"FromRowDespiteStaleNumPos", func(q *QueryRowsRequest) { q.Stat.CurrentRec, q.Stat.NumPos, q.Count = midEmil, 1, 2 }, inOrder[4:6], 6},
		{"BackFromEnd", func(q *QueryRowsRequest) { q.Stat.CurrentRec, q.Stat.Delta, q.Count = MidEndOfTable, -2, 50 }, inOrder[7:], n},
		{"AtEnd", func(q *QueryRowsRequest) { q.Stat.CurrentRec = MidEndOfTable }, []uint32{}, n},
		{"Huge", func(q *QueryRowsRequest) { q.Stat.Delta, q.Count = 1, 1<<32-1 }, inOrder[1:], n},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := QueryRowsRequest{Stat: stat1252(), Count: 10, Columns: []mapi.PropTag{mapi.TagInstanceKey}}
			tt.change(&q)
			a, err := s.QueryRows(t.Context(), as("alice"), &q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.rows, rowMIds(t, a.Rows)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			want := stat1252()
			want.NumPos, want.TotalRecs, want.CurrentRec = tt.pos, n, MidEndOfTable
			if tt.pos < n {
				want.CurrentRec = inOrder[tt.pos]
			}
			if a.Stat != want {
				t.Errorf("stat %+v, want %+v", a.Stat, want)
			}
		})
	}
}

func TestQueryRowsExplicit(t *testing.T) {
	t.Parallel()
	q := QueryRowsRequest{
		Stat: Stat{ContainerID: 0x4711, CurrentRec: 5, Delta: 3}, Count: 4,
		Explicit: []uint32{midBob, 0x999, midGhost, midBob, midAlice}, Columns: []mapi.PropTag{mapi.TagDisplayName, mapi.TagDisplayType},
	}
	a, err := newTest(t).QueryRows(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	bob := Row{tagged(mapi.TagDisplayName, prop.String("Bob Brown")), tagged(mapi.TagDisplayType, prop.Int32(0))}
	want := []Row{
		bob,
		{tagged(0x3001000A, prop.Error(mapi.ErrNotFound)), tagged(0x3900000A, prop.Error(mapi.ErrNotFound))},
		{tagged(mapi.TagDisplayName, prop.String("Ghost Hidden")), tagged(mapi.TagDisplayType, prop.Int32(0))},
		bob,
	}
	if diff := cmp.Diff(want, a.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if a.Stat != q.Stat {
		t.Errorf("stat changed to %+v", a.Stat)
	}
}

func TestQueryRowsDefaultColumns(t *testing.T) {
	t.Parallel()
	a, err := newTest(t).QueryRows(t.Context(), as("alice"), &QueryRowsRequest{Stat: stat1252(), Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{{
		tagged(0xFFFD0003, prop.Int32(0)), tagged(0x0FFE0003, prop.Int32(6)), tagged(0x39000003, prop.Int32(0)),
		tagged(0x3001001E, prop.String8("Alice Adams")), tagged(0x3A1A001E, prop.String8("+1 555 0100")),
		tagged(0x3A18001E, prop.String8("R&D")), tagged(0x3A19001E, prop.String8("12")),
	}}
	if diff := cmp.Diff(want, a.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestQueryRowsRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name   string
		change func(*QueryRowsRequest)
		want   mapi.ErrorCode
	}{
		{"NoCount", func(q *QueryRowsRequest) { q.Count = 0 }, mapi.ErrInvalidParameter},
		{"UnknownContainer", func(q *QueryRowsRequest) { q.Stat.ContainerID = 99 }, mapi.ErrInvalidBookmark},
		{"UnicodeCodePage", func(q *QueryRowsRequest) { q.Stat.CodePage = 1200 }, mapi.ErrInvalidCodepage},
		{"TooManyColumns", func(q *QueryRowsRequest) { q.Columns = make([]mapi.PropTag, maxColumns+1) }, mapi.ErrTableTooBig},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := QueryRowsRequest{Stat: stat1252(), Count: 1}
			tt.change(&q)
			_, err := s.QueryRows(t.Context(), as("alice"), &q)
			if code := codeOf(t, err); code != tt.want {
				t.Errorf("code %v, want %v", code, tt.want)
			}
			refusal := q.Refuse(tt.want)
			if refusal.Stat != q.Stat || refusal.Rows != nil || refusal.Result != tt.want {
				t.Errorf("refusal %+v", refusal)
			}
		})
	}
}

// TestContainers checks which entries each address list shows, in order.
func TestContainers(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	want := map[string][]uint32{
		"Global Address List": inOrder,
		"All Address Lists":   {},
		"All Contacts":        {midOutside},
		"All Groups":          {midEveryone, midTeam},
		"All Rooms":           {midRoom},
		"All Users":           {midAlice, midBob, midCarol, midEmil, midRoom},
		"Public Folders":      {midFolder},
	}
	for _, c := range containers {
		q := QueryRowsRequest{Stat: stat1252(), Count: 100, Columns: []mapi.PropTag{mapi.TagInstanceKey}}
		q.Stat.ContainerID = c.mid
		a, err := s.QueryRows(t.Context(), as("alice"), &q)
		if err != nil {
			t.Fatal(err)
		}
		if got := rowMIds(t, a.Rows); !slices.Equal(got, want[c.name]) {
			t.Errorf("%s: %x, want %x", c.name, got, want[c.name])
		}
		if a.Stat.TotalRecs != uint32(len(want[c.name])) {
			t.Errorf("%s: TotalRecs %d", c.name, a.Stat.TotalRecs)
		}
	}
}

func TestSeekEntries(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	name := func(text string) prop.Tagged { return tagged(mapi.TagDisplayName, prop.String(text)) }
	for _, tt := range []struct {
		name    string
		change  func(*SeekEntriesRequest)
		found   uint32
		pos     uint32
		refused mapi.ErrorCode
	}{
		{"Exact", func(q *SeekEntriesRequest) { q.Target = name("Bob Brown") }, midBob, 2, 0},
		{"Prefix", func(q *SeekEntriesRequest) { q.Target = name("b") }, midBob, 2, 0},
		{"Between", func(q *SeekEntriesRequest) { q.Target = name("Alicf") }, midFolder, 1, 0},
		{"Accent", func(q *SeekEntriesRequest) { q.Target = name("CAROL CELIK") }, midCarol, 3, 0},
		{"EightBit", func(q *SeekEntriesRequest) { q.Target = tagged(0x3001001E, prop.String8("Carol \xc7elik")) }, midCarol, 3, 0},
		{"CurrentRecPlaysNoRole", func(q *SeekEntriesRequest) {
			q.Stat.CurrentRec, q.Stat.Delta, q.Target = midTeam, 1, name("A")
		}, midAlice, 0, 0},
		{"BehindTheLast", func(q *SeekEntriesRequest) { q.Target = name("Zz") }, 0, 0, mapi.ErrNotFound},
		{"OtherProperty", func(q *SeekEntriesRequest) { q.Target = tagged(mapi.TagAccount, prop.String("a")) }, 0, 0, mapi.ErrGeneralFailure},
		{"OtherSortType", func(q *SeekEntriesRequest) { q.Stat.SortType = SortPhoneticDisplayName }, 0, 0, mapi.ErrGeneralFailure},
		{"Reserved", func(q *SeekEntriesRequest) { q.Reserved = 1 }, 0, 0, mapi.ErrInvalidParameter},
		{"UnknownContainer", func(q *SeekEntriesRequest) { q.Stat.ContainerID = 5 }, 0, 0, mapi.ErrInvalidBookmark},
		{"UnicodeCodePage", func(q *SeekEntriesRequest) { q.Stat.CodePage = 1200 }, 0, 0, mapi.ErrInvalidCodepage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := SeekEntriesRequest{Stat: stat1252(), Target: name("a"), Columns: []mapi.PropTag{mapi.TagInstanceKey}}
			tt.change(&q)
			a, err := s.SeekEntries(t.Context(), as("alice"), &q)
			if code := codeOf(t, err); code != tt.refused {
				t.Fatalf("code %v, want %v", code, tt.refused)
			}
			if err != nil {
				return
			}
			want := q.Stat
			want.CurrentRec, want.NumPos, want.TotalRecs = tt.found, tt.pos, uint32(len(inOrder))
			if a.Stat != want {
				t.Errorf("stat %+v, want %+v", a.Stat, want)
			}
			if diff := cmp.Diff(inOrder[tt.pos:], rowMIds(t, a.Rows)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeekEntriesExplicit(t *testing.T) {
	t.Parallel()
	q := SeekEntriesRequest{
		Stat: stat1252(), Target: tagged(mapi.TagDisplayName, prop.String("b")), Explicit: []uint32{midAlice, midCarol, midTeam},
		Columns: []mapi.PropTag{mapi.TagInstanceKey, mapi.TagEntryId},
	}
	s := newTest(t)
	a, err := s.SeekEntries(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	want := stat1252()
	want.CurrentRec, want.NumPos, want.TotalRecs = midCarol, 1, 3
	if got := rowMIds(t, a.Rows); a.Stat != want || !slices.Equal(got, []uint32{midCarol, midTeam}) {
		t.Errorf("stat %+v rows %x, want %+v", a.Stat, got, want)
	}
	if id := cell(t, a.Rows[0], mapi.TagEntryId).Str(); id != ephemeralEntryID(s.guid, dtMailUser, midCarol) {
		t.Errorf("entry id %x is not the ephemeral one", id)
	}
}

func TestSeekEntriesWithoutColumns(t *testing.T) {
	t.Parallel()
	q := SeekEntriesRequest{Stat: stat1252(), Target: tagged(mapi.TagDisplayName, prop.String("b"))}
	a, err := newTest(t).SeekEntries(t.Context(), as("alice"), &q)
	if err != nil || a.Rows != nil || a.Stat.CurrentRec != midBob {
		t.Errorf("SeekEntries = %+v, %v; want no rows", a, err)
	}
}

func TestResortRestriction(t *testing.T) {
	t.Parallel()
	in := []uint32{midTeam, 0x999, midBob, midGhost, midAlice}
	sorted := []uint32{midAlice, midBob, midTeam}
	for _, tt := range []struct {
		name       string
		any        bool
		sort       uint32
		current    uint32
		rec, pos   uint32
		wantedCode mapi.ErrorCode
	}{
		{"CurrentKept", false, SortDisplayName, midBob, midBob, 1, 0},
		{"CurrentGone", false, SortDisplayName, midCarol, 0, 0, 0},
		{"OtherOrder", false, SortPhoneticDisplayName, midBob, 0, 0, mapi.ErrGeneralFailure},
		{"OtherOrderFrom2013", true, SortPhoneticDisplayName, midBob, midBob, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newTest(t, func(o *Options) { o.Profile.ResortAnySort = tt.any })
			q := ResortRestrictionRequest{Stat: stat1252(), In: in, Out: []uint32{1}}
			q.Stat.SortType, q.Stat.CurrentRec, q.Stat.NumPos, q.Stat.Delta = tt.sort, tt.current, 7, 3
			a, err := s.ResortRestriction(t.Context(), as("alice"), &q)
			if code := codeOf(t, err); code != tt.wantedCode {
				t.Fatalf("code %v, want %v", code, tt.wantedCode)
			}
			if err != nil {
				return
			}
			want := q.Stat
			want.CurrentRec, want.NumPos, want.TotalRecs = tt.rec, tt.pos, 3
			if a.Stat != want || !slices.Equal(a.MIds, sorted) {
				t.Errorf("stat %+v MIds %x\nwant %+v, %x", a.Stat, a.MIds, want, sorted)
			}
		})
	}
}

func TestCompareMIds(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name      string
		container uint32
		one, two  uint32
		want      int32
		code      mapi.ErrorCode
	}{
		{"Before", 0, midAlice, midTeam, -1, 0},
		{"After", 0, midTeam, midAlice, 1, 0},
		{"Same", 0, midBob, midBob, 0, 0},
		{"Hidden", 0, midBob, midGhost, 0, mapi.ErrGeneralFailure},
		{"NotInThisContainer", midContainers + 2, midBob, midTeam, 0, mapi.ErrGeneralFailure},
		{"UnknownContainer", 99, midBob, midTeam, 0, mapi.ErrInvalidBookmark},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := CompareMIdsRequest{Stat: stat1252(), MId1: tt.one, MId2: tt.two}
			q.Stat.ContainerID = tt.container
			a, err := s.CompareMIds(t.Context(), as("alice"), &q)
			if code := codeOf(t, err); code != tt.code {
				t.Fatalf("code %v, want %v", code, tt.code)
			}
			if err == nil && a.Order != tt.want {
				t.Errorf("order %d, want %d", a.Order, tt.want)
			}
		})
	}
}
