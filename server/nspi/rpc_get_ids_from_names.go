package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Decode reads the stub behind the context handle.
func (q *GetIDsFromNamesRequest) Decode(r *ndr.Reader) {
	q.Reserved, q.Flags = r.U32(), r.U32()
	count := r.U32()
	if r.Err() == nil && count > maxElements {
		r.Fail(ndr.ErrBound)
	}
	present := make([]bool, readConformance(r, count, 4))
	for i := range present {
		present[i] = r.Pointer()
	}
	q.Names = make([]*PropName, len(present))
	for i, p := range present {
		if p {
			name := readPropNameDeferred(r, readPropNameHead(r))
			q.Names[i] = &name
		}
		if r.Err() != nil {
			return
		}
	}
}

// Encode writes the stub behind the context handle.
func (q *GetIDsFromNamesRequest) Encode(w *ndr.Writer) {
	w.U32(q.Reserved)
	w.U32(q.Flags)
	w.U32(uint32(len(q.Names)))
	w.U32(uint32(len(q.Names)))
	for _, n := range q.Names {
		w.Pointer(n != nil)
	}
	for _, n := range q.Names {
		if n != nil {
			writePropNameHead(w, *n)
			writePropNameDeferred(w, *n)
		}
	}
}

// Decode reads the stub.
func (a *GetIDsFromNamesResponse) Decode(r *ndr.Reader) {
	a.Tags = readTagsPtr[mapi.PropTag](r)
	a.Result = mapi.ErrorCode(r.U32())
}

// Encode writes the stub.
func (a *GetIDsFromNamesResponse) Encode(w *ndr.Writer) {
	writeTagsPtr(w, a.Tags)
	w.U32(uint32(a.Result))
}
