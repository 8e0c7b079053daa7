package nspi

import (
	"context"
	"slices"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// ResortRestrictionRequest is the request of NspiResortRestriction, [MS-OXNSPI] 3.1.4.1.11.
type ResortRestrictionRequest struct {
	Reserved uint32 // ignored
	Stat     Stat
	In       []uint32 // MIds to put in order
	Out      []uint32 // ppOutMIds as it comes in: ignored
}

// ResortRestrictionResponse is the answer of NspiResortRestriction, [MS-OXNSPI] 3.1.4.1.11.
type ResortRestrictionResponse struct {
	Stat   Stat
	MIds   []uint32
	Result mapi.ErrorCode
}

// ResortRestriction puts objects of a table in its order and drops those it does not have, [MS-OXNSPI] 3.1.4.1.11.
func (s *Service) ResortRestriction(ctx context.Context, _ auth.Caller, q *ResortRestrictionRequest) (*ResortRestrictionResponse, error) {
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	stat := q.Stat
	if stat.SortType != SortDisplayName {
		if !s.profile.ResortAnySort {
			return nil, mapi.ErrGeneralFailure
		}
		stat.SortType = SortDisplayName
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	t, err := b.table(stat)
	if err != nil {
		return nil, err
	}
	a := &ResortRestrictionResponse{Stat: q.Stat, MIds: t.only(q.In)}
	a.Stat.TotalRecs, a.Stat.CurrentRec, a.Stat.NumPos = uint32(len(a.MIds)), MidBeginningOfTable, 0
	if i := slices.Index(a.MIds, q.Stat.CurrentRec); i >= 0 {
		a.Stat.CurrentRec, a.Stat.NumPos = q.Stat.CurrentRec, uint32(i)
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *ResortRestrictionRequest) Refuse(code mapi.ErrorCode) *ResortRestrictionResponse {
	return &ResortRestrictionResponse{Stat: q.Stat, Result: code}
}
