package mapiclient

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// Opnums of EMSMDB and AsyncEMSMDB, [MS-OXCRPC] 3.1.4 and 3.3.4.
const (
	opDisconnect   = 1
	opDummy        = 6
	opConnectEx    = 10
	opRPCExt2      = 11
	opAsyncConnect = 14
	opAsyncWait    = 0
)

// MaxAux is the size in bytes that clients allow for auxiliary buffers, [MS-OXCRPC] 3.1.4.1.
const MaxAux = 0x1008

// ConnectRequest is what EcDoConnectEx sends, [MS-OXCRPC] 3.1.4.1. Its zero value with a UserDN is what libmapi sends.
type ConnectRequest struct {
	UserDN        string
	Flags         uint32
	ConMod        uint32
	CodePage      uint32    // 0 = 1252
	LCIDString    uint32    // 0 = 0x409
	LCIDSort      uint32    // 0 = 0x409
	LinkTo        *uint16   // index of the session to link to; nil = none
	ClientVersion [3]uint16 // as on the wire; zero = 12.0.6206.1000 in the old scheme
	TimeStamp     uint32
	Aux           []byte // auxiliary blocks in clear, without RPC_HEADER_EXT; nil = no buffer at all
	MaxAuxOut     uint32 // 0 = MaxAux
}

// ConnectResponse is what EcDoConnectEx returns.
type ConnectResponse struct {
	PollsMax      uint32 // milliseconds
	Retry         uint32
	RetryDelay    uint32 // milliseconds
	SessionIndex  uint16
	DNPrefix      string
	DisplayName   string
	ServerVersion [3]uint16
	BestVersion   [3]uint16
	TimeStamp     uint32
	Aux           []byte // auxiliary blocks in clear, without RPC_HEADER_EXT
}

// Connect opens a session, [MS-OXCRPC] 3.1.4.1. A refusal is an error that carries the mapi.ErrorCode.
func (c *Conn) Connect(ctx context.Context, req ConnectRequest) (*Session, *ConnectResponse, error) {
	stub, err := req.encode()
	if err != nil {
		return nil, nil, err
	}
	out, err := c.Call(ctx, EMSMDB, opConnectEx, stub)
	if err != nil {
		return nil, nil, fmt.Errorf("EcDoConnectEx: %w", err)
	}
	resp, handle, code, err := decodeConnect(out)
	if err == nil && code != 0 {
		err = code
	}
	if err != nil {
		return nil, nil, fmt.Errorf("EcDoConnectEx: %w", err)
	}
	return &Session{conn: c, handle: handle, columns: map[uint32][]mapi.PropTag{}}, resp, nil
}

func (q *ConnectRequest) encode() ([]byte, error) {
	or := func(v, def uint32) uint32 {
		if v == 0 {
			return def
		}
		return v
	}
	link := uint32(0xFFFFFFFF)
	if q.LinkTo != nil {
		link = uint32(*q.LinkTo)
	}
	version := q.ClientVersion
	if version == [3]uint16{} {
		version = [3]uint16{0x000C, 0x183E, 0x03E8}
	}
	var w ndr.Writer
	w.String8(q.UserDN)
	for _, v := range [...]uint32{q.Flags, q.ConMod, 0, or(q.CodePage, 1252), or(q.LCIDString, 0x409), or(q.LCIDSort, 0x409), link} {
		w.U32(v)
	}
	w.U16(1) // the client converts code pages
	for _, v := range version {
		w.U16(v)
	}
	w.U32(q.TimeStamp)
	if err := putAux(&w, q.Aux); err != nil {
		return nil, err
	}
	w.U32(or(q.MaxAuxOut, MaxAux))
	return w.Stub(), nil
}

// putAux writes rgbAuxIn and cbAuxIn.
func putAux(w *ndr.Writer, aux []byte) error {
	var b wire.Writer
	if aux != nil {
		if err := rop.PutPayload(&b, aux, rop.ExtLast, nil); err != nil {
			return err
		}
	}
	w.ConformantBytes(b.Bytes())
	w.U32(uint32(b.Len()))
	return nil
}

func decodeConnect(stub []byte) (resp *ConnectResponse, h ndr.ContextHandle, code mapi.ErrorCode, err error) {
	r := ndr.NewReader(stub)
	h = r.ContextHandle()
	resp = &ConnectResponse{PollsMax: r.U32(), Retry: r.U32(), RetryDelay: r.U32(), SessionIndex: r.U16()}
	for _, s := range [...]*string{&resp.DNPrefix, &resp.DisplayName} {
		if r.Pointer() {
			*s = r.String8(1 << 10)
		}
	}
	for _, v := range [...]*[3]uint16{&resp.ServerVersion, &resp.BestVersion} {
		for i := range v {
			v[i] = r.U16()
		}
	}
	resp.TimeStamp = r.U32()
	aux := getBuffer(r, MaxAux)
	code = mapi.ErrorCode(r.U32())
	if err := r.Err(); err != nil {
		return nil, h, code, err
	}
	resp.Aux, err = auxPayload(aux)
	return resp, h, code, err
}

// getBuffer reads a conformant varying array and the size behind it, which has to agree.
func getBuffer(r *ndr.Reader, limit int) []byte {
	max := r.U32()
	b := r.Bytes(r.Varying(max, 1))
	size := r.U32()
	if r.Err() == nil && (int(size) != len(b) || len(b) > limit) {
		r.Fail(ndr.ErrBound)
	}
	return b
}

func auxPayload(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, nil
	}
	payloads, err := rop.ReadPayloads(b, 1<<16)
	if err != nil {
		return nil, err
	}
	return payloads[0].Bytes, nil
}
