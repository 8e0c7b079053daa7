package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// Bits of RecipientRow.RecipientFlags, [MS-OXCDATA] 2.8.3.1, as they stand in the 16-bit integer.
const (
	RecipientTypeMask             uint16 = 0x0007 // one of the types below
	RecipientHasEmailAddress      uint16 = 0x0008 // E
	RecipientHasDisplayName       uint16 = 0x0010 // D
	RecipientHasTransmittableName uint16 = 0x0020 // T
	RecipientSameName             uint16 = 0x0040 // S: the transmittable name is the display name
	RecipientResponsibility       uint16 = 0x0080 // R: another transport delivers
	RecipientNoRichText           uint16 = 0x0100 // N
	RecipientUnicode              uint16 = 0x0200 // U: strings are UTF-16
	RecipientHasSimpleName        uint16 = 0x0400 // I
	RecipientOtherAddressType     uint16 = 0x8000 // O: AddressType is there, with RecipientTypeNone
)

// Address types in RecipientFlags, [MS-OXCDATA] 2.8.3.1.
const (
	RecipientTypeNone        uint16 = 0x0000
	RecipientTypeX500        uint16 = 0x0001
	RecipientTypeMsMail      uint16 = 0x0002
	RecipientTypeSMTP        uint16 = 0x0003
	RecipientTypeFax         uint16 = 0x0004
	RecipientTypeProfsOffice uint16 = 0x0005
	RecipientTypePersonalDL1 uint16 = 0x0006
	RecipientTypePersonalDL2 uint16 = 0x0007
)

// RecipientRow is a recipient, [MS-OXCDATA] 2.8.3. RecipientFlags says which of the other fields are there; those that
// are not are ignored.
type RecipientRow struct {
	RecipientFlags           uint16
	AddressPrefixUsed        uint8  // RecipientTypeX500: characters of the session's DN prefix that X500DN lacks
	DisplayType              uint8  // RecipientTypeX500
	X500DN                   string // RecipientTypeX500
	EntryID                  []byte // RecipientTypePersonalDL1 and 2
	SearchKey                []byte // RecipientTypePersonalDL1 and 2
	AddressType              string // RecipientOtherAddressType
	EmailAddress             string // the names and this are UTF-8 with RecipientUnicode, else bytes in a code page
	DisplayName              string
	SimpleDisplayName        string
	TransmittableDisplayName string
	// Properties are the values of the first len(Properties.Values) columns of the list; their number is the field
	// RecipientColumnCount.
	Properties prop.Row
}

// has reports whether all of flags are set.
func (row *RecipientRow) has(flags uint16) bool { return row.RecipientFlags&flags == flags }

func (row *RecipientRow) addressType() uint16 { return row.RecipientFlags & RecipientTypeMask }

func (row *RecipientRow) hasAddressType() bool {
	return row.has(RecipientOtherAddressType) && row.addressType() == RecipientTypeNone
}

// Encode appends the row, whose properties stand under the first of columns.
func (row *RecipientRow) Encode(w *wire.Writer, columns []mapi.PropTag) {
	w.U16(row.RecipientFlags)
	switch row.addressType() {
	case RecipientTypeX500:
		w.U8(row.AddressPrefixUsed)
		w.U8(row.DisplayType)
		w.ASCIIZ(row.X500DN)
	case RecipientTypePersonalDL1, RecipientTypePersonalDL2:
		putData16(w, row.EntryID)
		putData16(w, row.SearchKey)
	}
	if row.hasAddressType() {
		w.ASCIIZ(row.AddressType)
	}
	unicode := row.has(RecipientUnicode)
	for _, f := range row.texts() {
		if row.has(f.flag) {
			putText(w, *f.text, unicode)
		}
	}
	columns = columns[:min(len(columns), len(row.Properties.Values))]
	w.U16(uint16(len(columns)))
	prop.WriteRow(w, columns, row.Properties)
}

// DecodeRecipientRow reads a row whose properties stand under the first of columns.
func DecodeRecipientRow(r *wire.Reader, columns []mapi.PropTag) (row RecipientRow) {
	row.RecipientFlags = r.U16()
	switch row.addressType() {
	case RecipientTypeX500:
		row.AddressPrefixUsed = r.U8()
		row.DisplayType = r.U8()
		row.X500DN = r.ASCIIZ()
	case RecipientTypePersonalDL1, RecipientTypePersonalDL2:
		row.EntryID = r.Copy(int(r.U16()))
		row.SearchKey = r.Copy(int(r.U16()))
	}
	if row.hasAddressType() {
		row.AddressType = r.ASCIIZ()
	}
	unicode := row.has(RecipientUnicode)
	for _, f := range row.texts() {
		if row.has(f.flag) {
			*f.text = readText(r, unicode)
		}
	}
	n := int(r.U16())
	if n > len(columns) {
		r.Failf("rop: recipient row of %d columns where the list has %d", n, len(columns))
		return row
	}
	// Values without bytes would let a short row ask for the memory of a long one.
	r.Count(uint32(n), len(columns), 1)
	if r.Err() != nil {
		return row
	}
	row.Properties = prop.ReadRow(r, columns[:n])
	return row
}

type recipientText struct {
	flag uint16
	text *string
}

// texts returns the optional strings in the order of the wire.
func (row *RecipientRow) texts() [4]recipientText {
	return [...]recipientText{
		{RecipientHasEmailAddress, &row.EmailAddress},
		{RecipientHasDisplayName, &row.DisplayName},
		{RecipientHasSimpleName, &row.SimpleDisplayName},
		{RecipientHasTransmittableName, &row.TransmittableDisplayName},
	}
}

// putSized appends the row after its 16-bit size. A row over 65,535 bytes goes without its properties, or empty when
// even that is too much: whoever lists recipients has to keep long values out of the columns.
func (row *RecipientRow) putSized(w *wire.Writer, columns []mapi.PropTag) {
	at := w.Mark16()
	row.Encode(w, columns)
	if w.Len()-at-2 > math.MaxUint16 {
		w.Buf = w.Buf[:at+2]
		bare := *row
		bare.Properties = prop.Row{}
		bare.Encode(w, columns)
	}
	if w.Len()-at-2 > math.MaxUint16 {
		w.Buf = w.Buf[:at+2]
		new(RecipientRow).Encode(w, columns)
	}
	w.Set16(at, uint16(w.Len()-at-2))
}

func readSizedRecipientRow(r *wire.Reader, columns []mapi.PropTag) (row RecipientRow) {
	b := r.Take(int(r.U16()))
	if r.Err() != nil {
		return row
	}
	sub := wire.NewReader(b)
	row = DecodeRecipientRow(sub, columns)
	r.Fail(sub.Err())
	return row
}
