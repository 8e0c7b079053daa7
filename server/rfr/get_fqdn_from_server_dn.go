package rfr

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Range of cbMailboxServerDN, terminator included, [MS-OXABREF] 3.1.4.2.
const (
	minServerDN = 10
	maxServerDN = 1024
)

// GetFQDNFromServerDNRequest is the request of RfrGetFQDNFromServerDN, [MS-OXABREF] 3.1.4.2.
type GetFQDNFromServerDNRequest struct {
	Flags    uint32 // ignored
	ServerDN string
}

// GetFQDNFromServerDNResponse is the answer of RfrGetFQDNFromServerDN.
type GetFQDNFromServerDNResponse struct {
	FQDN   *string
	Result mapi.ErrorCode
}

// GetFQDNFromServerDN returns the host name of a server; ErrNotFound for one that does not belong to the organisation.
func (s *Service) GetFQDNFromServerDN(_ context.Context, _ auth.Caller, q *GetFQDNFromServerDNRequest) (*GetFQDNFromServerDNResponse, error) {
	if s.policy().Disabled {
		return nil, mapi.ErrGeneralFailure
	}
	host, ok := s.hostOf(q.ServerDN)
	if !ok {
		return nil, mapi.ErrNotFound
	}
	return &GetFQDNFromServerDNResponse{FQDN: &host}, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *GetFQDNFromServerDNRequest) Refuse(code mapi.ErrorCode) *GetFQDNFromServerDNResponse {
	return &GetFQDNFromServerDNResponse{Result: code}
}

// Decode reads the stub. The size stands in front of the string and again as its conformance.
func (q *GetFQDNFromServerDNRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	size := r.U32()
	if r.Err() == nil && (size < minServerDN || size > maxServerDN) {
		r.Fail(ndr.ErrBound)
		return
	}
	q.ServerDN = r.String8(int(size))
}

// Encode writes the stub.
func (q *GetFQDNFromServerDNRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	w.U32(uint32(len(q.ServerDN)) + 1)
	w.String8(q.ServerDN)
}

// Decode reads the stub.
func (a *GetFQDNFromServerDNResponse) Decode(r *ndr.Reader) {
	if r.Pointer() {
		host := r.String8(maxText)
		a.FQDN = &host
	}
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetFQDNFromServerDNResponse) Encode(w *ndr.Writer) {
	if w.Pointer(a.FQDN != nil) {
		w.String8(*a.FQDN)
	}
	w.U32(uint32(a.Result))
}
