package prop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// ReadValue reads a value of the given type in the form of ROP buffers, [MS-OXCDATA] 2.11.2. A type that has no
// encoding, PtypUnspecified among them, fails r. The value owns its memory.
func ReadValue(r *wire.Reader, typ mapi.PropType) Value { return ROPForm.ReadValue(r, typ) }

// WriteValue appends v in the form of ROP buffers; see Form.WriteValue.
func WriteValue(w *wire.Writer, v Value) { ROPForm.WriteValue(w, v) }

// ValueSize returns the number of bytes that WriteValue appends for v.
func ValueSize(v Value) int { return ROPForm.ValueSize(v) }

// ReadValue reads a value of the given type, [MS-OXCDATA] 2.11.2.
func (f Form) ReadValue(r *wire.Reader, typ mapi.PropType) Value { return f.readValue(r, typ, 0) }

// readValue is ReadValue inside a restriction or rule action of the given depth.
func (f Form) readValue(r *wire.Reader, typ mapi.PropType, depth int) (v Value) {
	v.typ = typ
	switch typ {
	case mapi.PtypNull, mapi.PtypObject:
	case mapi.PtypInteger16:
		v.num = uint64(r.U16())
	case mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypErrorCode:
		v.num = uint64(r.U32())
	case mapi.PtypFloating64, mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypTime:
		v.num = r.U64()
	case mapi.PtypBoolean:
		v = Bool(r.Bool())
	case mapi.PtypString8:
		v.str = r.ASCIIZ()
	case mapi.PtypString:
		v.str = r.UTF16Z()
	case mapi.PtypGuid:
		v.str = string(r.Take(16))
	case mapi.PtypServerId:
		v.str = string(r.Take(int(r.U16())))
	case mapi.PtypBinary:
		v.str = f.readBinary(r)
	case mapi.PtypRestriction:
		v.ext = f.readRestriction(r, depth)
	case mapi.PtypRuleAction:
		v.ext = f.readRuleActions(r, depth)
	default:
		if typ&mapi.PtypMultiple == 0 {
			r.Failf("prop: no encoding for property type 0x%04X", uint16(typ))
			return Value{}
		}
		v.ext = f.readElements(r, typ)
	}
	if r.Err() != nil {
		return Value{}
	}
	return v
}

func (f Form) readBinary(r *wire.Reader) string {
	if f == ROPForm {
		return string(r.Take(int(r.U16())))
	}
	return string(r.Take(r.Count(r.U32(), math.MaxInt32, 1)))
}

func (f Form) readElements(r *wire.Reader, typ mapi.PropType) any {
	n := r.U32()
	switch typ {
	case mapi.PtypMultiInteger16:
		return elements(r, n, 2, func() int16 { return int16(r.U16()) })
	case mapi.PtypMultiInteger32:
		return elements(r, n, 4, func() int32 { return int32(r.U32()) })
	case mapi.PtypMultiFloating32:
		return elements(r, n, 4, func() float32 { return math.Float32frombits(r.U32()) })
	case mapi.PtypMultiFloating64, mapi.PtypMultiFloatingTime:
		return elements(r, n, 8, r.F64)
	case mapi.PtypMultiCurrency, mapi.PtypMultiInteger64:
		return elements(r, n, 8, func() int64 { return int64(r.U64()) })
	case mapi.PtypMultiTime:
		return elements(r, n, 8, func() mapi.FileTime { return mapi.FileTime(r.U64()) })
	case mapi.PtypMultiGuid:
		return elements(r, n, 16, func() (g mapi.GUID) { copy(g[:], r.Take(16)); return g })
	case mapi.PtypMultiString8:
		return elements(r, n, 1, r.ASCIIZ)
	case mapi.PtypMultiString:
		return elements(r, n, 2, r.UTF16Z)
	case mapi.PtypMultiBinary:
		return elements(r, n, f.countSize(), func() string { return f.readBinary(r) })
	}
	r.Failf("prop: no encoding for property type 0x%04X", uint16(typ))
	return nil
}

func elements[E Element](r *wire.Reader, n uint32, size int, read func() E) []E {
	out := make([]E, 0, r.Count(n, math.MaxInt32, size))
	for range cap(out) {
		out = append(out, read())
	}
	return out
}

// WriteValue appends v without its type, [MS-OXCDATA] 2.11.2. Binaries longer than the form's count can say are cut;
// callers ask Fits first. The zero Value appends nothing.
func (f Form) WriteValue(w *wire.Writer, v Value) {
	switch v.typ {
	case mapi.PtypInteger16:
		w.U16(uint16(v.num))
	case mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypErrorCode:
		w.U32(uint32(v.num))
	case mapi.PtypFloating64, mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypTime:
		w.U64(v.num)
	case mapi.PtypBoolean:
		w.Bool(v.num != 0)
	case mapi.PtypString8:
		w.ASCIIZ(v.str)
	case mapi.PtypString:
		w.UTF16Z(v.str)
	case mapi.PtypGuid:
		w.PutString(v.str)
	case mapi.PtypServerId:
		s := v.str[:min(len(v.str), 0xFFFF)]
		w.U16(uint16(len(s)))
		w.PutString(s)
	case mapi.PtypBinary:
		f.writeBinary(w, v.str)
	case mapi.PtypRestriction:
		f.WriteRestriction(w, v.Restriction())
	case mapi.PtypRuleAction:
		f.WriteRuleActions(w, v.RuleActions())
	default:
		f.writeElements(w, v)
	}
}

func (f Form) writeCount(w *wire.Writer, n int) {
	if f == ROPForm {
		w.U16(uint16(n))
	} else {
		w.U32(uint32(n))
	}
}

func (f Form) readCount(r *wire.Reader) uint32 {
	if f == ROPForm {
		return uint32(r.U16())
	}
	return r.U32()
}

func (f Form) writeBinary(w *wire.Writer, s string) {
	s = s[:min(len(s), f.maxSize())]
	f.writeCount(w, len(s))
	w.PutString(s)
}

func (f Form) writeElements(w *wire.Writer, v Value) {
	switch e := v.ext.(type) {
	case []int16:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.U16(uint16(n))
		}
	case []int32:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.U32(uint32(n))
		}
	case []float32:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.U32(math.Float32bits(n))
		}
	case []float64:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.F64(n)
		}
	case []int64:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.U64(uint64(n))
		}
	case []mapi.FileTime:
		w.U32(uint32(len(e)))
		for _, n := range e {
			w.U64(uint64(n))
		}
	case []mapi.GUID:
		w.U32(uint32(len(e)))
		for _, g := range e {
			w.Put(g[:])
		}
	case []string:
		w.U32(uint32(len(e)))
		for _, s := range e {
			f.writeText(w, v.typ, s)
		}
	}
}

// writeText appends one element of a multiple-value property whose elements are held as strings.
func (f Form) writeText(w *wire.Writer, typ mapi.PropType, s string) {
	switch typ {
	case mapi.PtypMultiString8:
		w.ASCIIZ(s)
	case mapi.PtypMultiString:
		w.UTF16Z(s)
	default:
		f.writeBinary(w, s)
	}
}

// ValueSize returns the number of bytes that WriteValue appends for v.
func (f Form) ValueSize(v Value) int {
	switch v.typ {
	case mapi.PtypUnspecified, mapi.PtypNull, mapi.PtypObject:
		return 0
	case mapi.PtypInteger16:
		return 2
	case mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypErrorCode:
		return 4
	case mapi.PtypFloating64, mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypTime:
		return 8
	case mapi.PtypBoolean:
		return 1
	case mapi.PtypGuid:
		return 16
	case mapi.PtypString8, mapi.PtypString:
		return textSize(v.typ, v.str)
	case mapi.PtypServerId:
		return 2 + min(len(v.str), 0xFFFF)
	case mapi.PtypBinary:
		return f.countSize() + min(len(v.str), f.maxSize())
	case mapi.PtypRestriction, mapi.PtypRuleAction:
		var w wire.Writer
		f.WriteValue(&w, v)
		return w.Len()
	}
	return f.elementsSize(v)
}

func (f Form) elementsSize(v Value) int {
	switch e := v.ext.(type) {
	case []int16:
		return 4 + 2*len(e)
	case []int32:
		return 4 + 4*len(e)
	case []float32:
		return 4 + 4*len(e)
	case []float64:
		return 4 + 8*len(e)
	case []int64:
		return 4 + 8*len(e)
	case []mapi.FileTime:
		return 4 + 8*len(e)
	case []mapi.GUID:
		return 4 + 16*len(e)
	case []string:
		n := 4
		for _, s := range e {
			if v.typ == mapi.PtypMultiBinary {
				n += f.countSize() + min(len(s), f.maxSize())
			} else {
				n += textSize(v.typ, s)
			}
		}
		return n
	}
	return 0
}

// textSize is the size of s with its terminator. A NUL inside s ends the text, as in wire.Writer.
func textSize(typ mapi.PropType, s string) int {
	for i := range len(s) {
		if s[i] == 0 {
			s = s[:i]
			break
		}
	}
	if typ&^mapi.PtypMultiple == mapi.PtypString8 {
		return len(s) + 1
	}
	return 2*wire.UTF16Len(s) + 2
}

// Fits reports whether the form's counts can express every binary of v. A value that does not fit goes to a client
// as the error ErrMemory, which tells it to open a stream.
func (f Form) Fits(v Value) bool {
	switch v.typ {
	case mapi.PtypBinary:
		return len(v.str) <= f.maxSize()
	case mapi.PtypMultiBinary:
		for _, s := range Elements[string](v) {
			if len(s) > f.maxSize() {
				return false
			}
		}
	}
	return true
}

// ReadTagged reads a TaggedPropertyValue, [MS-OXCDATA] 2.11.4.
func ReadTagged(r *wire.Reader) Tagged { return ROPForm.readTagged(r, 0) }

// WriteTagged appends a TaggedPropertyValue. The type on the wire is that of the value, so a reader always finds its
// end.
func WriteTagged(w *wire.Writer, t Tagged) { ROPForm.WriteTagged(w, t) }

// ReadTagged reads a TaggedPropertyValue, [MS-OXCDATA] 2.11.4.
func (f Form) ReadTagged(r *wire.Reader) Tagged { return f.readTagged(r, 0) }

func (f Form) readTagged(r *wire.Reader, depth int) Tagged {
	tag := mapi.PropTag(r.U32())
	return Tagged{tag, f.readValue(r, tag.Type(), depth)}
}

// WriteTagged appends a TaggedPropertyValue; see the function of the same name.
func (f Form) WriteTagged(w *wire.Writer, t Tagged) {
	w.U32(uint32(t.Tag.WithType(wireType(t.Value))))
	f.WriteValue(w, t.Value)
}

// TaggedSize returns the number of bytes that WriteTagged appends for t.
func TaggedSize(t Tagged) int { return 4 + ROPForm.ValueSize(t.Value) }

// wireType is the type under which a value travels; "no value" travels as null.
func wireType(v Value) mapi.PropType {
	if v.typ == mapi.PtypUnspecified {
		return mapi.PtypNull
	}
	return v.typ
}

// ReadTyped reads a TypedPropertyValue, [MS-OXCDATA] 2.11.3.
func ReadTyped(r *wire.Reader) Value { return ReadValue(r, mapi.PropType(r.U16())) }

// WriteTyped appends a TypedPropertyValue.
func WriteTyped(w *wire.Writer, v Value) {
	w.U16(uint16(wireType(v)))
	WriteValue(w, v)
}
