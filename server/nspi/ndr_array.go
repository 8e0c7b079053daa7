package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Ranges of the interface, [MS-OXNSPI] 6. A count above them is bad stub data.
const (
	maxTags       = 100001  // PropertyTagArray_r
	maxElements   = 100000  // every other array
	maxBinary     = 2097152 // bytes of a Binary_r
	maxText       = 1 << 20 // characters of one string; ours, the interface has no range
	maxFilterDeep = 32      // restrictions inside restrictions; ours
)

// readTags reads a PropertyTagArray_r, [MS-OXNSPI] 2.2.2.1. max_count is one more than the count in what Windows
// sends; any that covers the count is taken.
func readTags[T ~uint32](r *ndr.Reader) []T {
	size := r.U32()
	count := r.U32()
	n := r.Varying(size, 4)
	if r.Err() != nil {
		return nil
	}
	if count > maxTags || int(count) != n {
		r.Fail(ndr.ErrBound)
		return nil
	}
	tags := make([]T, n)
	for i := range tags {
		tags[i] = T(r.U32())
	}
	return tags
}

func writeTags[T ~uint32](w *ndr.Writer, tags []T) {
	w.U32(uint32(len(tags)) + 1)
	w.U32(uint32(len(tags)))
	w.Varying(len(tags))
	for _, t := range tags {
		w.U32(uint32(t))
	}
}

// readTagsPtr reads a pointer to a PropertyTagArray_r; NULL is nil, an empty array is not.
func readTagsPtr[T ~uint32](r *ndr.Reader) []T {
	if !r.Pointer() {
		return nil
	}
	return readTags[T](r)
}

func writeTagsPtr[T ~uint32](w *ndr.Writer, tags []T) {
	if w.Pointer(tags != nil) {
		writeTags(w, tags)
	}
}

// readTexts reads a StringsArray_r, 8-bit texts in the caller's code page, or with wide a WStringsArray_r, [MS-OXNSPI]
// 2.2.6. The count stands twice: as conformance in front of the structure and in it. NULL reads as "".
func readTexts(r *ndr.Reader, wide bool) []string {
	size, count := r.U32(), r.U32()
	if r.Err() == nil && size != count {
		r.Fail(ndr.ErrBound)
	}
	present := make([]bool, r.Count(count, maxElements, 4))
	for i := range present {
		present[i] = r.Pointer()
	}
	texts := make([]string, len(present))
	for i, p := range present {
		switch {
		case p && wide:
			texts[i] = r.String16(maxText)
		case p:
			texts[i] = r.String8(maxText)
		}
		if r.Err() != nil {
			return nil
		}
	}
	return texts
}

func writeTexts(w *ndr.Writer, texts []string, wide bool) {
	w.U32(uint32(len(texts)))
	w.U32(uint32(len(texts)))
	for range texts {
		w.Pointer(true)
	}
	for _, t := range texts {
		if wide {
			w.String16(t)
		} else {
			w.String8(t)
		}
	}
}

// readBinaries reads a BinaryArray_r, [MS-OXNSPI] 2.2.2.3.
func readBinaries(r *ndr.Reader) [][]byte {
	count := r.U32()
	if !r.Pointer() {
		if count != 0 {
			r.Fail(ndr.ErrBound)
		}
		return nil
	}
	out := make([][]byte, 0, r.Count(count, maxElements, 8))
	for _, b := range readBinaryElements(r, count) {
		out = append(out, []byte(b))
	}
	return out
}

func writeBinaries(w *ndr.Writer, bins [][]byte) {
	w.U32(uint32(len(bins)))
	if !w.Pointer(len(bins) > 0) {
		return
	}
	texts := make([]string, len(bins))
	for i, b := range bins {
		texts[i] = string(b)
	}
	writeBinaryElements(w, texts)
}

// readBinaryElements reads what an array of Binary_r points to: max_count, the heads, then the bytes of each.
func readBinaryElements(r *ndr.Reader, count uint32) []string {
	heads := make([]uint32, readConformance(r, count, 8))
	for i := range heads {
		heads[i] = readBinaryHead(r)
	}
	out := make([]string, len(heads))
	for i, size := range heads {
		out[i] = readBinaryBytes(r, size)
		if r.Err() != nil {
			return nil
		}
	}
	return out
}

func writeBinaryElements(w *ndr.Writer, bins []string) {
	w.U32(uint32(len(bins)))
	for _, b := range bins {
		w.U32(uint32(len(b)))
		w.Pointer(len(b) > 0)
	}
	for _, b := range bins {
		if len(b) > 0 {
			w.ConformantBytes([]byte(b))
		}
	}
}

// absent marks a Binary_r without bytes behind it.
const absent = ^uint32(0)

// readBinaryHead reads size and referent of a Binary_r, [MS-OXNSPI] 2.2.2.2. A NULL pointer goes with size 0 only.
func readBinaryHead(r *ndr.Reader) uint32 {
	size := r.U32()
	if r.Pointer() {
		if size > maxBinary {
			r.Fail(ndr.ErrBound)
		}
		return size
	}
	if size != 0 {
		r.Fail(ndr.ErrBound)
	}
	return absent
}

func readBinaryBytes(r *ndr.Reader, size uint32) string {
	if size == absent {
		return ""
	}
	return string(r.Bytes(readConformance(r, size, 1)))
}

// readConformance reads the max_count of an array whose count was given before: they must agree, and the bytes left
// must hold that many elements.
func readConformance(r *ndr.Reader, count uint32, elemSize int) int {
	if size := r.U32(); r.Err() == nil && size != count {
		r.Fail(ndr.ErrBound)
	}
	return r.Count(count, max(maxElements, maxBinary), elemSize)
}

// readGUIDPtr reads a pointer to a FlatUID_r, [MS-OXNSPI] 2.2.2.1 (16 bytes, no alignment of their own).
func readGUIDPtr(r *ndr.Reader) *mapi.GUID {
	if !r.Pointer() {
		return nil
	}
	var g mapi.GUID
	copy(g[:], r.Bytes(len(g)))
	return &g
}

func writeGUIDPtr(w *ndr.Writer, g *mapi.GUID) {
	if w.Pointer(g != nil) {
		w.Bytes(g[:])
	}
}
