package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// unbindRequest is the stub of NspiUnbind behind the context handle, [MS-OXNSPI] 3.1.4.1.2.
type unbindRequest struct {
	Reserved uint32 // ignored
}

// Decode reads the stub behind the context handle.
func (q *unbindRequest) Decode(r *ndr.Reader) { q.Reserved = r.U32() }

// Encode writes the stub behind the context handle.
func (q *unbindRequest) Encode(w *ndr.Writer) { w.U32(q.Reserved) }

// unbindReply is the stub of the answer: the handle is NULL from now on.
type unbindReply struct {
	Handle ndr.ContextHandle
	Result mapi.ErrorCode // UnbindSuccess or UnbindFailure
}

// Decode reads the stub.
func (a *unbindReply) Decode(r *ndr.Reader) {
	a.Handle = r.ContextHandle()
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *unbindReply) Encode(w *ndr.Writer) {
	w.ContextHandle(a.Handle)
	w.U32(uint32(a.Result))
}
