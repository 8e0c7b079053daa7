package msgprops

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// AddressBookEntryID is a permanent entry id of the address book, [MS-OXCDATA] 2.2.5.2.
type AddressBookEntryID struct {
	Type uint32 // mapi.DisplayMailUser and so on
	DN   string
}

// Bytes returns the entry id.
func (e AddressBookEntryID) Bytes() []byte {
	w := wire.Writer{Buf: make([]byte, 0, 29+len(e.DN))}
	w.Zero(4)
	w.Put(muidAddressBook[:])
	w.U32(1)
	w.U32(e.Type)
	w.ASCIIZ(e.DN)
	return w.Buf
}

// ParseAddressBookEntryID reads a permanent entry id. Bytes after the DN are ignored, since some clients leave them.
func ParseAddressBookEntryID(b []byte) (AddressBookEntryID, error) {
	r := wire.NewReader(b)
	r.Skip(4)
	uid := mapi.GUID(append(r.Copy(16), make([]byte, 16)...)[:16])
	version := r.U32()
	e := AddressBookEntryID{Type: r.U32(), DN: r.ASCIIZ()}
	if r.Err() != nil || uid != muidAddressBook || version != 1 {
		return AddressBookEntryID{}, ErrEntryID
	}
	return e, nil
}

// OneOffEntryID names a recipient that is not in the address book, [MS-OXCDATA] 2.2.5.1.
type OneOffEntryID struct {
	DisplayName  string
	AddressType  string // SMTP
	EmailAddress string
	NoLookup     bool // clients do not look the recipient up
	NoRichText   bool // the recipient takes no rich text
}

// Bits of the control field of a one-off entry id, read as a little-endian integer.
const (
	oneOffUnicode    uint16 = 0x8000
	oneOffNoLookup   uint16 = 0x1000
	oneOffNoRichText uint16 = 0x0001
)

// Bytes returns the entry id in its Unicode form.
func (e OneOffEntryID) Bytes() []byte {
	w := wire.Writer{Buf: make([]byte, 0, 32+2*(len(e.DisplayName)+len(e.AddressType)+len(e.EmailAddress)))}
	w.Zero(4)
	w.Put(muidOneOff[:])
	w.U16(0)
	control := oneOffUnicode
	if e.NoLookup {
		control |= oneOffNoLookup
	}
	if e.NoRichText {
		control |= oneOffNoRichText
	}
	w.U16(control)
	w.UTF16Z(e.DisplayName)
	w.UTF16Z(e.AddressType)
	w.UTF16Z(e.EmailAddress)
	return w.Buf
}

// ParseOneOffEntryID reads a one-off entry id. Text of the form without Unicode comes back as the bytes it has.
func ParseOneOffEntryID(b []byte) (OneOffEntryID, error) {
	r := wire.NewReader(b)
	r.Skip(4)
	uid := mapi.GUID(append(r.Copy(16), make([]byte, 16)...)[:16])
	version, control := r.U16(), r.U16()
	read := r.ASCIIZ
	if control&oneOffUnicode != 0 {
		read = r.UTF16Z
	}
	e := OneOffEntryID{
		DisplayName: read(), AddressType: read(), EmailAddress: read(),
		NoLookup: control&oneOffNoLookup != 0, NoRichText: control&oneOffNoRichText != 0,
	}
	if r.Err() != nil || uid != muidOneOff || version != 0 {
		return OneOffEntryID{}, ErrEntryID
	}
	return e, nil
}

// AddressSearchKey is the search key of a recipient: "TYPE:ADDRESS" in upper case with a NUL, [MS-OXCMAPI] glossary and
// PidTagSearchKey of [MS-OXCPRPT] 2.2.1.9.
func AddressSearchKey(addressType, address string) []byte {
	return append([]byte(strings.ToUpper(addressType+":"+address)), 0)
}
