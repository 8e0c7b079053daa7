package mailconv

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// PartyOf is an entry of the directory as messages name it, [MS-OXOABK] 2.2.3.11.
func PartyOf(e *store.Entry) msgprops.Party {
	p := msgprops.Party{Name: e.DisplayName, AddressType: "EX", Address: e.DN, SMTP: e.Mail, ObjectType: mapi.ObjectMailUser, RichText: true}
	switch e.Kind {
	case store.ListEntry:
		p.DisplayType, p.ObjectType = mapi.DisplayDistList, mapi.ObjectDistributionList
	case store.DynamicListEntry:
		p.DisplayType, p.ObjectType = mapi.DisplayAgent, mapi.ObjectDistributionList
	case store.ContactEntry:
		p.DisplayType, p.RichText = mapi.DisplayRemoteUser, false
	case store.PublicFolderEntry:
		p.DisplayType, p.ObjectType = mapi.DisplayForum, mapi.ObjectFolder
	}
	return p
}

// partyAt finds who is behind an SMTP address. Entries keep the name of the directory.
func partyAt(dir *store.Snapshot, a address) msgprops.Party {
	if dir != nil {
		if e := dir.ByMail(a.addr); e != nil {
			return PartyOf(e)
		}
	}
	return msgprops.Outsider(a.name, a.addr)
}
