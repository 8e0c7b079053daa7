package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *ResortRestrictionRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.In = readTags[uint32](r)
	q.Out = readTagsPtr[uint32](r)
}

// Encode writes the stub behind the context handle.
func (q *ResortRestrictionRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	writeTags(w, q.In)
	writeTagsPtr(w, q.Out)
}

// Decode reads the stub.
func (a *ResortRestrictionResponse) Decode(r *ndr.Reader) {
	a.Stat = readStat(r)
	a.MIds = readTagsPtr[uint32](r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *ResortRestrictionResponse) Encode(w *ndr.Writer) {
	writeStat(w, a.Stat)
	writeTagsPtr(w, a.MIds)
	w.U32(uint32(a.Result))
}
