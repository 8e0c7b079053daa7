package emsmdb

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// noLink in ulIcxrLink asks for no session linking.
const noLink = 0xFFFFFFFF

// ConnectRequest is what a client says when it asks for a session, [MS-OXCRPC] 3.1.4.1.
type ConnectRequest struct {
	UserDN        string
	Flags         uint32
	CodePage      uint32
	LCIDString    uint32
	LCIDSort      uint32
	Link          uint32 // ulIcxrLink: 0xFFFFFFFF, or the index of a session to link with in the low 16 bits
	ClientVersion [3]uint16
	TimeStamp     uint32
	AuxIn         []byte // auxiliary blocks with their header, as sent
	AuxOutMax     int    // what the client takes of them
}

// ConnectResponse is the answer; after an error it is all zero.
type ConnectResponse struct {
	Session       SessionID
	PollsMax      uint32 // milliseconds
	RetryCount    uint32
	RetryDelay    uint32 // milliseconds
	Index         uint16
	DNPrefix      string
	DisplayName   string // bytes in the session's code page
	ServerVersion [3]uint16
	BestVersion   [3]uint16
	TimeStamp     uint32
	AuxOut        []byte
}

// Connect makes a session for the caller, [MS-OXCRPC] 3.1.4.1. The response is never nil.
func (s *Service) Connect(ctx context.Context, caller auth.Caller, req *ConnectRequest) (*ConnectResponse, error) {
	resp, err := s.connect(ctx, caller, req)
	if err != nil && s.opts.Observer.Refused != nil {
		s.opts.Observer.Refused(Refusal{Caller: caller, UserDN: req.UserDN, Version: profile.VersionOf(req.ClientVersion), Err: err})
	}
	return resp, err
}

func (s *Service) connect(ctx context.Context, caller auth.Caller, req *ConnectRequest) (*ConnectResponse, error) {
	policy := s.policy()
	refused := new(ConnectResponse)
	version := profile.VersionOf(req.ClientVersion)
	log := s.log.WithLazy(zap.Uint64("conn", caller.Conn), zap.String("user", caller.Identity.Account))
	if reason, err := s.connectRefusal(policy, caller, req, version); err != nil {
		log.Warn("connect refused", zap.String("reason", reason), zap.Error(err), zap.Stringer("client_version", version))
		return refused, err
	}
	auxIn, err := s.openAux(req.AuxIn)
	if err != nil {
		return refused, err
	}
	user, err := s.connectUser(ctx, caller, req)
	if err != nil {
		if _, ok := mapi.CodeOf(err); ok {
			log.Warn("connect refused", zap.String("reason", "user"), zap.Error(err), zap.String("dn", req.UserDN))
		}
		return refused, err
	}
	public, err := s.env.HasPublicFolders(ctx)
	if err != nil {
		return refused, err
	}
	if !public && !version.AtLeast(12, 0, 0, 0) && req.Flags&mapi.ConnectNoPublicFolderNeeded == 0 {
		log.Warn("connect refused", zap.String("reason", "no public folders"), zap.Stringer("code", mapi.ErrClientVerBlocked),
			zap.Stringer("client_version", version))
		return refused, mapi.ErrClientVerBlocked
	}

	ses := s.newSession(caller, user, req, version)
	if err := s.registry.add(ses, policy.MaximumConnections, s.opts.Limits.SessionsPerUser); err != nil {
		ses.state.Close()
		log.Warn("connect refused", zap.String("reason", "limit"), zap.Error(err))
		return refused, err
	}
	if req.Link != noLink && s.opts.Profile.EMSMDB.LinksSessions {
		s.registry.link(ses, uint16(req.Link), req.TimeStamp)
	}
	ses.log = s.log.With(zap.Uint64("session", uint64(ses.id)), zap.String("user", ses.account))
	ses.state.Bind(ses.index, ses.log)
	readAux(auxIn, &ses.client)
	ses.log.Info("connected", zap.Uint64("conn", caller.Conn), zap.String("remote", caller.Remote),
		zap.Stringer("client_version", version), zap.String("client_mode", ses.client.Mode.String()),
		zap.String("level", caller.Level.String()))
	if connected := s.opts.Observer.Connected; connected != nil {
		connected(ses.info())
	}

	p := &s.opts.Profile.EMSMDB
	resp := &ConnectResponse{
		Session: ses.id, PollsMax: uint32(p.PollsMax.Milliseconds()), RetryCount: p.RetryCount,
		RetryDelay: uint32(p.RetryDelay.Milliseconds()), Index: ses.index, DNPrefix: s.dnPrefix(user),
		DisplayName: codepage.Encode(req.CodePage, user.DisplayName), ServerVersion: s.opts.Profile.Version.Words(),
		BestVersion: req.ClientVersion, TimeStamp: ses.stamp,
	}
	resp.AuxOut = s.sealAux(s.connectAux(ses, public, req.AuxOutMax-profile.MinBuffer), req.AuxOutMax)
	return resp, nil
}

// connectRefusal checks what needs no look-up. The reason is for the log: the code alone does not tell it.
func (s *Service) connectRefusal(policy *Policy, caller auth.Caller, req *ConnectRequest, v profile.Version) (reason string, err error) {
	p := &s.opts.Profile.EMSMDB
	switch {
	case len(req.AuxIn) > profile.MaxAux || req.AuxOutMax > profile.MaxAux:
		return "auxiliary buffer too large", refusal(p.ConnectAuxTooLarge)
	case !caller.Authenticated():
		return "not authenticated", s.denied()
	case policy.EncryptionRequired && caller.Level < auth.LevelPrivacy && v.AtLeast(12, 0, 3619, 0):
		return "encryption required", mapi.ErrNotEncrypted
	case policy.EncryptionRequired && caller.Level < auth.LevelPrivacy:
		return "encryption required", mapi.ErrClientVerBlocked
	case policy.blocks(v):
		return "client version blocked", mapi.ErrClientVerBlocked
	case len(req.AuxIn) > 0 && len(req.AuxIn) < profile.MinBuffer && p.ConnectAuxTooSmall.Refuses():
		return "auxiliary buffer too small", refusal(p.ConnectAuxTooSmall)
	case req.UserDN == "" && p.ConnectEmptyDN.Refuses():
		return "no user", refusal(p.ConnectEmptyDN)
	}
	return "", nil
}

// denied is how a version refuses a caller without enough rights on the user it names.
func (s *Service) denied() error {
	if err := refusal(s.opts.Profile.EMSMDB.ConnectWeakIdentity); err != nil {
		return err
	}
	return mapi.ErrAccessDenied // whatever a version did: nobody acts for somebody else
}

// refusal turns a version's way to refuse a call into an error; nil if it does not.
func refusal(r profile.Refusal) error {
	switch {
	case r.Fault != 0:
		return ErrBadRequest
	case r.Code != mapi.Success:
		return r.Code
	}
	return nil
}

// connectUser finds who the session acts for and checks that the caller may: a user for himself, an administrator
// for anybody. An empty name, where it is allowed, stands for the caller.
func (s *Service) connectUser(ctx context.Context, caller auth.Caller, req *ConnectRequest) (*store.Entry, error) {
	dir, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	self := dir.ByName(caller.Identity.Account)
	if self == nil {
		return nil, mapi.ErrLoginFailure
	}
	if req.Flags&mapi.ConnectUseAdminPrivilege != 0 && !self.Admin {
		return nil, mapi.ErrLoginPerm
	}
	if req.UserDN == "" {
		return self, nil
	}
	user := dir.ByDN(req.UserDN)
	switch {
	case user == nil:
		return nil, mapi.ErrUnknownUser
	case user.Name != self.Name && !self.Admin:
		return nil, s.denied()
	}
	return user, nil
}

func (s *Service) newSession(caller auth.Caller, user *store.Entry, req *ConnectRequest, v profile.Version) *session {
	now := s.opts.Now()
	ses := &session{
		caller: caller, account: caller.Identity.Account, version: v, started: now, last: now,
		busy: make(chan struct{}, 1), done: make(chan struct{}), stamp: timeStamp(now),
	}
	if req.Link != noLink && (!s.opts.Profile.EMSMDB.LinksSessions || s.registry.linked(uint16(req.Link), req.TimeStamp)) {
		ses.stamp = req.TimeStamp
	}
	ses.state = s.exec.NewSession(&object.Session{
		Account: caller.Identity.Account, User: *user, CodePage: req.CodePage, LCIDString: req.LCIDString,
		LCIDSort: req.LCIDSort, AdminConnect: req.Flags&mapi.ConnectUseAdminPrivilege != 0, ClientVersion: v,
	})
	return ses
}

// timeStamp is a session's creation stamp: any number that tells sessions of one index apart.
func timeStamp(t time.Time) uint32 { return uint32(t.UnixMilli()) }

// dnPrefix is what clients may cut off addresses. Exchange 2003 gives the user's DN up to its last part in upper
// case; the others nothing, which no client can misunderstand.
func (s *Service) dnPrefix(user *store.Entry) string {
	if !s.opts.Profile.Version.OldForm {
		return ""
	}
	i := strings.LastIndexByte(user.DN, '=')
	return strings.ToUpper(user.DN[:i+1])
}
