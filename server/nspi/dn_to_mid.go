package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// DNToMIdRequest is the request of NspiDNToMId, [MS-OXNSPI] 3.1.4.1.13.
type DNToMIdRequest struct {
	Reserved uint32   // ignored
	Names    []string // distinguished names
}

// DNToMIdResponse is the answer of NspiDNToMId, [MS-OXNSPI] 3.1.4.1.13.
type DNToMIdResponse struct {
	MIds   []uint32 // one per name, 0 where there is no such object
	Result mapi.ErrorCode
}

// DNToMId maps distinguished names to MIds, [MS-OXNSPI] 3.1.4.1.13. The names of the server and its mailbox database
// have one though no address list shows them: profile wizards look their network address up so.
func (s *Service) DNToMId(ctx context.Context, _ auth.Caller, q *DNToMIdRequest) (*DNToMIdResponse, error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	a := &DNToMIdResponse{MIds: make([]uint32, len(q.Names))}
	for i, dn := range q.Names {
		a.MIds[i] = b.midOfDN(fromCodePage(dn, codePageTeletex))
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *DNToMIdRequest) Refuse(code mapi.ErrorCode) *DNToMIdResponse {
	return &DNToMIdResponse{Result: code}
}
