package rfr

import (
	"context"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// maxText is the longest text read, in bytes; ours, pUserDN has no range.
const maxText = 64 << 10

// request is a typed request A answers, and its answer when it fails with a code.
type request[Q, A any] interface {
	*Q
	Decode(*ndr.Reader)
	Refuse(mapi.ErrorCode) *A
}

// answer is a pointer to an A that can be written.
type answer[A any] interface {
	*A
	Encode(*ndr.Writer)
}

// op adapts a typed method.
func op[Q, A any, PQ request[Q, A], PA answer[A]](s *Service, name string, run func(context.Context, auth.Caller, PQ) (PA, error)) dcerpc.Op {
	return dcerpc.Op{Name: name, Run: func(ctx context.Context, call *dcerpc.Call) ([]byte, error) {
		r := call.Reader()
		req := PQ(new(Q))
		req.Decode(r)
		if r.Err() != nil {
			return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
		}
		reply, err := run(ctx, call.Caller, req)
		if err != nil {
			code, ok := mapi.CodeOf(err)
			if !ok {
				code = mapi.ErrGeneralFailure
				s.log.Error("referral call failed", zap.String("call", name), zap.Uint64("conn", call.Conn), zap.Error(err))
			}
			reply = req.Refuse(code)
		}
		var w ndr.Writer
		reply.Encode(&w)
		return w.Stub(), nil
	}}
}

// Name is a pointer to a pointer to a string, of which either may be NULL.
type Name struct {
	Present bool    // the outer pointer is not NULL
	Text    *string // nil for an inner NULL
}

func readName(r *ndr.Reader) (n Name) {
	if n.Present = r.Pointer(); !n.Present || !r.Pointer() {
		return n
	}
	text := r.String8(maxText)
	n.Text = &text
	return n
}

func writeName(w *ndr.Writer, n Name) {
	if w.Pointer(n.Present) && w.Pointer(n.Text != nil) {
		w.String8(*n.Text)
	}
}
