package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetSpecialTableRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Stat = readStat(r)
	q.Version = r.U32()
}

// Encode writes the stub behind the context handle.
func (q *GetSpecialTableRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	writeStat(w, q.Stat)
	w.U32(q.Version)
}

// Decode reads the stub.
func (a *GetSpecialTableResponse) Decode(r *ndr.Reader) {
	a.Version = r.U32()
	a.Rows = readRowsPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetSpecialTableResponse) Encode(w *ndr.Writer) {
	w.U32(a.Version)
	writeRowsPtr(w, a.Rows)
	w.U32(uint32(a.Result))
}
