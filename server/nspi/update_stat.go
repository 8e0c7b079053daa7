package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// UpdateStatRequest is the request of NspiUpdateStat, [MS-OXNSPI] 3.1.4.1.4.
type UpdateStatRequest struct {
	Reserved uint32
	Stat     Stat
	Delta    *int32 // plDelta: not NULL if the caller wants to know how far it moved; the value is ignored
}

// UpdateStatResponse is the answer of NspiUpdateStat, [MS-OXNSPI] 3.1.4.1.4.
type UpdateStatResponse struct {
	Stat   Stat   // the position reached
	Delta  *int32 // rows moved, NULL if plDelta was
	Result mapi.ErrorCode
}

// UpdateStat moves a position, [MS-OXNSPI] 3.1.4.1.4.
func (s *Service) UpdateStat(ctx context.Context, _ auth.Caller, q *UpdateStatRequest) (*UpdateStatResponse, error) {
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
	from, err := t.start(q.Stat)
	if err != nil {
		return nil, err
	}
	to := t.move(from, q.Stat.Delta)
	a := &UpdateStatResponse{Stat: t.place(q.Stat, to)}
	if q.Delta != nil {
		moved := int32(to - from)
		a.Delta = &moved
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *UpdateStatRequest) Refuse(code mapi.ErrorCode) *UpdateStatResponse {
	return &UpdateStatResponse{Stat: q.Stat, Delta: q.Delta, Result: code}
}
