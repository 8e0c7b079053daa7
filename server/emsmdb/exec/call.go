package exec

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// Call is one ROP on its way through a handler.
type Call struct {
	Session *Session
	Header  rop.RequestHeader
	// Object is the input object; nil for RopLogon. Its kind is one the table entry accepts.
	Object object.Object
	// Dest is the destination of a ROP from one object to another, whose kind is one that the table entry names. It may
	// belong to another logon of the session.
	Dest object.Object

	entry  *entry
	logon  *object.Logon // nil for RopLogon
	room   int
	output object.Object // given to SetOutput
	outLog *object.Logon // the logon the output belongs to
	packed bool          // the response may be continued in further payloads
	alone  bool          // nothing ran before it, in the largest buffer there is
}

// Logon returns the logon the ROP runs under.
func (c *Call) Logon() *object.Logon { return c.logon }

// Folder returns the input object of a handler that accepts folders only.
func (c *Call) Folder() *object.Folder { return c.Object.(*object.Folder) }

// Message returns the input object of a handler that accepts messages only.
func (c *Call) Message() *object.Message { return c.Object.(*object.Message) }

// Attachment returns the input object of a handler that accepts attachments only.
func (c *Call) Attachment() *object.Attachment { return c.Object.(*object.Attachment) }

// Table returns the input object of a handler that accepts tables only.
func (c *Call) Table() *object.Table { return c.Object.(*object.Table) }

// Stream returns the input object of a handler that accepts streams only.
func (c *Call) Stream() *object.Stream { return c.Object.(*object.Stream) }

// Room returns how many bytes the whole response may have.
func (c *Call) Room() int { return c.room }

// SetOutput says which object the ROP makes. It gets a handle if the ROP succeeds and its response fits, and is
// closed otherwise.
func (c *Call) SetOutput(obj object.Object) { c.output, c.outLog = obj, c.logon }

// setLogon is SetOutput for RopLogon.
func (c *Call) setLogon(l *object.Logon) { c.output, c.outLog = l, l }

// bind gives the output its handle.
func (c *Call) bind() (uint32, error) {
	if l, ok := c.output.(*object.Logon); ok {
		return c.Session.logOn(c.Header.LogonID, l)
	}
	if c.Header.Output == rop.NoIndex {
		return noHandle, mapi.ErrGeneralFailure
	}
	return c.Session.put(c.output, c.outLog)
}
