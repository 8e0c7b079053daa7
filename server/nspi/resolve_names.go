package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// ResolveNamesRequest is the request of NspiResolveNames, [MS-OXNSPI] 3.1.4.1.16.
type ResolveNamesRequest struct {
	Reserved uint32 // must be 0
	Stat     Stat
	Columns  []mapi.PropTag // nil for the default columns
	Names    []string       // in Stat.CodePage
}

// ResolveNamesResponse is the answer of NspiResolveNames, [MS-OXNSPI] 3.1.4.1.16.
type ResolveNamesResponse struct {
	MIds   []uint32 // MidUnresolved, MidAmbiguous or MidResolved per name
	Rows   []Row    // one per name resolved
	Result mapi.ErrorCode
}

// ResolveNames is ResolveNamesW for names in a code page, [MS-OXNSPI] 3.1.4.1.16.
func (s *Service) ResolveNames(ctx context.Context, _ auth.Caller, q *ResolveNamesRequest) (*ResolveNamesResponse, error) {
	names := make([]string, len(q.Names))
	for i, n := range q.Names {
		names[i] = fromCodePage(n, q.Stat.CodePage)
	}
	mids, rows, err := s.resolve(ctx, q.Reserved, q.Stat, q.Columns, names)
	if err != nil {
		return nil, err
	}
	return &ResolveNamesResponse{MIds: mids, Rows: rows}, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *ResolveNamesRequest) Refuse(code mapi.ErrorCode) *ResolveNamesResponse {
	return &ResolveNamesResponse{Result: code}
}
