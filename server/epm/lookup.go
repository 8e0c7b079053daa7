package epm

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// Inquiry types of ept_lookup, [MS-RPCE] 2.2.1.2.4.
const (
	inquireAll uint32 = iota
	inquireInterface
	inquireObject
	inquireBoth
)

// Version options of ept_lookup, [MS-RPCE] 2.2.1.2.4.
const (
	versionAll uint32 = iota + 1
	versionCompatible
	versionExact
	versionMajorOnly
	versionUpTo
)

// cursor is what a look-up handle stands for: the entries the caller has not seen.
type cursor struct {
	rest []entry
}

// inquiry is what ept_lookup asks for.
type inquiry struct {
	kind    uint32
	object  ndr.UUID
	id      dcerpc.SyntaxID
	version uint32
}

// lookup answers ept_lookup, [MS-RPCE] 2.2.1.2.4. The last batch comes with status 0 and a NULL handle together;
// clients that list everything end there. A look-up that finds nothing is answered "not registered".
func (m *Mapper) lookup(_ context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	q := inquiry{kind: r.U32(), object: readUUID(r)}
	if r.Pointer() {
		q.id = dcerpc.SyntaxID{UUID: r.UUID(), Major: r.U16(), Minor: r.U16()}
	}
	q.version = r.U32()
	handle := r.ContextHandle()
	limit := r.U32()
	if err := r.Err(); err != nil {
		return nil, err
	}
	if limit > maxResults {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusBadStubData}
	}
	rest, status, err := m.find(call, q, handle)
	if err != nil {
		return nil, err
	}
	n := min(len(rest), int(limit))
	batch, rest := rest[:n], rest[n:]
	switch {
	case len(rest) == 0:
		handle, err = closeCursor(call, handle)
	case handle.IsZero() && call.Assoc.Len() >= maxLookups:
		batch, status = nil, statusNoMemory
	default:
		handle, err = keepCursor(call, handle, rest)
	}
	if err != nil {
		return nil, err
	}
	return encodeLookup(handle, limit, batch, status), nil
}

// find starts a look-up or goes on with one.
func (m *Mapper) find(call *dcerpc.Call, q inquiry, h ndr.ContextHandle) (rest []entry, status uint32, err error) {
	if !h.IsZero() {
		c, err := open(call, h)
		if err != nil {
			return nil, 0, err
		}
		return c.rest, statusOK, nil
	}
	if q.kind > inquireBoth || q.kind&inquireInterface != 0 && (q.version < versionAll || q.version > versionUpTo) {
		return nil, statusCantPerform, nil
	}
	for _, e := range m.list(call) {
		if q.matches(e) {
			rest = append(rest, e)
		}
	}
	if len(rest) == 0 {
		return nil, statusNotRegistered, nil
	}
	return rest, statusOK, nil
}

// matches reports whether an entry, which has no object, is asked for.
func (q *inquiry) matches(e entry) bool {
	if q.kind&inquireObject != 0 && q.object != (ndr.UUID{}) {
		return false
	}
	if q.kind&inquireInterface == 0 {
		return true
	}
	if e.id.UUID != q.id.UUID {
		return false
	}
	switch q.version {
	case versionCompatible:
		return compatible(e.id, q.id)
	case versionExact:
		return e.id == q.id
	case versionMajorOnly:
		return e.id.Major == q.id.Major
	case versionUpTo:
		return e.id.Major < q.id.Major || e.id.Major == q.id.Major && e.id.Minor <= q.id.Minor
	}
	return true // versionAll
}

// open returns the cursor behind a handle.
func open(call *dcerpc.Call, h ndr.ContextHandle) (*cursor, error) {
	v, err := call.Assoc.Handle(call.Caller, h)
	if err != nil {
		return nil, err
	}
	c, ok := v.(*cursor)
	if !ok {
		return nil, &dcerpc.Fault{Status: dcerpc.StatusContextMismatch}
	}
	return c, nil
}

// keepCursor closes an old handle and opens a new one for what is left, so that a repeated call cannot skip entries.
func keepCursor(call *dcerpc.Call, h ndr.ContextHandle, rest []entry) (ndr.ContextHandle, error) {
	if _, err := closeCursor(call, h); err != nil {
		return h, err
	}
	return call.Assoc.NewHandle(call.Caller, &cursor{rest: rest}, nil), nil
}

// closeCursor closes a handle if there is one and returns the NULL handle.
func closeCursor(call *dcerpc.Call, h ndr.ContextHandle) (ndr.ContextHandle, error) {
	if h.IsZero() {
		return h, nil
	}
	if _, err := open(call, h); err != nil {
		return h, err
	}
	_, err := call.Assoc.CloseHandle(call.Caller, h)
	return ndr.ContextHandle{}, err
}

// encodeLookup writes the answer of ept_lookup: the array of entries, then the towers their pointers stand for.
func encodeLookup(h ndr.ContextHandle, limit uint32, batch []entry, status uint32) []byte {
	var w ndr.Writer
	w.ContextHandle(h)
	w.U32(uint32(len(batch)))
	w.U32(limit)
	w.Varying(len(batch))
	for _, e := range batch {
		w.UUID(ndr.UUID{})
		w.Pointer(true)
		w.Varying(len(e.annotation) + 1)
		w.Bytes(append([]byte(e.annotation), 0))
	}
	for _, e := range batch {
		writeTower(&w, e.tower)
	}
	w.U32(status)
	return w.Stub()
}

// lookupHandleFree answers ept_lookup_handle_free: the look-up ends.
func lookupHandleFree(_ context.Context, call *dcerpc.Call) ([]byte, error) {
	r := call.Reader()
	h := r.ContextHandle()
	if err := r.Err(); err != nil {
		return nil, err
	}
	h, err := closeCursor(call, h)
	if err != nil {
		return nil, err
	}
	var w ndr.Writer
	w.ContextHandle(h)
	w.U32(statusOK)
	return w.Stub(), nil
}
