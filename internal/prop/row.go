package prop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Row is a PropertyRow, [MS-OXCDATA] 2.8.1: one value per column. A zero Value is a property without a value, a
// PtypErrorCode says why there is none; either makes the row a FlaggedPropertyRow.
type Row struct {
	Values []Value
	// encoded is what WriteRow appends for the columns that Encoded was given; empty: to be made.
	encoded string
}

// Encoded returns the row with its bytes for columns, so that sending it again and again costs a copy. It must not be
// written with any others, and its values must not change any more.
func (row Row) Encoded(columns []mapi.PropTag) Row {
	w := wire.Writer{Buf: make([]byte, 0, RowSize(columns, row))}
	WriteRow(&w, columns, row)
	row.encoded = string(w.Buf)
	return row
}

// Memory returns about how many bytes the row takes in memory.
func (row Row) Memory() int64 {
	const head, value = 64, 48
	n := head + value*int64(len(row.Values)) + int64(len(row.encoded))
	for i := range row.Values {
		n += int64(len(row.Values[i].str))
	}
	return n
}

// Flags of FlaggedPropertyValue, [MS-OXCDATA] 2.11.5.
const (
	flagValue  uint8 = 0x00
	flagAbsent uint8 = 0x01
	flagError  uint8 = 0x0A
)

// First byte of a row, [MS-OXCDATA] 2.8.1.1 and 2.8.1.2.
const (
	rowStandard uint8 = 0x00
	rowFlagged  uint8 = 0x01
)

// ColumnType returns the type of the values in a column: a column with the bit for multiple-value instances carries
// single values, [MS-OXCTABL] 2.2.2.2.1.
func ColumnType(col mapi.PropTag) mapi.PropType {
	typ := col.Type()
	if typ&mapi.PtypMVInstance != 0 {
		return typ &^ (mapi.PtypMVInstance | mapi.PtypMultiple)
	}
	return typ
}

// ReadRow reads a PropertyRow over columns, [MS-OXCDATA] 2.8.1. The row has as many values as there are columns.
func ReadRow(r *wire.Reader, columns []mapi.PropTag) Row {
	flagged := r.U8()
	if flagged > rowFlagged {
		r.Failf("prop: row starts with 0x%02X", flagged)
	}
	if r.Err() != nil {
		return Row{}
	}
	row := Row{Values: make([]Value, len(columns))}
	for i, col := range columns {
		typ := ColumnType(col)
		if typ == mapi.PtypUnspecified {
			typ = mapi.PropType(r.U16())
		}
		flag := flagValue
		if flagged == rowFlagged {
			flag = r.U8()
		}
		switch flag {
		case flagValue:
			row.Values[i] = ReadValue(r, typ)
		case flagAbsent:
		case flagError:
			row.Values[i] = Error(mapi.ErrorCode(r.U32()))
		default:
			r.Failf("prop: value flag 0x%02X in a row", flag)
		}
		if r.Err() != nil {
			return Row{}
		}
	}
	return row
}

// WriteRow appends a PropertyRow. A value that is missing from row counts as absent. So that a mistake in one value
// never makes the rest of the buffer unreadable, a value whose type is not the column's goes out as the error
// ErrUnexpectedType, and a binary too long for its count as ErrMemory.
func WriteRow(w *wire.Writer, columns []mapi.PropTag, row Row) {
	if row.encoded != "" {
		w.PutString(row.encoded)
		return
	}
	flagged := row.flagged(columns)
	if flagged {
		w.U8(rowFlagged)
	} else {
		w.U8(rowStandard)
	}
	for i, col := range columns {
		v, flag := row.cell(i, col)
		if ColumnType(col) == mapi.PtypUnspecified {
			w.U16(uint16(v.typ))
		}
		if flagged {
			w.U8(flag)
		}
		WriteValue(w, v)
	}
}

// RowSize returns the number of bytes that WriteRow appends.
func RowSize(columns []mapi.PropTag, row Row) int {
	if row.encoded != "" {
		return len(row.encoded)
	}
	n, flagged := 1, false
	for i, col := range columns {
		v, flag := row.cell(i, col)
		if ColumnType(col) == mapi.PtypUnspecified {
			n += 2
		}
		flagged = flagged || flag != flagValue
		n += ValueSize(v)
	}
	if flagged {
		n += len(columns)
	}
	return n
}

func (row Row) flagged(columns []mapi.PropTag) bool {
	for i, col := range columns {
		if _, flag := row.cell(i, col); flag != flagValue {
			return true
		}
	}
	return false
}

// cell returns what stands in the row for a column: the value, nothing, or an error.
func (row Row) cell(i int, col mapi.PropTag) (Value, uint8) {
	if i >= len(row.Values) || row.Values[i].IsZero() {
		return Value{}, flagAbsent
	}
	v, typ := row.Values[i], ColumnType(col)
	switch {
	case v.typ == mapi.PtypErrorCode:
		return v, flagError
	case typ != mapi.PtypUnspecified && typ != v.typ:
		return Error(mapi.ErrUnexpectedType), flagError
	case !ROPForm.Fits(v):
		return Error(mapi.ErrMemory), flagError
	}
	return v, flagValue
}
