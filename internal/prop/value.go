// Package prop holds property values, rows, sort orders, property names and restrictions of [MS-OXCDATA], their
// codec in the form ROP buffers use, and the one evaluator of restrictions.
package prop

import (
	"fmt"
	"math"

	"github.com/mapid/mapid/internal/mapi"
)

// Value is one immutable property value with its type. The zero Value has type PtypUnspecified and stands for
// "no value". Values may be shared between goroutines.
type Value struct {
	typ mapi.PropType
	num uint64 // every scalar up to 64 bits, floats as their bits
	str string // PtypString (UTF-8), PtypString8 (bytes in a code page), PtypBinary, PtypGuid, PtypServerId
	ext any    // slices of the multiple-value types, Restriction, RuleActions
}

// Type returns the property type.
func (v Value) Type() mapi.PropType { return v.typ }

// IsZero reports whether v holds no value at all.
func (v Value) IsZero() bool { return v.typ == mapi.PtypUnspecified }

// Int16 makes a PtypInteger16.
func Int16(n int16) Value { return Value{typ: mapi.PtypInteger16, num: uint64(uint16(n))} }

// Int32 makes a PtypInteger32.
func Int32(n int32) Value { return Value{typ: mapi.PtypInteger32, num: uint64(uint32(n))} }

// Uint32 makes a PtypInteger32 from its bits, for flags.
func Uint32(n uint32) Value { return Value{typ: mapi.PtypInteger32, num: uint64(n)} }

// Int64 makes a PtypInteger64.
func Int64(n int64) Value { return Value{typ: mapi.PtypInteger64, num: uint64(n)} }

// ID makes a PtypInteger64 from a FID, MID or change number.
func ID(id mapi.ID) Value { return Value{typ: mapi.PtypInteger64, num: uint64(id)} }

// Float32 makes a PtypFloating32.
func Float32(f float32) Value {
	return Value{typ: mapi.PtypFloating32, num: uint64(math.Float32bits(f))}
}

// Float64 makes a PtypFloating64.
func Float64(f float64) Value { return Value{typ: mapi.PtypFloating64, num: math.Float64bits(f)} }

// Currency makes a PtypCurrency from ten-thousandths.
func Currency(n int64) Value { return Value{typ: mapi.PtypCurrency, num: uint64(n)} }

// FloatingTime makes a PtypFloatingTime from days since 1899-12-30.
func FloatingTime(f float64) Value {
	return Value{typ: mapi.PtypFloatingTime, num: math.Float64bits(f)}
}

// Error makes a PtypErrorCode: the value that stands in a row for a property that can't be given.
func Error(c mapi.ErrorCode) Value { return Value{typ: mapi.PtypErrorCode, num: uint64(c)} }

// Bool makes a PtypBoolean.
func Bool(b bool) Value {
	if b {
		return Value{typ: mapi.PtypBoolean, num: 1}
	}
	return Value{typ: mapi.PtypBoolean}
}

// Time makes a PtypTime.
func Time(t mapi.FileTime) Value { return Value{typ: mapi.PtypTime, num: uint64(t)} }

// String makes a PtypString from UTF-8.
func String(s string) Value { return Value{typ: mapi.PtypString, str: s} }

// String8 makes a PtypString8 from bytes in some code page, without the terminator.
func String8(s string) Value { return Value{typ: mapi.PtypString8, str: s} }

// Binary makes a PtypBinary; b is copied.
func Binary(b []byte) Value { return Value{typ: mapi.PtypBinary, str: string(b)} }

// BinaryString makes a PtypBinary from bytes held in a string, without a copy.
func BinaryString(s string) Value { return Value{typ: mapi.PtypBinary, str: s} }

// GUID makes a PtypGuid.
func GUID(g mapi.GUID) Value { return Value{typ: mapi.PtypGuid, str: string(g[:])} }

// ServerID makes a PtypServerId from its bytes without the size, [MS-OXCDATA] 2.11.1.4.
func ServerID(b []byte) Value { return Value{typ: mapi.PtypServerId, str: string(b)} }

// Object makes a PtypObject, which carries no value.
func Object() Value { return Value{typ: mapi.PtypObject} }

// Null makes a PtypNull.
func Null() Value { return Value{typ: mapi.PtypNull} }

// Element is the Go type of the elements of a multiple-value property.
type Element interface {
	int16 | int32 | int64 | float32 | float64 | mapi.FileTime | mapi.GUID | string
}

// Multi makes a value of a multiple-value type; vs is kept and must not change afterwards. Strings and binaries
// are both given as string. It panics if typ and the element type do not belong together.
func Multi[E Element](typ mapi.PropType, vs []E) Value {
	if !elementFits(typ, any(*new(E))) {
		panic(fmt.Sprintf("prop: type 0x%04X does not hold %T", uint16(typ), *new(E)))
	}
	return Value{typ: typ, ext: vs}
}

// Elements returns the elements of a multiple-value property, or nil if v holds none of that Go type. The slice
// must not be changed.
func Elements[E Element](v Value) []E {
	s, _ := v.ext.([]E)
	return s
}

func elementFits(typ mapi.PropType, e any) bool {
	switch typ {
	case mapi.PtypMultiInteger16:
		_, ok := e.(int16)
		return ok
	case mapi.PtypMultiInteger32:
		_, ok := e.(int32)
		return ok
	case mapi.PtypMultiInteger64, mapi.PtypMultiCurrency:
		_, ok := e.(int64)
		return ok
	case mapi.PtypMultiFloating32:
		_, ok := e.(float32)
		return ok
	case mapi.PtypMultiFloating64, mapi.PtypMultiFloatingTime:
		_, ok := e.(float64)
		return ok
	case mapi.PtypMultiTime:
		_, ok := e.(mapi.FileTime)
		return ok
	case mapi.PtypMultiGuid:
		_, ok := e.(mapi.GUID)
		return ok
	case mapi.PtypMultiString, mapi.PtypMultiString8, mapi.PtypMultiBinary:
		_, ok := e.(string)
		return ok
	}
	return false
}

// Bits returns a scalar's bits; 0 for values that are not scalars.
func (v Value) Bits() uint64 { return v.num }

// Int returns an integer value of any width with its sign.
func (v Value) Int() int64 {
	switch v.typ {
	case mapi.PtypInteger16:
		return int64(int16(v.num))
	case mapi.PtypInteger32:
		return int64(int32(v.num))
	}
	return int64(v.num)
}

// Float returns a floating-point value.
func (v Value) Float() float64 {
	if v.typ == mapi.PtypFloating32 {
		return float64(math.Float32frombits(uint32(v.num)))
	}
	return math.Float64frombits(v.num)
}

// Bool returns a Boolean value.
func (v Value) Bool() bool { return v.num != 0 }

// FileTime returns a time value.
func (v Value) FileTime() mapi.FileTime { return mapi.FileTime(v.num) }

// ErrorCode returns the code of a PtypErrorCode.
func (v Value) ErrorCode() mapi.ErrorCode { return mapi.ErrorCode(v.num) }

// ObjectID returns a PtypInteger64 as an object id.
func (v Value) ObjectID() mapi.ID { return mapi.ID(v.num) }

// Str returns the text of a string value, or the bytes of a binary, GUID or server id held in a string.
func (v Value) Str() string { return v.str }

// Bytes returns a copy of the bytes of a binary, GUID or server id.
func (v Value) Bytes() []byte { return []byte(v.str) }

// GUID returns a PtypGuid.
func (v Value) GUID() (g mapi.GUID) {
	copy(g[:], v.str)
	return g
}

// Tagged is a property tag with its value. The tag's type is the value's type, except that an error value may
// stand under the tag that was asked for.
type Tagged struct {
	Tag   mapi.PropTag
	Value Value
}
