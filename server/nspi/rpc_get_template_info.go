package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetTemplateInfoRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Type = r.U32()
	q.DN = readTextPtr(r)
	q.CodePage = r.U32()
	q.LocaleID = r.U32()
}

// Encode writes the stub behind the context handle.
func (q *GetTemplateInfoRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	w.U32(q.Type)
	writeTextPtr(w, q.DN)
	w.U32(q.CodePage)
	w.U32(q.LocaleID)
}

// Decode reads the stub.
func (a *GetTemplateInfoResponse) Decode(r *ndr.Reader) {
	a.Data = readRowPtr(r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetTemplateInfoResponse) Encode(w *ndr.Writer) {
	writeRowPtr(w, a.Data)
	w.U32(uint32(a.Result))
}
