package msgprops

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Provider UIDs, in the order in which their bytes go out.
var (
	muidStoreWrap   = mapi.GUID{0x38, 0xA1, 0xBB, 0x10, 0x05, 0xE5, 0x10, 0x1A, 0xA1, 0xBB, 0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2}
	muidMailbox     = mapi.GUID{0x1B, 0x55, 0xFA, 0x20, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}
	muidPublic      = mapi.GUID{0x1C, 0x83, 0x02, 0x10, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}
	muidAddressBook = mapi.GUID{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
	muidOneOff      = mapi.GUID{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}
)

// Wrapped types of a store entry id, [MS-OXCDATA] 2.2.4.3.
const (
	wrappedMailbox uint32 = 0x0000000C
	wrappedPublic  uint32 = 0x00000006
)

// storeDLL names the client's provider, padded to 14 bytes, [MS-OXCDATA] 2.2.4.3.
const storeDLL = "EMSMDB.DLL\x00\x00\x00\x00"

// MailboxStoreEntryID returns the entry id of a private store, [MS-OXCDATA] 2.2.4.3: the short name of its server and the
// DN of its mailbox.
func MailboxStoreEntryID(server, mailboxDN string) []byte {
	w := storeEntryID(muidMailbox, wrappedMailbox, server)
	w.ASCIIZ(mailboxDN)
	return w.Buf
}

// PublicStoreEntryID returns the entry id of the public store on a server, [MS-OXCDATA] 2.2.4.3.
func PublicStoreEntryID(server string) []byte {
	return storeEntryID(muidPublic, wrappedPublic, server).Buf
}

func storeEntryID(wrapped mapi.GUID, typ uint32, server string) *wire.Writer {
	w := &wire.Writer{Buf: make([]byte, 0, 128)}
	w.Zero(4)
	w.Put(muidStoreWrap[:])
	w.Zero(2) // Version and Flag
	w.PutString(storeDLL)
	w.Zero(4)
	w.Put(wrapped[:])
	w.U32(typ)
	w.ASCIIZ(server)
	return w
}
