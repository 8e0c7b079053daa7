package mapiclient

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// Flags of EcDoRpcExt2, [MS-OXCRPC] 3.1.4.2.
const (
	NoCompression uint32 = 0x00000001 // the server shall not compress
	NoXorMagic    uint32 = 0x00000002 // the server shall not obfuscate
	Chain         uint32 = 0x00000004 // the server may answer with several payloads
)

// ExecuteOptions are the choices of an Execute. The zero value is a plain request of Outlook 2007.
type ExecuteOptions struct {
	Flags    uint32 // pulFlags
	MaxOut   uint32 // pcbOut; 0 = 0x8007
	Compress bool   // the request, if that makes it smaller
	XorMagic bool   // obfuscate the request
	Aux      []byte // auxiliary blocks in clear; nil = no buffer at all
}

// Reply is what an Execute returns.
type Reply struct {
	Responses     []rop.Response // to the requests, in order; those of chained payloads too
	Handles       []uint32       // the handle table of the last payload
	Notifications []*rop.NotifyResponse
	Pending       bool          // more notifications wait, RopPending
	Payloads      []rop.Payload // as they came
	Aux           []byte        // auxiliary blocks in clear
}

// maxOut is the size in bytes of the largest answer that the protocol allows.
const maxOut = 0x40000

// ErrUnexpected reports a response that answers none of the requests.
var ErrUnexpected = errors.New("mapiclient: a response that answers none of the requests")

// Execute runs ROPs, [MS-OXCRPC] 3.1.4.2, and decodes the responses: it knows the columns of the tables that it set
// columns on. handles is the handle table, which grows by empty entries up to the highest index in use. A call that
// fails as a whole is an error that carries the mapi.ErrorCode; a ROP that fails is a response.
func (s *Session) Execute(ctx context.Context, reqs []rop.Request, handles ...uint32) (*Reply, error) {
	var w wire.Writer
	mark := rop.Begin(&w)
	for _, req := range reqs {
		req.Encode(&w)
		h := req.Header()
		for len(handles) <= max(h.Input, h.Output, h.Response) {
			handles = append(handles[:len(handles):len(handles)], rop.NoHandle)
		}
	}
	if w.Len() > rop.MaxListSize {
		return nil, fmt.Errorf("mapiclient: requests of %d bytes", w.Len())
	}
	rop.End(&w, mark, handles)
	reply, err := s.ExecuteRaw(ctx, w.Bytes())
	if err != nil {
		return nil, err
	}
	if err := s.decode(reply, reqs, handles); err != nil {
		return nil, err
	}
	return reply, nil
}

// ExecuteRaw sends one payload as it is and returns a Reply with payloads only.
func (s *Session) ExecuteRaw(ctx context.Context, payload []byte) (*Reply, error) {
	flags := rop.ExtLast
	if s.Options.Compress {
		flags |= rop.ExtCompressed
	}
	if s.Options.XorMagic {
		flags |= rop.ExtXorMagic
	}
	var in wire.Writer
	if err := rop.PutPayload(&in, payload, flags, new(lzxpress.Encoder)); err != nil {
		return nil, err
	}
	return s.ExecuteBuffer(ctx, in.Bytes())
}

// ExecuteBuffer sends an extended buffer, headers included, as it is and returns a Reply with payloads only.
func (s *Session) ExecuteBuffer(ctx context.Context, rgbIn []byte) (*Reply, error) {
	size := s.Options.MaxOut
	if size == 0 {
		size = 0x8007
	}
	var w ndr.Writer
	w.ContextHandle(s.handle)
	w.U32(s.Options.Flags)
	w.ConformantBytes(rgbIn)
	w.U32(uint32(len(rgbIn)))
	w.U32(size)
	if err := putAux(&w, s.Options.Aux); err != nil {
		return nil, err
	}
	w.U32(MaxAux)
	out, err := s.conn.Call(ctx, EMSMDB, opRPCExt2, w.Stub())
	if err != nil {
		return nil, fmt.Errorf("EcDoRpcExt2: %w", err)
	}
	reply, err := s.decodeExecute(out, int(size))
	if err != nil {
		return nil, fmt.Errorf("EcDoRpcExt2: %w", err)
	}
	return reply, nil
}

func (s *Session) decodeExecute(stub []byte, limit int) (*Reply, error) {
	r := ndr.NewReader(stub)
	handle := r.ContextHandle()
	r.U32() // pulFlags
	out := getBuffer(r, limit)
	aux := getBuffer(r, MaxAux)
	r.U32() // pulTransTime
	if err := result(r); err != nil {
		if r.Err() == nil {
			s.handle = handle // a call that fails as a whole may end the session
		}
		return nil, err
	}
	s.handle = handle
	reply := new(Reply)
	var err error
	if len(out) > 0 {
		// Payloads of a chain have 32 KiB each and there may be 96, [MS-OXCRPC] 3.1.4.2.1.2.2.
		if reply.Payloads, err = rop.ReadPayloads(out, 96*rop.MaxPayload+maxOut); err != nil {
			return nil, err
		}
	}
	reply.Aux, err = auxPayload(aux)
	return reply, err
}

// Do runs one ROP and returns its response and the handle table after it. A ReturnValue that is not zero is an error
// that carries it, with the response beside it.
func Do[R rop.Response](ctx context.Context, s *Session, req rop.Request, handles ...uint32) (resp R, after []uint32, err error) {
	reply, err := s.Execute(ctx, []rop.Request{req}, handles...)
	if err != nil {
		return resp, nil, err
	}
	if len(reply.Responses) == 0 {
		return resp, reply.Handles, fmt.Errorf("%v: %w", req.RopID(), io.ErrUnexpectedEOF)
	}
	resp, ok := reply.Responses[0].(R)
	if !ok {
		return resp, reply.Handles, fmt.Errorf("%v: answered by %v: %w", req.RopID(), reply.Responses[0].RopID(), ErrUnexpected)
	}
	if head := resp.Head(); head != nil && head.ReturnValue != 0 && head.ReturnValue != mapi.WarnWithErrors {
		return resp, reply.Handles, fmt.Errorf("%v: %w", req.RopID(), head.ReturnValue)
	}
	return resp, reply.Handles, nil
}

// Release frees objects.
func (s *Session) Release(ctx context.Context, handles ...uint32) error {
	reqs := make([]rop.Request, len(handles))
	for i := range handles {
		reqs[i] = &rop.ReleaseRequest{In: rop.In{InputHandleIndex: uint8(i)}}
	}
	_, err := s.Execute(ctx, reqs, handles...)
	return err
}
