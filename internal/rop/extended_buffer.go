package rop

import (
	"errors"
	"fmt"

	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Flags of RPC_HEADER_EXT, [MS-OXCRPC] 2.2.2.1.
const (
	ExtCompressed uint16 = 0x0001
	ExtXorMagic   uint16 = 0x0002
	ExtLast       uint16 = 0x0004 // no other header follows the payload
)

// ExtHeaderSize is the number of bytes of RPC_HEADER_EXT.
const ExtHeaderSize = 8

// MaxPayload is the number of bytes of the largest payload of a request or response, [MS-OXCRPC] 3.1.4.2.1.
const MaxPayload = 32 << 10

// Ways in which an extended buffer can be malformed.
var (
	errExtVersion = errors.New("rop: RPC_HEADER_EXT of an unknown version")
	errExtSize    = errors.New("rop: sizes of RPC_HEADER_EXT that disagree")
	errExtLimit   = errors.New("rop: more payload than allowed")
	errExtLast    = errors.New("rop: no payload is marked the last")
)

// Payload is one payload of an extended buffer in clear.
type Payload struct {
	Bytes []byte
	Flags uint16 // of its header: how it was sent
}

// ReadPayloads reads an extended buffer: payloads, each behind an RPC_HEADER_EXT, up to the one marked the last,
// [MS-OXCRPC] 3.1.4.1.1. It undoes XOR and compression; Bytes never alias b. limit bounds the sum of the payloads'
// sizes, so that a few compressed bytes can't ask for much memory. Errors carry ErrRpcFormat.
func ReadPayloads(b []byte, limit int) ([]Payload, error) {
	var payloads []Payload
	r := wire.NewReader(b)
	for {
		p, err := readPayload(r, limit)
		if err != nil {
			return nil, mapi.Wrap(mapi.ErrRpcFormat, err)
		}
		payloads = append(payloads, p)
		limit -= len(p.Bytes)
		if p.Flags&ExtLast != 0 {
			return payloads, nil
		}
		if r.Len() == 0 {
			return nil, mapi.Wrap(mapi.ErrRpcFormat, errExtLast)
		}
	}
}

func readPayload(r *wire.Reader, limit int) (Payload, error) {
	version, flags := r.U16(), r.U16()
	size, sizeActual := int(r.U16()), int(r.U16())
	sent := r.Take(size)
	if err := r.Err(); err != nil {
		return Payload{}, err
	}
	compressed := flags&ExtCompressed != 0
	switch {
	case version != 0:
		return Payload{}, errExtVersion
	case !compressed && size != sizeActual:
		return Payload{}, errExtSize
	case sizeActual > limit:
		return Payload{}, errExtLimit
	}
	if !compressed || flags&ExtXorMagic != 0 {
		sent = append(make([]byte, 0, size), sent...)
	}
	if flags&ExtXorMagic != 0 {
		lzxpress.XOR(sent)
	}
	if !compressed {
		return Payload{sent, flags}, nil
	}
	plain, err := lzxpress.Expand(sent, sizeActual)
	if err != nil {
		return Payload{}, err
	}
	return Payload{plain, flags}, nil
}

// PutPayload appends an RPC_HEADER_EXT and payload, which must not be longer than 65,535 bytes. flags are those that
// the header may have: ExtCompressed is dropped when compression would not make payload smaller, and ExtXorMagic when
// it did, since compressed data need no obfuscation. enc may be nil without ExtCompressed.
func PutPayload(w *wire.Writer, payload []byte, flags uint16, enc *lzxpress.Encoder) error {
	if len(payload) > lzxpress.MaxSize {
		return fmt.Errorf("rop: payload of %d bytes", len(payload))
	}
	w.U16(0)
	at := w.Mark16()
	size := w.Mark16()
	w.U16(uint16(len(payload)))
	start := w.Len()
	compressed := false
	if flags&ExtCompressed != 0 {
		w.Buf, compressed = enc.Compress(w.Buf, payload)
	}
	if compressed {
		flags &^= ExtXorMagic
	} else {
		flags &^= ExtCompressed
		w.Put(payload)
	}
	if flags&ExtXorMagic != 0 {
		lzxpress.XOR(w.Buf[start:])
	}
	w.Set16(at, flags)
	w.Set16(size, uint16(w.Len()-start))
	return nil
}
