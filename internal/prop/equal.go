package prop

import (
	"reflect"
	"slices"

	"github.com/mapid/mapid/internal/wire"
)

// Equal reports whether v and u have the same type and the same value, bit for bit.
func (v Value) Equal(u Value) bool {
	if v.typ != u.typ || v.num != u.num || v.str != u.str {
		return false
	}
	if v.ext == nil || u.ext == nil {
		return v.ext == nil && u.ext == nil
	}
	if reflect.TypeOf(v.ext) != reflect.TypeOf(u.ext) {
		return false
	}
	// What a value holds besides scalars and text has exactly one encoding, which also tells NaNs apart.
	var a, b wire.Writer
	ExtendedForm.WriteValue(&a, v)
	ExtendedForm.WriteValue(&b, u)
	return string(a.Buf) == string(b.Buf)
}

// Equal reports whether both rows have the same values.
func (row Row) Equal(other Row) bool { return slices.EqualFunc(row.Values, other.Values, Value.Equal) }
