package nspi

import (
	"cmp"
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// BindRequest is the request of NspiBind, [MS-OXNSPI] 3.1.4.1.1.
type BindRequest struct {
	Flags      uint32 // AnonymousLogin
	Stat       Stat   // only CodePage counts
	ServerGUID *mapi.GUID
}

// BindResponse is the answer of NspiBind, [MS-OXNSPI] 3.1.4.1.1.
type BindResponse struct {
	ServerGUID *mapi.GUID // nil if the request's was
	Result     mapi.ErrorCode
}

// Bind starts a session, [MS-OXNSPI] 3.1.4.1.1. Nobody is served without having proved who they are: clients of the
// first versions bind so and come back with credentials when they are refused with ErrLoginFailure. Versions that
// heed AnonymousLogin refuse it from anybody.
func (s *Service) Bind(_ context.Context, caller auth.Caller, q *BindRequest) (*BindResponse, error) {
	if !caller.Authenticated() || q.Flags&AnonymousLogin != 0 && !s.profile.IgnoresAnonymousLogin {
		return nil, cmp.Or(s.profile.AnonymousBind, mapi.ErrLoginFailure)
	}
	if !codePageSupported(q.Stat.CodePage) {
		return nil, mapi.ErrInvalidCodepage
	}
	a := &BindResponse{}
	if q.ServerGUID != nil {
		g := s.guid
		a.ServerGUID = &g
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code: nothing in it but what came in.
func (q *BindRequest) Refuse(code mapi.ErrorCode) *BindResponse {
	return &BindResponse{ServerGUID: q.ServerGUID, Result: code}
}
