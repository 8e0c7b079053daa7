package prop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Kinds of property names, [MS-OXCDATA] 2.6.1.
const (
	NameLID    uint8 = 0x00 // by number
	NameString uint8 = 0x01 // by text
	NameNone   uint8 = 0xFF // no name
)

// Name is a property name. Names compare exactly but for the text, which compares without regard to case.
type Name struct {
	Kind uint8
	GUID mapi.GUID
	LID  uint32
	Text string
}

// maxNameBytes is the longest text of a name with its terminator that NameSize, one byte, can express.
const maxNameBytes = 254

// ReadName reads a PropertyName, [MS-OXCDATA] 2.6.1. The GUID is there for every kind.
func ReadName(r *wire.Reader) Name {
	n := Name{Kind: r.U8()}
	copy(n.GUID[:], r.Take(16))
	switch n.Kind {
	case NameLID:
		n.LID = r.U32()
	case NameString:
		n.Text = wire.NewReader(append(r.Copy(int(r.U8())), 0, 0, 0)).UTF16Z()
	case NameNone:
	default:
		r.Failf("prop: property name of kind 0x%02X", n.Kind)
	}
	if r.Err() != nil {
		return Name{}
	}
	return n
}

// WriteName appends a PropertyName. A text over 126 UTF-16 units is cut, since its size has one byte; names that long
// are refused when they are registered.
func WriteName(w *wire.Writer, n Name) {
	w.U8(n.Kind)
	w.Put(n.GUID[:])
	switch n.Kind {
	case NameLID:
		w.U32(n.LID)
	case NameString:
		at := w.Len()
		w.U8(0)
		w.UTF16Z(n.Text)
		if w.Len()-at-1 > maxNameBytes {
			w.Buf = w.Buf[:at+1+maxNameBytes-2]
			w.U16(0)
		}
		w.Buf[at] = uint8(w.Len() - at - 1)
	}
}

// Valid reports whether the name's text fits into a PropertyName.
func (n Name) Valid() bool { return n.Kind != NameString || 2*wire.UTF16Len(n.Text)+2 <= maxNameBytes }
