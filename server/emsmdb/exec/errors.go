package exec

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// code turns the error of a ROP into what the client is told. It is the only place that knows how the store's errors
// look on the wire. Surprises are logged here, once, and reach the client as ecError.
func (e *Executor) code(s *Session, id rop.ID, err error) mapi.ErrorCode {
	if code, ok := mapi.CodeOf(err); ok {
		return code
	}
	for _, m := range storeErrors {
		if errors.Is(err, m.err) {
			return m.code
		}
	}
	if _, ok := errors.AsType[*panicError](err); ok { // logged where it was recovered
		return mapi.ErrGeneralFailure
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return mapi.ErrExiting
	}
	s.log.Error("rop failed", zap.String("rop", name(id)), zap.Error(err))
	return mapi.ErrGeneralFailure
}

// ErrFault is what Run returns for a call that a version answers by a fault instead of a result.
var ErrFault = errors.New("exec: the call faults")

// failCall fails the call as a whole instead of one ROP: with a code, or with ErrFault.
type failCall struct{ err error }

func (f failCall) Error() string { return "the call fails: " + f.err.Error() }

var storeErrors = []struct {
	err  error
	code mapi.ErrorCode
}{
	{store.ErrNotFound, mapi.ErrNotFound},
	{store.ErrExists, mapi.ErrDuplicateName},
	{store.ErrConflict, mapi.ErrObjectModified},
	{store.ErrQuota, mapi.ErrQuotaExceeded},
	{store.ErrDenied, mapi.ErrAccessDenied},
	{store.ErrBusy, mapi.ErrServerBusy},
}
