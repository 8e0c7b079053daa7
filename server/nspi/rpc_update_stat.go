package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *UpdateStatRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.Delta = readInt32Ptr(r)
}

// Encode writes the stub behind the context handle.
func (q *UpdateStatRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	writeInt32Ptr(w, q.Delta)
}

// Decode reads the stub.
func (a *UpdateStatResponse) Decode(r *ndr.Reader) {
	a.Stat = readStat(r)
	a.Delta = readInt32Ptr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *UpdateStatResponse) Encode(w *ndr.Writer) {
	writeStat(w, a.Stat)
	writeInt32Ptr(w, a.Delta)
	w.U32(uint32(a.Result))
}
