package mapiclient

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

// Bounds of what is read from an address book.
const (
	maxRows   = 100000
	maxValues = 1000
	maxBytes  = 1 << 20
)

// readRowSet reads a pointer to a PropertyRowSet_r, [MS-OXNSPI] 2.3.1.
func readRowSet(r *ndr.Reader) []PropRow {
	if !r.Pointer() {
		return nil
	}
	n := r.Conformance(maxRows, 12)
	if rows := r.U32(); int(rows) != n {
		r.Fail(ndr.ErrBound)
	}
	sizes, present := make([]int, n), make([]bool, n)
	for i := range n {
		sizes[i], present[i] = readRowHead(r)
	}
	rows := make([]PropRow, n)
	for i := range rows {
		if present[i] && r.Err() == nil {
			rows[i] = readPropRow(r, sizes[i])
		}
	}
	if r.Err() != nil {
		return nil
	}
	return rows
}

// readRowHead reads what of a PropertyRow_r has a fixed place, [MS-OXNSPI] 2.3.1.2, and reports whether values follow.
func readRowHead(r *ndr.Reader) (size int, present bool) {
	r.U32() // reserved
	size = r.Count(r.U32(), maxValues, 0)
	if present = r.Pointer(); !present && size > 0 {
		r.Fail(ndr.ErrBound)
	}
	return size, present
}

// readPropRow reads the values of a row: first what has a fixed place, then what pointers lead to, in the same order.
func readPropRow(r *ndr.Reader, size int) PropRow {
	if n := r.Conformance(maxValues, 12); n != size {
		r.Fail(ndr.ErrBound)
		return nil
	}
	row := make(PropRow, size)
	deferred := make([]func(), size)
	for i := range row {
		r.Align(4)
		row[i].Tag = mapi.PropTag(r.U32())
		r.U32() // reserved
		typ := mapi.PropType(r.U32())
		deferred[i] = readArm(r, typ, &row[i].Value)
		if r.Err() != nil {
			return nil
		}
	}
	for _, read := range deferred {
		if read != nil {
			read()
		}
	}
	return row
}

// readArm reads the arm of a PROP_VAL_UNION, [MS-OXNSPI] 2.3.1.10, and returns what reads the rest later.
func readArm(r *ndr.Reader, typ mapi.PropType, v *prop.Value) func() {
	switch typ {
	case mapi.PtypInteger16:
		*v = prop.Int16(int16(r.U16()))
	case mapi.PtypInteger32:
		*v = prop.Uint32(r.U32())
	case mapi.PtypBoolean:
		*v = prop.Bool(r.U16() != 0)
	case mapi.PtypErrorCode:
		*v = prop.Error(mapi.ErrorCode(r.U32()))
	case mapi.PtypTime:
		*v = prop.Time(readFileTime(r))
	case mapi.PtypNull, mapi.PtypObject:
		r.U32()
		*v = prop.Null()
	case mapi.PtypString8:
		return pointee(r, func() { *v = prop.String8(r.String8(maxBytes)) })
	case mapi.PtypString:
		return pointee(r, func() { *v = prop.String(r.String16(maxBytes)) })
	case mapi.PtypGuid:
		return pointee(r, func() { *v = prop.GUID(readFlatUID(r)) })
	case mapi.PtypBinary:
		r.U32()
		return pointee(r, func() { *v = prop.Binary(r.ConformantBytes(maxBytes)) })
	case mapi.PtypMultiInteger16, mapi.PtypMultiInteger32, mapi.PtypMultiString8, mapi.PtypMultiString, mapi.PtypMultiBinary,
		mapi.PtypMultiTime, mapi.PtypMultiGuid:
		r.U32()
		return pointee(r, func() { *v = readMulti(r, typ) })
	default:
		r.Fail(ndr.ErrBound)
	}
	return nil
}

// pointee reads a pointer and returns read, or nil for a NULL pointer.
func pointee(r *ndr.Reader, read func()) func() {
	if !r.Pointer() {
		return nil
	}
	return read
}

// readFlatUID reads a FlatUID_r, [MS-OXNSPI] 2.2.1: bytes, so nothing is aligned.
func readFlatUID(r *ndr.Reader) (g mapi.GUID) {
	copy(g[:], r.Bytes(len(g)))
	return g
}

func readFileTime(r *ndr.Reader) mapi.FileTime {
	low := r.U32()
	return mapi.FileTime(low) | mapi.FileTime(r.U32())<<32
}

func readMulti(r *ndr.Reader, typ mapi.PropType) prop.Value {
	switch typ {
	case mapi.PtypMultiInteger16:
		return prop.Multi(typ, readEach(r, 2, func() int16 { return int16(r.U16()) }))
	case mapi.PtypMultiInteger32:
		return prop.Multi(typ, readEach(r, 4, func() int32 { return int32(r.U32()) }))
	case mapi.PtypMultiTime:
		return prop.Multi(typ, readEach(r, 8, func() mapi.FileTime { return readFileTime(r) }))
	case mapi.PtypMultiString8:
		return prop.Multi(typ, readPointers(r, 0, func() string { return r.String8(maxBytes) }))
	case mapi.PtypMultiString:
		return prop.Multi(typ, readPointers(r, 0, func() string { return r.String16(maxBytes) }))
	case mapi.PtypMultiGuid:
		return prop.Multi(typ, readPointers(r, 0, func() mapi.GUID { return readFlatUID(r) }))
	default:
		return prop.Multi(typ, readPointers(r, 4, func() string { return string(r.ConformantBytes(maxBytes)) }))
	}
}

// readEach reads a conformant array of elements without pointers.
func readEach[T any](r *ndr.Reader, size int, read func() T) (list []T) {
	for range r.Conformance(maxValues, size) {
		list = append(list, read())
	}
	return list
}

// readPointers reads a conformant array of pointers, each behind skip bytes, and then what they lead to.
func readPointers[T any](r *ndr.Reader, skip int, read func() T) []T {
	present := readEach(r, 4+skip, func() bool {
		if skip > 0 {
			r.U32()
		}
		return r.Pointer()
	})
	list := make([]T, len(present))
	for i, p := range present {
		if p && r.Err() == nil {
			list[i] = read()
		}
	}
	return list
}
