package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Limits of answers; both are the server's choice, [MS-OXNSPI] 3.1.4.1.
const (
	maxColumns  = 1000    // columns a caller may name
	maxRowBytes = 8 << 20 // rough size of all values in one answer
)

// rowBuilder makes rows of one answer and keeps count of their size.
type rowBuilder struct {
	book     *book
	columns  []mapi.PropTag
	codePage uint32
	eph      bool
	size     int
}

// newRowBuilder returns a builder of rows with the given columns; nil means the default ones. It returns
// ErrTableTooBig for too many columns.
func (b *book) newRowBuilder(columns []mapi.PropTag, codePage uint32, eph bool) (*rowBuilder, error) {
	if columns == nil {
		columns = defaultColumns
	}
	if len(columns) > maxColumns {
		return nil, mapi.ErrTableTooBig
	}
	return &rowBuilder{book: b, columns: columns, codePage: codePage, eph: eph}, nil
}

// full reports whether the answer has reached its size.
func (w *rowBuilder) full() bool { return w.size >= maxRowBytes }

// row returns the row of an MId, one value per column in their order, [MS-OXNSPI] 3.1.4.1.8. An object that is not
// there has a row of missing values. missing reports whether any value is.
func (w *rowBuilder) row(mid uint32) (row Row, missing bool) {
	s, _ := w.book.subject(mid, w.eph)
	row = make(Row, len(w.columns))
	for i, tag := range w.columns {
		v := convert(s.value(tag), tag.Type(), w.codePage)
		if v.IsZero() {
			v, missing = prop.Error(mapi.ErrNotFound), true
		}
		row[i] = prop.Tagged{Tag: tag.WithType(v.Type()), Value: v}
		w.size += 16 + valueSize(v)
	}
	return row, missing
}

// rows returns the rows of MIds; ErrTableTooBig if they would not fit into one answer.
func (w *rowBuilder) rows(mids []uint32) ([]Row, error) {
	rows := make([]Row, 0, len(mids))
	for _, mid := range mids {
		if w.full() {
			return nil, mapi.ErrTableTooBig
		}
		row, _ := w.row(mid)
		rows = append(rows, row)
	}
	return rows, nil
}

// fit returns the rows of as many MIds as fit into one answer, at least one if there are any.
func (w *rowBuilder) fit(mids []uint32) []Row {
	rows := []Row{}
	for _, mid := range mids {
		if w.full() {
			break
		}
		row, _ := w.row(mid)
		rows = append(rows, row)
	}
	return rows
}

// convert returns a value in the type asked for, as far as strings go, [MS-OXNSPI] 3.1.4.3.3: Unicode to 8-bit by
// the caller's code page, 8-bit to Unicode always from Teletex.
func convert(v prop.Value, typ mapi.PropType, codePage uint32) prop.Value {
	switch native := v.Type(); {
	case native == typ || typ == mapi.PtypUnspecified || v.IsZero():
		return v
	case native == mapi.PtypString && typ == mapi.PtypString8:
		return prop.String8(toCodePage(v.Str(), codePage))
	case native == mapi.PtypString8 && typ == mapi.PtypString:
		return prop.String(fromCodePage(v.Str(), codePageTeletex))
	case native == mapi.PtypMultiString && typ == mapi.PtypMultiString8:
		texts := prop.Elements[string](v)
		out := make([]string, len(texts))
		for i, t := range texts {
			out[i] = toCodePage(t, codePage)
		}
		return prop.Multi(typ, out)
	}
	return prop.Value{}
}

// valueSize returns roughly how many bytes a value takes behind its head.
func valueSize(v prop.Value) int {
	n := 2 * len(v.Str())
	for _, e := range prop.Elements[string](v) {
		n += 16 + 2*len(e)
	}
	return n
}

// checkCodePage refuses code pages in which no 8-bit string can be given, [MS-OXNSPI] 3.1.4.1.
func checkCodePage(cp uint32) error {
	if !codePageSupported(cp) {
		return mapi.ErrInvalidCodepage
	}
	return nil
}
