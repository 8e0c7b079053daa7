package acl_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/store"
)

// TestRights: an entry of one's own decides alone, else those of all one's lists together, else the default one; who has
// no name has what the anonymous entry gives, [MS-OXCPERM] 3.2.5.
func TestRights(t *testing.T) {
	t.Parallel()
	dir := store.NewSnapshot(1, []store.Entry{
		{MId: 0x10, Kind: store.UserEntry, Name: "Alice"}, {MId: 0x11, Kind: store.UserEntry, Name: "bob"},
		{MId: 0x12, Kind: store.ListEntry, Name: "Team", Members: []string{"alice"}},
		{MId: 0x13, Kind: store.ListEntry, Name: "all", Members: []string{"TEAM", "ring"}},
		{MId: 0x14, Kind: store.ListEntry, Name: "ring", Members: []string{"all"}},
		{MId: 0x15, Kind: store.DynamicListEntry, Name: "everyone", Members: []string{"alice"}},
	})
	const read, create, owner = mapi.RoleReviewer, mapi.RoleContributor, mapi.RoleOwner
	for name, tt := range map[string]struct {
		user string
		list []store.Permission
		want uint32
	}{
		"Nothing":         {"alice", nil, 0},
		"Default":         {"alice", []store.Permission{{Rights: read}, {Member: store.MemberAnonymous, Rights: owner}}, read},
		"Anonymous":       {"", []store.Permission{{Rights: owner}, {Member: store.MemberAnonymous, Rights: create}}, create},
		"AnonymousHasNo":  {"", []store.Permission{{Rights: owner}}, 0},
		"Own":             {"ALICE", []store.Permission{{Rights: owner}, {Member: 1, Account: "alice", Rights: read}, {Member: 2, Account: "team", Rights: owner}}, read},
		"OwnNone":         {"alice", []store.Permission{{Rights: owner}, {Member: 1, Account: "alice"}}, 0},
		"Lists":           {"alice", []store.Permission{{Rights: owner}, {Member: 1, Account: "team", Rights: read}, {Member: 2, Account: "All", Rights: create}}, read | create},
		"ListInACircle":   {"alice", []store.Permission{{Member: 1, Account: "ring", Rights: read}}, read},
		"NotOnTheList":    {"bob", []store.Permission{{Rights: create}, {Member: 1, Account: "all", Rights: owner}}, create},
		"DynamicListsNot": {"alice", []store.Permission{{Rights: create}, {Member: 1, Account: "everyone", Rights: owner}}, create},
	} {
		if got := acl.NewPrincipals(dir, tt.user).Rights(tt.list); got != acl.Rights(tt.want) {
			t.Errorf("%s: %03X, want %03X", name, got, tt.want)
		}
	}
}

// TestAccess: PidTagAccess of folders and messages, [MS-OXCPRPT] 2.2.1.1.
func TestAccess(t *testing.T) {
	t.Parallel()
	for role, want := range map[uint32]struct{ folder, other, own uint32 }{
		0:                         {0, 0, 0},
		mapi.RoleContributor:      {0x10, 0, 2},
		mapi.RoleReviewer:         {2, 2, 2},
		mapi.RoleNonEditingAuthor: {0x12, 2, 6},
		mapi.RoleAuthor:           {0x12, 2, 7},
		mapi.RolePublishingAuthor: {0x1A, 2, 7},
		mapi.RoleEditor:           {0x12, 7, 7},
		mapi.RolePublishingEditor: {0x1A, 7, 7},
		mapi.RoleOwner:            {0x3F, 7, 7},
	} {
		r := acl.Rights(role)
		if f, m, o := r.Access(), r.MessageAccess(), r.OfOwn().MessageAccess(); f != want.folder || m != want.other || o != want.own {
			t.Errorf("%03X: folder %X, message %X, own %X, want %+v", role, f, m, o, want)
		}
	}
}
