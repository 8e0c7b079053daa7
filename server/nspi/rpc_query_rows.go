package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *QueryRowsRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Stat = readStat(r)
	q.Explicit = readExplicit(r)
	q.Count = r.U32()
	q.Columns = readTagsPtr[mapi.PropTag](r)
}

// Encode writes the stub behind the context handle.
func (q *QueryRowsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	writeStat(w, q.Stat)
	writeExplicit(w, q.Explicit)
	w.U32(q.Count)
	writeTagsPtr(w, q.Columns)
}

// Decode reads the stub.
func (a *QueryRowsResponse) Decode(r *ndr.Reader) {
	a.Stat = readStat(r)
	a.Rows = readRowsPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *QueryRowsResponse) Encode(w *ndr.Writer) {
	writeStat(w, a.Stat)
	writeRowsPtr(w, a.Rows)
	w.U32(uint32(a.Result))
}
