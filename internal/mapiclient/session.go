package mapiclient

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
)

// Session is one session context of EMSMDB. It is not safe for concurrent use; an AsyncWait has a handle of its own and
// may run beside it.
type Session struct {
	// Options apply to the calls of Execute from then on.
	Options ExecuteOptions

	conn   *Conn
	handle ndr.ContextHandle
	// columns are those of the tables and the recipient lists of the messages behind handles.
	columns map[uint32][]mapi.PropTag
}

// Handle returns the session's context handle.
func (s *Session) Handle() ndr.ContextHandle { return s.handle }

// Disconnect closes the session, [MS-OXCRPC] 3.1.4.3.
func (s *Session) Disconnect(ctx context.Context) error {
	var w ndr.Writer
	w.ContextHandle(s.handle)
	out, err := s.conn.Call(ctx, EMSMDB, opDisconnect, w.Stub())
	if err != nil {
		return fmt.Errorf("EcDoDisconnect: %w", err)
	}
	r := ndr.NewReader(out)
	s.handle = r.ContextHandle()
	if err := result(r); err != nil {
		return fmt.Errorf("EcDoDisconnect: %w", err)
	}
	return nil
}

// Dummy calls EcDummyRpc, [MS-OXCRPC] 3.1.4.6.
func (c *Conn) Dummy(ctx context.Context) error {
	out, err := c.Call(ctx, EMSMDB, opDummy, nil)
	if err != nil {
		return fmt.Errorf("EcDummyRpc: %w", err)
	}
	if err := result(ndr.NewReader(out)); err != nil {
		return fmt.Errorf("EcDummyRpc: %w", err)
	}
	return nil
}

// result reads the return value that ends a response; one that is not zero is the error.
func result(r *ndr.Reader) error {
	code := mapi.ErrorCode(r.U32())
	if err := r.Err(); err != nil {
		return err
	}
	if code != 0 {
		return code
	}
	return nil
}

// Logon opens the mailbox of a DN, [MS-OXCSTOR] 2.2.1.1, with the flags that Outlook and libmapi use, and returns its
// handle. The response comes with an error too: a redirect names the server to go to.
func (s *Session) Logon(ctx context.Context, essdn string) (*rop.LogonResponse, uint32, error) {
	const openFlags = 0x0100040C // per-mailbox replica ids, no mail transport, take ownership, home log on
	req := &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: openFlags, Essdn: essdn}
	resp, handles, err := Do[*rop.LogonResponse](ctx, s, req)
	if err != nil {
		return resp, rop.NoHandle, err
	}
	return resp, handles[0], nil
}
