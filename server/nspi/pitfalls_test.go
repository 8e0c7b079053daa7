package nspi

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// TestPitfall24StatCountsTheListAtHand: TotalRecs at the end of NspiSeekEntries, and going back by exactly the delta, are
// of the list that the container and the filter leave, not of the whole book.
func TestPitfall24StatCountsTheListAtHand(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	groups := uint32(midContainers + 2)
	all, err := s.QueryRows(t.Context(), as("alice"), &QueryRowsRequest{Stat: Stat{CodePage: 1252, ContainerID: groups}, Count: 100, Columns: []mapi.PropTag{mapi.TagInstanceKey}})
	if err != nil || len(all.Rows) == 0 || len(all.Rows) >= len(inOrder) {
		t.Fatalf("%d rows, %v", len(all.Rows), err)
	}
	n := uint32(len(all.Rows))
	seek := SeekEntriesRequest{Stat: stat1252(), Target: tagged(mapi.TagDisplayName, prop.String("")), Columns: []mapi.PropTag{mapi.TagInstanceKey}}
	seek.Stat.ContainerID = groups
	a, err := s.SeekEntries(t.Context(), as("alice"), &seek)
	if err != nil || a.Stat.TotalRecs != n || a.Stat.NumPos != 0 {
		t.Errorf("SeekEntries: %+v, %v; the list has %d", a, err, n)
	}
	for back := int32(1); back <= int32(n)+1; back++ {
		stat := stat1252()
		stat.ContainerID, stat.CurrentRec, stat.Delta = groups, MidEndOfTable, -back
		u, err := s.UpdateStat(t.Context(), as("alice"), &UpdateStatRequest{Stat: stat, Delta: int32p(0)})
		want := max(0, int32(n)-back)
		if err != nil || u.Stat.NumPos != uint32(want) || u.Stat.TotalRecs != n || *u.Delta != want-int32(n) {
			t.Errorf("back by %d: %+v, %v", back, u, err)
		}
	}
	q := GetMatchesRequest{Stat: stat1252(), Filter: isAnr("a"), Requested: 100}
	q.Stat.ContainerID = groups
	m, err := s.GetMatches(t.Context(), as("alice"), &q)
	if err != nil || len(m.MIds) > int(n) {
		t.Errorf("GetMatches: %+v, %v", m, err)
	}
}
