package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *ModPropsRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Stat = readStat(r)
	q.Remove = readTagsPtr[mapi.PropTag](r)
	q.Add = readRow(r)
}

// Encode writes the stub behind the context handle.
func (q *ModPropsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeStat(w, q.Stat)
	writeTagsPtr(w, q.Remove)
	writeRow(w, q.Add)
}

// Decode reads the stub.
func (a *ModPropsResponse) Decode(r *ndr.Reader) {
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *ModPropsResponse) Encode(w *ndr.Writer) {
	w.U32(uint32(a.Result))
}
