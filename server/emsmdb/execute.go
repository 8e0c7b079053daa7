package emsmdb

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// Flags of EcDoRpcExt2, [MS-OXCRPC] 3.1.4.2.
const (
	ExecuteNoCompression uint32 = 0x00000001
	ExecuteNoXorMagic    uint32 = 0x00000002
	ExecuteChain         uint32 = 0x00000004
)

// ExecuteRequest is a ROP input buffer, [MS-OXCRPC] 3.1.4.2.
type ExecuteRequest struct {
	Session   SessionID
	Flags     uint32
	In        []byte // RPC_HEADER_EXT and payload, as sent
	OutMax    int    // what the client takes back
	AuxIn     []byte
	AuxOutMax int
}

// ExecuteResponse is the answer; after an error it is all zero.
type ExecuteResponse struct {
	Flags   uint32
	Out     []byte // one or more RPC_HEADER_EXT with payload
	AuxOut  []byte
	Elapsed time.Duration
}

// Execute runs the ROPs of one buffer, [MS-OXCRPC] 3.1.4.2. A second call on the session waits for the first. The
// response is never nil.
func (s *Service) Execute(ctx context.Context, caller auth.Caller, req *ExecuteRequest) (*ExecuteResponse, error) {
	start := time.Now()
	ses, err := s.session(caller, req.Session)
	if err != nil {
		return new(ExecuteResponse), err
	}
	if err := s.executeRefusal(req); err != nil {
		ses.log.Warn("execute refused", zap.Error(err), zap.Int("in", len(req.In)), zap.Int("out_max", req.OutMax))
		return new(ExecuteResponse), err
	}
	if err := ses.acquire(ctx); err != nil {
		return new(ExecuteResponse), err
	}
	resp, err := s.executeLocked(ctx, caller, ses, req)
	broken := ses.state.Broken()
	ses.release()
	if broken { // the answer still goes out; the next call learns that the session is gone
		s.drop(ses.id, ErrNoSession)
	}
	if err != nil {
		return new(ExecuteResponse), err
	}
	resp.Elapsed = time.Since(start)
	return resp, nil
}

// executeLocked is Execute with the session held.
func (s *Service) executeLocked(ctx context.Context, caller auth.Caller, ses *session, req *ExecuteRequest) (*ExecuteResponse, error) {
	auxIn, err := s.openAux(req.AuxIn)
	if err != nil {
		return nil, err
	}
	p := &s.opts.Profile.EMSMDB
	resp := new(ExecuteResponse)
	if p.EchoesFlags {
		resp.Flags = req.Flags
	}
	if req.OutMax < profile.MinBuffer { // nothing is run where this is not refused
		return resp, nil
	}
	payload, packed, err := s.open(req.In)
	if err != nil {
		ses.log.Warn("malformed buffer", zap.Error(err))
		return nil, mapi.ErrRpcFormat
	}
	ses.begin(s.opts.Now(), auxIn, len(req.In), len(payload) <= 2)
	running := ses.running(ctx)
	defer ses.ran(running)
	payloads, err := s.exec.Run(running, ses.state, exec.Input{
		Payload: payload, Packed: packed, Max: req.OutMax - profile.MinBuffer, Chain: req.Flags&ExecuteChain != 0, Overhead: profile.MinBuffer,
		Observe: s.observer(caller, ses), Client: ses.program(), Cached: ses.cached(), Linked: s.linked(ses),
	})
	if errors.Is(err, exec.ErrFault) {
		return nil, ErrBadRequest
	}
	if err != nil {
		return nil, err
	}
	resp.Out = s.seal(payloads, req.Flags, ses.caller)
	if p.ExecuteAuxOut {
		resp.AuxOut = s.sealAux(nil, req.AuxOutMax)
	}
	ses.sent(len(resp.Out))
	return resp, nil
}

// executeRefusal checks the sizes, [MS-OXCRPC] 3.1.4.2. Who may pack uploads may send more than one payload takes.
func (s *Service) executeRefusal(req *ExecuteRequest) error {
	p := &s.opts.Profile.EMSMDB
	for _, c := range []struct {
		bad     bool
		refusal profile.Refusal
	}{
		{len(req.In) > profile.MaxRequest || req.OutMax > profile.MaxRequest, p.RequestTooLarge},
		{len(req.AuxIn) > profile.MaxAux || req.AuxOutMax > profile.MaxAux, p.ExecuteAuxTooLarge},
		{len(req.AuxIn) > 0 && len(req.AuxIn) < profile.MinBuffer, p.ExecuteAuxTooSmall},
		{len(req.In) > profile.MaxRequest2007 && !p.PackedWriteStream, p.RequestOver8007},
		{len(req.In) < profile.MinBuffer, p.RequestTooSmall},
		{req.OutMax < profile.MinBuffer, p.OutTooSmall},
		{req.OutMax < profile.MaxRequest2007, p.OutUnder8007},
	} {
		if c.bad {
			if err := refusal(c.refusal); err != nil {
				return err
			}
		}
	}
	return nil
}

// session finds a session that belongs to the caller.
func (s *Service) session(caller auth.Caller, id SessionID) (*session, error) {
	ses, err := s.registry.find(id)
	if err != nil {
		return nil, err
	}
	if ses.account != caller.Identity.Account {
		return nil, ErrNoSession
	}
	return ses, nil
}

// Disconnect ends a session, [MS-OXCRPC] 3.1.4.3.
func (s *Service) Disconnect(_ context.Context, caller auth.Caller, id SessionID) error {
	ses, err := s.session(caller, id)
	if err != nil {
		return err
	}
	ses.log.Info("disconnected", zap.Uint64("conn", caller.Conn))
	s.drop(id, errDisconnected)
	return nil
}

// Abandon ends a session whose connections are gone, [MS-OXCRPC] 3.1.1.1.
func (s *Service) Abandon(id SessionID) {
	if ses, err := s.registry.find(id); err == nil {
		ses.log.Info("connection lost")
		s.drop(id, errDisconnected)
	}
}

// errDisconnected is the cause of a session's ordinary end.
var errDisconnected = errors.New("emsmdb: the session ended")
