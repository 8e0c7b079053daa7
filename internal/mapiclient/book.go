package mapiclient

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

// Opnums of NSPI, [MS-OXNSPI] 3.1.4.
const (
	opBookBind     = 0
	opBookUnbind   = 1
	opQueryRows    = 3
	opDNToMId      = 7
	opGetProps     = 9
	opSpecialTable = 12
	opResolveNames = 20
)

// Stat is where a client is in a table of the address book, STAT, [MS-OXNSPI] 2.2.8.
type Stat struct {
	SortType       uint32
	ContainerID    uint32
	CurrentRec     uint32
	Delta          int32
	NumPos         uint32
	TotalRecs      uint32
	CodePage       uint32
	TemplateLocale uint32
	SortLocale     uint32
}

// NewStat returns the start of the global address list.
func NewStat() Stat { return Stat{CodePage: 1252, TemplateLocale: 0x409, SortLocale: 0x409} }

func (s *Stat) put(w *ndr.Writer) {
	for _, v := range [...]uint32{s.SortType, s.ContainerID, s.CurrentRec, uint32(s.Delta), s.NumPos, s.TotalRecs,
		s.CodePage, s.TemplateLocale, s.SortLocale} {
		w.U32(v)
	}
}

func readStat(r *ndr.Reader) Stat {
	return Stat{r.U32(), r.U32(), r.U32(), int32(r.U32()), r.U32(), r.U32(), r.U32(), r.U32(), r.U32()}
}

// Book is a session with the address book.
type Book struct {
	ServerGUID mapi.GUID

	conn   *Conn
	handle ndr.ContextHandle
}

// OpenBook binds to the address book, NspiBind, [MS-OXNSPI] 3.1.4.1.1.
func (c *Conn) OpenBook(ctx context.Context, stat Stat) (*Book, error) {
	var w ndr.Writer
	w.U32(0)
	stat.put(&w)
	if w.Pointer(true) {
		w.UUID(ndr.UUID{})
	}
	r, err := c.bookCall(ctx, "NspiBind", opBookBind, &w)
	if err != nil {
		return nil, err
	}
	b := &Book{conn: c}
	if r.Pointer() {
		b.ServerGUID = readFlatUID(r)
	}
	b.handle = r.ContextHandle()
	return b, named("NspiBind", result(r))
}

// Close ends the session, NspiUnbind, [MS-OXNSPI] 3.1.4.1.2. The handle is gone whatever the server says.
func (b *Book) Close(ctx context.Context) error {
	const unbindSuccess mapi.ErrorCode = 1
	w := b.start()
	w.U32(0)
	r, err := b.conn.bookCall(ctx, "NspiUnbind", opBookUnbind, w)
	if err != nil {
		return err
	}
	b.handle = r.ContextHandle()
	if err := result(r); err != unbindSuccess {
		return named("NspiUnbind", err)
	}
	return nil
}

// QueryRows reads rows, NspiQueryRows, [MS-OXNSPI] 3.1.4.1.8: those of mids, or count from the position of stat on if
// mids is nil. It returns the position after them.
func (b *Book) QueryRows(ctx context.Context, stat Stat, mids []uint32, count uint32, columns []mapi.PropTag) (Stat, []PropRow, error) {
	w := b.start()
	w.U32(0)
	stat.put(w)
	w.U32(uint32(len(mids)))
	if w.Pointer(mids != nil) {
		w.U32(uint32(len(mids)))
		for _, id := range mids {
			w.U32(id)
		}
	}
	w.U32(count)
	if w.Pointer(columns != nil) {
		putColumns(w, columns)
	}
	r, err := b.conn.bookCall(ctx, "NspiQueryRows", opQueryRows, w)
	if err != nil {
		return stat, nil, err
	}
	stat = readStat(r)
	rows := readRowSet(r)
	return stat, rows, named("NspiQueryRows", result(r))
}

// DNToMId looks distinguished names up, NspiDNToMId, [MS-OXNSPI] 3.1.4.1.13; 0 stands for an unknown one.
func (b *Book) DNToMId(ctx context.Context, names ...string) ([]uint32, error) {
	w := b.start()
	w.U32(0)
	w.U32(uint32(len(names)))
	w.U32(uint32(len(names)))
	for range names {
		w.Pointer(true)
	}
	for _, n := range names {
		w.String8(n)
	}
	r, err := b.conn.bookCall(ctx, "NspiDNToMId", opDNToMId, w)
	if err != nil {
		return nil, err
	}
	mids := readMIds(r)
	return mids, named("NspiDNToMId", result(r))
}

// Results of ResolveNames for one name, [MS-OXNSPI] 2.2.10.
const (
	MIdUnresolved uint32 = 0
	MIdAmbiguous  uint32 = 1
	MIdResolved   uint32 = 2
)

// ResolveNames looks names up as a user types them, NspiResolveNamesW, [MS-OXNSPI] 3.1.4.1.17. It returns a result for
// each name and a row for each resolved one.
func (b *Book) ResolveNames(ctx context.Context, stat Stat, columns []mapi.PropTag, names ...string) ([]uint32, []PropRow, error) {
	w := b.start()
	w.U32(0)
	stat.put(w)
	if w.Pointer(columns != nil) {
		putColumns(w, columns)
	}
	w.U32(uint32(len(names)))
	w.U32(uint32(len(names)))
	for range names {
		w.Pointer(true)
	}
	for _, n := range names {
		w.String16(n)
	}
	r, err := b.conn.bookCall(ctx, "NspiResolveNamesW", opResolveNames, w)
	if err != nil {
		return nil, nil, err
	}
	mids := readMIds(r)
	rows := readRowSet(r)
	return mids, rows, named("NspiResolveNamesW", result(r))
}

// SpecialTable reads the table of containers, NspiGetSpecialTable, [MS-OXNSPI] 3.1.4.1.3.
func (b *Book) SpecialTable(ctx context.Context, flags uint32, stat Stat) ([]PropRow, error) {
	w := b.start()
	w.U32(flags)
	stat.put(w)
	w.U32(0)
	r, err := b.conn.bookCall(ctx, "NspiGetSpecialTable", opSpecialTable, w)
	if err != nil {
		return nil, err
	}
	r.U32() // version
	rows := readRowSet(r)
	return rows, named("NspiGetSpecialTable", result(r))
}

// Props reads properties of the object at stat.CurrentRec, NspiGetProps, [MS-OXNSPI] 3.1.4.1.7. nil columns are those
// that the object has.
func (b *Book) Props(ctx context.Context, stat Stat, columns []mapi.PropTag) (PropRow, error) {
	w := b.start()
	w.U32(0)
	stat.put(w)
	if w.Pointer(columns != nil) {
		putColumns(w, columns)
	}
	r, err := b.conn.bookCall(ctx, "NspiGetProps", opGetProps, w)
	if err != nil {
		return nil, err
	}
	var row PropRow
	if r.Pointer() {
		if size, present := readRowHead(r); present {
			row = readPropRow(r, size)
		}
	}
	return row, named("NspiGetProps", result(r))
}

// start begins a request with the context handle.
func (b *Book) start() *ndr.Writer {
	w := new(ndr.Writer)
	w.ContextHandle(b.handle)
	return w
}

func (c *Conn) bookCall(ctx context.Context, name string, opnum uint16, w *ndr.Writer) (*ndr.Reader, error) {
	out, err := c.Call(ctx, NSPI, opnum, w.Stub())
	if err != nil {
		return nil, named(name, err)
	}
	return ndr.NewReader(out), nil
}

// named says which call an error came from. The warning that some values are errors is no error.
func named(call string, err error) error {
	if err == nil || err == mapi.WarnWithErrors {
		return nil
	}
	return fmt.Errorf("%s: %w", call, err)
}

// putColumns writes a PropertyTagArray_r, [MS-OXNSPI] 2.3.1.1: its conformance counts one tag more than there are.
func putColumns(w *ndr.Writer, columns []mapi.PropTag) {
	w.U32(uint32(len(columns) + 1))
	w.U32(uint32(len(columns)))
	w.Varying(len(columns))
	for _, c := range columns {
		w.U32(uint32(c))
	}
}

// readMIds reads a pointer to a list of MIds in the form of a PropertyTagArray_r.
func readMIds(r *ndr.Reader) (mids []uint32) {
	if !r.Pointer() {
		return nil
	}
	max := r.U32()
	r.U32()
	for range r.Varying(max, 4) {
		mids = append(mids, r.U32())
	}
	return mids
}

// PropRow is one row of an address book table: tags with the types that the values have.
type PropRow []prop.Tagged

// Get returns the value of a property, whatever its type, and false if the row has none.
func (row PropRow) Get(tag mapi.PropTag) (prop.Value, bool) {
	for _, t := range row {
		if t.Tag.ID() == tag.ID() && t.Value.Type() != mapi.PtypErrorCode {
			return t.Value, true
		}
	}
	return prop.Value{}, false
}
