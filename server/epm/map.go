package epm

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// mapTower answers ept_map, [MS-RPCE] 2.2.1.2.5: the towers that reach what the caller's tower describes. Every
// answer is complete, so there is never a handle to go on with.
func (m *Mapper) mapTower(_ context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	readUUID(r) // interfaces here have no object and so match any
	octets := readTower(r)
	handle := r.ContextHandle()
	limit := r.U32()
	if err := r.Err(); err != nil {
		return nil, err
	}
	if limit > maxResults {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
	}
	if !handle.IsZero() {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
	}
	towers, status := m.resolve(call, octets), statusOK
	if len(towers) == 0 {
		status = statusNotRegistered
	}
	towers = towers[:min(len(towers), int(limit))]

	var w ndr.Writer
	w.ContextHandle(ndr.ContextHandle{})
	w.U32(uint32(len(towers)))
	w.U32(limit)
	w.Varying(len(towers))
	for range towers {
		w.Pointer(true)
	}
	for _, t := range towers {
		writeTower(&w, t)
	}
	w.U32(status)
	return w.Stub(), nil
}

// resolve returns the towers for one that is asked for. What cannot be read is not registered.
func (m *Mapper) resolve(call *dcerpc.Call, octets []byte) (towers [][]byte) {
	floors, err := decodeTower(octets)
	if err != nil {
		return nil
	}
	want, ok := wants(floors)
	if !ok {
		return nil
	}
	for _, e := range m.list(call) {
		if compatible(e.id, want) {
			towers = append(towers, e.tower)
		}
	}
	return towers
}

// compatible reports whether an interface serves clients of another version: same major, and no smaller minor.
func compatible(have, want dcerpc.SyntaxID) bool {
	return have.UUID == want.UUID && have.Major == want.Major && have.Minor >= want.Minor
}
