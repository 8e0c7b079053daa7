package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetMatchesRequest) Decode(r *ndr.Reader) {
	q.Reserved1 = r.U32()
	q.Stat = readStat(r)
	q.ReservedTags = readTagsPtr[uint32](r)
	q.Reserved2 = r.U32()
	q.Filter = readFilterPtr(r)
	q.PropName = readPropNamePtr(r)
	q.Requested = r.U32()
	q.Columns = readTagsPtr[mapi.PropTag](r)
}

// Encode writes the stub behind the context handle.
func (q *GetMatchesRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved1)
	writeStat(w, q.Stat)
	writeTagsPtr(w, q.ReservedTags)
	w.U32(q.Reserved2)
	writeFilterPtr(w, q.Filter)
	writePropNamePtr(w, q.PropName)
	w.U32(q.Requested)
	writeTagsPtr(w, q.Columns)
}

// Decode reads the stub.
func (a *GetMatchesResponse) Decode(r *ndr.Reader) {
	a.Stat = readStat(r)
	a.MIds = readTagsPtr[uint32](r)
	a.Rows = readRowsPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetMatchesResponse) Encode(w *ndr.Writer) {
	writeStat(w, a.Stat)
	writeTagsPtr(w, a.MIds)
	writeRowsPtr(w, a.Rows)
	w.U32(uint32(a.Result))
}
