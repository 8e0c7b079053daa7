package nspi

import "reflect"

// newOf returns a zero value of the type m points to.
func newOf(m message) message { return reflect.New(reflect.TypeOf(m).Elem()).Interface().(message) }
