package nspi

import "github.com/mapid/mapid/internal/ndr"

// readInt32Ptr reads a pointer to a long; NULL is nil.
func readInt32Ptr(r *ndr.Reader) *int32 {
	if !r.Pointer() {
		return nil
	}
	n := int32(r.U32())
	return &n
}

func writeInt32Ptr(w *ndr.Writer, n *int32) {
	if w.Pointer(n != nil) {
		w.U32(uint32(*n))
	}
}

// readTextPtr reads a pointer to an 8-bit string; NULL is nil.
func readTextPtr(r *ndr.Reader) *string {
	if !r.Pointer() {
		return nil
	}
	s := r.String8(maxText)
	return &s
}

func writeTextPtr(w *ndr.Writer, s *string) {
	if w.Pointer(s != nil) {
		w.String8(*s)
	}
}

// readExplicit reads lpETable of NspiQueryRows: its count stands in front of the pointer and again behind it.
func readExplicit(r *ndr.Reader) []uint32 {
	count := r.U32()
	if r.Err() == nil && count > maxElements {
		r.Fail(ndr.ErrBound)
	}
	if !r.Pointer() {
		if count != 0 {
			r.Fail(ndr.ErrBound)
		}
		return nil
	}
	mids := make([]uint32, readConformance(r, count, 4))
	for i := range mids {
		mids[i] = r.U32()
	}
	return mids
}

func writeExplicit(w *ndr.Writer, mids []uint32) {
	w.U32(uint32(len(mids)))
	if !w.Pointer(mids != nil) {
		return
	}
	w.U32(uint32(len(mids)))
	for _, m := range mids {
		w.U32(m)
	}
}
