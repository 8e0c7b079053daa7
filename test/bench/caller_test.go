package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// caller sends one sealed Execute again and again and does no more than a client must: it seals the request, unseals
// the response and looks at the return values. What a client makes of an answer beyond that is not the server's time,
// and the echo it is compared with makes nothing of its answer either.
type caller struct {
	nc       net.Conn
	abstract dcerpc.SyntaxID // of the interface
	security auth.Context
	rop      rop.ID
	request  []byte // in clear
	callID   uint32
	out, in  []byte
	size     exchange
}

// Offsets in PDUs and in the stub of an EcDoRpcExt2 response, [MS-RPCE] 2.2.2.11 and [MS-OXCRPC] 3.1.4.2.
const (
	stubAt      = 24
	trailerSize = 8
	signature   = 16
	ropAt       = 20 + 4 + 12 + rop.ExtHeaderSize + 2 // handle, flags, array, header, RopSize
	returnAt    = ropAt + 2                           // RopId and handle index
)

// Opnums of EcDoConnectEx and EcDoRpcExt2.
const (
	opConnectEx = 10
	opExecute   = 11
)

// securityID is the auth_context_id.
const securityID = 1

// newCaller opens a connection of its own in the association of a client, which has the session and the object behind
// handle, and returns a caller of one ROP on that object.
func newCaller(ctx context.Context, address string, c *client, req rop.Request, handle uint32) (*caller, error) {
	k := &caller{abstract: mapiclient.EMSMDB, security: initiator(), rop: req.RopID(), in: make([]byte, dcerpc.MaxFragment)}
	if err := k.connect(ctx, address, c.conn.RPC().Group()); err != nil {
		return nil, err
	}
	k.request = k.execute(c.Handle(), req, handle)
	k.size.request = len(k.request)
	return k, nil
}

// initiator is the client's side of NTLM for alice.
func initiator() auth.Context {
	return ntlm.NewInitiator(ntlm.InitiatorOptions{Domain: "MAPID", User: "alice", Hash: aliceHash, Level: auth.LevelPrivacy})
}

var aliceHash = ntlm.NTHash("Password1!")

// connect connects, in the association group of other connections if it is not 0, and establishes sealing.
func (k *caller) connect(ctx context.Context, address string, group uint32) error {
	to, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return err
	}
	if k.nc, err = net.DialTCP("tcp", nil, to); err != nil {
		return err
	}
	if err := k.bind(ctx, group); err != nil {
		k.nc.Close()
		return err
	}
	return nil
}

// bind authenticates in three legs.
func (k *caller) bind(ctx context.Context, group uint32) error {
	token, _, err := k.security.Step(ctx, nil)
	if err != nil {
		return err
	}
	pdu := func(t dcerpc.PacketType, body dcerpc.Body, token []byte) []byte {
		return (&dcerpc.PDU{
			Header: dcerpc.Header{Type: t, Flags: dcerpc.FlagFirst | dcerpc.FlagLast, CallID: 1}, Body: body, Token: token,
			Trailer: &dcerpc.SecTrailer{Type: uint8(auth.ServiceNTLM), Level: uint8(auth.LevelPrivacy), ContextID: securityID},
		}).Encode()
	}
	if _, err := k.nc.Write(pdu(dcerpc.TypeBind, &dcerpc.Bind{
		MaxXmit: dcerpc.MaxFragment, MaxRecv: dcerpc.MaxFragment, Group: group,
		Contexts: []dcerpc.PresContext{dcerpc.Offer(0, k.abstract)},
	}, token)); err != nil {
		return err
	}
	n, err := k.read()
	if err != nil {
		return err
	}
	ack, err := dcerpc.DecodePDU(k.in[:n])
	if err != nil {
		return err
	}
	if token, _, err = k.security.Step(ctx, ack.Token); err != nil {
		return err
	}
	_, err = k.nc.Write(pdu(dcerpc.TypeAuth3, &dcerpc.Empty{Pad: 4}, token))
	return err
}

// execute puts an EcDoRpcExt2 of one ROP together.
func (k *caller) execute(session ndr.ContextHandle, req rop.Request, handles ...uint32) []byte {
	var list, ext wire.Writer
	mark := rop.Begin(&list)
	req.Encode(&list)
	rop.End(&list, mark, handles)
	if err := rop.PutPayload(&ext, list.Bytes(), rop.ExtLast, nil); err != nil {
		panic(err) // it is small
	}
	var w ndr.Writer
	w.ContextHandle(session)
	w.U32(0)
	w.ConformantBytes(ext.Bytes())
	w.U32(uint32(ext.Len()))
	w.U32(0x8007)
	w.ConformantBytes(nil)
	w.U32(0)
	w.U32(mapiclient.MaxAux)
	return request(opExecute, w.Stub())
}

// connectEx is the EcDoConnectEx of an old client, [MS-OXCRPC] 3.1.4.1.
var connectEx = func() []byte {
	var w ndr.Writer
	w.String8(aliceDN)
	for _, v := range [...]uint32{0, 0, 0, 1252, 0x409, 0x409, 0xFFFFFFFF} {
		w.U32(v)
	}
	for _, v := range [...]uint16{1, 0x000C, 0x183E, 0x03E8} {
		w.U16(v)
	}
	w.U32(0)
	w.ConformantBytes(nil)
	w.U32(0)
	w.U32(mapiclient.MaxAux)
	return request(opConnectEx, w.Stub())
}()

// request is a request PDU with room for the signature.
func request(opnum uint16, stub []byte) []byte {
	size := len(stub)
	pad := -size & 15
	return (&dcerpc.PDU{
		Header:  dcerpc.Header{Type: dcerpc.TypeRequest, Flags: dcerpc.FlagFirst | dcerpc.FlagLast},
		Body:    &dcerpc.Request{AllocHint: uint32(size), Opnum: opnum, Stub: append(stub, make([]byte, pad)...)},
		Trailer: &dcerpc.SecTrailer{Type: uint8(auth.ServiceNTLM), Level: uint8(auth.LevelPrivacy), PadLength: uint8(pad), ContextID: securityID},
		Token:   make([]byte, signature),
	}).Encode()
}

var errAnswer = errors.New("bench: the answer is not the one expected")

// call makes the call once.
func (k *caller) call() error {
	stub, err := k.send(k.request)
	if err != nil {
		return err
	}
	return check(stub, k.rop)
}

// check looks at the return values of an EcDoRpcExt2 with one ROP.
func check(stub []byte, id rop.ID) error {
	if len(stub) < returnAt+4 || rop.ID(stub[ropAt]) != id {
		return fmt.Errorf("%w: %x", errAnswer, stub)
	}
	for _, at := range []int{returnAt, len(stub) - 4} { // of the ROP and of the call
		if code := binary.LittleEndian.Uint32(stub[at:]); code != 0 {
			return mapi.ErrorCode(code)
		}
	}
	return nil
}

// handleOf returns a handle of the table behind the one ROP of an EcDoRpcExt2.
func handleOf(stub []byte, i int) uint32 {
	size := int(binary.LittleEndian.Uint16(stub[ropAt-2:]))
	return binary.LittleEndian.Uint32(stub[ropAt-2+size+4*i:])
}

// send sends a request and returns the stub of the response, which the next call overwrites.
func (k *caller) send(request []byte) ([]byte, error) {
	k.callID++
	b := append(k.out[:0], request...)
	k.out = b
	binary.LittleEndian.PutUint32(b[12:], k.callID)
	trailer := len(b) - signature - trailerSize
	if err := k.security.Seal(b[trailer+trailerSize:], b[:stubAt], b[stubAt:trailer], b[trailer:trailer+trailerSize]); err != nil {
		return nil, err
	}
	if _, err := k.nc.Write(b); err != nil {
		return nil, err
	}
	n, err := k.read()
	if err != nil {
		return nil, err
	}
	k.size.response = n
	p := k.in[:n]
	trailer = n - signature - trailerSize
	if p[2] != byte(dcerpc.TypeResponse) || trailer < stubAt {
		return nil, fmt.Errorf("%w: packet of type %d", errAnswer, p[2])
	}
	if err := k.security.Unseal(p[trailer+trailerSize:], p[:stubAt], p[stubAt:trailer], p[trailer:trailer+trailerSize]); err != nil {
		return nil, err
	}
	return p[stubAt : trailer-int(p[trailer+2])], nil
}

// logOn opens a session and logs on to alice's mailbox, and returns the logon's handle and the root folder too.
func (k *caller) logOn() (session ndr.ContextHandle, handle uint32, root mapi.ID, err error) {
	stub, err := k.send(connectEx)
	if err != nil {
		return session, 0, 0, err
	}
	r := ndr.NewReader(stub)
	session = r.ContextHandle()
	if code := binary.LittleEndian.Uint32(stub[len(stub)-4:]); r.Err() != nil || code != 0 {
		return session, 0, 0, fmt.Errorf("%w: EcDoConnectEx returns 0x%08X, %w", errAnswer, code, r.Err())
	}
	stub, err = k.send(k.execute(session, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN}, rop.NoHandle))
	if err != nil {
		return session, 0, 0, err
	}
	if err := check(stub, rop.Logon); err != nil {
		return session, 0, 0, err
	}
	return session, handleOf(stub, 0), mapi.ID(binary.LittleEndian.Uint64(stub[returnAt+4+1:])), nil
}

// read reads a PDU into k.in and returns its size.
func (k *caller) read() (int, error) {
	have := 0
	for have < 16 || have < int(binary.LittleEndian.Uint16(k.in[8:])) {
		n, err := k.nc.Read(k.in[have:])
		if err != nil {
			return 0, err
		}
		have += n
	}
	if size := int(binary.LittleEndian.Uint16(k.in[8:])); have != size {
		return 0, fmt.Errorf("%w: %d bytes of %d: %w", errAnswer, have, size, io.ErrUnexpectedEOF)
	}
	return have, nil
}
