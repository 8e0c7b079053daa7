package rfr

import (
	"cmp"
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// GetNewDSARequest is the request of RfrGetNewDSA, [MS-OXABREF] 3.1.4.1.
type GetNewDSARequest struct {
	Flags  uint32 // ignored
	UserDN string // may be empty: every user has the same address book server
	Unused Name
	Server Name // only whether it is present counts
}

// GetNewDSAResponse is the answer of RfrGetNewDSA.
type GetNewDSAResponse struct {
	Unused Name
	Server Name // FQDN of the server to ask
	Result mapi.ErrorCode
}

// GetNewDSA names the server to ask for the address book. Without a target that is this server, as with Exchange
// 2010, whose address book service answers both protocols.
func (s *Service) GetNewDSA(_ context.Context, _ auth.Caller, q *GetNewDSARequest) (*GetNewDSAResponse, error) {
	policy := s.policy()
	if policy.Disabled {
		return nil, mapi.ErrGeneralFailure
	}
	a := q.Refuse(mapi.Success)
	if a.Server.Present {
		host := cmp.Or(policy.TargetServer, policy.NSPITarget, s.ownHost())
		a.Server.Text = &host
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code: pointers are there where they came in, names are not.
func (q *GetNewDSARequest) Refuse(code mapi.ErrorCode) *GetNewDSAResponse {
	return &GetNewDSAResponse{Unused: Name{Present: q.Unused.Present}, Server: Name{Present: q.Server.Present}, Result: code}
}

// Decode reads the stub.
func (q *GetNewDSARequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.UserDN = r.String8(maxText)
	q.Unused = readName(r)
	q.Server = readName(r)
}

// Encode writes the stub.
func (q *GetNewDSARequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	w.String8(q.UserDN)
	writeName(w, q.Unused)
	writeName(w, q.Server)
}

// Decode reads the stub.
func (a *GetNewDSAResponse) Decode(r *ndr.Reader) {
	a.Unused = readName(r)
	a.Server = readName(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetNewDSAResponse) Encode(w *ndr.Writer) {
	writeName(w, a.Unused)
	writeName(w, a.Server)
	w.U32(uint32(a.Result))
}
