package dcerpc

import (
	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// Association is one association group: the connections of one client that share context handles. Handles are
// usable by every interface of the group, by the principal that made them, at no lower level than they were made.
// When the group's last connection is gone, handles are run down after calls in flight have returned.
type Association struct {
	// the implementation is not written yet
}

// Handles of an association. Implemented with the association groups:
//
//	NewHandle keeps value under a fresh handle; rundown is called once if the group dies first.
//	Handle returns the value, or a *Fault with StatusContextMismatch.
//	CloseHandle forgets the handle without running it down and returns its value.
type handles interface {
	NewHandle(caller auth.Caller, value any, rundown func()) ndr.ContextHandle
	Handle(caller auth.Caller, h ndr.ContextHandle) (any, error)
	CloseHandle(caller auth.Caller, h ndr.ContextHandle) (any, error)
}

var _ handles = (*Association)(nil)

// NewHandle keeps value under a fresh context handle; rundown is called once if the group dies before CloseHandle.
func (a *Association) NewHandle(caller auth.Caller, value any, rundown func()) ndr.ContextHandle {
	panic("not written yet")
}

// Handle returns the value kept under h, or a *Fault with StatusContextMismatch.
func (a *Association) Handle(caller auth.Caller, h ndr.ContextHandle) (any, error) {
	panic("not written yet")
}

// CloseHandle forgets h without running it down and returns its value.
func (a *Association) CloseHandle(caller auth.Caller, h ndr.ContextHandle) (any, error) {
	panic("not written yet")
}
