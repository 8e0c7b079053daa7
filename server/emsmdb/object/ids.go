package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Types in folder and message entry ids, [MS-OXCDATA] 2.2.4.
const (
	entryPrivateFolder  = 0x0001
	entryPublicFolder   = 0x0003
	entryPrivateMessage = 0x0007
	entryPublicMessage  = 0x0009
)

// Provider UIDs, [MS-OXCDATA] 2.2.4.1 and 2.2.4.3. They go out in the order printed.
var (
	publicProvider = [16]byte{0x1A, 0x44, 0x73, 0x90, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}
	storeProvider  = [16]byte{0x38, 0xA1, 0xBB, 0x10, 0x05, 0xE5, 0x10, 0x1A, 0xA1, 0xBB, 0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2}
	wrappedMailbox = [16]byte{0x1B, 0x55, 0xFA, 0x20, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}
	wrappedPublic  = [16]byte{0x1C, 0x83, 0x02, 0x10, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A}
	addressBook    = [16]byte{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
)

// FolderEntryID is the entry id of a folder, [MS-OXCDATA] 2.2.4.1. Clients compare these byte by byte: every place
// that shows one gets it here.
func (l *Logon) folderEntryID(id store.FolderID) prop.Value {
	var w wire.Writer
	l.entryHead(&w, entryPrivateFolder, entryPublicFolder)
	l.put(&w, uint64(id))
	return prop.Binary(w.Bytes())
}

// messageEntryID is the entry id of a message, [MS-OXCDATA] 2.2.4.2.
func (l *Logon) messageEntryID(folder store.FolderID, id store.MessageID) prop.Value {
	var w wire.Writer
	l.entryHead(&w, entryPrivateMessage, entryPublicMessage)
	l.put(&w, uint64(folder))
	l.put(&w, uint64(id))
	return prop.Binary(w.Bytes())
}

func (l *Logon) entryHead(w *wire.Writer, private, public uint16) {
	w.U32(0)
	if l.Public() {
		w.Put(publicProvider[:])
		w.U16(public)
		return
	}
	w.Put(l.mailbox.GUID[:])
	w.U16(private)
}

// put appends a database GUID, a global counter and its padding.
func (l *Logon) put(w *wire.Writer, counter uint64) {
	prop.WriteLongTermID(w, prop.LongTermID{DatabaseGUID: l.ReplicaGUID(), GlobalCounter: counter})
}

// gid is a GID, [MS-OXCDATA] 2.2.1.3: the form of source keys and of change keys the server makes.
func (l *Logon) gid(counter uint64) prop.Value {
	guid, c := l.ReplicaGUID(), mapi.CounterBytes(counter)
	return prop.Binary(append(guid[:], c[:]...))
}

// predecessors is the predecessor change list of an object that only this server changed, [MS-OXCFXICS] 2.2.2.3.
func (l *Logon) predecessors(change store.ChangeNumber) prop.Value {
	key := l.gid(uint64(change)).Str()
	return prop.BinaryString(string(rune(len(key))) + key)
}

// storeEntryID is the entry id of the mailbox or the public folders, [MS-OXCDATA] 2.2.4.3.
func (l *Logon) storeEntryID() prop.Value {
	const mailboxStore, publicStore = 0x0000000C, 0x00000006
	var w wire.Writer
	w.U32(0)
	w.Put(storeProvider[:])
	w.U16(0) // Version, Flag
	dll := [14]byte{}
	copy(dll[:], "EMSMDB.DLL")
	w.Put(dll[:])
	w.U32(0)
	if l.Public() {
		w.Put(wrappedPublic[:])
		w.U32(publicStore)
		w.ASCIIZ(l.env.Server.Name)
		return prop.Binary(w.Bytes())
	}
	w.Put(wrappedMailbox[:])
	w.U32(mailboxStore)
	w.ASCIIZ(l.env.Server.Name)
	w.ASCIIZ(l.owner.DN)
	return prop.Binary(w.Bytes())
}

// addressEntryID is the permanent entry id of a directory entry, [MS-OXCDATA] 2.2.5.2.
func addressEntryID(e *store.Entry) prop.Value {
	const user, list = 0, 1
	kind := uint32(user)
	if e.Kind == store.ListEntry || e.Kind == store.DynamicListEntry {
		kind = list
	}
	var w wire.Writer
	w.U32(0)
	w.Put(addressBook[:])
	w.U32(1)
	w.U32(kind)
	w.ASCIIZ(e.DN)
	return prop.Binary(w.Bytes())
}

// instanceKey is PidTagInstanceKey of a row: opaque, and different for every row of a table.
func instanceKey(folder, id uint64, instance uint32) prop.Value {
	var w wire.Writer
	w.U64(folder)
	w.U64(id)
	w.U32(instance)
	return prop.Binary(w.Bytes())
}
