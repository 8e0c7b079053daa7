package nspi

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// InterfaceID is the abstract syntax of NSPI: f5cc5a18-4264-101a-8c59-08002b2f8426 version 56.0, [MS-OXNSPI] 1.9.
var InterfaceID = dcerpc.SyntaxID{
	UUID:  ndr.UUID(mapi.MustGUID("f5cc5a18-4264-101a-8c59-08002b2f8426")),
	Major: 56,
}

// ops is the table of operations, in opnum order, [MS-OXNSPI] 3.1.4.1. Opnum 15 is not used.
func (s *Service) ops() map[uint16]dcerpc.Op {
	return map[uint16]dcerpc.Op{
		0:  {Name: "NspiBind", Run: s.rpcBind},
		1:  {Name: "NspiUnbind", Run: s.rpcUnbind},
		2:  bound(s, "NspiUpdateStat", s.UpdateStat),
		3:  bound(s, "NspiQueryRows", s.QueryRows),
		4:  bound(s, "NspiSeekEntries", s.SeekEntries),
		5:  bound(s, "NspiGetMatches", s.GetMatches),
		6:  bound(s, "NspiResortRestriction", s.ResortRestriction),
		7:  bound(s, "NspiDNToMId", s.DNToMId),
		8:  bound(s, "NspiGetPropList", s.GetPropList),
		9:  bound(s, "NspiGetProps", s.GetProps),
		10: bound(s, "NspiCompareMIds", s.CompareMIds),
		11: bound(s, "NspiModProps", s.ModProps),
		12: bound(s, "NspiGetSpecialTable", s.GetSpecialTable),
		13: bound(s, "NspiGetTemplateInfo", s.GetTemplateInfo),
		14: bound(s, "NspiModLinkAtt", s.ModLinkAtt),
		16: bound(s, "NspiQueryColumns", s.QueryColumns),
		17: bound(s, "NspiGetNamesFromIDs", s.GetNamesFromIDs),
		18: bound(s, "NspiGetIDsFromNames", s.GetIDsFromNames),
		19: bound(s, "NspiResolveNames", s.ResolveNames),
		20: bound(s, "NspiResolveNamesW", s.ResolveNamesW),
	}
}

// session is what a context handle of this interface stands for. Its type keeps handles of other interfaces of the
// association out.
type session struct{ service *Service }

// message is a stub's content in both directions.
type message interface {
	Decode(*ndr.Reader)
	Encode(*ndr.Writer)
}

// request is a typed request A answers, and its answer when it fails with a code.
type request[Q, A any] interface {
	*Q
	message
	Refuse(mapi.ErrorCode) *A
}

// answer is a pointer to an A that can be written.
type answer[A any] interface {
	*A
	message
}

// bound adapts a method that wants a bound session: the handle in front of the request, the code behind the answer.
func bound[Q, A any, PQ request[Q, A], PA answer[A]](s *Service, name string, run func(context.Context, auth.Caller, PQ) (PA, error)) dcerpc.Op {
	return dcerpc.Op{Name: name, Run: func(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
		r := call.Reader()
		handle := r.ContextHandle()
		req := PQ(new(Q))
		req.Decode(r)
		if r.Err() != nil {
			return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
		}
		if err := s.check(call, handle); err != nil {
			return nil, err
		}
		reply, err := run(ctx, call.Caller, req)
		if err != nil {
			reply = req.Refuse(s.code(call, name, err))
		}
		var w ndr.Writer
		reply.Encode(&w)
		return w.Stub(), nil
	}}
}

// check reports whether handle is a session of this service that the caller may use.
func (s *Service) check(call *dcerpc.Call, handle ndr.ContextHandle) error {
	v, err := call.Assoc.Handle(call.Caller, handle)
	if err != nil {
		return err
	}
	if own, ok := v.(*session); !ok || own.service != s {
		return &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
	}
	return nil
}

// code returns the code that err carries, or the general one after logging what happened. Nobody waits for the answer
// of a call that was cancelled.
func (s *Service) code(call *dcerpc.Call, name string, err error) mapi.ErrorCode {
	if code, ok := mapi.CodeOf(err); ok {
		return code
	}
	if errors.Is(err, context.Canceled) {
		return mapi.ErrGeneralFailure
	}
	s.log.Error("address book call failed", zap.String("call", name), zap.Uint64("conn", call.Conn),
		zap.String("user", call.Identity.Account), zap.Error(err))
	return mapi.ErrGeneralFailure
}

// rpcBind is the stub of NspiBind: it makes the handle, or answers the NULL handle with the code.
func (s *Service) rpcBind(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	var req BindRequest
	req.Decode(r)
	if r.Err() != nil {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
	}
	var reply bindReply
	if a, err := s.Bind(ctx, call.Caller, &req); err != nil {
		reply.BindResponse = *req.Refuse(s.code(call, "NspiBind", err))
	} else {
		reply.BindResponse = *a
		reply.Handle = call.Assoc.NewHandle(call.Caller, &session{service: s}, func() {})
	}
	var w ndr.Writer
	reply.Encode(&w)
	return w.Stub(), nil
}

// rpcUnbind is the stub of NspiUnbind, [MS-OXNSPI] 3.1.4.1.2: it destroys the handle and answers the NULL handle.
func (s *Service) rpcUnbind(_ context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	handle := r.ContextHandle()
	var req unbindRequest
	req.Decode(r)
	if r.Err() != nil {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
	}
	if err := s.check(call, handle); err != nil {
		return nil, err
	}
	if _, err := call.Assoc.CloseHandle(call.Caller, handle); err != nil {
		return nil, err
	}
	reply := unbindReply{Result: UnbindSuccess}
	var w ndr.Writer
	reply.Encode(&w)
	return w.Stub(), nil
}
