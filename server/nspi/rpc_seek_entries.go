package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *SeekEntriesRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.Target = readValue(r)
	q.Explicit = readTagsPtr[uint32](r)
	q.Columns = readTagsPtr[mapi.PropTag](r)
}

// Encode writes the stub behind the context handle.
func (q *SeekEntriesRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	writeValue(w, q.Target)
	writeTagsPtr(w, q.Explicit)
	writeTagsPtr(w, q.Columns)
}

// Decode reads the stub.
func (a *SeekEntriesResponse) Decode(r *ndr.Reader) {
	a.Stat = readStat(r)
	a.Rows = readRowsPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *SeekEntriesResponse) Encode(w *ndr.Writer) {
	writeStat(w, a.Stat)
	writeRowsPtr(w, a.Rows)
	w.U32(uint32(a.Result))
}
