package prop

import "github.com/mapid/mapid/internal/mapi"

// count returns the number of elements of a multiple-value property.
func (v Value) count() int {
	switch e := v.ext.(type) {
	case []int16:
		return len(e)
	case []int32:
		return len(e)
	case []int64:
		return len(e)
	case []float32:
		return len(e)
	case []float64:
		return len(e)
	case []mapi.FileTime:
		return len(e)
	case []mapi.GUID:
		return len(e)
	case []string:
		return len(e)
	}
	return 0
}

// element returns one element of a multiple-value property as a single value.
func (v Value) element(i int) Value {
	typ := v.typ &^ (mapi.PtypMultiple | mapi.PtypMVInstance)
	switch e := v.ext.(type) {
	case []int16:
		return Int16(e[i])
	case []int32:
		return Int32(e[i])
	case []int64:
		return Value{typ: typ, num: uint64(e[i])}
	case []float32:
		return Float32(e[i])
	case []float64:
		f := Float64(e[i])
		f.typ = typ
		return f
	case []mapi.FileTime:
		return Time(e[i])
	case []mapi.GUID:
		return GUID(e[i])
	case []string:
		return Value{typ: typ, str: e[i]}
	}
	return Value{}
}

// Instances returns the single values of a multiple-value property, one per row of a table that shows it by instance,
// [MS-OXCTABL] 2.2.2.2.1. Other values are their own only instance.
func (v Value) Instances() []Value {
	if v.typ&mapi.PtypMultiple == 0 {
		return []Value{v}
	}
	out := make([]Value, v.count())
	for i := range out {
		out[i] = v.element(i)
	}
	return out
}
