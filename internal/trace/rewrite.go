package trace

import (
	"encoding/binary"

	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// emsmdb is A4F1DB00-CA47-1067-B31F-00DD010662DA in wire order.
var emsmdb = [16]byte{0x00, 0xDB, 0xF1, 0xA4, 0x47, 0xCA, 0x67, 0x10, 0xB3, 0x1F, 0x00, 0xDD, 0x01, 0x06, 0x62, 0xDA}

// Opnums of EMSMDB whose stubs hold extended buffers.
const (
	opConnectEx = 10
	opRPCExt2   = 11
)

// maxExpanded bounds what one rewritten buffer may grow to: 96 payloads of 32 KiB.
const maxExpanded = 4 << 20

// ClearEMSMDB is the Rewriter of EcDoConnectEx and EcDoRpcExt2: it shows their extended buffers without obfuscation and
// compression, [MS-OXCRPC] 3.1.4.1.1. A stub that can't be read that way stays as it is.
func ClearEMSMDB(iface [16]byte, opnum uint16, dir Direction, stub []byte) []byte {
	if iface != emsmdb {
		return stub
	}
	var out []byte
	switch {
	case opnum == opRPCExt2 && dir == ToServer:
		out = clearExt2Request(stub)
	case opnum == opRPCExt2:
		out = clearExt2Response(stub)
	case opnum == opConnectEx && dir == ToServer:
		out = clearConnectRequest(stub)
	}
	if out == nil {
		return stub
	}
	return out
}

// plain returns an extended buffer with every payload in clear, or nil if it can't be read. One that is in clear already
// is returned itself.
func plain(b []byte) []byte {
	if len(b) == 0 {
		return []byte{}
	}
	if isPlain(b) {
		return b
	}
	payloads, err := rop.ReadPayloads(b, maxExpanded)
	if err != nil {
		return nil
	}
	var w wire.Writer
	for i, p := range payloads {
		var flags uint16
		if i == len(payloads)-1 {
			flags = rop.ExtLast
		}
		if err := rop.PutPayload(&w, p.Bytes, flags, nil); err != nil {
			return nil
		}
	}
	return w.Bytes()
}

// isPlain reports whether an extended buffer has nothing to undo: plain would write the same.
func isPlain(b []byte) bool {
	for len(b) >= rop.ExtHeaderSize {
		flags, size := binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[4:])
		last := rop.ExtHeaderSize+int(size) == len(b)
		if b[0]|b[1] != 0 || size != binary.LittleEndian.Uint16(b[6:]) || rop.ExtHeaderSize+int(size) > len(b) ||
			flags != 0 && flags != rop.ExtLast || last != (flags == rop.ExtLast) {
			return false
		}
		if last {
			return true
		}
		b = b[rop.ExtHeaderSize+int(size):]
	}
	return false
}

// same reports whether plain changed neither of two buffers.
func same(in, inPlain, aux, auxPlain []byte) bool {
	unchanged := func(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
	return unchanged(in, inPlain) && unchanged(aux, auxPlain)
}

func clearExt2Request(stub []byte) []byte {
	r := ndr.NewReader(stub)
	handle, flags := r.ContextHandle(), r.U32()
	in := r.ConformantBytes(len(stub))
	inSize, outSize := r.U32(), r.U32()
	aux := r.ConformantBytes(len(stub))
	auxSize, auxOut := r.U32(), r.U32()
	if r.Err() != nil || int(inSize) != len(in) || int(auxSize) != len(aux) {
		return nil
	}
	inPlain, auxPlain := plain(in), plain(aux)
	if inPlain == nil || auxPlain == nil || same(in, inPlain, aux, auxPlain) {
		return nil
	}
	in, aux = inPlain, auxPlain
	var w ndr.Writer
	w.ContextHandle(handle)
	w.U32(flags)
	w.ConformantBytes(in)
	w.U32(uint32(len(in)))
	w.U32(outSize)
	w.ConformantBytes(aux)
	w.U32(uint32(len(aux)))
	w.U32(auxOut)
	return w.Stub()
}

func clearExt2Response(stub []byte) []byte {
	r := ndr.NewReader(stub)
	handle, flags := r.ContextHandle(), r.U32()
	max := r.U32()
	out := r.Bytes(r.Varying(max, 1))
	size := r.U32()
	auxMax := r.U32()
	aux := r.Bytes(r.Varying(auxMax, 1))
	auxSize, took, result := r.U32(), r.U32(), r.U32()
	if r.Err() != nil || int(size) != len(out) || int(auxSize) != len(aux) {
		return nil
	}
	outPlain, auxPlain := plain(out), plain(aux)
	if outPlain == nil || auxPlain == nil || same(out, outPlain, aux, auxPlain) {
		return nil
	}
	out, aux = outPlain, auxPlain
	var w ndr.Writer
	w.ContextHandle(handle)
	w.U32(flags)
	w.ConformantVaryingBytes(len(out), out)
	w.U32(uint32(len(out)))
	w.ConformantVaryingBytes(len(aux), aux)
	w.U32(uint32(len(aux)))
	w.U32(took)
	w.U32(result)
	return w.Stub()
}

// clearConnectRequest finds the auxiliary buffer behind the fixed part of EcDoConnectEx.
func clearConnectRequest(stub []byte) []byte {
	r := ndr.NewReader(stub)
	r.String8(len(stub))
	for range 7 {
		r.U32()
	}
	for range 4 {
		r.U16()
	}
	r.U32()
	before := len(stub) - r.Len()
	aux := r.ConformantBytes(len(stub))
	auxSize, auxOut := r.U32(), r.U32()
	if r.Err() != nil || int(auxSize) != len(aux) {
		return nil
	}
	if aux = plain(aux); aux == nil {
		return nil
	}
	var w ndr.Writer
	w.Bytes(stub[:before])
	w.ConformantBytes(aux)
	w.U32(uint32(len(aux)))
	w.U32(auxOut)
	return w.Stub()
}

// IsEMSMDB reports whether an interface is EMSMDB, whatever its version.
func IsEMSMDB(iface [16]byte) bool { return iface == emsmdb }
