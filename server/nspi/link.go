package nspi

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// linkIndex answers which objects the object-valued properties of [MS-OXOABK] 2.2.5 and 2.2.6 refer to. Entries
// store one direction by name; the index holds the other one.
type linkIndex struct {
	snap     *store.Snapshot
	memberOf map[uint32][]uint32 // lists, by member
	reports  map[uint32][]uint32 // people, by manager
	owned    map[uint32][]uint32 // lists, by owner
}

func newLinkIndex(snap *store.Snapshot) *linkIndex {
	l := &linkIndex{
		snap: snap, memberOf: make(map[uint32][]uint32), reports: make(map[uint32][]uint32), owned: make(map[uint32][]uint32),
	}
	for i := range snap.Entries {
		e := &snap.Entries[i]
		for _, m := range l.named(e.Members) {
			l.memberOf[m] = append(l.memberOf[m], e.MId)
		}
		for _, m := range l.named(e.Attributes["manager"]) {
			l.reports[m] = append(l.reports[m], e.MId)
		}
		for _, m := range l.named([]string{e.ManagedBy}) {
			l.owned[m] = append(l.owned[m], e.MId)
		}
	}
	return l
}

// named returns the MIds of entries by name; a name nobody has is passed over.
func (l *linkIndex) named(names []string) []uint32 {
	var mids []uint32
	for _, n := range names {
		if e := l.snap.ByName(strings.TrimSpace(n)); e != nil {
			mids = append(mids, e.MId)
		}
	}
	return mids
}

// of returns the MIds a property of an entry refers to, in no particular order.
func (l *linkIndex) of(tag mapi.PropTag, e *store.Entry) []uint32 {
	switch tag {
	case mapi.TagAddressBookMember:
		return l.named(e.Members)
	case mapi.TagAddressBookOwner:
		return l.named([]string{e.ManagedBy})
	case mapi.TagAddressBookManager:
		return l.named(e.Attributes["manager"])
	case mapi.TagAddressBookPublicDelegates:
		return l.named(e.Attributes["delegates"])
	case mapi.TagAddressBookIsMemberOfDistributionList:
		return l.memberOf[e.MId]
	case mapi.TagAddressBookReports:
		return l.reports[e.MId]
	case mapi.TagAddressBookOwnerBackLink:
		return l.owned[e.MId]
	}
	return nil
}
