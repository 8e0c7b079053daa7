package mapiclient

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/wire"
)

// ErrNotRegistered reports that the endpoint mapper does not know an interface.
var ErrNotRegistered = errors.New("mapiclient: the interface is not registered with the endpoint mapper")

const (
	opMap               = 3
	statusNotRegistered = 0x16C9A0D6

	floorUUID, floorRPC, floorTCP, floorIP = 0x0D, 0x0B, 0x07, 0x09
)

// Resolve asks the endpoint mapper at Options.Mapper for the port of an interface, [MS-RPCE] 2.2.1.2.5, without
// authentication, and returns that port on the mapper's host.
func Resolve(ctx context.Context, o Options, iface dcerpc.SyntaxID) (address string, err error) {
	host, _, err := net.SplitHostPort(o.Mapper)
	if err != nil {
		return "", err
	}
	mapper := Options{Dial: o.Dial}
	c, err := mapper.bind(ctx, o.Mapper, EPM, nil)
	if err != nil {
		return "", err
	}
	defer c.Close()
	out, err := c.Call(ctx, EPM, opMap, mapRequest(iface))
	if err != nil {
		return "", fmt.Errorf("ept_map: %w", err)
	}
	port, err := mapResponse(out)
	if err != nil {
		return "", fmt.Errorf("ept_map: %w", err)
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}

func mapRequest(iface dcerpc.SyntaxID) []byte {
	tower := tower(iface, 135)
	var w ndr.Writer
	if w.Pointer(true) {
		w.UUID(ndr.UUID{})
	}
	if w.Pointer(true) {
		w.U32(uint32(len(tower)))
		w.U32(uint32(len(tower)))
		w.Bytes(tower)
	}
	w.ContextHandle(ndr.ContextHandle{})
	w.U32(1)
	return w.Stub()
}

func tower(iface dcerpc.SyntaxID, port uint16) []byte {
	var w wire.Writer
	syntax := func(s dcerpc.SyntaxID) {
		w.U16(1 + 16 + 2)
		w.U8(floorUUID)
		w.Put(s.UUID[:])
		w.U16(s.Major)
		w.U16(2)
		w.U16(s.Minor)
	}
	w.U16(5)
	syntax(iface)
	syntax(dcerpc.NDR20)
	w.Put([]byte{1, 0, floorRPC, 2, 0, 0, 0})
	w.Put([]byte{1, 0, floorTCP, 2, 0})
	w.Put(binary.BigEndian.AppendUint16(nil, port))
	w.Put([]byte{1, 0, floorIP, 4, 0, 0, 0, 0, 0})
	return w.Bytes()
}

// mapResponse returns the port of the first tower over TCP.
func mapResponse(stub []byte) (port uint16, err error) {
	r := ndr.NewReader(stub)
	r.ContextHandle()
	n := r.U32()
	limit := r.U32()
	if actual := r.Varying(limit, 4); uint32(actual) != n {
		r.Fail(ndr.ErrBound)
	}
	var present []bool
	for range n {
		if r.Err() != nil {
			return 0, r.Err()
		}
		present = append(present, r.Pointer())
	}
	for _, p := range present {
		if !p {
			continue
		}
		size := r.U32()
		octets := r.ConformantBytes(1 << 16)
		if r.Err() == nil && int(size) != len(octets) {
			r.Fail(ndr.ErrBound)
		}
		if port == 0 {
			port = towerPort(octets)
		}
	}
	status := r.U32()
	switch {
	case r.Err() != nil:
		return 0, r.Err()
	case status == statusNotRegistered, status == 0 && port == 0:
		return 0, ErrNotRegistered
	case status != 0:
		return 0, fmt.Errorf("mapiclient: status 0x%08X", status)
	}
	return port, nil
}

func towerPort(octets []byte) uint16 {
	r := wire.NewReader(octets)
	for range r.U16() {
		lhs := r.Take(int(r.U16()))
		rhs := r.Take(int(r.U16()))
		if r.Err() != nil {
			return 0
		}
		if len(lhs) == 1 && lhs[0] == floorTCP && len(rhs) == 2 {
			return binary.BigEndian.Uint16(rhs)
		}
	}
	return 0
}
