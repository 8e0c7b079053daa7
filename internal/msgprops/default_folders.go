package msgprops

import (
	"errors"

	"github.com/mapid/mapid/internal/wire"
)

// Indexes into PidTagAdditionalRenEntryIds, [MS-OXOSFLD] 2.2.4. Values at other indexes are kept.
const (
	RenConflicts = iota
	RenSyncIssues
	RenLocalFailures
	RenServerFailures
	RenJunkEmail
)

// Indexes into PidTagFreeBusyEntryIds, [MS-OXOSFLD] 2.2.6.
const (
	FreeBusyNull          = iota
	FreeBusyLocalMessage  // the message of delegates and options
	FreeBusyPublicMessage // in the public store
	FreeBusyDataFolder
)

// PersistIDs of PidTagAdditionalRenEntryIdsEx, [MS-OXOSFLD] 2.2.5.1.
const (
	PersistRSSFeeds            uint16 = 0x8001
	PersistTrackedMail         uint16 = 0x8002
	PersistToDo                uint16 = 0x8004
	PersistConversationActions uint16 = 0x8006
	PersistSuggestedContacts   uint16 = 0x8008
)

// ErrPersistData reports a PidTagAdditionalRenEntryIdsEx that is not well-formed.
var ErrPersistData = errors.New("msgprops: malformed list of default folders")

// PersistData names one default folder in PidTagAdditionalRenEntryIdsEx, [MS-OXOSFLD] 2.2.5.
type PersistData struct {
	PersistID uint16
	EntryID   []byte
}

// elementEntryID is the ElementID of an entry id, [MS-OXOSFLD] 2.2.5.2.
const elementEntryID uint16 = 0x0001

// EncodePersistData returns PidTagAdditionalRenEntryIdsEx with the sentinel at its end.
func EncodePersistData(list []PersistData) []byte {
	var w wire.Writer
	for _, d := range list {
		w.U16(d.PersistID)
		w.U16(uint16(4 + len(d.EntryID)))
		w.U16(elementEntryID)
		w.U16(uint16(len(d.EntryID)))
		w.Put(d.EntryID)
	}
	w.U32(0)
	return w.Buf
}

// ParsePersistData reads PidTagAdditionalRenEntryIdsEx. It steps by the size of each entry, since writers disagree on
// whether elements end with a sentinel of their own, and passes over elements that are no entry ids.
func ParsePersistData(b []byte) ([]PersistData, error) {
	var list []PersistData
	r := wire.NewReader(b)
	for r.Len() > 0 {
		id := r.U16()
		if id == 0 {
			break
		}
		elements := wire.NewReader(r.Take(int(r.U16())))
		for elements.Len() >= 4 {
			element := elements.U16()
			data := elements.Copy(int(elements.U16()))
			if element == elementEntryID && elements.Err() == nil {
				list = append(list, PersistData{id, data})
			}
		}
	}
	if r.Err() != nil {
		return nil, ErrPersistData
	}
	return list, nil
}
