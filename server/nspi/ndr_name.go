package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// PropName is a PropertyName_r, [MS-NSPI] 2.3.2: a property by property set and number.
type PropName struct {
	GUID *mapi.GUID
	ID   int32
}

// readPropNamePtr reads a pointer to a PropertyName_r; NULL is nil.
func readPropNamePtr(r *ndr.Reader) *PropName {
	if !r.Pointer() {
		return nil
	}
	h := readPropNameHead(r)
	name := readPropNameDeferred(r, h)
	return &name
}

func writePropNamePtr(w *ndr.Writer, n *PropName) {
	if w.Pointer(n != nil) {
		writePropNameHead(w, *n)
		writePropNameDeferred(w, *n)
	}
}

type propNameHead struct {
	present bool
	id      int32
}

func readPropNameHead(r *ndr.Reader) propNameHead {
	h := propNameHead{present: r.Pointer()}
	r.U32() // ulReserved
	h.id = int32(r.U32())
	return h
}

func readPropNameDeferred(r *ndr.Reader, h propNameHead) PropName {
	n := PropName{ID: h.id}
	if h.present {
		n.GUID = new(mapi.GUID)
		copy(n.GUID[:], r.Bytes(16))
	}
	return n
}

func writePropNameHead(w *ndr.Writer, n PropName) {
	w.Pointer(n.GUID != nil)
	w.U32(0)
	w.U32(uint32(n.ID))
}

func writePropNameDeferred(w *ndr.Writer, n PropName) {
	if n.GUID != nil {
		w.Bytes(n.GUID[:])
	}
}
