package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *ModLinkAttRequest) Decode(r *ndr.Reader) {
	q.Flags = r.U32()
	q.Tag = mapi.PropTag(r.U32())
	q.MId = r.U32()
	q.EntryIDs = readBinaries(r)
}

// Encode writes the stub behind the context handle.
func (q *ModLinkAttRequest) Encode(w *ndr.Writer) {
	w.U32(q.Flags)
	w.U32(uint32(q.Tag))
	w.U32(q.MId)
	writeBinaries(w, q.EntryIDs)
}

// Decode reads the stub.
func (a *ModLinkAttResponse) Decode(r *ndr.Reader) {
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *ModLinkAttResponse) Encode(w *ndr.Writer) {
	w.U32(uint32(a.Result))
}
