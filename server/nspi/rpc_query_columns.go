package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *QueryColumnsRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Flags = r.U32()
}

// Encode writes the stub behind the context handle.
func (q *QueryColumnsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	w.U32(q.Flags)
}

// Decode reads the stub.
func (a *QueryColumnsResponse) Decode(r *ndr.Reader) {
	a.Columns = readTagsPtr[mapi.PropTag](r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *QueryColumnsResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.Columns)
	w.U32(uint32(a.Result))
}
