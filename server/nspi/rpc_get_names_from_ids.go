package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetNamesFromIDsRequest) Decode(r *ndr.Reader) {
	q.Reserved = r.U32()
	q.GUID = readGUIDPtr(r)
	q.Tags = readTagsPtr[mapi.PropTag](r)
}

// Encode writes the stub behind the context handle.
func (q *GetNamesFromIDsRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	writeGUIDPtr(w, q.GUID)
	writeTagsPtr(w, q.Tags)
}

// Decode reads the stub.
func (a *GetNamesFromIDsResponse) Decode(r *ndr.Reader) {
	a.Tags = readTagsPtr[mapi.PropTag](r)
	if r.Pointer() {
		size, count := r.U32(), r.U32()
		if r.Err() == nil && size != count {
			r.Fail(ndr.ErrBound)
		}
		heads := make([]propNameHead, r.Count(count, maxElements, 12))
		for i := range heads {
			heads[i] = readPropNameHead(r)
		}
		a.Names = make([]PropName, len(heads))
		for i, h := range heads {
			a.Names[i] = readPropNameDeferred(r, h)
		}
	}
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetNamesFromIDsResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.Tags)
	if w.Pointer(a.Names != nil) {
		w.U32(uint32(len(a.Names)))
		w.U32(uint32(len(a.Names)))
		for _, n := range a.Names {
			writePropNameHead(w, n)
		}
		for _, n := range a.Names {
			writePropNameDeferred(w, n)
		}
	}
	w.U32(uint32(a.Result))
}
