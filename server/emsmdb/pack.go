package emsmdb

import (
	"errors"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// compressFrom is the size from which compressing an answer is worth the time.
const compressFrom = 1 << 10

// errPayloads reports several payloads where the server did not offer to take them.
var errPayloads = errors.New("emsmdb: more than one payload in a request")

// open undoes RPC_HEADER_EXT, XOR and compression of a ROP input buffer, [MS-OXCRPC] 3.1.4.2.1. Several payloads are
// for servers that offer packed uploads in AUX_SERVER_CAPABILITIES.
func (s *Service) open(in []byte) (payload []byte, packed [][]byte, err error) {
	payloads, err := rop.ReadPayloads(in, profile.MaxRequest)
	if err != nil {
		return nil, nil, err
	}
	if len(payloads) > 1 && !s.opts.Profile.EMSMDB.PackedWriteStream {
		return nil, nil, errPayloads
	}
	for _, p := range payloads[1:] {
		packed = append(packed, p.Bytes)
	}
	return payloads[0].Bytes, packed, nil
}

// openAux is open for auxiliary buffers. Too short ones that a version does not refuse are ignored, and so is what
// is wrong inside: it is information, not instruction.
func (s *Service) openAux(in []byte) ([]byte, error) {
	if len(in) < profile.MinBuffer {
		return nil, nil
	}
	payloads, err := rop.ReadPayloads(in, profile.MaxAux)
	if err != nil {
		s.log.Debug("malformed auxiliary buffer", zap.Error(err))
		return nil, mapi.ErrRpcFormat
	}
	return payloads[0].Bytes, nil
}

// sealAux puts a header before auxiliary blocks, [MS-OXCRPC] 3.1.4.1.2; nil if the client takes none.
func (s *Service) sealAux(blocks []byte, max int) []byte {
	if max < profile.MinBuffer {
		return nil
	}
	var w wire.Writer
	if err := rop.PutPayload(&w, blocks, rop.ExtLast, nil); err != nil {
		return nil // blocks are bounded by max
	}
	return w.Bytes()
}

// seal puts a header before each payload of an answer and compresses or obfuscates it as policy and client allow,
// [MS-OXCRPC] 3.1.4.2.1.1. By default neither is done on a private connection; elsewhere large answers are
// compressed and small ones obfuscated, as Exchange does.
func (s *Service) seal(payloads [][]byte, flags uint32, caller auth.Caller) []byte {
	policy := s.policy()
	private := caller.Level >= auth.LevelPrivacy
	compress := flags&ExecuteNoCompression == 0 && (policy.Compression == On || policy.Compression == Auto && !private)
	xor := flags&ExecuteNoXorMagic == 0 && (policy.XOR == On || policy.XOR == Auto && !private)
	size := 0
	for _, p := range payloads {
		size += rop.ExtHeaderSize + len(p)
	}
	w := wire.Writer{Buf: make([]byte, 0, size)}
	for i, p := range payloads {
		var f uint16
		if i == len(payloads)-1 {
			f = rop.ExtLast
		}
		if xor {
			f |= rop.ExtXorMagic
		}
		var enc *lzxpress.Encoder
		if compress && len(p) >= compressFrom {
			f |= rop.ExtCompressed
			if enc, _ = s.encoders.Get().(*lzxpress.Encoder); enc == nil {
				enc = new(lzxpress.Encoder)
			}
		}
		err := rop.PutPayload(&w, p, f, enc)
		if enc != nil {
			s.encoders.Put(enc)
		}
		if err != nil { // the executor never makes such a payload
			s.log.Error("payload not sent", zap.Error(err))
		}
	}
	return w.Bytes()
}
