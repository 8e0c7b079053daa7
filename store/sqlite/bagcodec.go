package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// A bag is
//
//	version  byte, 1
//	count    uvarint
//	count × { uvarint: distance from the id before, uvarint: type<<1 | apart, value }
//
// in ascending order of property ids, each at most once. A value that is kept apart, in chunk rows, is only a uvarint
// with its size in bytes. Otherwise integers are zigzag varints, times, floating-point numbers and GUIDs fixed, strings
// (UTF-8) and binaries a uvarint length and their bytes, and multiple values a uvarint count and the elements. Every
// varint has its shortest form, so that a bag has one encoding only. Restrictions and rule actions are a length and their
// extended form.
const bagVersion = 1

var errBag = errors.New("sqlite: malformed property bag")

// record is one property of a bag, not yet decoded.
type record struct {
	tag   mapi.PropTag
	apart bool
	size  int64  // of a value kept apart
	raw   []byte // encoded value; part of the bag
}

// bagReader walks through a bag.
type bagReader struct {
	b    []byte
	left uint64
	id   uint64
	err  error
}

func readBag(b []byte) bagReader {
	if len(b) == 0 || b[0] != bagVersion {
		return bagReader{err: errBag}
	}
	r := bagReader{b: b[1:]}
	r.left = r.uvarint()
	if r.left > uint64(len(r.b))/2 { // a record takes two bytes at least
		r.left, r.err = 0, errBag
	}
	return r
}

// next returns the next property, or false at the end or at damage, which is then in err.
func (r *bagReader) next() (record, bool) {
	if r.err != nil || r.left == 0 {
		if r.err == nil && len(r.b) != 0 {
			r.err = errBag
		}
		return record{}, false
	}
	r.left--
	step := r.uvarint()
	form := r.uvarint()
	r.id += step
	if step == 0 || step > math.MaxUint16 || r.id > math.MaxUint16 || form>>1 > math.MaxUint16 {
		r.err = errBag
		return record{}, false
	}
	rec := record{tag: mapi.Tag(uint16(r.id), mapi.PropType(form>>1)), apart: form&1 != 0}
	if rec.apart {
		rec.size = int64(r.uvarint() & math.MaxInt64)
		if !chunked(rec.tag.Type()) {
			r.err = errBag
		}
		return rec, r.err == nil
	}
	rest := r.b
	r.skip(rec.tag.Type())
	if r.err != nil {
		return record{}, false
	}
	rec.raw = rest[:len(rest)-len(r.b)]
	return rec, true
}

// chunked reports whether values of a type may be kept apart.
func chunked(t mapi.PropType) bool {
	return t == mapi.PtypString || t == mapi.PtypString8 || t == mapi.PtypBinary
}

func (r *bagReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || size > 1 && r.b[size-1] == 0 {
		r.err = errBag
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *bagReader) bytes(n uint64) []byte {
	if r.err != nil || n > uint64(len(r.b)) {
		r.err = errBag
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// fixedSize is the size of types that always take the same room, or -1.
func fixedSize(t mapi.PropType) int {
	switch t {
	case mapi.PtypNull, mapi.PtypObject:
		return 0
	case mapi.PtypBoolean:
		return 1
	case mapi.PtypFloating32:
		return 4
	case mapi.PtypFloating64, mapi.PtypFloatingTime, mapi.PtypTime:
		return 8
	case mapi.PtypGuid:
		return 16
	}
	return -1
}

// skip passes over one value.
func (r *bagReader) skip(t mapi.PropType) {
	if t&mapi.PtypMultiple != 0 {
		n := r.uvarint()
		if n > uint64(len(r.b)) || !isElement(t&^mapi.PtypMultiple) { // an element takes a byte at least
			r.err = errBag
			return
		}
		for range n {
			r.skip(t &^ mapi.PtypMultiple)
		}
		return
	}
	if n := fixedSize(t); n >= 0 {
		b := r.bytes(uint64(n))
		if t == mapi.PtypBoolean && r.err == nil && b[0] > 1 {
			r.err = errBag
		}
		return
	}
	switch t {
	case mapi.PtypInteger16:
		if n := unzigzag(r.uvarint()); n != int64(int16(n)) {
			r.err = errBag
		}
	case mapi.PtypInteger32:
		if n := unzigzag(r.uvarint()); n != int64(int32(n)) {
			r.err = errBag
		}
	case mapi.PtypErrorCode:
		if r.uvarint() > math.MaxUint32 {
			r.err = errBag
		}
	case mapi.PtypInteger64, mapi.PtypCurrency:
		r.uvarint()
	case mapi.PtypString, mapi.PtypString8, mapi.PtypBinary, mapi.PtypServerId:
		r.bytes(r.uvarint())
	case mapi.PtypRestriction, mapi.PtypRuleAction:
		if _, err := readWire(t, r.bytes(r.uvarint())); err != nil {
			r.err = errBag
		}
	default:
		r.err = errBag
	}
}

// readWire decodes a restriction or rule actions, which stand in a bag in their extended form, [MS-OXORULE] 2.2.4, and
// refuses what does not encode to the same bytes again.
func readWire(t mapi.PropType, b []byte) (prop.Value, error) {
	r := wire.NewReader(b)
	v := prop.ExtendedForm.ReadValue(r, t)
	if r.Err() != nil || r.Len() != 0 || !bytes.Equal(writeWire(v), b) {
		return prop.Value{}, errBag
	}
	return v, nil
}

func writeWire(v prop.Value) []byte {
	var w wire.Writer
	prop.ExtendedForm.WriteValue(&w, v)
	return w.Buf
}

// isElement reports whether a multiple-value type of t exists.
func isElement(t mapi.PropType) bool {
	switch t {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypCurrency, mapi.PtypFloating32, mapi.PtypFloating64,
		mapi.PtypFloatingTime, mapi.PtypTime, mapi.PtypGuid, mapi.PtypString, mapi.PtypString8, mapi.PtypBinary:
		return true
	}
	return false
}

func zigzag(n int64) uint64   { return uint64(n<<1) ^ uint64(n>>63) }
func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

// value decodes a property that next has found to be well formed.
func (rec *record) value() prop.Value {
	if rec.apart {
		return prop.Value{}
	}
	r := bagReader{b: rec.raw}
	t := rec.tag.Type()
	if t&mapi.PtypMultiple == 0 {
		return r.single(t)
	}
	n := int(r.uvarint())
	switch t {
	case mapi.PtypMultiInteger16:
		return prop.Multi(t, elements(n, func() int16 { return int16(unzigzag(r.uvarint())) }))
	case mapi.PtypMultiInteger32:
		return prop.Multi(t, elements(n, func() int32 { return int32(unzigzag(r.uvarint())) }))
	case mapi.PtypMultiInteger64, mapi.PtypMultiCurrency:
		return prop.Multi(t, elements(n, func() int64 { return unzigzag(r.uvarint()) }))
	case mapi.PtypMultiFloating32:
		return prop.Multi(t, elements(n, func() float32 { return math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4))) }))
	case mapi.PtypMultiFloating64, mapi.PtypMultiFloatingTime:
		return prop.Multi(t, elements(n, func() float64 { return math.Float64frombits(binary.LittleEndian.Uint64(r.bytes(8))) }))
	case mapi.PtypMultiTime:
		return prop.Multi(t, elements(n, func() mapi.FileTime { return mapi.FileTime(binary.LittleEndian.Uint64(r.bytes(8))) }))
	case mapi.PtypMultiGuid:
		return prop.Multi(t, elements(n, func() mapi.GUID { return mapi.GUID(r.bytes(16)) }))
	}
	return prop.Multi(t, elements(n, func() string { return string(r.bytes(r.uvarint())) }))
}

func elements[E any](n int, read func() E) []E {
	es := make([]E, n)
	for i := range es {
		es[i] = read()
	}
	return es
}

func (r *bagReader) single(t mapi.PropType) prop.Value {
	switch t {
	case mapi.PtypNull:
		return prop.Null()
	case mapi.PtypObject:
		return prop.Object()
	case mapi.PtypBoolean:
		return prop.Bool(r.b[0] != 0)
	case mapi.PtypInteger16:
		return prop.Int16(int16(unzigzag(r.uvarint())))
	case mapi.PtypInteger32:
		return prop.Int32(int32(unzigzag(r.uvarint())))
	case mapi.PtypInteger64:
		return prop.Int64(unzigzag(r.uvarint()))
	case mapi.PtypCurrency:
		return prop.Currency(unzigzag(r.uvarint()))
	case mapi.PtypErrorCode:
		return prop.Error(mapi.ErrorCode(r.uvarint()))
	case mapi.PtypFloating32:
		return prop.Float32(math.Float32frombits(binary.LittleEndian.Uint32(r.b)))
	case mapi.PtypFloating64:
		return prop.Float64(math.Float64frombits(binary.LittleEndian.Uint64(r.b)))
	case mapi.PtypFloatingTime:
		return prop.FloatingTime(math.Float64frombits(binary.LittleEndian.Uint64(r.b)))
	case mapi.PtypTime:
		return prop.Time(mapi.FileTime(binary.LittleEndian.Uint64(r.b)))
	case mapi.PtypGuid:
		return prop.GUID(mapi.GUID(r.b))
	case mapi.PtypString:
		return prop.String(string(r.bytes(r.uvarint())))
	case mapi.PtypString8:
		return prop.String8(string(r.bytes(r.uvarint())))
	case mapi.PtypServerId:
		return prop.ServerID(r.bytes(r.uvarint()))
	case mapi.PtypRestriction, mapi.PtypRuleAction:
		v, _ := readWire(t, r.bytes(r.uvarint())) // skip has decoded it
		return v
	}
	return prop.BinaryString(string(r.bytes(r.uvarint())))
}

// bag is a decoded bag on its way into the database: properties by id.
type bag map[uint16]bagValue

// bagValue is a property of a bag: a value, or one that is kept apart.
type bagValue struct {
	value prop.Value
	typ   mapi.PropType // of a value kept apart, else 0
	size  int64
}

// size is what a bag with these bytes counts for: they and what is kept apart.
func (g bag) size(data []byte) int64 {
	n := int64(len(data))
	for _, v := range g {
		n += v.size
	}
	return n
}

// encode returns the bag's bytes.
func (g bag) encode() ([]byte, error) {
	ids := make([]uint16, 0, len(g))
	for id := range g {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	b := make([]byte, 0, 64+24*len(g))
	b = append(b, bagVersion)
	b = binary.AppendUvarint(b, uint64(len(g)))
	before := uint16(0)
	for _, id := range ids {
		v := g[id]
		b = binary.AppendUvarint(b, uint64(id-before))
		before = id
		if v.typ != 0 {
			b = binary.AppendUvarint(b, uint64(v.typ)<<1|1)
			b = binary.AppendUvarint(b, uint64(v.size))
			continue
		}
		b = binary.AppendUvarint(b, uint64(v.value.Type())<<1)
		var err error
		if b, err = appendValue(b, v.value); err != nil {
			return nil, fmt.Errorf("property %s: %w", mapi.Tag(id, v.value.Type()), err)
		}
	}
	return b, nil
}

func appendBytes(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendValue encodes one value.
func appendValue(b []byte, v prop.Value) ([]byte, error) {
	le := binary.LittleEndian
	switch v.Type() {
	case mapi.PtypNull, mapi.PtypObject:
		return b, nil
	case mapi.PtypBoolean:
		return append(b, byte(v.Bits()&1)), nil
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypCurrency:
		return binary.AppendUvarint(b, zigzag(v.Int())), nil
	case mapi.PtypErrorCode:
		return binary.AppendUvarint(b, v.Bits()), nil
	case mapi.PtypFloating32:
		return le.AppendUint32(b, uint32(v.Bits())), nil
	case mapi.PtypFloating64, mapi.PtypFloatingTime, mapi.PtypTime:
		return le.AppendUint64(b, v.Bits()), nil
	case mapi.PtypGuid:
		g := v.GUID()
		return append(b, g[:]...), nil
	case mapi.PtypString, mapi.PtypString8, mapi.PtypBinary, mapi.PtypServerId:
		return appendBytes(b, v.Str()), nil
	case mapi.PtypRestriction, mapi.PtypRuleAction:
		data := writeWire(v)
		if _, err := readWire(v.Type(), data); err != nil {
			return nil, fmt.Errorf("it has no encoding that reads back the same: %w", store.ErrDenied)
		}
		return append(binary.AppendUvarint(b, uint64(len(data))), data...), nil
	case mapi.PtypMultiInteger16:
		return appendMulti(b, v, func(b []byte, e int16) []byte { return binary.AppendUvarint(b, zigzag(int64(e))) }), nil
	case mapi.PtypMultiInteger32:
		return appendMulti(b, v, func(b []byte, e int32) []byte { return binary.AppendUvarint(b, zigzag(int64(e))) }), nil
	case mapi.PtypMultiInteger64, mapi.PtypMultiCurrency:
		return appendMulti(b, v, func(b []byte, e int64) []byte { return binary.AppendUvarint(b, zigzag(e)) }), nil
	case mapi.PtypMultiFloating32:
		return appendMulti(b, v, func(b []byte, e float32) []byte { return le.AppendUint32(b, math.Float32bits(e)) }), nil
	case mapi.PtypMultiFloating64, mapi.PtypMultiFloatingTime:
		return appendMulti(b, v, func(b []byte, e float64) []byte { return le.AppendUint64(b, math.Float64bits(e)) }), nil
	case mapi.PtypMultiTime:
		return appendMulti(b, v, func(b []byte, e mapi.FileTime) []byte { return le.AppendUint64(b, uint64(e)) }), nil
	case mapi.PtypMultiGuid:
		return appendMulti(b, v, func(b []byte, e mapi.GUID) []byte { return append(b, e[:]...) }), nil
	case mapi.PtypMultiString, mapi.PtypMultiString8, mapi.PtypMultiBinary:
		return appendMulti(b, v, appendBytes), nil
	}
	return nil, fmt.Errorf("a value of type 0x%04X can't be stored: %w", uint16(v.Type()), store.ErrDenied)
}

func appendMulti[E prop.Element](b []byte, v prop.Value, one func([]byte, E) []byte) []byte {
	es := prop.Elements[E](v)
	b = binary.AppendUvarint(b, uint64(len(es)))
	for _, e := range es {
		b = one(b, e)
	}
	return b
}
