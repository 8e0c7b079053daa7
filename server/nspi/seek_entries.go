package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// SeekEntriesRequest is the request of NspiSeekEntries, [MS-OXNSPI] 3.1.4.1.9.
type SeekEntriesRequest struct {
	Reserved uint32 // must be 0
	Stat     Stat
	Target   prop.Tagged    // the display name to seek
	Explicit []uint32       // lpETable: a sorted part of the table, nil for all of it
	Columns  []mapi.PropTag // nil if no rows are wanted
}

// SeekEntriesResponse is the answer of NspiSeekEntries, [MS-OXNSPI] 3.1.4.1.9.
type SeekEntriesResponse struct {
	Stat   Stat
	Rows   []Row
	Result mapi.ErrorCode
}

// seekRows is how many rows NspiSeekEntries returns from the one it found on; the number is the server's choice.
const seekRows = 50

// SeekEntries finds the first row whose display name is not before a text, in a table or a sorted part of it,
// [MS-OXNSPI] 3.1.4.1.9.
func (s *Service) SeekEntries(ctx context.Context, _ auth.Caller, q *SeekEntriesRequest) (*SeekEntriesResponse, error) {
	if q.Reserved != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	if q.Stat.SortType != SortDisplayName || q.Target.Tag.WithType(prop.UnicodeType(q.Target.Tag.Type())) != mapi.TagDisplayName {
		return nil, mapi.ErrGeneralFailure
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	t, err := b.table(q.Stat)
	if err != nil {
		return nil, err
	}
	name := q.Target.Value.Str()
	if q.Target.Value.Type() == mapi.PtypString8 {
		name = fromCodePage(name, q.Stat.CodePage)
	}
	found, mids := t.seek(name), t.mids
	wanted := seekRows
	if q.Explicit != nil {
		found, mids, wanted = seekIn(t, q.Explicit, found), q.Explicit, len(q.Explicit)
	}
	if found >= len(mids) {
		return nil, mapi.ErrNotFound
	}
	a := &SeekEntriesResponse{Stat: q.Stat}
	a.Stat.CurrentRec, a.Stat.NumPos, a.Stat.TotalRecs = mids[found], uint32(found), uint32(len(mids))
	if q.Columns != nil {
		rows, err := b.newRowBuilder(q.Columns, q.Stat.CodePage, true)
		if err != nil {
			return nil, err
		}
		a.Rows = rows.fit(mids[found:min(len(mids), found+wanted)])
	}
	return a, nil
}

// seekIn returns the index of the first of mids that stands at pos of the table or behind it. An MId that is not in
// the table has no place.
func seekIn(t *table, mids []uint32, pos int) int {
	for i, mid := range mids {
		if at, ok := t.index[mid]; ok && at >= pos {
			return i
		}
	}
	return len(mids)
}

// Refuse returns the answer to a request that ended with code.
func (q *SeekEntriesRequest) Refuse(code mapi.ErrorCode) *SeekEntriesResponse {
	return &SeekEntriesResponse{Stat: q.Stat, Result: code}
}
