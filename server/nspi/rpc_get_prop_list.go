package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetPropListRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.MId = r.U32()
	q.CodePage = r.U32()
}

// Encode writes the stub behind the context handle.
func (q *GetPropListRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	w.U32(q.MId)
	w.U32(q.CodePage)
}

// Decode reads the stub.
func (a *GetPropListResponse) Decode(r *ndr.Reader) {
	a.Tags = readTagsPtr[mapi.PropTag](r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetPropListResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.Tags)
	w.U32(uint32(a.Result))
}
