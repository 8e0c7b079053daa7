package mapiclient

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// Async waits for notifications of a session.
type Async struct {
	conn   *Conn
	handle ndr.ContextHandle
}

// AsyncConnect returns the asynchronous side of the session, [MS-OXCRPC] 3.1.4.4. Its calls go over conn, which must
// have AsyncEMSMDB bound and be in the association group of the session; nil is the session's own connection, which has
// to be multiplexed if the session goes on being used while a wait is parked.
func (s *Session) AsyncConnect(ctx context.Context, conn *Conn) (*Async, error) {
	var w ndr.Writer
	w.ContextHandle(s.handle)
	out, err := s.conn.Call(ctx, EMSMDB, opAsyncConnect, w.Stub())
	if err != nil {
		return nil, fmt.Errorf("EcDoAsyncConnectEx: %w", err)
	}
	r := ndr.NewReader(out)
	handle := r.ContextHandle()
	if err := result(r); err != nil {
		return nil, fmt.Errorf("EcDoAsyncConnectEx: %w", err)
	}
	if conn == nil {
		conn = s.conn
	}
	return &Async{conn, handle}, nil
}

// Handle is the context handle of the waits.
func (a *Async) Handle() ndr.ContextHandle { return a.handle }

// Wait returns when the session has notifications, which pending reports, or when the server ends the wait without
// any, [MS-OXCRPC] 3.3.4.1.
func (a *Async) Wait(ctx context.Context) (pending bool, err error) {
	var w ndr.Writer
	w.ContextHandle(a.handle)
	w.U32(0)
	out, err := a.conn.Call(ctx, AsyncEMSMDB, opAsyncWait, w.Stub())
	if err != nil {
		return false, fmt.Errorf("EcDoAsyncWaitEx: %w", err)
	}
	r := ndr.NewReader(out)
	flags := r.U32()
	code := mapi.ErrorCode(r.U32())
	switch {
	case r.Err() != nil:
		err = r.Err()
	case code != 0:
		err = code
	}
	if err != nil {
		return false, fmt.Errorf("EcDoAsyncWaitEx: %w", err)
	}
	return flags&1 != 0, nil
}
