package emsmdb

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/profile"
)

// rpcExt2Size is the size of the response without its two buffers.
const rpcExt2Size = 20 + 4 + (12 + 3 + 4) + (12 + 3 + 4) + 4 + 4

// rpcRpcExt2 is EcDoRpcExt2, opnum 11, [MS-OXCRPC] 3.1.4.2.
func (s *Service) rpcRpcExt2(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	req := &ExecuteRequest{Flags: r.U32()}
	req.In = r.ConformantBytes(4 * profile.MaxRequest) // how much is too much is the version's business
	cbIn, cbOut := r.U32(), r.U32()
	if r.Err() == nil && (int64(cbIn) != int64(len(req.In)) || cbOut > profile.MaxRequest) {
		r.Fail(ndr.ErrBound) // size_is, BIG_RANGE_ULONG
	}
	req.OutMax = int(cbOut)
	req.AuxIn, req.AuxOutMax = readAuxParameters(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	id, err := find[sessionHandle](call, h)
	if err != nil {
		return nil, err
	}
	req.Session = SessionID(id)
	resp, err := s.Execute(ctx, call.Caller, req)
	if gone(err) { // destroyed: the client sees a NULL handle
		_, _ = call.Assoc.CloseHandle(call.Caller, h)
		h = ndr.ContextHandle{}
	}
	code, err := result(err)
	if err != nil {
		return nil, err
	}
	w := ndr.NewWriter(rpcExt2Size + len(resp.Out) + len(resp.AuxOut))
	w.ContextHandle(h)
	w.U32(resp.Flags)
	w.ConformantVaryingBytes(len(resp.Out), resp.Out)
	w.U32(uint32(len(resp.Out)))
	writeAuxParameters(w, resp.AuxOut)
	w.U32(uint32(resp.Elapsed.Milliseconds()))
	w.U32(uint32(code))
	return w.Stub(), nil
}
