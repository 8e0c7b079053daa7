package admin

import "encoding/json"

// Field is a member of a change: absent, null, or a value. An absent one leaves things as they are.
type Field[T any] struct {
	Set   bool // it was there
	Null  bool // and was null
	Value T
}

// UnmarshalJSON is called for null too, and not for an absent member.
func (f *Field[T]) UnmarshalJSON(text []byte) error {
	f.Set = true
	if f.Null = string(text) == "null"; f.Null {
		return nil
	}
	return json.Unmarshal(text, &f.Value)
}

// MarshalJSON writes null or the value; with omitzero an absent field is left out.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if f.Null || !f.Set {
		return []byte("null"), nil
	}
	return json.Marshal(f.Value)
}

// Some is a Field with a value.
func Some[T any](v T) Field[T] { return Field[T]{Set: true, Value: v} }

// Apply puts the value into place, or what null stands for, if the field is there.
func (f Field[T]) Apply(place *T, null T) {
	switch {
	case f.Null:
		*place = null
	case f.Set:
		*place = f.Value
	}
}
