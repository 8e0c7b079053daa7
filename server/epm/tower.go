package epm

import (
	"encoding/binary"
	"net/netip"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/wire"
)

// Protocol identifiers of tower floors, [C706] appendix I and [MS-RPCE] 2.2.1.2.6.
const (
	protocolUUID = 0x0D // interface or transfer syntax
	protocolRPC  = 0x0B // connection-oriented RPC, version 5
	protocolTCP  = 0x07
	protocolIP   = 0x09
)

// floor is one floor of a protocol tower: what identifies the protocol, and its data.
type floor struct {
	lhs, rhs []byte
}

// maxFloors bounds a tower; those in use have five or six.
const maxFloors = 16

// decodeTower takes the octet string of a tower apart, [C706] appendix L. Nothing in it is aligned. The floors alias b.
func decodeTower(b []byte) ([]floor, error) {
	r := wire.NewReader(b)
	n := r.Count(uint32(r.U16()), maxFloors, 4)
	floors := make([]floor, n)
	for i := range floors {
		floors[i].lhs = r.Take(int(r.U16()))
		floors[i].rhs = r.Take(int(r.U16()))
	}
	return floors, r.Err()
}

// encodeTower puts the octet string of a tower together.
func encodeTower(floors []floor) []byte {
	var w wire.Writer
	w.U16(uint16(len(floors)))
	for _, f := range floors {
		w.U16(uint16(len(f.lhs)))
		w.Put(f.lhs)
		w.U16(uint16(len(f.rhs)))
		w.Put(f.rhs)
	}
	return w.Bytes()
}

// syntaxFloor makes the floor of an interface or transfer syntax: the minor version is its data.
func syntaxFloor(s dcerpc.SyntaxID) floor {
	var w wire.Writer
	w.U8(protocolUUID)
	w.Put(s.UUID[:])
	w.U16(s.Major)
	return floor{lhs: w.Bytes(), rhs: binary.LittleEndian.AppendUint16(nil, s.Minor)}
}

// syntax reads a floor made by syntaxFloor.
func (f floor) syntax() (s dcerpc.SyntaxID, ok bool) {
	if len(f.lhs) != 19 || f.lhs[0] != protocolUUID || len(f.rhs) != 2 {
		return s, false
	}
	s.UUID = ndr.UUID(f.lhs[1:17])
	s.Major, s.Minor = binary.LittleEndian.Uint16(f.lhs[17:]), binary.LittleEndian.Uint16(f.rhs)
	return s, true
}

// is reports whether the floor names a protocol that has no data on its left side.
func (f floor) is(protocol byte) bool { return len(f.lhs) == 1 && f.lhs[0] == protocol }

// tcpTower is the tower of an interface over ncacn_ip_tcp. The port is big-endian, unlike all else; an address that
// is not IPv4 becomes 0.0.0.0, since floors for others do not exist: clients then stay with the host they came to.
func tcpTower(s dcerpc.SyntaxID, port uint16, address netip.Addr) []byte {
	ip := [4]byte{}
	if a := address.Unmap(); a.Is4() {
		ip = a.As4()
	}
	return encodeTower([]floor{
		syntaxFloor(s),
		syntaxFloor(dcerpc.NDR20),
		{lhs: []byte{protocolRPC}, rhs: []byte{0, 0}},
		{lhs: []byte{protocolTCP}, rhs: binary.BigEndian.AppendUint16(nil, port)},
		{lhs: []byte{protocolIP}, rhs: ip[:]},
	})
}

// wants reads a tower that a client asks with: the interface, if it is asked for in NDR 2.0 over TCP.
func wants(floors []floor) (s dcerpc.SyntaxID, ok bool) {
	if len(floors) != 5 || !floors[2].is(protocolRPC) || !floors[3].is(protocolTCP) || !floors[4].is(protocolIP) {
		return s, false
	}
	transfer, ok := floors[1].syntax()
	if !ok || transfer != dcerpc.NDR20 {
		return s, false
	}
	return floors[0].syntax()
}
