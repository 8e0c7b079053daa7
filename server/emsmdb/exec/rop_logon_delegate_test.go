package exec_test

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

// delegateRequest is how clients open a mailbox that is not their own: without TAKE_OWNERSHIP.
func delegateRequest(dn string) *rop.LogonRequest {
	return &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: mapi.OpenUsePerMdbReplidMapping | mapi.OpenNoMail, Essdn: dn}
}

// TestLogonDelegate: bob may read alice's calendar and nothing else, so he gets a logon that shows him that.
func TestLogonDelegate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("bob"))
	l := one[*rop.LogonResponse](w, delegateRequest(aliceDN))
	if l.ResponseFlags != mapi.LogonResponseReserved {
		t.Errorf("ResponseFlags = %#x", l.ResponseFlags)
	}
	// The root leads to the calendar, [MS-OXOSFLD] 2.2.3.
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidRoot]})
	id, err := msgprops.ParseFolderEntryID([]byte(w.props(1, mapi.TagIpmAppointmentEntryId)[0].Str()))
	if err != nil {
		t.Fatal(err)
	}
	calendar := mapi.NewID(1, id.Folder.GlobalCounter)
	w.hierarchy(l.FolderIDs[fidRoot], mapi.TableDepth, mapi.TagFolderId)
	if rows := w.rows(100).Rows; len(rows) != 1 || rows[0].Values[0].ObjectID() != calendar {
		t.Errorf("bob sees %v", rows)
	}
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: calendar})
	w.contents(mapi.TagMid, mapi.TagSubject)
	rights, access := uint32(w.props(1, mapi.TagRights)[0].Bits()), uint32(w.props(1, mapi.TagAccess)[0].Bits())
	if rights != mapi.RoleReviewer || access != mapi.AccessRead {
		t.Errorf("rights %#x, access %#x", rights, access)
	}
	for _, special := range []int{fidIPM, fidInbox} {
		if got := w.code(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[special]}); got != mapi.ErrNotFound {
			t.Errorf("folder %d: %v", special, got)
		}
	}
}

// TestLogonDelegateReadsButDoesNotWrite: carol is a reviewer of alice's inbox.
func TestLogonDelegateReadsButDoesNotWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("carol"))
	l := one[*rop.LogonResponse](w, delegateRequest(aliceDN))
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
	open := &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], MessageID: w.find("Weekly newsletter"),
	}
	for mode, want := range map[uint8]mapi.ErrorCode{
		mapi.OpenModeReadOnly: mapi.Success, mapi.OpenModeBestAccess: mapi.Success, mapi.OpenModeReadWrite: mapi.ErrAccessDenied,
	} {
		open.OpenModeFlags = mode
		if got := w.code(open); got != want {
			t.Errorf("mode %d: %v, want %v", mode, got, want)
		}
	}
	open.OpenModeFlags = mapi.OpenModeBestAccess
	one[*rop.OpenMessageResponse](w, open)
	if v := w.props(3, mapi.TagAccess)[0]; uint32(v.Bits()) != mapi.AccessRead {
		t.Errorf("access %#x", v.Bits())
	}
	if got := w.code(saveRequest(3, 0)); got != mapi.ErrAccessDenied {
		t.Errorf("saving: %v", got)
	}
}

// TestLogonDelegateBestAccess is difference M9: what BestAccess is for a user who may only read, [MS-OXCMSG] 2.2.3.1.1
// <12>. Saving is refused in any case.
func TestLogonDelegateBestAccess(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]struct {
		level int64
		save  mapi.ErrorCode
	}{"exchange2007": {0, mapi.Success}, "exchange2010-sp1": {1, mapi.ErrAccessDenied}, "exchange2016": {1, mapi.ErrAccessDenied}} {
		w := newWorld(t, asUser("carol"), withProfile(profile))
		l := one[*rop.LogonResponse](w, delegateRequest(aliceDN))
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
		id := w.find("Weekly newsletter")
		w.openAt(3, id, mapi.OpenModeBestAccess)
		if got := w.props(3, mapi.TagAccessLevel)[0].Int(); got != want.level {
			t.Errorf("%s: level %d, want %d", profile, got, want.level)
		}
		before := w.props(3, mapi.TagChangeKey)[0]
		if got := w.code(saveRequest(3, 0)); got != want.save {
			t.Errorf("%s: save %v, want %v", profile, got, want.save)
		}
		if got := w.props(3, mapi.TagChangeKey)[0]; !got.Equal(before) {
			t.Errorf("%s: the message changed", profile)
		}
	}
}

// TestLogonDelegateOwnMessages: an author changes what they made themselves and nothing else, [MS-OXCPERM] 2.2.7.
func TestLogonDelegateOwnMessages(t *testing.T) {
	t.Parallel()
	owner := newWorld(t)
	l := owner.inbox()
	owner.permit(l.FolderIDs[fidInbox], "bob", mapi.RoleAuthor)
	w := owner.delegate("bob")
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]})
	w.set(3, text(mapi.TagSubject, "From bob"))
	own := w.save(3)
	if got := w.code(&rop.CreateMessageRequest{InOut: inOut(1, 4), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], AssociatedFlag: true}); got != mapi.ErrNoCreateRight {
		t.Errorf("associated message: %v", got)
	}
	for id, want := range map[mapi.ID]mapi.ErrorCode{own: mapi.Success, w.find("Weekly newsletter"): mapi.ErrAccessDenied} {
		if got := w.code(openRequest(4, id, mapi.OpenModeReadWrite)); got != want {
			t.Errorf("message %v: %v, want %v", id, got, want)
		}
	}
	w.openAt(4, own, mapi.OpenModeReadWrite)
	w.set(4, text(mapi.TagSubject, "Changed by bob"))
	w.save(4)
	v := w.props(4, mapi.TagCreatorName, mapi.TagLastModifierName, mapi.TagAccess)
	if v[0].Str() != "Bob Brown" || v[1].Str() != "Bob Brown" || uint32(v[2].Bits()) != mapi.AccessRead|mapi.AccessModify|mapi.AccessDelete {
		t.Errorf("properties = %v", v)
	}
}

// TestLogonRights: who may log on, by what the permissions of one folder say, and which rights that gives,
// [MS-OXCPERM] 3.2.5.
func TestLogonRights(t *testing.T) {
	t.Parallel()
	groups := []seed.Group{
		{Name: "inner", Members: []string{"bob"}}, {Name: "outer", Members: []string{"inner"}}, {Name: "others", Members: []string{"carol"}},
	}
	for _, tt := range []struct {
		name        string
		permissions []seed.Permission
		want        mapi.ErrorCode
		rights      uint32
	}{
		{"None", nil, mapi.ErrLoginPerm, 0},
		{"Own", []seed.Permission{{User: "bob", Role: "Editor"}}, 0, mapi.RoleEditor},
		{"Default", []seed.Permission{{User: "default", Role: "Author"}}, 0, mapi.RoleAuthor},
		{"OwnBeforeDefault", []seed.Permission{{User: "default", Role: "Editor"}, {User: "bob", Role: "Reviewer"}}, 0, mapi.RoleReviewer},
		{"OwnNothing", []seed.Permission{{User: "default", Role: "Editor"}, {User: "bob", Role: "None"}}, mapi.ErrLoginPerm, 0},
		{"AnonymousIsSomebodyElse", []seed.Permission{{User: "anonymous", Role: "Editor"}}, mapi.ErrLoginPerm, 0},
		{"List", []seed.Permission{{User: "inner", Role: "Author"}}, 0, mapi.RoleAuthor},
		{"ListInAList", []seed.Permission{{User: "outer", Role: "Author"}}, 0, mapi.RoleAuthor},
		{"ListsTogether", []seed.Permission{{User: "outer", Role: "Contributor"}, {User: "inner", Role: "Reviewer"}}, 0, mapi.RoleContributor | mapi.RoleReviewer},
		{"ListBeforeDefault", []seed.Permission{{User: "default", Role: "Editor"}, {User: "inner", Role: "Reviewer"}}, 0, mapi.RoleReviewer},
		{"OwnBeforeList", []seed.Permission{{User: "inner", Role: "Editor"}, {User: "bob", Role: "Reviewer"}}, 0, mapi.RoleReviewer},
		{"AnotherList", []seed.Permission{{User: "others", Role: "Editor"}}, mapi.ErrLoginPerm, 0},
		{"FreeBusyIsNoDelegate", []seed.Permission{{User: "bob", Role: "AvailabilityOnly"}}, mapi.ErrLoginPerm, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i := range tt.permissions {
				tt.permissions[i].Folder = "Inbox"
			}
			w := newWorld(t, asUser("bob"), withSeed(&seed.Seed{Groups: groups, Users: []seed.User{
				{Name: "alice", Password: "x", Permissions: tt.permissions}, {Name: "bob", Password: "x"}, {Name: "carol", Password: "x"},
			}}))
			resp := w.run(delegateRequest(aliceDN))[0].(*rop.LogonResponse)
			if resp.ReturnValue != tt.want {
				t.Fatalf("code = %v, want %v", resp.ReturnValue, tt.want)
			}
			if tt.want != mapi.Success {
				return
			}
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: resp.FolderIDs[fidInbox]})
			if got := uint32(w.props(1, mapi.TagRights)[0].Bits()); got != tt.rights {
				t.Errorf("rights = %#x, want %#x", got, tt.rights)
			}
		})
	}
}

// TestLogonRightsFollowPermissions: an open logon obeys permissions that change under it.
func TestLogonRightsFollowPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("carol"))
	l := one[*rop.LogonResponse](w, delegateRequest(aliceDN))
	open := &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]}
	one[*rop.OpenFolderResponse](w, open)
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}}
	if err := w.store.Update(t.Context(), scope, func(tx store.Tx) error {
		return tx.SetPermissions(store.FolderID(l.FolderIDs[fidInbox].Counter()), nil)
	}); err != nil {
		t.Fatal(err)
	}
	if got := w.code(open); got != mapi.ErrNotFound {
		t.Errorf("code = %v", got)
	}
}

// TestLogonTakeOwnership: TAKE_OWNERSHIP by a user who is not the owner, [MS-OXCSTOR] 3.2.5.1.1 note 31.
func TestLogonTakeOwnership(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.ErrAccessDenied, "exchange2007": mapi.ErrAccessDenied, "exchange2010-sp1": mapi.ErrLoginPerm, "exchange2013": mapi.Success,
		"exchange2016": mapi.Success,
	} {
		w := newWorld(t, withProfile(profile), asUser("bob"))
		req := logonRequest(aliceDN)
		req.OpenFlags |= mapi.OpenTakeOwnership
		resp := w.run(req)[0].(*rop.LogonResponse)
		if resp.ReturnValue != want {
			t.Errorf("%s: %v, want %v", profile, resp.ReturnValue, want)
		}
		if resp.ReturnValue == mapi.Success && resp.ResponseFlags&mapi.LogonResponseOwner != 0 {
			t.Errorf("%s: bob is told that he owns it", profile)
		}
		req.Essdn = bobDN
		if got := one[*rop.LogonResponse](w, req).ResponseFlags; got != 0x07 {
			t.Errorf("%s: flags of the own mailbox = %#x", profile, got)
		}
	}
}

// TestLogonSendAsRight: the directory's delegates may send in the owner's name, [MS-OXODLGT] 2.2.2.
func TestLogonSendAsRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("bob"), withSeed(&seed.Seed{Users: []seed.User{
		{Name: "bob", Password: "x"},
		{Name: "alice", Password: "x", Permissions: []seed.Permission{{Folder: "Inbox", User: "bob", Role: "Reviewer"}},
			Directory: seed.Attributes{Values: map[string][]string{"delegates": {"bob"}}}},
	}}))
	if got := one[*rop.LogonResponse](w, delegateRequest(aliceDN)).ResponseFlags; got != mapi.LogonResponseReserved|mapi.LogonResponseSendAs {
		t.Errorf("flags = %#x", got)
	}
}

// TestLogonSecondOnOneSession: several mailboxes on one session, each with its own rights; handles of one are no good
// on the other, [MS-OXCROPS] 3.2.5.1.
func TestLogonSecondOnOneSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, asUser("bob"))
	own := one[*rop.LogonResponse](w, logonRequest(bobDN))
	second := delegateRequest(aliceDN)
	second.Out = rop.Out{LogonID: 1, OutputHandleIndex: 1}
	other := one[*rop.LogonResponse](w, second)
	if own.MailboxGUID == other.MailboxGUID || own.ReplGUID != other.ReplGUID {
		t.Errorf("GUIDs %v %v, %v %v", own.MailboxGUID, other.MailboxGUID, own.ReplGUID, other.ReplGUID)
	}
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: own.FolderIDs[fidInbox]})
	foreign := &rop.GetContentsTableRequest{InOut: rop.InOut{LogonID: 1, InputHandleIndex: 2, OutputHandleIndex: 3}}
	if got := w.code(foreign); got != mapi.ErrAccessDenied {
		t.Errorf("a handle of the first logon on the second: %v", got)
	}
	root := rop.OpenFolderRequest{InOut: rop.InOut{LogonID: 1, InputHandleIndex: 1, OutputHandleIndex: 3}, FolderID: other.FolderIDs[fidRoot]}
	one[*rop.OpenFolderResponse](w, &root)
	w.run(&rop.ReleaseRequest{In: in(0)})
	if got := w.code(&root); got != mapi.Success {
		t.Errorf("the second logon after the first was released: %v", got)
	}
}

// TestLogonRedirect: a mailbox that another server has, [MS-OXCSTOR] 2.2.1.1.2 and 3.2.5.1.1.
func TestLogonRedirect(t *testing.T) {
	t.Parallel()
	now := epoch
	w := newWorld(t, withClock(func() time.Time { return now }), withSeed(&seed.Seed{Users: []seed.User{
		{Name: "alice", Password: "x", Directory: seed.Attributes{Values: map[string][]string{"home_server": {"EXCH02"}}}},
		{Name: "bob", Password: "x", Directory: seed.Attributes{Values: map[string][]string{"home_server": {"exch01"}}}},
	}}))
	for range 5 {
		resp := w.run(logonRequest(aliceDN))[0].(*rop.LogonResponse)
		if resp.ReturnValue != mapi.ErrWrongServer || resp.ServerName != dnPrefix+"Configuration/cn=Servers/cn=EXCH02" || resp.LogonFlags != mapi.LogonPrivate {
			t.Fatalf("response = %+v", resp)
		}
	}
	if got := w.code(logonRequest(aliceDN)); got != mapi.ErrServerPaused {
		t.Errorf("the sixth attempt: %v", got)
	}
	now = now.Add(11 * time.Second)
	if got := w.code(logonRequest(aliceDN)); got != mapi.ErrWrongServer {
		t.Errorf("ten seconds later: %v", got)
	}
	if w.handles[0] != free {
		t.Error("a redirect gave a handle")
	}
	bob := w.with("bob")
	if got := bob.code(logonRequest(bobDN)); got != mapi.Success {
		t.Errorf("a mailbox that is at home here: %v", got)
	}
}

// TestLogonDisabledMailboxLater: what is said of a disabled mailbox changes after five minutes, note 21.
func TestLogonDisabledMailboxLater(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.ErrMailboxDisabled, "exchange2007": mapi.ErrUnknownUser, "exchange2010-sp1": mapi.ErrUnknownUser,
	} {
		off, admin := false, true
		w := newWorld(t, withProfile(profile), withClock(func() time.Time { return seed.Epoch.Add(5 * time.Minute) }),
			withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x", Admin: &admin}, {Name: "bob", Password: "x", Enabled: &off}}}))
		req := logonRequest(bobDN)
		req.OpenFlags |= mapi.OpenUseAdminPrivilege
		if got := w.code(req); got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
	}
}

// TestLogonFlags: flags that change nothing, and those that come back, [MS-OXCSTOR] 2.2.1.1.1 and 2.2.1.1.3.
func TestLogonFlags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name   string
		flags  uint8
		open   uint32
		echoed uint8
		want   mapi.ErrorCode
	}{
		{"Undercover", mapi.LogonPrivate | mapi.LogonUndercover, 0, mapi.LogonPrivate | mapi.LogonUndercover, 0},
		{"Ghosted", mapi.LogonPrivate | mapi.LogonGhosted, 0, mapi.LogonPrivate | mapi.LogonGhosted, 0},
		{"SpoolerProcess", mapi.LogonPrivate | mapi.LogonSpoolerProcess, 0, mapi.LogonPrivate, 0},
		{"HomeLogon", mapi.LogonPrivate, mapi.OpenHomeLogon, mapi.LogonPrivate, 0},
		{"AlternateServer", mapi.LogonPrivate, mapi.OpenAlternateServer, mapi.LogonPrivate, 0},
		{"IgnoreHomeMdb", mapi.LogonPrivate, mapi.OpenIgnoreHomeMdb, mapi.LogonPrivate, 0},
		{"NoMail", mapi.LogonPrivate, mapi.OpenNoMail, mapi.LogonPrivate, 0},
		{"SupportProgress", mapi.LogonPrivate, mapi.OpenSupportProgress, mapi.LogonPrivate, 0},
		{"UndefinedBits", mapi.LogonPrivate | 0x80, 0x40000000, mapi.LogonPrivate, 0},
		{"PublicBitOnAPrivateLogon", mapi.LogonPrivate, mapi.OpenPublic, mapi.LogonPrivate, mapi.ErrInvalidParameter},
		{"Public", 0, mapi.OpenPublic, 0, 0},
		{"PublicGhosted", mapi.LogonGhosted, mapi.OpenPublic, mapi.LogonGhosted, 0},
		{"PublicIgnoreHomeMdb", 0, mapi.OpenPublic | mapi.OpenIgnoreHomeMdb, 0, 0},
		{"PublicAlternateServer", 0, mapi.OpenPublic | mapi.OpenAlternateServer, 0, mapi.ErrLoginFailure},
	} {
		req := logonRequest(aliceDN)
		req.LogonFlags, req.OpenFlags = tt.flags, tt.open|mapi.OpenUsePerMdbReplidMapping
		resp := w.run(req)[0].(*rop.LogonResponse)
		if resp.ReturnValue != tt.want || tt.want == 0 && resp.LogonFlags != tt.echoed {
			t.Errorf("%s: %v, flags %#x", tt.name, resp.ReturnValue, resp.LogonFlags)
		}
	}
}

// TestLogonOwnerIsToldADelegate checks difference L3: up to 2007 an owner who does not ask for it is told to be a delegate, but
// keeps every right.
func TestLogonOwnerIsToldADelegate(t *testing.T) {
	t.Parallel()
	for profile, told := range map[string]bool{
		"exchange2003": false, "exchange2007": false, "exchange2010-rtm": true, "exchange2010-sp1": true, "exchange2016": true,
	} {
		w := newWorld(t, withProfile(profile))
		for _, flag := range []uint32{0, mapi.OpenTakeOwnership} {
			req := logonRequest(aliceDN)
			req.OpenFlags = flag | mapi.OpenUsePerMdbReplidMapping
			flags := one[*rop.LogonResponse](w, req).ResponseFlags
			if owner := flags&mapi.LogonResponseOwner != 0; owner != (told || flag != 0) {
				t.Errorf("%s: OpenFlags %#x: response flags %#x", profile, flag, flags)
			}
			if v := w.props(0, mapi.TagOutOfOfficeState, mapi.TagMailboxOwnerName); v[1].Str() == "" {
				t.Errorf("%s: properties %v", profile, v)
			}
		}
	}
}

// TestLogonHomeLogon checks difference L2: up to 2007 what somebody read in public folders is their own only in logons
// that ask for it; the others share one read state.
func TestLogonHomeLogon(t *testing.T) {
	t.Parallel()
	for profile, asks := range map[string]bool{"exchange2003": true, "exchange2007": true, "exchange2010-sp1": false, "exchange2016": false} {
		w := newWorld(t, withProfile(profile))
		l := w.publicLogon(true)
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
		folder := w.makeFolder(1, 2, "Board")
		ids := w.fillPublic(folder, 1)
		for _, flag := range []uint32{0, mapi.OpenHomeLogon} {
			own := flag != 0 || !asks
			var users []*world
			for _, name := range []string{"alice", "bob"} {
				u := w.with(name)
				one[*rop.LogonResponse](u, &rop.LogonRequest{OpenFlags: mapi.OpenPublic | mapi.OpenUsePerMdbReplidMapping | flag})
				if got := u.openFolder(folder, 1, 0); got != mapi.Success {
					t.Fatal(got)
				}
				users = append(users, u)
			}
			read := func(u *world) bool {
				row := u.listed(1, 0, mapi.TagRead)[ids[0]]
				unread := u.props(1, mapi.TagContentUnreadCount)[0].Int()
				if row[0].Bool() != (unread == 0) {
					t.Errorf("%s: read %v, but %d unread", profile, row[0], unread)
				}
				return row[0].Bool()
			}
			one[*rop.SetReadFlagsResponse](users[0], &rop.SetReadFlagsRequest{In: in(1), MessageIDs: ids})
			if !read(users[0]) || read(users[1]) == own {
				t.Errorf("%s: OpenFlags %#x: read by alice %v, bob %v", profile, flag, read(users[0]), read(users[1]))
			}
			one[*rop.SetReadFlagsResponse](users[0], &rop.SetReadFlagsRequest{In: in(1), MessageIDs: ids, ReadFlags: mapi.ReadFlagClearReadFlag})
			if read(users[0]) || read(users[1]) {
				t.Errorf("%s: OpenFlags %#x: still read by alice %v, bob %v", profile, flag, read(users[0]), read(users[1]))
			}
		}
	}
}

// TestLogonPublicWithoutPublicFolders: a store without public folders says so.
func TestLogonPublicWithoutPublicFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}}}))
	if got := w.code(&rop.LogonRequest{OpenFlags: mapi.OpenPublic}); got != mapi.ErrLoginFailure {
		t.Errorf("code = %v", got)
	}
}
