package rop

import (
	"errors"
	"io"

	"github.com/mapid/mapid/internal/mapi"
)

// errPacked reports a further payload that does not carry on with the request that came last.
var errPacked = errors.New("rop: a further payload does not carry on with the last request")

// AppendPacked takes into the last request of a ROP buffer what a further payload of the same call carries on with: the
// payload holds that ROP alone, on the same object, and both count as one request, [MS-OXCRPC] 3.1.4.2.1.2.1. handles
// is the table of the first payload as sent. Errors carry ErrRpcFormat.
func AppendPacked(last Request, handles []uint32, payload []byte) error {
	first, ok := last.(*WriteStreamExtendedRequest)
	if !ok {
		return mapi.Wrap(mapi.ErrRpcFormat, errPacked)
	}
	buf, err := ParseBuffer(payload)
	if err != nil {
		return err
	}
	list := NewRequests(buf.ROPs, nil)
	req, err := list.Next()
	if errors.Is(err, io.EOF) {
		return mapi.Wrap(mapi.ErrRpcFormat, errPacked)
	}
	if err != nil {
		return err
	}
	next, ok := req.(*WriteStreamExtendedRequest)
	if !ok || list.More() || next.LogonID != first.LogonID ||
		handleAt(buf.Handles, next.InputHandleIndex) != handleAt(handles, first.InputHandleIndex) {
		return mapi.Wrap(mapi.ErrRpcFormat, errPacked)
	}
	first.Data = append(first.Data, next.Data...)
	return nil
}

// handleAt is an entry of a handle table, NoHandle if there is none.
func handleAt(handles []uint32, index uint8) uint32 {
	if int(index) >= len(handles) {
		return NoHandle
	}
	return handles[index]
}
