package emsmdb

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// notificationPending in pulFlagsOut says that there is something to fetch, [MS-OXCRPC] 3.3.4.1.
const notificationPending uint32 = 0x00000001

// maxHandles bounds the context handles of one association: nothing else bounds how often a client asks for an
// asynchronous one.
const maxHandles = 4096

// rpcAsyncConnectEx is EcDoAsyncConnectEx, opnum 14, [MS-OXCRPC] 3.1.4.4.
func (s *Service) rpcAsyncConnectEx(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	if err := r.Err(); err != nil {
		return nil, err
	}
	id, err := find[sessionHandle](call, h)
	if err != nil {
		return nil, err
	}
	code, err := result(s.AsyncConnect(ctx, call.Caller, SessionID(id)))
	if err != nil {
		return nil, err
	}
	var async ndr.ContextHandle
	if code == mapi.Success {
		if call.Assoc.Len() >= maxHandles {
			return nil, &dcerpc.Fault{Status: dcerpc.StatusOutOfResources}
		}
		// It needs no rundown: the session has its own.
		async = call.Assoc.NewHandle(call.Caller, asyncHandle(id), nil)
	}
	var w ndr.Writer
	w.ContextHandle(async)
	w.U32(uint32(code))
	return w.Stub(), nil
}

// rpcAsyncWaitEx is EcDoAsyncWaitEx, opnum 0 of AsyncEMSMDB, [MS-OXCRPC] 3.3.4.1.
func (s *Service) rpcAsyncWaitEx(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	r.U32() // ulFlagsIn, reserved
	if err := r.Err(); err != nil {
		return nil, err
	}
	pending := false
	id, err := find[asyncHandle](call, h)
	switch {
	case err == nil:
		if pending, err = s.Wait(ctx, call.Caller, SessionID(id)); gone(err) {
			err = &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
		}
	case s.opts.Profile.EMSMDB.AsyncBadHandleCompletes:
		pending, err = true, nil
	}
	code, err := result(err)
	if err != nil {
		return nil, err
	}
	flags := uint32(0)
	if pending {
		flags = notificationPending
	}
	var w ndr.Writer
	w.U32(flags)
	w.U32(uint32(code))
	return w.Stub(), nil
}
