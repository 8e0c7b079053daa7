package dcerpc

import (
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/wire"
)

// bodyReader reads a body: an NDR cursor that counts from the start of the PDU, as the padding rules want it.
type bodyReader struct {
	*ndr.Reader
	flags Flags
}

func newBodyReader(h *Header, pdu []byte) *bodyReader {
	r := &bodyReader{Reader: ndr.NewReader(pdu), flags: h.Flags}
	if h.BigEndian {
		r.Reader = ndr.NewBigEndianReader(pdu)
	}
	r.Bytes(headerSize)
	return r
}

type bodyWriter struct {
	wire.Writer
	flags Flags
}

func (r *bodyReader) syntax() SyntaxID {
	return SyntaxID{UUID: r.UUID(), Major: 0, Minor: 0}.withVersion(r.U32())
}

// withVersion splits if_version: the major version is its low half, [C706] 12.6.3.1 p_syntax_id_t.
func (s SyntaxID) withVersion(v uint32) SyntaxID {
	s.Major, s.Minor = uint16(v), uint16(v>>16)
	return s
}

func (w *bodyWriter) syntax(s SyntaxID) {
	w.Put(s.UUID[:])
	w.U16(s.Major)
	w.U16(s.Minor)
}

// Bind is the body of bind and alter_context, [C706] 12.6.4.3 and 12.6.4.1.
type Bind struct {
	MaxXmit, MaxRecv uint16 // fragment sizes the client would send and take
	Group            uint32 // association group to join; 0 starts one
	Contexts         []PresContext
}

// PresContext offers one abstract syntax in some transfer syntaxes, p_cont_elem_t.
type PresContext struct {
	ID        uint16
	Abstract  SyntaxID
	Transfers []SyntaxID
}

func (b *Bind) decode(r *bodyReader) {
	b.MaxXmit, b.MaxRecv, b.Group = r.U16(), r.U16(), r.U32()
	n := r.Count(uint32(r.U8()), 255, 24)
	if n > 0 {
		r.Bytes(3) // some senders of an empty list leave the padding out
	}
	for range n {
		r.Align(4)
		c := PresContext{ID: r.U16()}
		m := int(r.U8())
		r.Bytes(1)
		c.Abstract = r.syntax()
		m = r.Count(uint32(m), 255, 20)
		for range m {
			c.Transfers = append(c.Transfers, r.syntax())
		}
		if r.Err() != nil {
			return
		}
		b.Contexts = append(b.Contexts, c)
	}
}

func (b *Bind) encode(w *bodyWriter) {
	w.U16(b.MaxXmit)
	w.U16(b.MaxRecv)
	w.U32(b.Group)
	w.U8(uint8(len(b.Contexts)))
	w.Zero(3)
	for _, c := range b.Contexts {
		w.U16(c.ID)
		w.U8(uint8(len(c.Transfers)))
		w.U8(0)
		w.syntax(c.Abstract)
		for _, t := range c.Transfers {
			w.syntax(t)
		}
	}
}

// Results of one presentation context, p_cont_def_result_t and [MS-RPCE] 2.2.2.4.
const (
	ResultAccept         uint16 = 0
	ResultUserReject     uint16 = 1
	ResultProviderReject uint16 = 2
	ResultNegotiateAck   uint16 = 3 // bind-time features; Reason is their bitmask
)

// Reasons of a rejected presentation context, p_provider_reason_t.
const (
	ReasonNone           uint16 = 0
	ReasonAbstractSyntax uint16 = 1
	ReasonTransferSyntax uint16 = 2
	ReasonLocalLimit     uint16 = 3
)

// PresResult answers one PresContext, p_result_t.
type PresResult struct {
	Result, Reason uint16
	Transfer       SyntaxID // zero unless accepted
}

// BindAck is the body of bind_ack and alter_context_resp, [C706] 12.6.4.4.
type BindAck struct {
	MaxXmit, MaxRecv uint16
	Group            uint32
	Address          string // secondary address: the port in decimal; empty in alter_context_resp
	Results          []PresResult
}

func (b *BindAck) decode(r *bodyReader) {
	b.MaxXmit, b.MaxRecv, b.Group = r.U16(), r.U16(), r.U32()
	if n := int(r.U16()); n > 0 {
		s := r.Bytes(n)
		for i, c := range s {
			if c == 0 {
				s = s[:i]
				break
			}
		}
		b.Address = string(s)
	}
	r.Align(4)
	n := r.Count(uint32(r.U8()), 255, 24)
	r.Bytes(3)
	for range n {
		b.Results = append(b.Results, PresResult{Result: r.U16(), Reason: r.U16(), Transfer: r.syntax()})
	}
}

func (b *BindAck) encode(w *bodyWriter) {
	w.U16(b.MaxXmit)
	w.U16(b.MaxRecv)
	w.U32(b.Group)
	if b.Address == "" {
		w.U16(0)
	} else {
		w.U16(uint16(len(b.Address) + 1))
		w.ASCIIZ(b.Address)
	}
	w.Align(4)
	w.U8(uint8(len(b.Results)))
	w.Zero(3)
	for _, x := range b.Results {
		w.U16(x.Result)
		w.U16(x.Reason)
		w.syntax(x.Transfer)
	}
}

// NakReason says why a bind was refused, p_reject_reason_t and [MS-RPCE] 2.2.2.5.
type NakReason uint16

// Reasons of a bind_nak.
const (
	NakUnspecified NakReason = 0
	NakCongestion  NakReason = 1
	NakLocalLimit  NakReason = 2
	NakVersion     NakReason = 4
	NakAuthType    NakReason = 8 // authentication type not recognised
	NakChecksum    NakReason = 9 // invalid checksum: also a refused first token
)

// BindNak is the body of bind_nak, [C706] 12.6.4.5. The version list is always 5.0.
type BindNak struct {
	Reason NakReason
}

func (b *BindNak) decode(r *bodyReader) {
	b.Reason = NakReason(r.U16())
	r.Bytes(2 * r.Count(uint32(r.U8()), 255, 2))
}

func (b *BindNak) encode(w *bodyWriter) {
	w.U16(uint16(b.Reason))
	w.U8(1)
	w.U8(5)
	w.U8(0)
	w.Zero(3)
}

// Request is the body of a request, [C706] 12.6.4.9.
type Request struct {
	AllocHint uint32
	ContextID uint16
	Opnum     uint16
	Object    ndr.UUID // present with FlagObject
	Stub      []byte   // with its authentication padding, aliases the decoded bytes
}

func (b *Request) decode(r *bodyReader) {
	b.AllocHint, b.ContextID, b.Opnum = r.U32(), r.U16(), r.U16()
	if r.flags&FlagObject != 0 {
		b.Object = r.UUID()
	}
	b.Stub = r.Bytes(r.Len())
}

func (b *Request) encode(w *bodyWriter) {
	w.U32(b.AllocHint)
	w.U16(b.ContextID)
	w.U16(b.Opnum)
	if w.flags&FlagObject != 0 {
		w.Put(b.Object[:])
	}
	w.Put(b.Stub)
}

// Response is the body of a response, [C706] 12.6.4.10.
type Response struct {
	AllocHint   uint32
	ContextID   uint16
	CancelCount uint8
	Stub        []byte // with its authentication padding, aliases the decoded bytes
}

func (b *Response) decode(r *bodyReader) {
	b.AllocHint, b.ContextID, b.CancelCount = r.U32(), r.U16(), r.U8()
	r.Bytes(1)
	b.Stub = r.Bytes(r.Len())
}

func (b *Response) encode(w *bodyWriter) {
	w.U32(b.AllocHint)
	w.U16(b.ContextID)
	w.U8(b.CancelCount)
	w.U8(0)
	w.Put(b.Stub)
}

// FaultBody is the body of a fault, [C706] 12.6.4.7 and [MS-RPCE] 2.2.2.8.
type FaultBody struct {
	AllocHint   uint32
	ContextID   uint16
	CancelCount uint8
	Extended    bool // extended error information follows in Stub
	Status      Status
	Stub        []byte // nothing from this package's server
}

func (b *FaultBody) decode(r *bodyReader) {
	b.AllocHint, b.ContextID, b.CancelCount = r.U32(), r.U16(), r.U8()
	b.Extended = r.U8()&1 != 0
	b.Status = Status(r.U32())
	r.Bytes(4)
	if n := r.Len(); n > 0 {
		b.Stub = r.Bytes(n)
	}
}

func (b *FaultBody) encode(w *bodyWriter) {
	w.U32(b.AllocHint)
	w.U16(b.ContextID)
	w.U8(b.CancelCount)
	w.Bool(b.Extended)
	w.U32(uint32(b.Status))
	w.U32(0)
	w.Put(b.Stub)
}

// Empty is the body of shutdown, co_cancel and orphaned, which have none, and of rpc_auth_3, whose 4 bytes of padding
// say nothing, [MS-RPCE] 2.2.2.10.
type Empty struct {
	Pad int // bytes in front of the trailer
}

func (b *Empty) decode(r *bodyReader) {
	b.Pad = r.Len()
	r.Bytes(b.Pad)
}

func (b *Empty) encode(w *bodyWriter) { w.Zero(b.Pad) }
