package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// GetIDsFromNamesRequest is the request of NspiGetIDsFromNames, [MS-NSPI] 3.1.4.17. [MS-OXNSPI] keeps its opnum out
// of use.
type GetIDsFromNamesRequest struct {
	Reserved uint32 // ignored
	Flags    uint32 // NspiVerifyNames: every name must be known; none is, so it changes nothing
	Names    []*PropName
}

// GetIDsFromNamesResponse is the answer of NspiGetIDsFromNames, [MS-NSPI] 3.1.4.17.
type GetIDsFromNamesResponse struct {
	Tags   []mapi.PropTag
	Result mapi.ErrorCode
}

// GetIDsFromNames answers every name as unknown: the address book has no named properties.
func (s *Service) GetIDsFromNames(_ context.Context, _ auth.Caller, q *GetIDsFromNamesRequest) (*GetIDsFromNamesResponse, error) {
	a := &GetIDsFromNamesResponse{Tags: make([]mapi.PropTag, len(q.Names))}
	for i := range a.Tags {
		a.Tags[i] = mapi.Tag(0, mapi.PtypErrorCode)
		a.Result = mapi.WarnWithErrors
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *GetIDsFromNamesRequest) Refuse(code mapi.ErrorCode) *GetIDsFromNamesResponse {
	return &GetIDsFromNamesResponse{Result: code}
}
