package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

// Row is a PropertyRow_r: one value per column, [MS-OXNSPI] 2.2.3. A value that is missing stands as PtypErrorCode
// under its tag with that type.
type Row []prop.Tagged

// head is the part of a PropertyValue_r that stands in the row: what it points to comes after all heads.
type head struct {
	tag     mapi.PropTag
	value   prop.Value // of the types that fit in place
	count   uint32     // of the types that don't
	present bool       // the pointer is not NULL
}

// readValue reads one PropertyValue_r with what it points to, [MS-OXNSPI] 2.2.2.
func readValue(r *ndr.Reader) prop.Tagged {
	h := readHead(r)
	return prop.Tagged{Tag: h.tag, Value: readDeferred(r, h)}
}

func writeValue(w *ndr.Writer, t prop.Tagged) {
	writeHead(w, t)
	writeDeferred(w, t.Value)
}

// readValues reads what a PropertyRow_r points to: max_count, heads, then their deferred parts in order.
func readValues(r *ndr.Reader, count uint32) Row {
	heads := make([]head, readConformance(r, count, 14))
	for i := range heads {
		heads[i] = readHead(r)
	}
	if r.Err() != nil {
		return nil
	}
	row := make(Row, len(heads))
	for i, h := range heads {
		row[i] = prop.Tagged{Tag: h.tag, Value: readDeferred(r, h)}
		if r.Err() != nil {
			return nil
		}
	}
	return row
}

func writeValues(w *ndr.Writer, row Row) {
	w.U32(uint32(len(row)))
	for _, t := range row {
		writeHead(w, t)
	}
	for _, t := range row {
		writeDeferred(w, t.Value)
	}
}

// readRowHead reads the head of a PropertyRow_r and returns its count, and whether values follow.
func readRowHead(r *ndr.Reader) (count uint32, present bool) {
	r.U32() // Reserved
	count, present = r.U32(), r.Pointer()
	if r.Err() == nil && (count > maxElements || !present && count != 0) {
		r.Fail(ndr.ErrBound)
	}
	return count, present
}

func writeRowHead(w *ndr.Writer, row Row) {
	w.U32(0)
	w.U32(uint32(len(row)))
	w.Pointer(len(row) > 0)
}

// readRow reads a PropertyRow_r.
func readRow(r *ndr.Reader) Row {
	count, present := readRowHead(r)
	if !present {
		return Row{}
	}
	return readValues(r, count)
}

func writeRow(w *ndr.Writer, row Row) {
	writeRowHead(w, row)
	if len(row) > 0 {
		writeValues(w, row)
	}
}

// readRowPtr reads a pointer to a PropertyRow_r; NULL is nil.
func readRowPtr(r *ndr.Reader) Row {
	if !r.Pointer() {
		return nil
	}
	return readRow(r)
}

func writeRowPtr(w *ndr.Writer, row Row) {
	if w.Pointer(row != nil) {
		writeRow(w, row)
	}
}

// readRowsPtr reads a pointer to a PropertyRowSet_r, [MS-OXNSPI] 2.2.4; NULL is nil, a set without rows is not.
func readRowsPtr(r *ndr.Reader) []Row {
	if !r.Pointer() {
		return nil
	}
	size, count := r.U32(), r.U32()
	if r.Err() == nil && size != count {
		r.Fail(ndr.ErrBound)
	}
	type rowHead struct {
		count   uint32
		present bool
	}
	heads := make([]rowHead, r.Count(count, maxElements, 12))
	for i := range heads {
		heads[i].count, heads[i].present = readRowHead(r)
	}
	rows := make([]Row, len(heads))
	for i, h := range heads {
		if rows[i] = (Row{}); h.present {
			rows[i] = readValues(r, h.count)
		}
		if r.Err() != nil {
			return nil
		}
	}
	return rows
}

func writeRowsPtr(w *ndr.Writer, rows []Row) {
	if !w.Pointer(rows != nil) {
		return
	}
	w.U32(uint32(len(rows)))
	w.U32(uint32(len(rows)))
	for _, row := range rows {
		writeRowHead(w, row)
	}
	for _, row := range rows {
		if len(row) > 0 {
			writeValues(w, row)
		}
	}
}

// readHead reads tag, reserved word, discriminant and the arm it selects, [MS-OXNSPI] 2.2.2.7. The union has arms
// for the types of [MS-OXNSPI] 2.2.1.1 only.
func readHead(r *ndr.Reader) head {
	h := head{tag: mapi.PropTag(r.U32())}
	r.U32() // ulReserved
	if kind := r.U32(); r.Err() == nil && kind != uint32(h.tag.Type()) {
		r.Fail(ndr.ErrBound)
	}
	switch typ := h.tag.Type(); typ {
	case mapi.PtypInteger16:
		h.value = prop.Int16(int16(r.U16()))
	case mapi.PtypBoolean:
		h.value = prop.Bool(r.U16() != 0)
	case mapi.PtypInteger32:
		h.value = prop.Uint32(r.U32())
	case mapi.PtypErrorCode:
		h.value = prop.Error(mapi.ErrorCode(r.U32()))
	case mapi.PtypObject:
		h.value = prop.ObjectNumber(r.U32())
	case mapi.PtypNull:
		r.U32()
		h.value = prop.Null()
	case mapi.PtypTime:
		h.value = prop.Time(readTime(r))
	case mapi.PtypString8, mapi.PtypString, mapi.PtypGuid:
		h.present = r.Pointer()
	case mapi.PtypBinary:
		h.count = readBinaryHead(r)
		h.present = h.count != absent
	case mapi.PtypMultiInteger16, mapi.PtypMultiInteger32, mapi.PtypMultiTime, mapi.PtypMultiString8,
		mapi.PtypMultiString, mapi.PtypMultiBinary, mapi.PtypMultiGuid:
		h.count, h.present = r.U32(), r.Pointer()
		if r.Err() == nil && (h.count > maxElements || !h.present && h.count != 0) {
			r.Fail(ndr.ErrBound)
		}
	default:
		r.Fail(ndr.ErrBound)
	}
	return h
}

// wireType returns the type under which a value goes out: its own, or PtypNull where the union has no arm for it,
// [MS-OXNSPI] 2.2.1.1.
func wireType(v prop.Value) mapi.PropType {
	switch typ := v.Type(); typ {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypErrorCode, mapi.PtypBoolean, mapi.PtypObject,
		mapi.PtypTime, mapi.PtypString8, mapi.PtypString, mapi.PtypGuid, mapi.PtypBinary, mapi.PtypMultiInteger16,
		mapi.PtypMultiInteger32, mapi.PtypMultiTime, mapi.PtypMultiString8, mapi.PtypMultiString,
		mapi.PtypMultiBinary, mapi.PtypMultiGuid:
		return typ
	}
	return mapi.PtypNull
}

// writeHead writes the head of a value. Its type decides the arm, whatever type the tag has.
func writeHead(w *ndr.Writer, t prop.Tagged) {
	v, typ := t.Value, wireType(t.Value)
	w.U32(uint32(t.Tag.WithType(typ)))
	w.U32(0)
	w.U32(uint32(typ))
	switch typ {
	case mapi.PtypInteger16:
		w.U16(uint16(v.Int()))
	case mapi.PtypBoolean:
		w.U16(uint16(v.Bits()))
	case mapi.PtypTime:
		writeTime(w, v.FileTime())
	case mapi.PtypString8, mapi.PtypString, mapi.PtypGuid:
		w.Pointer(true)
	case mapi.PtypBinary:
		w.U32(uint32(len(v.Str())))
		w.Pointer(len(v.Str()) > 0)
	case mapi.PtypNull:
		w.U32(0)
	default:
		if typ&mapi.PtypMultiple == 0 {
			w.U32(uint32(v.Bits()))
			return
		}
		n := elementCount(v)
		w.U32(uint32(n))
		w.Pointer(n > 0)
	}
}

func elementCount(v prop.Value) int {
	return len(prop.Elements[int16](v)) + len(prop.Elements[int32](v)) + len(prop.Elements[mapi.FileTime](v)) +
		len(prop.Elements[mapi.GUID](v)) + len(prop.Elements[string](v))
}

// readDeferred reads what the head of a value points to and returns the whole value.
func readDeferred(r *ndr.Reader, h head) prop.Value {
	typ := h.tag.Type()
	switch typ {
	case mapi.PtypString8:
		if !h.present {
			return prop.String8("")
		}
		return prop.String8(r.String8(maxText))
	case mapi.PtypString:
		if !h.present {
			return prop.String("")
		}
		return prop.String(r.String16(maxText))
	case mapi.PtypGuid:
		var g mapi.GUID
		if h.present {
			copy(g[:], r.Bytes(len(g)))
		}
		return prop.GUID(g)
	case mapi.PtypBinary:
		return prop.BinaryString(readBinaryBytes(r, h.count))
	}
	if typ&mapi.PtypMultiple == 0 {
		return h.value
	}
	return readMulti(r, typ, h)
}

func readMulti(r *ndr.Reader, typ mapi.PropType, h head) prop.Value {
	switch typ {
	case mapi.PtypMultiInteger16:
		return prop.Multi(typ, readElements(r, h, 2, func() int16 { return int16(r.U16()) }))
	case mapi.PtypMultiInteger32:
		return prop.Multi(typ, readElements(r, h, 4, func() int32 { return int32(r.U32()) }))
	case mapi.PtypMultiTime:
		return prop.Multi(typ, readElements(r, h, 8, func() mapi.FileTime { return readTime(r) }))
	case mapi.PtypMultiBinary:
		if !h.present {
			return prop.Multi(typ, []string{})
		}
		return prop.Multi(typ, readBinaryElements(r, h.count))
	case mapi.PtypMultiGuid:
		set := readElements(r, h, 4, r.Pointer)
		guids := make([]mapi.GUID, len(set))
		for i, present := range set {
			if present {
				copy(guids[i][:], r.Bytes(16))
			}
		}
		return prop.Multi(typ, guids)
	case mapi.PtypMultiString8, mapi.PtypMultiString:
		set := readElements(r, h, 4, r.Pointer)
		texts := make([]string, len(set))
		for i, present := range set {
			switch {
			case present && typ == mapi.PtypMultiString:
				texts[i] = r.String16(maxText)
			case present:
				texts[i] = r.String8(maxText)
			}
			if r.Err() != nil {
				break
			}
		}
		return prop.Multi(typ, texts)
	}
	r.Fail(ndr.ErrBound)
	return prop.Value{}
}

// readElements reads max_count and the elements of a conformant array.
func readElements[T any](r *ndr.Reader, h head, size int, read func() T) []T {
	if !h.present {
		return nil
	}
	out := make([]T, readConformance(r, h.count, size))
	for i := range out {
		out[i] = read()
	}
	return out
}

// writeDeferred writes what the head of a value points to.
func writeDeferred(w *ndr.Writer, v prop.Value) {
	switch typ := v.Type(); typ {
	case mapi.PtypString8:
		w.String8(v.Str())
	case mapi.PtypString:
		w.String16(v.Str())
	case mapi.PtypGuid:
		g := v.GUID()
		w.Bytes(g[:])
	case mapi.PtypBinary:
		if s := v.Str(); s != "" {
			w.ConformantBytes([]byte(s))
		}
	case mapi.PtypMultiInteger16:
		writeElements(w, prop.Elements[int16](v), func(n int16) { w.U16(uint16(n)) })
	case mapi.PtypMultiInteger32:
		writeElements(w, prop.Elements[int32](v), func(n int32) { w.U32(uint32(n)) })
	case mapi.PtypMultiTime:
		writeElements(w, prop.Elements[mapi.FileTime](v), func(t mapi.FileTime) { writeTime(w, t) })
	case mapi.PtypMultiGuid:
		guids := prop.Elements[mapi.GUID](v)
		writeElements(w, guids, func(mapi.GUID) { w.Pointer(true) })
		for _, g := range guids {
			w.Bytes(g[:])
		}
	case mapi.PtypMultiBinary:
		if bins := prop.Elements[string](v); len(bins) > 0 {
			writeBinaryElements(w, bins)
		}
	case mapi.PtypMultiString8, mapi.PtypMultiString:
		texts := prop.Elements[string](v)
		writeElements(w, texts, func(string) { w.Pointer(true) })
		for _, t := range texts {
			if typ == mapi.PtypMultiString {
				w.String16(t)
			} else {
				w.String8(t)
			}
		}
	}
}

func writeElements[T any](w *ndr.Writer, elements []T, write func(T)) {
	if len(elements) == 0 {
		return
	}
	w.U32(uint32(len(elements)))
	for _, e := range elements {
		write(e)
	}
}

// readTime reads a FILETIME: two aligned 32-bit halves, the low one first.
func readTime(r *ndr.Reader) mapi.FileTime {
	lo := r.U32()
	return mapi.FileTime(r.U32())<<32 | mapi.FileTime(lo)
}

func writeTime(w *ndr.Writer, t mapi.FileTime) {
	w.U32(uint32(t))
	w.U32(uint32(t >> 32))
}
