package exec_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// Places of folders in a public RopLogon's response.
const (
	fidPublicIPM    = 1
	fidNonIPM       = 2
	fidScheduleFree = 4
	fidSiteFree     = 7
)

// siteName is the folder of the administrative group below SCHEDULE+ FREE BUSY.
const siteName = "EX:/o=mapid/ou=First Administrative Group"

// TestPublicLogonFolders: ten folders up to 2010; later those that only old clients need are not told, [MS-OXCSTOR]
// 2.2.1.1.4 <9>.
func TestPublicLogonFolders(t *testing.T) {
	t.Parallel()
	all := []string{"", "IPM_SUBTREE", "NON_IPM_SUBTREE", "EFORMS REGISTRY", "SCHEDULE+ FREE BUSY", "OFFLINE ADDRESS BOOK",
		"Organizational Forms", siteName, siteName, "Article Index", "-", "-", "-"}
	few := slices.Clone(all)
	for _, at := range []int{4, 5, 7, 8, 9} {
		few[at] = "-"
	}
	for profile, want := range map[string][]string{
		"exchange2003": all, "exchange2007": all, "exchange2010-rtm": all, "exchange2010-sp1": all, "exchange2013": few, "exchange2016": few,
	} {
		w := newWorld(t, withProfile(profile), asUser("bob"))
		l := w.publicLogon(false)
		var got []string
		for _, id := range l.FolderIDs {
			if id == 0 {
				got = append(got, "-")
				continue
			}
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: id})
			got = append(got, w.props(1, mapi.TagDisplayName)[0].Str())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", profile, got, want)
		}
	}
}

// TestPublicFolderDefaults: what a folder gives those that nobody gave anything is the version's, and stays what it was
// when somebody is given something.
func TestPublicFolderDefaults(t *testing.T) {
	t.Parallel()
	for profile, anonymous := range map[string]uint32{
		"exchange2003": mapi.RoleContributor, "exchange2007": mapi.RightCreate, "exchange2010-sp1": mapi.RightCreate, "exchange2013": 0, "exchange2016": 0,
	} {
		w := newWorld(t, withProfile(profile))
		w.openPublic("Projects", true)
		everybody, nobody := `0 "" 41B`, fmt.Sprintf(`-1 "Anonymous" %03X`, anonymous)
		w.expectPermissions(0, everybody, nobody)
		b := w.with("bob")
		b.openPublic("Projects", false)
		if v := b.props(1, mapi.TagRights, mapi.TagAccess); v[0].Bits() != uint64(mapi.RoleAuthor) || v[1].Bits() != uint64(mapi.AccessRead|mapi.AccessCreateContents) {
			t.Errorf("%s: rights %X, access %X", profile, v[0].Bits(), v[1].Bits())
		}
		one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleOwner)))
		w.expectPermissions(0, everybody, nobody, `1 "Carol Clark" 5FB `+carolDN)
		one[*rop.ModifyPermissionsResponse](w, modifyPermissions(mapi.PermissionsReplaceRows))
		w.expectPermissions(0, everybody, `-1 "Anonymous" 000`)
	}
}

// TestPublicFolderMaker: who makes a folder owns it; everybody else has what they have in the one above.
func TestPublicFolderMaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.openPublic("Projects", true)
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionModify, "", 0, mapi.RolePublishingAuthor)))
	b := w.with("bob")
	b.openPublic("Projects", false)
	made := one[*rop.CreateFolderResponse](b, newFolderRequest(1, 2, "of bob"))
	for user, want := range map[string]uint32{"bob": mapi.RoleOwner | mapi.RightFolderContact, "carol": mapi.RolePublishingAuthor} {
		u := w.with(user)
		u.publicLogon(false)
		one[*rop.OpenFolderResponse](u, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: made.FolderID})
		if v := u.props(1, mapi.TagRights)[0]; v.Bits() != uint64(want) {
			t.Errorf("%s: rights %X, want %X", user, v.Bits(), want)
		}
	}
	// Nobody but an administrator makes folders at the top.
	one[*rop.OpenFolderResponse](b, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: b.publicLogon(false).FolderIDs[fidPublicIPM]})
	if got := b.code(newFolderRequest(1, 2, "top")); got != mapi.ErrNoCreateSubfolderRight {
		t.Errorf("at the top: %v", got)
	}
}

// TestPublicHierarchy: users see what they may see.
func TestPublicHierarchy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.openPublic("Projects", true)
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionModify, "", 0, 0), w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer)))
	for user, want := range map[string][]string{"bob": {"Announcements"}, "carol": {"Announcements", "Projects"}} {
		u := w.with(user)
		l := u.publicLogon(false)
		u.hierarchy(l.FolderIDs[fidPublicIPM], 0, mapi.TagDisplayName)
		if got := subjects(u.rows(20), 0); !slices.Equal(got, want) {
			t.Errorf("%s sees %q, want %q", user, got, want)
		}
		id, _ := u.publicFolder("Projects")
		if got, want := u.code(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: id}), map[string]mapi.ErrorCode{"bob": mapi.ErrNotFound}[user]; got != want {
			t.Errorf("%s opens it: %v", user, got)
		}
	}
}

// TestMailEnabledFolder: a folder that takes mail keeps its entry in the address book wherever it moves and whatever it is
// called; its copy has none, [MS-OXCFOLD] 2.2.2.2.1.4.
func TestMailEnabledFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.publicLogon(true)
	id, _ := w.publicFolder("Announcements")
	projects, _ := w.publicFolder("Projects")
	open := func(index uint8, id mapi.ID) {
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, index), FolderID: id})
	}
	open(1, id)
	open(2, l.FolderIDs[fidPublicIPM])
	open(3, projects)
	address := func(index uint8) string {
		v := w.props(index, mapi.TagAddressBookEntryId)[0]
		entry, err := msgprops.ParseAddressBookEntryID(v.Bytes())
		if v.Type() != mapi.PtypBinary || err != nil || entry.Type != mapi.DisplayForum {
			return fmt.Sprint(v)
		}
		return entry.DN
	}
	want := w.entry("announcements").DN
	if got := address(1); got != want {
		t.Errorf("address %q, want %q", got, want)
	}
	w.set(1, text(mapi.TagDisplayName, "News"))
	one[*rop.MoveFolderResponse](w, &rop.MoveFolderRequest{SrcDst: srcDst(2, 3), FolderID: id})
	if got := address(1); got != want {
		t.Errorf("address of the moved folder %q", got)
	}
	one[*rop.CopyFolderResponse](w, &rop.CopyFolderRequest{SrcDst: srcDst(3, 2), FolderID: id, NewFolderName: "Copy"})
	copied, _ := w.publicFolder("Copy")
	open(4, copied)
	if got := address(4); got == want {
		t.Error("the copy has the address too")
	}
	problems := w.set(1, prop.Tagged{Tag: mapi.TagAddressBookEntryId, Value: prop.Binary([]byte("x"))})
	if len(problems) != 1 || problems[0].Code != mapi.ErrComputed {
		t.Errorf("set by a client: %v", problems)
	}
	err := w.store.Update(t.Context(), store.Scope{Directory: true}, func(tx store.Tx) error { return tx.RemoveEntry("announcements") })
	if err != nil {
		t.Fatal(err)
	}
	if got := address(1); got == want {
		t.Error("the address of an entry that is gone")
	}
}

// TestPublicReadStateSurvives: what each user has read is there after a restart.
func TestPublicReadStateSurvives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("bob"))
	folder := w.openPublic("Announcements", false)
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: folder})
	id := w.save(3)
	carol := w.with("carol")
	carol.openPublic("Announcements", false)
	if v := carol.props(1, mapi.TagContentUnreadCount)[0]; v.Int() != 1 {
		t.Errorf("carol has %d unread", v.Int())
	}
	carol.openAt(3, id, mapi.OpenModeReadOnly)
	read := one[*rop.SetMessageReadFlagResponse](carol, &rop.SetMessageReadFlagRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}, ReadFlags: mapi.ReadFlagSuppressReceipt, ClientData: new(rop.ClientData),
	})
	if !read.ReadStatusChanged {
		t.Error("nothing changed")
	}
	w.reopen()
	for user, want := range map[string]int64{"alice": 1, "bob": 0, "carol": 0} {
		u := w.with(user)
		u.openPublic("Announcements", false)
		if v := u.props(1, mapi.TagContentUnreadCount)[0]; v.Int() != want {
			t.Errorf("%s has %d unread, want %d", user, v.Int(), want)
		}
	}
}

// reopen closes the store and opens it again.
func (w *world) reopen() {
	w.t.Helper()
	w.env.Close()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	st, err := sqlite.Open(context.Background(), sqlite.Options{Path: w.path, Durability: sqlite.Off})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = st.Close() })
	w.store = st
	w.env = object.NewEnv(object.EnvOptions{
		Store: st, Directory: st, Profile: w.profile, Now: w.setup.now, Orders: 64 << 20,
		Server: object.Server{Name: "EXCH01", FQDN: "exch01.mapid.test", DN: serverDN},
	})
	w.t.Cleanup(w.env.Close)
	w.exec = exec.New(exec.Options{Env: w.env, Logger: zaptest.NewLogger(w.t), Handles: 100, Logons: 256, Notifications: 16})
}
