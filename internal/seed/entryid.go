package seed

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Provider UIDs of entry ids, [MS-OXCDATA] 2.2.5.
const (
	oneOffUID      = "\x81\x2B\x1F\xA4\xBE\xA3\x10\x19\x9D\x6E\x00\xDD\x01\x0F\x54\x02"
	addressBookUID = "\xDC\xA7\x40\xC8\xC0\x42\x10\x1A\xB4\xB9\x08\x00\x2B\x2F\xE1\x82"
)

// ids makes entry ids of one private mailbox.
type ids struct {
	mailbox, replica mapi.GUID
}

func globalCounter(b []byte, replica mapi.GUID, n uint64) []byte {
	c := mapi.CounterBytes(n)
	b = append(b, replica[:]...)
	return append(append(b, c[:]...), 0, 0)
}

// folder is the entry id of a folder of a private mailbox, [MS-OXCDATA] 2.2.4.1.
func (i ids) folder(f store.FolderID) []byte {
	b := append(make([]byte, 4, 46), i.mailbox[:]...)
	return globalCounter(append(b, 1, 0), i.replica, uint64(f))
}

// message is the entry id of a message of a private mailbox, [MS-OXCDATA] 2.2.4.2.
func (i ids) message(f store.FolderID, m store.MessageID) []byte {
	b := append(make([]byte, 4, 70), i.mailbox[:]...)
	return globalCounter(globalCounter(append(b, 7, 0), i.replica, uint64(f)), i.replica, uint64(m))
}

// addressBookID is the permanent entry id of a directory entry, [MS-OXCDATA] 2.2.5.2.
func addressBookID(displayType uint32, dn string) []byte {
	b := append(make([]byte, 4, 29+len(dn)), addressBookUID...)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, displayType)
	return append(append(b, dn...), 0)
}

// oneOffID is the entry id of somebody outside the directory, [MS-OXCDATA] 2.2.5.1: Unicode, no rich text.
func oneOffID(name, address string) []byte {
	b := append(make([]byte, 4, 64), oneOffUID...)
	b = append(b, 0, 0, 0x01, 0x80)
	for _, s := range []string{name, "SMTP", address} {
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		b = append(b, 0, 0)
	}
	return b
}

// searchKey is the search key of an address, [MS-OXOABK] 2.2.3.5.
func searchKey(addressType, address string) []byte {
	return append([]byte(strings.ToUpper(addressType+":"+address)), 0)
}
