package nspi

import (
	"encoding/hex"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// First MIds of objects that are not stored. Stored ones count up from 0x10.
const (
	midGAL        uint32 = 0
	midContainers uint32 = 0x7F000000
	midServers    uint32 = 0x7F010000 // a server and its mailbox database in turn
)

// Bits of PidTagContainerFlags, [MS-OXOABK] 2.2.2.1.
const (
	containerRecipients    uint32 = 0x00000001
	containerSubcontainers uint32 = 0x00000002
	containerUnmodifiable  uint32 = 0x00000008
)

// container is one address list: a row of the hierarchy table and a table of entries.
type container struct {
	mid    uint32
	name   string
	parent uint32 // MId of the container above it, itself for those at the top
	depth  uint32
	flags  uint32
	holds  func(*store.Entry) bool
}

// dn returns the name in the container's entry id: "/" for the global address list, else its GUID, [MS-OXOABK]
// 2.2.1.1.
func (c *container) dn() string {
	if c.mid == midGAL {
		return "/"
	}
	g := nameGUID("container", c.name)
	return "/guid=" + strings.ToUpper(hex.EncodeToString(g[:]))
}

// containers are the address lists every organisation has, in the order of the hierarchy table: children follow
// their parent.
var containers = []container{
	{mid: midGAL, name: "Global Address List", parent: midGAL, flags: containerRecipients | containerUnmodifiable,
		holds: func(*store.Entry) bool { return true }},
	{mid: midContainers, name: "All Address Lists", parent: midContainers,
		flags: containerSubcontainers | containerUnmodifiable, holds: func(*store.Entry) bool { return false }},
	{mid: midContainers + 1, name: "All Contacts", parent: midContainers, depth: 1,
		flags: containerRecipients | containerUnmodifiable, holds: ofKind(store.ContactEntry)},
	{mid: midContainers + 2, name: "All Groups", parent: midContainers, depth: 1,
		flags: containerRecipients | containerUnmodifiable, holds: ofKind(store.ListEntry, store.DynamicListEntry)},
	{mid: midContainers + 3, name: "All Rooms", parent: midContainers, depth: 1,
		flags: containerRecipients | containerUnmodifiable, holds: func(e *store.Entry) bool { return resourceKind(e) == "room" }},
	{mid: midContainers + 4, name: "All Users", parent: midContainers, depth: 1,
		flags: containerRecipients | containerUnmodifiable, holds: ofKind(store.UserEntry)},
	{mid: midContainers + 5, name: "Public Folders", parent: midContainers, depth: 1,
		flags: containerRecipients | containerUnmodifiable, holds: ofKind(store.PublicFolderEntry)},
}

func ofKind(kinds ...store.EntryKind) func(*store.Entry) bool {
	return func(e *store.Entry) bool {
		for _, k := range kinds {
			if e.Kind == k {
				return true
			}
		}
		return false
	}
}

// containerByMId finds a container, or returns nil.
func containerByMId(mid uint32) *container {
	for i := range containers {
		if containers[i].mid == mid {
			return &containers[i]
		}
	}
	return nil
}

// resourceKind returns "room", "equipment" or "".
func resourceKind(e *store.Entry) string {
	if e.Kind != store.UserEntry {
		return ""
	}
	return first(e.Attributes["resource"])
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// displayType is PidTagDisplayType, [MS-OXNSPI] 2.2.1.3.
type displayType uint32

// Display types.
const (
	dtMailUser        displayType = 0x000
	dtDistList        displayType = 0x001
	dtForum           displayType = 0x002
	dtAgent           displayType = 0x003
	dtRemoteMailUser  displayType = 0x006
	dtContainer       displayType = 0x100
	dtTemplate        displayType = 0x101 // never given out
	dtAddressTemplate displayType = 0x102
	dtSearch          displayType = 0x200 // of templates only: the dialog that searches
)

// entryDisplayType returns the display type of an entry.
func entryDisplayType(e *store.Entry) displayType {
	switch e.Kind {
	case store.ListEntry:
		return dtDistList
	case store.DynamicListEntry:
		return dtAgent
	case store.ContactEntry:
		return dtRemoteMailUser
	case store.PublicFolderEntry:
		return dtForum
	}
	return dtMailUser
}

// Bits and local types of PidTagDisplayTypeEx, [MS-OXOABK] 2.2.3.12.
const (
	displayExACL       uint32 = 0x40000000
	displayExRoom      uint32 = 0x00000007
	displayExEquipment uint32 = 0x00000008
	displayExSecList   uint32 = 0x00000009
)

// entryDisplayTypeEx returns PidTagDisplayTypeEx of an entry.
func entryDisplayTypeEx(e *store.Entry) uint32 {
	switch {
	case resourceKind(e) == "room":
		return displayExRoom
	case resourceKind(e) == "equipment":
		return displayExEquipment
	case e.Kind == store.UserEntry:
		return displayExACL
	case e.Kind == store.ListEntry && first(e.Attributes["security"]) == "true":
		return displayExACL | displayExSecList
	}
	return uint32(entryDisplayType(e))
}

// providerUID marks the entry ids of this kind of address book, [MS-OXNSPI] 2.2.1.7 (GUID_NSPI).
var providerUID = mapi.GUID{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
