package dcerpc

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// PacketType is the PTYPE of a PDU, [C706] 12.6.4.1 and [MS-RPCE] 2.2.2.1.
type PacketType uint8

// Packet types of the connection-oriented protocol.
const (
	TypeRequest      PacketType = 0
	TypeResponse     PacketType = 2
	TypeFault        PacketType = 3
	TypeBind         PacketType = 11
	TypeBindAck      PacketType = 12
	TypeBindNak      PacketType = 13
	TypeAlterContext PacketType = 14
	TypeAlterResp    PacketType = 15
	TypeAuth3        PacketType = 16
	TypeShutdown     PacketType = 17
	TypeCancel       PacketType = 18
	TypeOrphaned     PacketType = 19
)

// String returns the name of [C706].
func (t PacketType) String() string {
	switch t {
	case TypeRequest:
		return "request"
	case TypeResponse:
		return "response"
	case TypeFault:
		return "fault"
	case TypeBind:
		return "bind"
	case TypeBindAck:
		return "bind_ack"
	case TypeBindNak:
		return "bind_nak"
	case TypeAlterContext:
		return "alter_context"
	case TypeAlterResp:
		return "alter_context_resp"
	case TypeAuth3:
		return "rpc_auth_3"
	case TypeShutdown:
		return "shutdown"
	case TypeCancel:
		return "co_cancel"
	case TypeOrphaned:
		return "orphaned"
	}
	return fmt.Sprintf("ptype %d", uint8(t))
}

// Flags are the pfc_flags of a PDU, [C706] 12.6.3.1 and [MS-RPCE] 2.2.2.3.
type Flags uint8

// PDU flags. Bit 0x04 has two meanings: header signing in bind, alter_context, their answers and rpc_auth_3, a
// pending cancel in all others.
const (
	FlagFirst         Flags = 0x01
	FlagLast          Flags = 0x02
	FlagHeaderSign    Flags = 0x04
	FlagPendingCancel Flags = 0x04
	FlagMultiplex     Flags = 0x10
	FlagDidNotExecute Flags = 0x20
	FlagMaybe         Flags = 0x40
	FlagObject        Flags = 0x80

	flagsWhole = FlagFirst | FlagLast
)

// Sizes of the fixed parts, in bytes.
const (
	headerSize     = 16 // common header, [C706] 12.6.3.1
	requestSize    = 24 // header and the fixed body of request and response
	objectSize     = 16
	faultSize      = 32
	secTrailerSize = 8
)

// MaxFragment is the largest request or response fragment, [MS-RPCE] 3.3.3.1: what Windows offers and answers.
const MaxFragment = 5840

// minFragment is the smallest fragment size a server settles on: Windows raises smaller offers to it.
const minFragment = 2048

var (
	// ErrMalformed reports a PDU that does not follow [C706] 12.6.
	ErrMalformed = errors.New("dcerpc: malformed PDU")
	// errVersion reports a protocol version other than 5.0.
	errVersion = errors.New("dcerpc: protocol version is not 5.0")
)

func malformed(why string) error { return fmt.Errorf("%w: %s", ErrMalformed, why) }

// Header is the common header of every PDU, [C706] 12.6.3.1.
type Header struct {
	Type       PacketType
	Flags      Flags
	BigEndian  bool   // the sender's integers; this package sends little-endian only
	FragLength uint16 // the whole PDU
	AuthLength uint16 // the token only, without its 8-byte trailer
	CallID     uint32
}

// order returns the byte order of the sender's integers.
func (h *Header) order() binary.ByteOrder {
	if h.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// parseHeader reads a header and checks what can be checked without the rest. With errVersion the other fields are
// valid all the same, so that a bind can be refused properly.
func parseHeader(b []byte) (Header, error) {
	if len(b) < headerSize {
		return Header{}, malformed("short header")
	}
	h := Header{Type: PacketType(b[2]), Flags: Flags(b[3]), BigEndian: b[4]&0x10 == 0}
	o := h.order()
	h.FragLength, h.AuthLength, h.CallID = o.Uint16(b[8:]), o.Uint16(b[10:]), o.Uint32(b[12:])
	switch {
	case b[0] != 5 || b[1] != 0:
		return h, errVersion
	case b[4]&^0x10 != 0 || b[5] != 0 || b[6] != 0 || b[7] != 0:
		return h, malformed("data representation")
	case h.FragLength < headerSize:
		return h, malformed("frag_length is shorter than the header")
	case h.AuthLength > 0 && int(h.AuthLength)+headerSize+secTrailerSize > int(h.FragLength):
		return h, malformed("auth_length does not fit")
	}
	return h, nil
}

// appendHeader writes a little-endian header; the lengths are filled in by setLengths.
func appendHeader(dst []byte, t PacketType, f Flags, callID uint32) []byte {
	dst = append(dst, 5, 0, byte(t), byte(f), 0x10, 0, 0, 0, 0, 0, 0, 0)
	return binary.LittleEndian.AppendUint32(dst, callID)
}

// setLengths fills in frag_length and auth_length of a PDU that is complete.
func setLengths(pdu []byte, authLength int) {
	binary.LittleEndian.PutUint16(pdu[8:], uint16(len(pdu)))
	binary.LittleEndian.PutUint16(pdu[10:], uint16(authLength))
}

// SecTrailer is the sec_trailer in front of a token, [MS-RPCE] 2.2.2.11.
type SecTrailer struct {
	Type      uint8 // auth_type
	Level     uint8 // auth_level
	PadLength uint8 // padding between stub and trailer; meaningless in PDUs without a stub
	ContextID uint32
}

// parseTrailer reads the sec_trailer of a PDU with auth_length > 0 and returns it, its offset and the token.
func parseTrailer(h *Header, pdu []byte) (t SecTrailer, at int, token []byte) {
	at = len(pdu) - int(h.AuthLength) - secTrailerSize
	b := pdu[at:]
	t = SecTrailer{Type: b[0], Level: b[1], PadLength: b[2], ContextID: h.order().Uint32(b[4:])}
	return t, at, b[secTrailerSize:]
}

func appendTrailer(dst []byte, t SecTrailer) []byte {
	dst = append(dst, t.Type, t.Level, t.PadLength, 0)
	return binary.LittleEndian.AppendUint32(dst, t.ContextID)
}

// Body is what follows the header of a PDU. The types are *Bind, *BindAck, *BindNak, *Request, *Response,
// *FaultBody and *Empty.
type Body interface {
	encode(w *bodyWriter)
	decode(r *bodyReader)
}

// PDU is one PDU taken apart.
type PDU struct {
	Header
	Body    Body
	Trailer *SecTrailer // nil if there is no token
	Token   []byte      // aliases the decoded bytes
}

// newBody returns an empty body for a packet type, or nil if the type is not one of the connection-oriented
// protocol.
func newBody(t PacketType) Body {
	switch t {
	case TypeRequest:
		return new(Request)
	case TypeResponse:
		return new(Response)
	case TypeFault:
		return new(FaultBody)
	case TypeBind, TypeAlterContext:
		return new(Bind)
	case TypeBindAck, TypeAlterResp:
		return new(BindAck)
	case TypeBindNak:
		return new(BindNak)
	case TypeAuth3, TypeShutdown, TypeCancel, TypeOrphaned:
		return new(Empty)
	}
	return nil
}

// DecodePDU takes one whole PDU apart. Stub and token alias b.
func DecodePDU(b []byte) (*PDU, error) {
	h, err := parseHeader(b)
	if err != nil {
		return nil, err
	}
	if int(h.FragLength) != len(b) {
		return nil, malformed("frag_length is not the length of the PDU")
	}
	p := &PDU{Header: h, Body: newBody(h.Type)}
	if p.Body == nil {
		return nil, malformed("unknown packet type")
	}
	end := len(b)
	if h.AuthLength > 0 {
		t, at, token := parseTrailer(&h, b)
		p.Trailer, p.Token, end = &t, token, at
	}
	r := newBodyReader(&h, b[:end])
	p.Body.decode(r)
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformed, h.Type, err)
	}
	return p, nil
}

// Encode puts the PDU together, little-endian, and sets FragLength and AuthLength. Bodies without a stub are padded
// to 4 in front of a trailer; a stub must bring its padding and the trailer its length.
func (p *PDU) Encode() []byte {
	w := &bodyWriter{flags: p.Flags}
	w.Buf = appendHeader(nil, p.Type, p.Flags, p.CallID)
	p.Body.encode(w)
	if p.Trailer != nil {
		switch p.Type {
		case TypeRequest, TypeResponse, TypeFault:
		default:
			w.Align(4)
		}
		w.Buf = appendTrailer(w.Buf, *p.Trailer)
		w.Put(p.Token)
	}
	b := w.Buf
	setLengths(b, len(p.Token))
	p.FragLength, p.AuthLength, p.BigEndian = uint16(len(b)), uint16(len(p.Token)), false
	return b
}
