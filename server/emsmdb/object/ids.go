package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// provider returns the provider UID of the mailbox's entry ids and the types of those of folders and messages.
func (l *Logon) provider() (uid mapi.GUID, folder, message uint16) {
	if l.Public() {
		return msgprops.PublicStoreUID, msgprops.EntryPublicFolder, msgprops.EntryPublicMessage
	}
	return l.mailbox.GUID, msgprops.EntryPrivateFolder, msgprops.EntryPrivateMessage
}

// longTerm is the long-term id of an object of this store.
func (l *Logon) longTerm(counter uint64) prop.LongTermID {
	return prop.LongTermID{DatabaseGUID: l.ReplicaGUID(), GlobalCounter: counter}
}

// shortTerm is the id of an object of this store, or one that names nothing here.
func (l *Logon) shortTerm(id prop.LongTermID) mapi.ID {
	if id.DatabaseGUID != l.ReplicaGUID() {
		return 0
	}
	return mapi.NewID(ownReplica, id.GlobalCounter)
}

func (l *Logon) folderEntryID(id store.FolderID) prop.Value {
	uid, typ, _ := l.provider()
	return prop.Binary(msgprops.FolderEntryID{ProviderUID: uid, Type: typ, Folder: l.longTerm(uint64(id))}.Bytes())
}

func (l *Logon) messageEntryID(folder store.FolderID, id store.MessageID) prop.Value {
	uid, _, typ := l.provider()
	return prop.Binary(msgprops.MessageEntryID{
		ProviderUID: uid, Type: typ, Folder: l.longTerm(uint64(folder)), Message: l.longTerm(uint64(id)),
	}.Bytes())
}

// gid is the form of source keys, and of change keys of changes the server made.
func (l *Logon) gid(counter uint64) prop.Value { return prop.Binary(msgprops.GID(l.longTerm(counter))) }

// predecessors is the predecessor change list of an object that only this server changed.
func (l *Logon) predecessors(change store.ChangeNumber) prop.Value {
	return prop.Binary(msgprops.PredecessorChangeList{msgprops.ChangeXID(l.longTerm(uint64(change)))}.Bytes())
}

// storeEntryID is the entry id of the mailbox or the public folders.
func (l *Logon) storeEntryID() prop.Value {
	if l.Public() {
		return prop.Binary(msgprops.PublicStoreEntryID(l.env.Server.Name))
	}
	return prop.Binary(msgprops.MailboxStoreEntryID(l.env.Server.Name, l.owner.DN))
}

// addressEntryID is the permanent entry id of a directory entry.
func addressEntryID(e *store.Entry) prop.Value {
	return prop.Binary(msgprops.AddressBookEntryID{Type: mapi.DisplayMailUser, DN: e.DN}.Bytes())
}

// instanceKey is PidTagInstanceKey of a row.
func instanceKey(folder, id uint64, instance uint32) prop.Value {
	return prop.Binary(msgprops.InstanceKey(mapi.NewID(ownReplica, folder), mapi.NewID(ownReplica, id), instance))
}
