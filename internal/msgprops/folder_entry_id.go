package msgprops

import (
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ErrEntryID reports an entry id of another kind or of the wrong size.
var ErrEntryID = errors.New("msgprops: malformed entry id")

// Types of folder and message entry ids, [MS-OXCDATA] 2.2.4.
const (
	EntryPrivateFolder      uint16 = 0x0001
	EntryPublicFolder       uint16 = 0x0003
	EntryMappedPublicFolder uint16 = 0x0005
	EntryPrivateMessage     uint16 = 0x0007
	EntryPublicMessage      uint16 = 0x0009
	EntryMappedPublicMsg    uint16 = 0x000B
)

// PublicStoreUID is the provider UID in entry ids of the public store, [MS-OXCDATA] 2.2.4.1. For a private mailbox it is
// the MailboxGuid of RopLogon.
var PublicStoreUID = mapi.GUID{0x1A, 0x44, 0x73, 0x90, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}

// FolderEntryID names a folder, [MS-OXCDATA] 2.2.4.1. Clients compare default folders byte by byte, so this is the only
// place where its bytes are made.
type FolderEntryID struct {
	ProviderUID mapi.GUID
	Type        uint16
	Folder      prop.LongTermID
}

// Bytes returns the 46 bytes of the entry id.
func (e FolderEntryID) Bytes() []byte {
	w := wire.Writer{Buf: make([]byte, 0, folderEntryIDSize)}
	w.Zero(4)
	w.Put(e.ProviderUID[:])
	w.U16(e.Type)
	prop.WriteLongTermID(&w, e.Folder)
	return w.Buf
}

const (
	folderEntryIDSize  = 46
	messageEntryIDSize = 70
)

// ParseFolderEntryID reads a folder entry id. Padding and flags are ignored.
func ParseFolderEntryID(b []byte) (FolderEntryID, error) {
	if len(b) != folderEntryIDSize {
		return FolderEntryID{}, ErrEntryID
	}
	r := wire.NewReader(b)
	e := FolderEntryID{}
	r.Skip(4)
	copy(e.ProviderUID[:], r.Take(16))
	e.Type = r.U16()
	e.Folder = prop.ReadLongTermID(r)
	switch e.Type {
	case EntryPrivateFolder, EntryPublicFolder, EntryMappedPublicFolder:
		return e, r.Err()
	}
	return FolderEntryID{}, ErrEntryID
}

// MessageEntryID names a message, [MS-OXCDATA] 2.2.4.2. Clients also build it themselves from long-term ids.
type MessageEntryID struct {
	ProviderUID mapi.GUID
	Type        uint16
	Folder      prop.LongTermID
	Message     prop.LongTermID
}

// Bytes returns the 70 bytes of the entry id.
func (e MessageEntryID) Bytes() []byte {
	w := wire.Writer{Buf: make([]byte, 0, messageEntryIDSize)}
	w.Zero(4)
	w.Put(e.ProviderUID[:])
	w.U16(e.Type)
	prop.WriteLongTermID(&w, e.Folder)
	prop.WriteLongTermID(&w, e.Message)
	return w.Buf
}

// ParseMessageEntryID reads a message entry id. Padding and flags are ignored.
func ParseMessageEntryID(b []byte) (MessageEntryID, error) {
	if len(b) != messageEntryIDSize {
		return MessageEntryID{}, ErrEntryID
	}
	r := wire.NewReader(b)
	e := MessageEntryID{}
	r.Skip(4)
	copy(e.ProviderUID[:], r.Take(16))
	e.Type = r.U16()
	e.Folder = prop.ReadLongTermID(r)
	e.Message = prop.ReadLongTermID(r)
	switch e.Type {
	case EntryPrivateMessage, EntryPublicMessage, EntryMappedPublicMsg:
		return e, r.Err()
	}
	return MessageEntryID{}, ErrEntryID
}
