package seed

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// ids makes entry ids of one private mailbox.
type ids struct {
	mailbox, replica mapi.GUID
}

func (i ids) longTerm(counter uint64) prop.LongTermID {
	return prop.LongTermID{DatabaseGUID: i.replica, GlobalCounter: counter}
}

// folder is the entry id of a folder of a private mailbox.
func (i ids) folder(f store.FolderID) []byte {
	return msgprops.FolderEntryID{ProviderUID: i.mailbox, Type: msgprops.EntryPrivateFolder, Folder: i.longTerm(uint64(f))}.Bytes()
}

// message is the entry id of a message of a private mailbox.
func (i ids) message(f store.FolderID, m store.MessageID) []byte {
	return msgprops.MessageEntryID{
		ProviderUID: i.mailbox, Type: msgprops.EntryPrivateMessage, Folder: i.longTerm(uint64(f)), Message: i.longTerm(uint64(m)),
	}.Bytes()
}

// oneOffID is the entry id of somebody outside the directory.
func oneOffID(name, address string) []byte {
	return msgprops.OneOffEntryID{DisplayName: name, AddressType: "SMTP", EmailAddress: address, NoRichText: true}.Bytes()
}
