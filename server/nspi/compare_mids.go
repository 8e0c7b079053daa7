package nspi

import (
	"cmp"
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// CompareMIdsRequest is the request of NspiCompareMIds, [MS-OXNSPI] 3.1.4.1.12.
type CompareMIdsRequest struct {
	Reserved uint32 // ignored
	Stat     Stat
	MId1     uint32
	MId2     uint32
}

// CompareMIdsResponse is the answer of NspiCompareMIds, [MS-OXNSPI] 3.1.4.1.12.
type CompareMIdsResponse struct {
	Order  int32 // below, equal to or above zero, as MId1 stands before, at or after MId2
	Result mapi.ErrorCode
}

// CompareMIds tells which of two objects comes first in a table, [MS-OXNSPI] 3.1.4.1.12.
func (s *Service) CompareMIds(ctx context.Context, _ auth.Caller, q *CompareMIdsRequest) (*CompareMIdsResponse, error) {
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	t, err := b.table(q.Stat)
	if err != nil {
		return nil, err
	}
	one, ok1 := t.index[q.MId1]
	two, ok2 := t.index[q.MId2]
	if !ok1 || !ok2 {
		return nil, mapi.ErrGeneralFailure
	}
	return &CompareMIdsResponse{Order: int32(cmp.Compare(one, two))}, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *CompareMIdsRequest) Refuse(code mapi.ErrorCode) *CompareMIdsResponse {
	return &CompareMIdsResponse{Result: code}
}
