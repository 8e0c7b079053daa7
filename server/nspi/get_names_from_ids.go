package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// GetNamesFromIDsRequest is the request of NspiGetNamesFromIDs, [MS-NSPI] 3.1.4.16. [MS-OXNSPI] keeps its opnum out
// of use.
type GetNamesFromIDsRequest struct {
	Reserved uint32     // ignored
	GUID     *mapi.GUID // property set, nil for any
	Tags     []mapi.PropTag
}

// GetNamesFromIDsResponse is the answer of NspiGetNamesFromIDs, [MS-NSPI] 3.1.4.16.
type GetNamesFromIDsResponse struct {
	Tags   []mapi.PropTag
	Names  []PropName
	Result mapi.ErrorCode
}

// GetNamesFromIDs refuses: the address book has no named properties, and the section allows to say so.
func (s *Service) GetNamesFromIDs(context.Context, auth.Caller, *GetNamesFromIDsRequest) (*GetNamesFromIDsResponse, error) {
	return nil, mapi.ErrNoSupport
}

// Refuse returns the answer to a request that ended with code.
func (q *GetNamesFromIDsRequest) Refuse(code mapi.ErrorCode) *GetNamesFromIDsResponse {
	return &GetNamesFromIDsResponse{Result: code}
}
