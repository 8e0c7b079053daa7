package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// QueryRowsRequest is the request of NspiQueryRows, [MS-OXNSPI] 3.1.4.1.8.
type QueryRowsRequest struct {
	Flags    uint32 // SkipObjects, EphemeralID
	Stat     Stat
	Explicit []uint32       // lpETable: the rows wanted, by MId; nil for the rows from Stat on
	Count    uint32         // rows wanted at most
	Columns  []mapi.PropTag // nil for the default columns
}

// QueryRowsResponse is the answer of NspiQueryRows, [MS-OXNSPI] 3.1.4.1.8.
type QueryRowsResponse struct {
	Stat   Stat
	Rows   []Row
	Result mapi.ErrorCode
}

// QueryRows returns rows from a position on, which moves behind them, or those of a list of objects,
// [MS-OXNSPI] 3.1.4.1.8. It may return fewer rows than asked for, but one if there are any.
func (s *Service) QueryRows(ctx context.Context, _ auth.Caller, q *QueryRowsRequest) (*QueryRowsResponse, error) {
	if q.Count == 0 {
		return nil, mapi.ErrInvalidParameter
	}
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := b.newRowBuilder(q.Columns, q.Stat.CodePage, q.Flags&EphemeralID != 0)
	if err != nil {
		return nil, err
	}
	a := &QueryRowsResponse{Stat: q.Stat}
	if q.Explicit != nil {
		a.Rows, err = rows.rows(q.Explicit[:min(len(q.Explicit), int(q.Count))])
		return a, err
	}
	t, err := b.table(q.Stat)
	if err != nil {
		return nil, err
	}
	from, err := t.start(q.Stat)
	if err != nil {
		return nil, err
	}
	from = t.move(from, q.Stat.Delta)
	to := min(uint64(from)+uint64(q.Count), uint64(len(t.mids)))
	a.Rows = rows.fit(t.mids[from:to])
	a.Stat = t.place(q.Stat, from+len(a.Rows))
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *QueryRowsRequest) Refuse(code mapi.ErrorCode) *QueryRowsResponse {
	return &QueryRowsResponse{Stat: q.Stat, Result: code}
}
