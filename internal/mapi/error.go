package mapi

import (
	"errors"
	"fmt"
)

// ErrorCode is a protocol result code, [MS-OXCDATA] 2.4. Zero is success; codes with the high bit clear that are
// listed as warnings are successes too and never travel as an error. The place that returns a code as an error
// decides how far it reaches: a ROP's ReturnValue, or a whole call's return value.
type ErrorCode uint32

// Error returns the name and the number.
func (c ErrorCode) Error() string { return c.String() }

// String returns the name and the number, or the number alone.
func (c ErrorCode) String() string {
	if n := c.Name(); n != "" {
		return fmt.Sprintf("%s (0x%08X)", n, uint32(c))
	}
	return fmt.Sprintf("0x%08X", uint32(c))
}

// Wrap returns an error that carries code for the client and cause for the operator.
func Wrap(code ErrorCode, cause error) error { return &wrapped{code, cause} }

type wrapped struct {
	code  ErrorCode
	cause error
}

func (w *wrapped) Error() string   { return w.code.String() + ": " + w.cause.Error() }
func (w *wrapped) Unwrap() []error { return []error{w.code, w.cause} }

// CodeOf returns the code that err carries, and false if it carries none.
func CodeOf(err error) (ErrorCode, bool) { return errors.AsType[ErrorCode](err) }
