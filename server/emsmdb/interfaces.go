package emsmdb

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Interface identifiers, [MS-OXCRPC] 1.9.
var (
	emsmdbID = dcerpc.SyntaxID{UUID: ndr.UUID(mapi.MustGUID("a4f1db00-ca47-1067-b31f-00dd010662da")), Major: 0, Minor: 81}
	asyncID  = dcerpc.SyntaxID{UUID: ndr.UUID(mapi.MustGUID("5261574a-4572-206e-b268-6b199213b4e4")), Major: 0, Minor: 1}
)

// Interfaces returns the DCE/RPC interfaces of the service: EMSMDB, and AsyncEMSMDB where the version has it. The
// opnums that are not there are reserved, [MS-OXCRPC] 3.1.4, and fault as out of range: 0 EcDoConnect, 2 EcDoRpc,
// 3, 5, 7 to 9, 12 and 13.
func (s *Service) Interfaces() []*dcerpc.Interface {
	ops := map[uint16]dcerpc.Op{
		1:  {Name: "EcDoDisconnect", Run: s.rpcDisconnect},
		4:  {Name: "EcRRegisterPushNotification", Run: s.rpcRegisterPush},
		6:  {Name: "EcDummyRpc", Run: s.rpcDummy},
		10: {Name: "EcDoConnectEx", Run: s.rpcConnectEx},
		11: {Name: "EcDoRpcExt2", Run: s.rpcRpcExt2},
	}
	list := []*dcerpc.Interface{{
		ID: emsmdbID, Name: "emsmdb", Annotation: "Microsoft Exchange Server Store EMSMDB Interface", Ops: ops,
		Services: s.opts.Services, MinLevel: s.opts.MinLevel,
	}}
	if !s.opts.Profile.Interfaces.AsyncEMSMDB.Offered {
		return list
	}
	ops[14] = dcerpc.Op{Name: "EcDoAsyncConnectEx", Run: s.rpcAsyncConnectEx}
	return append(list, &dcerpc.Interface{
		// The handle tells who calls: clients bind this one without security, [MS-OXCRPC] 3.3.3.
		ID: asyncID, Name: "asyncemsmdb", Annotation: "Microsoft Exchange Server Store Async EMSMDB Interface",
		Ops: map[uint16]dcerpc.Op{0: {Name: "EcDoAsyncWaitEx", Parks: true, Run: s.rpcAsyncWaitEx}}, Services: s.opts.Services,
	})
}

// sessionHandle and asyncHandle are what stands behind the two kinds of context handles.
type (
	sessionHandle SessionID
	asyncHandle   SessionID
)

// find returns what stands behind a context handle of one of the kinds above.
func find[T any](call *dcerpc.Call, h ndr.ContextHandle) (T, error) {
	var none T
	v, err := call.Assoc.Handle(call.Caller, h)
	if err != nil {
		return none, err
	}
	t, ok := v.(T)
	if !ok {
		return none, &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
	}
	return t, nil
}

// result splits an error of the service into the call's return value and what the RPC layer has to say.
func result(err error) (mapi.ErrorCode, error) {
	if err == nil {
		return mapi.Success, nil
	}
	if code, ok := mapi.CodeOf(err); ok {
		return code, nil
	}
	switch {
	case errors.Is(err, ErrTooBusy):
		return 0, &dcerpc.Fault{Status: dcerpc.StatusServerTooBusy}
	case errors.Is(err, ErrBadRequest):
		return 0, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
	case errors.Is(err, ErrDraining):
		return mapi.ErrExiting, nil
	case errors.Is(err, ErrNoSession), errors.Is(err, errDisconnected):
		return mapi.ErrRpcFailed, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return 0, &dcerpc.Fault{Status: dcerpc.StatusCallCancelled}
	}
	return 0, err
}

// gone reports whether err means that the session does not exist any more.
func gone(err error) bool { return errors.Is(err, ErrNoSession) || errors.Is(err, errDisconnected) }
