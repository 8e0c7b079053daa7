package exec_test

import (
	"context"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// makeFolder makes a generic folder below the folder at an index and puts it at another.
func (w *world) makeFolder(parent, at uint8, name string) mapi.ID {
	w.t.Helper()
	return one[*rop.CreateFolderResponse](w, newFolderRequest(parent, at, name)).FolderID
}

func newFolderRequest(parent, at uint8, name string) *rop.CreateFolderRequest {
	return &rop.CreateFolderRequest{InOut: inOut(parent, at), FolderType: uint8(mapi.FolderTypeGeneric), UseUnicode: true, DisplayName: name}
}

// openFolder opens a folder of the logon at index 0 at another index.
func (w *world) openFolder(id mapi.ID, at, flags uint8) mapi.ErrorCode {
	w.t.Helper()
	return w.code(&rop.OpenFolderRequest{InOut: inOut(0, at), FolderID: id, OpenModeFlags: flags})
}

// publicLogon opens the public folders at index 0, as an administrator or not.
func (w *world) publicLogon(admin bool) *rop.LogonResponse {
	w.t.Helper()
	flags := mapi.OpenPublic | 0x01000000
	if admin {
		flags |= mapi.OpenUseAdminPrivilege
	}
	return one[*rop.LogonResponse](w, &rop.LogonRequest{OpenFlags: flags})
}

// change changes a user's mailbox behind the session's back.
func (w *world) change(user string, fn func(tx store.Tx) error) {
	w.t.Helper()
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry(user).Mailbox}}
	if err := w.store.Update(context.Background(), scope, fn); err != nil {
		w.t.Fatal(err)
	}
}

func TestCreateFolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		request rop.CreateFolderRequest
		display string
		comment prop.Value
		typ     int32
	}{
		{
			"Unicode", rop.CreateFolderRequest{FolderType: 1, UseUnicode: true, DisplayName: "Größe 漢字", Comment: "Bemerkung é"},
			"Größe 漢字", prop.String("Bemerkung é"), 1,
		},
		{
			"EightBitInTheCodePageOfTheSession", rop.CreateFolderRequest{FolderType: 1, DisplayName: "Gr\xF6\xDFe", Comment: "\x80"},
			"Größe", prop.String("€"), 1,
		},
		{"WithoutComment", rop.CreateFolderRequest{FolderType: 1, DisplayName: "Plain"}, "Plain", prop.Error(mapi.ErrNotFound), 1},
		{"OpenExistingWithoutOne", rop.CreateFolderRequest{FolderType: 1, OpenExisting: true, DisplayName: "New"}, "New", prop.Error(mapi.ErrNotFound), 1},
		{"SearchFolder", rop.CreateFolderRequest{FolderType: 2, DisplayName: "Found"}, "Found", prop.Error(mapi.ErrNotFound), 2},
		{"ReservedIsIgnored", rop.CreateFolderRequest{FolderType: 1, Reserved: 0xFF, DisplayName: "Odd"}, "Odd", prop.Error(mapi.ErrNotFound), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := w.inbox()
			req := tt.request
			req.InOut = inOut(1, 2)
			r := one[*rop.CreateFolderResponse](w, &req)
			if r.IsExistingFolder || r.FolderID == 0 {
				t.Errorf("response = %+v", r)
			}
			v := w.props(2, mapi.TagFolderId, mapi.TagDisplayName, mapi.TagComment, mapi.TagFolderType, mapi.TagParentFolderId, mapi.TagContentCount, mapi.TagSubfolders)
			want := []prop.Value{
				prop.ID(r.FolderID), prop.String(tt.display), tt.comment, prop.Int32(tt.typ), prop.ID(l.FolderIDs[fidInbox]), prop.Int32(0), prop.Bool(false),
			}
			for i := range want {
				if !v[i].Equal(want[i]) {
					t.Errorf("property %d = %v, want %v", i, v[i], want[i])
				}
			}
			if got := w.openFolder(r.FolderID, 3, 0); got != mapi.Success {
				t.Errorf("opening it: %v", got)
			}
		})
	}
}

func TestCreateFolderOpenExisting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	first := w.makeFolder(1, 2, "Same")
	again := newFolderRequest(1, 3, "sAME")
	if got := w.code(again); got != mapi.ErrDuplicateName {
		t.Errorf("without OpenExisting: %v", got)
	}
	if w.handles[3] != free {
		t.Error("a failure made an object")
	}
	again.OpenExisting, again.Comment = true, "changes nothing"
	r := one[*rop.CreateFolderResponse](w, again)
	if r.FolderID != first || r.IsExistingFolder {
		t.Errorf("with OpenExisting: %+v, the folder is %v", r, first)
	}
	if v := w.props(3, mapi.TagDisplayName, mapi.TagComment); v[0].Str() != "Same" || v[1].ErrorCode() != mapi.ErrNotFound {
		t.Errorf("the existing folder = %v", v)
	}
}

func TestCreateFolderRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(1, 2), FolderType: 2, DisplayName: "Search"})
	for _, tt := range []struct {
		name string
		in   uint8
		typ  uint8
		as   string
		want mapi.ErrorCode
	}{
		{"FolderTypeRoot", 1, 0, "A", mapi.ErrInvalidParameter},
		{"FolderTypeUnknown", 1, 3, "A", mapi.ErrInvalidParameter},
		{"NoName", 1, 1, "", mapi.ErrInvalidParameter},
		{"NotAFolder", 0, 1, "A", mapi.ErrNoSupport},
		{"BelowASearchFolder", 2, 1, "A", mapi.ErrSearchFolder},
	} {
		got := w.code(&rop.CreateFolderRequest{InOut: inOut(tt.in, 3), FolderType: tt.typ, DisplayName: tt.as})
		if got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestCreateFolderWithoutRight is difference F11: the code of a refusal.
func TestCreateFolderWithoutRight(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2007": mapi.ErrAccessDenied, "exchange2010-sp1": mapi.ErrNoCreateSubfolderRight, "exchange2013": mapi.ErrAccessDenied,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile), asUser("bob"))
			l := w.publicLogon(false)
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
			if got := w.code(newFolderRequest(1, 2, "Mine")); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// TestCreateFolderPublicSearch is difference F12: search folders in the public store.
func TestCreateFolderPublicSearch(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2007": mapi.ErrNoSupport, "exchange2010-sp1": mapi.ErrGeneralFailure, "exchange2013": mapi.ErrNoSupport,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.publicLogon(true)
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
			req := newFolderRequest(1, 2, "Search")
			req.FolderType = uint8(mapi.FolderTypeSearch)
			if got := w.code(req); got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// TestCreateFolderExistingPublic is difference F3: only 2007 and older tell that a public folder existed.
func TestCreateFolderExistingPublic(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2003": true, "exchange2007": true, "exchange2010-sp1": false, "exchange2016": false} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.publicLogon(true)
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
			req := newFolderRequest(1, 2, "Shared")
			req.OpenExisting = true
			if r := one[*rop.CreateFolderResponse](w, req); r.IsExistingFolder {
				t.Error("a new folder existed before")
			}
			if r := one[*rop.CreateFolderResponse](w, req); r.IsExistingFolder != want || r.HasRules || r.Ghosted != nil {
				t.Errorf("again: %+v, want IsExistingFolder %v", r, want)
			}
		})
	}
}

// TestCreateFolderCounts checks that the parent's properties follow at once.
func TestCreateFolderCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 2, "Empty")
	tags := []mapi.PropTag{mapi.TagSubfolders, mapi.TagFolderChildCount, mapi.TagHierarchyChangeNumber, mapi.TagLocalCommitTimeMax}
	before := w.props(2, tags...)
	if before[0].Bool() || before[1].Int() != 0 {
		t.Errorf("new folder = %v", before)
	}
	w.makeFolder(2, 3, "One")
	w.makeFolder(2, 3, "Two")
	after := w.props(2, tags...)
	if !after[0].Bool() || after[1].Int() != 2 || after[2].Int() <= before[2].Int() || after[3].FileTime() < before[3].FileTime() {
		t.Errorf("before %v, after %v", before, after)
	}
}

// TestPitfall18SubfolderSurvivesReleaseOfParent is line 18 of what broke Outlook against other servers.
func TestPitfall18SubfolderSurvivesReleaseOfParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.makeFolder(1, 2, "Child")
	w.run(&rop.ReleaseRequest{In: in(1)})
	if v := w.props(2, mapi.TagDisplayName)[0]; v.Str() != "Child" {
		t.Errorf("name = %v", v)
	}
	w.makeFolder(2, 3, "Grandchild")
}

// TestCreateFolderShowsInOpenTables checks that a hierarchy table that is open in another session has the new row.
func TestCreateFolderShowsInOpenTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	n := w.hierarchy(l.FolderIDs[fidInbox], 0, mapi.TagDisplayName, mapi.TagFolderId)
	w.rows(100)
	other := w.with("alice")
	other.inbox()
	id := other.makeFolder(1, 2, "Between")
	if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}); p.Denominator != n+1 {
		t.Errorf("%d rows, were %d", p.Denominator, n)
	}
	if names := w.folderNames(l.FolderIDs[fidInbox], 0); names["Between"] != id {
		t.Errorf("subfolders = %v", names)
	}
}

// folderNames lists the subfolders of a folder, which it opens at index 6, by name.
func (w *world) folderNames(id mapi.ID, flags uint8) map[string]mapi.ID {
	w.t.Helper()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 6), FolderID: id, OpenModeFlags: mapi.OpenModeSoftDeleted})
	t := one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(6, 7), TableFlags: flags})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: []mapi.PropTag{mapi.TagDisplayName, mapi.TagFolderId}})
	r := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: true, RowCount: 500})
	if int(t.RowCount) != len(r.Rows) {
		w.t.Errorf("%d rows, the table said %d", len(r.Rows), t.RowCount)
	}
	names := make(map[string]mapi.ID)
	for _, row := range r.Rows {
		names[row.Values[0].Str()] = row.Values[1].ObjectID()
	}
	return names
}

// permit gives a user rights on a folder of alice's, and nobody else any but those they had.
func (w *world) permit(folder mapi.ID, user string, rights uint32) {
	w.t.Helper()
	id := store.FolderID(folder.Counter())
	w.change("alice", func(tx store.Tx) error {
		permissions, err := tx.Permissions(id)
		if err != nil {
			return err
		}
		permissions = slices.DeleteFunc(permissions, func(p store.Permission) bool { return p.Account == user })
		return tx.SetPermissions(id, append(permissions, store.Permission{Account: user, Rights: rights}))
	})
}

// delegate is a session of another user who opened alice's mailbox at index 0.
func (w *world) delegate(user string) *world {
	w.t.Helper()
	o := w.with(user)
	one[*rop.LogonResponse](o, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: mapi.OpenUsePerMdbReplidMapping, Essdn: aliceDN})
	return o
}

// addressOf is the entry id of a user in the address book.
func (w *world) addressOf(user string) prop.Value {
	w.t.Helper()
	return prop.Binary(msgprops.AddressBookEntryID{Type: mapi.DisplayMailUser, DN: w.entry(user).DN}.Bytes())
}

// TestCreateFolderPermissions checks that a folder has the permissions of its parent, and that who makes one in the
// public store owns it.
func TestCreateFolderPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	w.permit(inbox, "bob", mapi.RolePublishingEditor)
	bob := w.delegate("bob")
	for at, id := range map[uint8]mapi.ID{1: inbox, 2: w.makeFolder(1, 2, "Of alice")} {
		if got := bob.openFolder(id, at, 0); got != mapi.Success {
			t.Fatal(got)
		}
	}
	bob.makeFolder(1, 3, "Of bob")
	for _, at := range []uint8{2, 3} {
		if v := bob.props(at, mapi.TagRights)[0]; uint32(v.Int()) != mapi.RolePublishingEditor {
			t.Errorf("folder %d: rights %x", at, v.Int())
		}
	}
	admin := w.with("alice")
	public := admin.publicLogon(true)
	one[*rop.OpenFolderResponse](admin, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: public.FolderIDs[1]})
	board := admin.makeFolder(1, 2, "Board")
	scope := store.Scope{Mailboxes: w.mailboxes()}
	err := w.store.Update(t.Context(), scope, func(tx store.Tx) error {
		return tx.SetPermissions(store.FolderID(board.Counter()), []store.Permission{{Member: store.MemberDefault, Rights: mapi.RolePublishingAuthor}})
	})
	if err != nil {
		t.Fatal(err)
	}
	bob = w.with("bob")
	bob.publicLogon(false)
	if got := bob.openFolder(board, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	bob.makeFolder(1, 2, "Of bob")
	if v := bob.props(2, mapi.TagRights)[0]; uint32(v.Int()) != mapi.RoleOwner|mapi.RightFolderContact {
		t.Errorf("rights on what bob made: %x", v.Int())
	}
	carol := w.with("carol")
	carol.publicLogon(false)
	one[*rop.OpenFolderResponse](carol, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: bob.folderID(2)})
	if v := carol.props(1, mapi.TagRights)[0]; uint32(v.Int()) != mapi.RolePublishingAuthor {
		t.Errorf("others' rights: %x", v.Int())
	}
}

// mailboxes lists all of them.
func (w *world) mailboxes() (ids []store.MailboxID) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		list, err := r.Mailboxes()
		for i := range list {
			ids = append(ids, list[i].ID)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}
