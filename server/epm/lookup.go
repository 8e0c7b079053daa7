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
	rest  []entry
	whole bool // the look-up is for the whole map
}

// listed is the key under which a client group notes that it was told the whole map and nothing else since.
type listed struct{}

// inquiry is what ept_lookup asks for.
type inquiry struct {
	kind    uint32
	object  ndr.UUID
	id      dcerpc.SyntaxID
	version uint32
}

// lookup answers ept_lookup, [MS-RPCE] 2.2.1.2.4. The last batch comes with status 0 and a NULL handle together;
// clients that list everything end there. A look-up that finds nothing is answered "not registered", and so is one for
// the whole map that follows another at once: Samba's rpcclient goes on until it is told that nothing is left.
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
	c, status, err := m.find(call, q, handle)
	if err != nil {
		return nil, err
	}
	n := min(len(c.rest), int(limit))
	batch, rest := c.rest[:n], c.rest[n:]
	switch {
	case len(rest) == 0:
		call.Assoc.SetValue(listed{}, c.whole && status == statusOK)
		handle, err = closeCursor(call, handle)
	case handle.IsZero() && call.Assoc.Len() >= maxLookups:
		batch, status = nil, statusNoMemory
	default:
		handle, err = keepCursor(call, handle, &cursor{rest: rest, whole: c.whole})
	}
	if err != nil {
		return nil, err
	}
	return encodeLookup(handle, limit, batch, status), nil
}

// find starts a look-up or goes on with one.
func (m *Mapper) find(call *dcerpc.Call, q inquiry, h ndr.ContextHandle) (c *cursor, status uint32, err error) {
	if !h.IsZero() {
		c, err := open(call, h)
		return c, statusOK, err
	}
	c = &cursor{whole: q.kind == inquireAll}
	if q.kind > inquireBoth || q.kind&inquireInterface != 0 && (q.version < versionAll || q.version > versionUpTo) {
		return c, statusCantPerform, nil
	}
	if c.whole && call.Assoc.Value(listed{}) == true {
		return c, statusNotRegistered, nil
	}
	for _, e := range m.list(call) {
		if q.matches(e) {
			c.rest = append(c.rest, e)
		}
	}
	if len(c.rest) == 0 {
		return c, statusNotRegistered, nil
	}
	return c, statusOK, nil
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
func keepCursor(call *dcerpc.Call, h ndr.ContextHandle, c *cursor) (ndr.ContextHandle, error) {
	if _, err := closeCursor(call, h); err != nil {
		return h, err
	}
	return call.Assoc.NewHandle(call.Caller, c, nil), nil
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
