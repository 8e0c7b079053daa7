package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *CompareMIdsRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.MId1 = r.U32()
	q.MId2 = r.U32()
}

// Encode writes the stub behind the context handle.
func (q *CompareMIdsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	w.U32(q.MId1)
	w.U32(q.MId2)
}

// Decode reads the stub.
func (a *CompareMIdsResponse) Decode(r *ndr.Reader) {
	a.Order = int32(r.U32())
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *CompareMIdsResponse) Encode(w *ndr.Writer) {
	w.U32(uint32(a.Order))
	w.U32(uint32(a.Result))
}
