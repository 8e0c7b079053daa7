package emsmdb

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/profile"
)

// maxDN bounds szUserDN.
const maxDN = 1024

// rpcConnectEx is EcDoConnectEx, opnum 10, [MS-OXCRPC] 3.1.4.1.
func (s *Service) rpcConnectEx(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	req := &ConnectRequest{UserDN: r.String8(maxDN), Flags: r.U32()}
	r.U32() // ulConMod, a hash of the DN
	r.U32() // cbLimit
	req.CodePage, req.LCIDString, req.LCIDSort, req.Link = r.U32(), r.U32(), r.U32(), r.U32()
	r.U16() // usFCanConvertCodePages
	for i := range req.ClientVersion {
		req.ClientVersion[i] = r.U16()
	}
	req.TimeStamp = r.U32()
	req.AuxIn, req.AuxOutMax = readAuxParameters(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	resp, err := s.Connect(ctx, call.Caller, req)
	code, err := result(err)
	if err != nil {
		return nil, err
	}
	var handle ndr.ContextHandle
	if code == mapi.Success {
		id := resp.Session
		handle = call.Assoc.NewHandle(call.Caller, sessionHandle(id), func() { s.Abandon(id) })
	}
	return writeConnect(handle, resp, code), nil
}

// writeConnect writes every out parameter, on failure too: strings are NULL then.
func writeConnect(handle ndr.ContextHandle, resp *ConnectResponse, code mapi.ErrorCode) []byte {
	var w ndr.Writer
	w.ContextHandle(handle)
	w.U32(resp.PollsMax)
	w.U32(resp.RetryCount)
	w.U32(resp.RetryDelay)
	w.U16(resp.Index)
	for _, text := range []string{resp.DNPrefix, resp.DisplayName} {
		if w.Pointer(code == mapi.Success) {
			w.String8(text)
		}
	}
	for _, v := range resp.ServerVersion {
		w.U16(v)
	}
	for _, v := range resp.BestVersion {
		w.U16(v)
	}
	w.U32(resp.TimeStamp)
	writeAuxParameters(&w, resp.AuxOut)
	w.U32(uint32(code))
	return w.Stub()
}

// readAuxParameters reads rgbAuxIn, cbAuxIn and pcbAuxOut. Sizes are judged by the service, but for a count that
// contradicts the array.
func readAuxParameters(r *ndr.Reader) (in []byte, outMax int) {
	in = r.ConformantBytes(profile.MaxRequest)
	if cb := r.U32(); r.Err() == nil && int64(cb) != int64(len(in)) {
		r.Fail(ndr.ErrBound)
	}
	out := r.U32()
	if r.Err() == nil && out > profile.MaxAux {
		r.Fail(ndr.ErrBound) // SMALL_RANGE_ULONG
	}
	return in, int(out)
}

// writeAuxParameters writes rgbAuxOut and pcbAuxOut.
func writeAuxParameters(w *ndr.Writer, out []byte) {
	w.ConformantVaryingBytes(len(out), out)
	w.U32(uint32(len(out)))
}

// rpcDisconnect is EcDoDisconnect, opnum 1, [MS-OXCRPC] 3.1.4.3.
func (s *Service) rpcDisconnect(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	if err := r.Err(); err != nil {
		return nil, err
	}
	id, err := find[sessionHandle](call, h)
	if err != nil {
		return nil, err
	}
	if _, err := call.Assoc.CloseHandle(call.Caller, h); err != nil {
		return nil, err
	}
	err = s.Disconnect(ctx, call.Caller, SessionID(id))
	if gone(err) {
		err = nil // it ended otherwise already
	}
	code, err := result(err)
	if err != nil {
		return nil, err
	}
	var w ndr.Writer
	w.ContextHandle(ndr.ContextHandle{})
	w.U32(uint32(code))
	return w.Stub(), nil
}

// rpcDummy is EcDummyRpc, opnum 6, [MS-OXCRPC] 3.1.4.6.
func (s *Service) rpcDummy(context.Context, *dcerpc.Call) ([]byte, error) {
	var w ndr.Writer
	w.U32(0)
	return w.Stub(), nil
}

// rpcRegisterPush is EcRRegisterPushNotification, opnum 4, [MS-OXCRPC] 3.1.4.5.
func (s *Service) rpcRegisterPush(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	r.U32() // iRpc, ignored
	req := &PushRequest{Context: r.ConformantBytes(profile.MaxAux)}
	cbContext := r.U16()
	r.U32() // grbitAdviseBits, always all of them
	req.Address = r.ConformantBytes(profile.MaxAux)
	cbAddress := r.U16()
	if r.Err() == nil && (int(cbContext) != len(req.Context) || int(cbAddress) != len(req.Address)) {
		r.Fail(ndr.ErrBound)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	id, err := find[sessionHandle](call, h)
	if err != nil {
		return nil, err
	}
	registered, err := s.RegisterPush(ctx, call.Caller, SessionID(id), req)
	if gone(err) { // destroyed: the client sees a NULL handle
		_, _ = call.Assoc.CloseHandle(call.Caller, h)
		h = ndr.ContextHandle{}
	}
	code, err := result(err)
	if err != nil {
		return nil, err
	}
	var w ndr.Writer
	w.ContextHandle(h)
	w.U32(registered)
	w.U32(uint32(code))
	return w.Stub(), nil
}
