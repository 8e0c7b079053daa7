package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *DNToMIdRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.Names = readTexts(r, false)
}

// Encode writes the stub behind the context handle.
func (q *DNToMIdRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeTexts(w, q.Names, false)
}

// Decode reads the stub.
func (a *DNToMIdResponse) Decode(r *ndr.Reader) {
	a.MIds = readTagsPtr[uint32](r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *DNToMIdResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.MIds)
	w.U32(uint32(a.Result))
}
