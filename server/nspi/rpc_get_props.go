package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetPropsRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Stat = readStat(r)
	q.Tags = readTagsPtr[mapi.PropTag](r)
}

// Encode writes the stub behind the context handle.
func (q *GetPropsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	writeStat(w, q.Stat)
	writeTagsPtr(w, q.Tags)
}

// Decode reads the stub.
func (a *GetPropsResponse) Decode(r *ndr.Reader) {
	a.Row = readRowPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetPropsResponse) Encode(w *ndr.Writer) {
	writeRowPtr(w, a.Row)
	w.U32(uint32(a.Result))
}
