package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub. NspiBind is the only request without a context handle.
func (q *BindRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Stat = readStat(r)
	q.ServerGUID = readGUIDPtr(r)
}

// Encode writes the stub.
func (q *BindRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	writeStat(w, q.Stat)
	writeGUIDPtr(w, q.ServerGUID)
}

// bindReply is what the stub of an answer to NspiBind holds: the handle stands in the middle.
type bindReply struct {
	BindResponse
	Handle ndr.ContextHandle
}

// Decode reads the stub.
func (a *bindReply) Decode(r *ndr.Reader) {
	a.ServerGUID = readGUIDPtr(r)
	a.Handle = r.ContextHandle()
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *bindReply) Encode(w *ndr.Writer) {
	writeGUIDPtr(w, a.ServerGUID)
	w.ContextHandle(a.Handle)
	w.U32(uint32(a.Result))
}
