package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *ResolveNamesRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.Columns = readTagsPtr[mapi.PropTag](r)
	q.Names = readTexts(r, false)
}

// Encode writes the stub behind the context handle.
func (q *ResolveNamesRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	writeTagsPtr(w, q.Columns)
	writeTexts(w, q.Names, false)
}

// Decode reads the stub.
func (a *ResolveNamesResponse) Decode(r *ndr.Reader) {
	a.MIds = readTagsPtr[uint32](r)
	a.Rows = readRowsPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *ResolveNamesResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.MIds)
	writeRowsPtr(w, a.Rows)
	w.U32(uint32(a.Result))
}
