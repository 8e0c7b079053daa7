package rop

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
)

// codecByID is Codecs by RopId; nil where there is none.
var codecByID = func() (index [256]*Codec) {
	for i := range Codecs {
		index[Codecs[i].ID] = &Codecs[i]
	}
	return index
}()

// Lookup returns the codec of a RopId, or nil if the RopId is reserved.
func Lookup(id ID) *Codec { return codecByID[id] }

// String returns the name of a ROP as in the specification, or its number if the RopId is reserved.
func (id ID) String() string {
	if c := Lookup(id); c != nil {
		return c.Name
	}
	return fmt.Sprintf("RopId 0x%02X", uint8(id))
}

// destinationFailure is implemented by responses that name the destination when it does not resolve.
type destinationFailure interface{ setDestination(index uint32) }

// Failure returns the response that says that req failed with code, in the form that the ROP has for failures; nil for
// RopRelease, which has no response. code must not be zero.
func Failure(req Request, code mapi.ErrorCode) Response {
	c := Lookup(req.RopID())
	if c == nil || c.NewResponse == nil {
		return nil
	}
	resp, h := c.NewResponse(), req.Header()
	head := resp.Head()
	head.HandleIndex = uint8(h.Response)
	head.ReturnValue = code
	if f, ok := resp.(destinationFailure); ok && code == mapi.ErrDstNullObject {
		f.setDestination(uint32(h.Output))
	}
	return resp
}

func (m *MoveCopyMessagesResponse) setDestination(index uint32) { m.DestHandleIndex = index }
func (m *MoveFolderResponse) setDestination(index uint32)       { m.DestHandleIndex = index }
func (m *CopyFolderResponse) setDestination(index uint32)       { m.DestHandleIndex = index }
func (m *CopyToResponse) setDestination(index uint32)           { m.DestHandleIndex = index }
func (m *CopyPropertiesResponse) setDestination(index uint32)   { m.DestHandleIndex = index }
func (m *CopyToStreamResponse) setDestination(index uint32)     { m.DestHandleIndex = index }
