// Package rop encodes and decodes remote operations, [MS-OXCROPS]: one file per ROP, both directions on one type.
// It knows bytes, not meaning.
package rop

import (
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ID is a RopId, [MS-OXCROPS] 2.2.2.
type ID uint8

// Message is a request or a response. Encode writes it whole, RopId first; Decode reads it whole. Decoded messages
// own their memory and are not changed once returned.
type Message interface {
	RopID() ID
	Encode(w *wire.Writer)
	Decode(d *Decoder)
}

// Request is a message from the client.
type Request interface {
	Message
	// Header returns the common part of the request.
	Header() RequestHeader
}

// Response is a message from the server.
type Response interface {
	Message
	// Head returns the common part of the response for reading and filling in; nil for the few responses that have
	// none (RopNotify, RopPending, RopBackoff, RopBufferTooSmall).
	Head() *ResponseHead
}

// NoIndex stands for a handle index that a request does not have.
const NoIndex = -1

// RequestHeader is what every request has: the logon and up to two indexes into the handle table.
type RequestHeader struct {
	LogonID  uint8
	Input    int // index of the object operated on, or of the source; NoIndex for RopLogon
	Output   int // index where a new object's handle goes, or of the destination; NoIndex if there is none
	Response int // index that the response repeats, column H of the table of ROPs
}

// ResponseHead is RopId's companion in a response: the repeated handle index and the result. Every response encodes
// itself according to ReturnValue: most end after it when it is not zero.
type ResponseHead struct {
	HandleIndex uint8
	ReturnValue mapi.ErrorCode
}

// Head implements Response.
func (h *ResponseHead) Head() *ResponseHead { return h }

func (h *ResponseHead) encode(w *wire.Writer, id ID) (ok bool) {
	w.U8(uint8(id))
	w.U8(h.HandleIndex)
	w.U32(uint32(h.ReturnValue))
	return h.ReturnValue == 0
}

func (h *ResponseHead) decode(d *Decoder) (ok bool) {
	d.Skip(1)
	h.HandleIndex = d.U8()
	h.ReturnValue = mapi.ErrorCode(d.U32())
	return h.ReturnValue == 0 && d.Err() == nil
}

// In is the header of requests on one object.
type In struct {
	LogonID          uint8
	InputHandleIndex uint8
}

// Header implements Request.
func (h *In) Header() RequestHeader {
	return RequestHeader{h.LogonID, int(h.InputHandleIndex), NoIndex, int(h.InputHandleIndex)}
}

func (h *In) encode(w *wire.Writer, id ID) {
	w.U8(uint8(id))
	w.U8(h.LogonID)
	w.U8(h.InputHandleIndex)
}

func (h *In) decode(d *Decoder) {
	d.Skip(1)
	h.LogonID = d.U8()
	h.InputHandleIndex = d.U8()
}

// Out is the header of RopLogon, whose object is the session.
type Out struct {
	LogonID           uint8
	OutputHandleIndex uint8
}

// Header implements Request.
func (h *Out) Header() RequestHeader {
	return RequestHeader{h.LogonID, NoIndex, int(h.OutputHandleIndex), int(h.OutputHandleIndex)}
}

// MakesObject tells requests that make an object from those that name a second one.
func (*Out) MakesObject() {}

func (h *Out) encode(w *wire.Writer, id ID) {
	w.U8(uint8(id))
	w.U8(h.LogonID)
	w.U8(h.OutputHandleIndex)
}

func (h *Out) decode(d *Decoder) {
	d.Skip(1)
	h.LogonID = d.U8()
	h.OutputHandleIndex = d.U8()
}

// InOut is the header of requests that make an object.
type InOut struct {
	LogonID           uint8
	InputHandleIndex  uint8
	OutputHandleIndex uint8
}

// Header implements Request.
func (h *InOut) Header() RequestHeader {
	return RequestHeader{h.LogonID, int(h.InputHandleIndex), int(h.OutputHandleIndex), int(h.OutputHandleIndex)}
}

// MakesObject tells requests that make an object from those that name a second one.
func (*InOut) MakesObject() {}

func (h *InOut) encode(w *wire.Writer, id ID) {
	w.U8(uint8(id))
	w.U8(h.LogonID)
	w.U8(h.InputHandleIndex)
	w.U8(h.OutputHandleIndex)
}

func (h *InOut) decode(d *Decoder) {
	d.Skip(1)
	h.LogonID = d.U8()
	h.InputHandleIndex = d.U8()
	h.OutputHandleIndex = d.U8()
}

// SrcDst is the header of requests from one object to another.
type SrcDst struct {
	LogonID           uint8
	SourceHandleIndex uint8
	DestHandleIndex   uint8
}

// Header implements Request.
func (h *SrcDst) Header() RequestHeader {
	return RequestHeader{h.LogonID, int(h.SourceHandleIndex), int(h.DestHandleIndex), int(h.SourceHandleIndex)}
}

func (h *SrcDst) encode(w *wire.Writer, id ID) {
	w.U8(uint8(id))
	w.U8(h.LogonID)
	w.U8(h.SourceHandleIndex)
	w.U8(h.DestHandleIndex)
}

func (h *SrcDst) decode(d *Decoder) {
	d.Skip(1)
	h.LogonID = d.U8()
	h.SourceHandleIndex = d.U8()
	h.DestHandleIndex = d.U8()
}

// RespIn is the header of requests that name the index of their response apart from the object.
type RespIn struct {
	LogonID             uint8
	ResponseHandleIndex uint8
	InputHandleIndex    uint8
}

// Header implements Request.
func (h *RespIn) Header() RequestHeader {
	return RequestHeader{h.LogonID, int(h.InputHandleIndex), NoIndex, int(h.ResponseHandleIndex)}
}

func (h *RespIn) encode(w *wire.Writer, id ID) {
	w.U8(uint8(id))
	w.U8(h.LogonID)
	w.U8(h.ResponseHandleIndex)
	w.U8(h.InputHandleIndex)
}

func (h *RespIn) decode(d *Decoder) {
	d.Skip(1)
	h.LogonID = d.U8()
	h.ResponseHandleIndex = d.U8()
	h.InputHandleIndex = d.U8()
}

// Decoder is the cursor over a list of ROPs with the facts that the bytes do not contain. Only clients and offline
// viewers know columns and tags: the server never decodes a response.
type Decoder struct {
	*wire.Reader
	// PublicLogon reports whether a LogonId belongs to a public logon; nil means no. Requests only.
	PublicLogon func(logonID uint8) bool
	// Columns are those set on the table, or the tags asked for. Responses only.
	Columns []mapi.PropTag
	// Refused is told why a part of a message whose size is known can't be read although it may be well-formed:
	// ErrTooComplex. The rest of the message is read on, so that only this ROP fails. nil: reading fails.
	Refused func(mapi.ErrorCode)
}

// public reports whether a LogonId belongs to a public logon.
func (d *Decoder) public(logonID uint8) bool { return d.PublicLogon != nil && d.PublicLogon(logonID) }

// ErrNoColumns reports that rows were read without Decoder.Columns, so that nothing says what is in them.
var ErrNoColumns = errors.New("rop: rows without known columns")

// readRow reads a row over the columns that the decoder was told.
func (d *Decoder) readRow() prop.Row {
	if d.Columns == nil {
		d.Fail(ErrNoColumns)
	}
	return prop.ReadRow(d.Reader, d.Columns)
}

// readRows reads n rows over the columns that the decoder was told.
func (d *Decoder) readRows(n uint32) []prop.Row {
	if n > 0 && d.Columns == nil {
		d.Fail(ErrNoColumns)
	}
	return readCounted(d.Reader, n, 1, func(r *wire.Reader) prop.Row { return prop.ReadRow(r, d.Columns) })
}

// NewDecoder returns a Decoder at the start of b.
func NewDecoder(b []byte) *Decoder { return &Decoder{Reader: wire.NewReader(b)} }
