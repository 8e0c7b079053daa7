package exec_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// roles are the roles of [MS-OXCPERM] 2.2.7, in the order of the columns of enforcement.
var roles = []struct {
	name   string
	rights uint32
}{
	{"None", 0}, {"FreeBusy", mapi.RightFreeBusySimple}, {"Contributor", mapi.RoleContributor}, {"Reviewer", mapi.RoleReviewer},
	{"NonEditingAuthor", mapi.RoleNonEditingAuthor}, {"Author", mapi.RoleAuthor}, {"PublishingAuthor", mapi.RolePublishingAuthor},
	{"Editor", mapi.RoleEditor}, {"PublishingEditor", mapi.RolePublishingEditor}, {"Owner", mapi.RoleOwner},
}

// ways are how somebody gets the rights of a role.
var ways = []struct {
	name  string
	grant func(rights uint32) []store.Permission
	lists []store.Entry // put into the directory
}{
	{"Own", func(r uint32) []store.Permission {
		return []store.Permission{{Member: store.MemberDefault, Rights: mapi.RoleOwner}, {Account: "outer", Rights: mapi.RoleOwner}, {Account: "bob", Rights: r}}
	}, circle},
	{"Default", func(r uint32) []store.Permission {
		return []store.Permission{{Member: store.MemberDefault, Rights: r}, {Member: store.MemberAnonymous, Rights: mapi.RoleOwner}, {Account: "carol", Rights: mapi.RoleOwner}}
	}, nil},
	{"List", func(r uint32) []store.Permission {
		return []store.Permission{{Member: store.MemberDefault, Rights: mapi.RoleOwner}, {Account: "team", Rights: r}}
	}, nil},
	{"NestedList", func(r uint32) []store.Permission {
		return []store.Permission{{Member: store.MemberDefault, Rights: mapi.RoleOwner}, {Account: "Outer", Rights: r}}
	}, circle},
}

// circle are two lists that are on each other; bob is on one of them.
var circle = []store.Entry{
	{Kind: store.ListEntry, Name: "outer", DN: dnPrefix + "Recipients/cn=outer", DisplayName: "Outer", Mail: "outer@mapid.test", Enabled: true, Members: []string{"inner"}},
	{Kind: store.ListEntry, Name: "inner", DN: dnPrefix + "Recipients/cn=inner", DisplayName: "Inner", Mail: "inner@mapid.test", Enabled: true, Members: []string{"outer", "bob"}},
}

// enforced is bob, who works in somebody else's folder: handle 0 is the logon, 1 the folder, 2 one of the same mailbox
// that is his to write to. More handles are the steps' own.
type enforced struct {
	*world
	mailbox store.MailboxID
	folder  store.FolderID
	n       int // makes names unlike
	message mapi.ID
	asked   map[rop.ID]bool // what was tried
}

// answers are the letters of answers in the table.
var answers = map[mapi.ErrorCode]string{
	mapi.Success: ".", mapi.ErrNotFound: "n", mapi.ErrAccessDenied: "d", mapi.ErrNoSupport: "s", mapi.ErrNoCreateSubfolderRight: "c",
	mapi.ErrNoCreateRight: "m", mapi.ErrDuplicateName: "u", mapi.ErrNullObject: "0", mapi.ErrNotInQueue: "q", mapi.ErrComputed: "k",
}

// enforcedStep is one operation and what it answers each role.
type enforcedStep struct {
	name string
	// before opens what the step needs, while bob may still do everything.
	before func(e *enforced)
	do     func(e *enforced) string
	want   string // see enforcement
}

// newEnforced makes a folder with a subfolder, and opens it for bob while he may do everything in it.
func newEnforced(t *testing.T, public bool, user string, lists []store.Entry, opts ...option) *enforced {
	t.Helper()
	w := newWorld(t, opts...)
	e := &enforced{world: w.with(user), asked: make(map[rop.ID]bool)}
	var elsewhere store.FolderID
	err := w.store.Update(t.Context(), store.Scope{Directory: true, Mailboxes: []store.MailboxID{w.entry("alice").Mailbox, w.publicMailbox()}}, func(tx store.Tx) error {
		for _, l := range lists {
			if _, err := tx.PutEntry(l); err != nil {
				return err
			}
		}
		m, err := tx.MailboxOf("alice")
		if public {
			m, err = tx.PublicMailbox()
		}
		if err != nil {
			return err
		}
		e.mailbox = m.ID
		for _, f := range []struct {
			id    *store.FolderID
			name  string
			class string
		}{{&e.folder, "Shared", "IPF.Appointment"}, {&elsewhere, "Elsewhere", "IPF.Note"}} {
			made, err := tx.CreateFolder(store.NewFolder{
				Mailbox: m.ID, Parent: m.Special[store.SpecialIPMSubtree], Type: store.FolderGeneric, Special: store.SpecialCount, Name: f.name, Class: f.class,
			})
			if err != nil {
				return err
			}
			*f.id = made.ID
			if err := tx.SetPermissions(made.ID, []store.Permission{{Account: "bob", Rights: mapi.RoleOwner}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	req := delegateRequest(aliceDN)
	if public {
		req = &rop.LogonRequest{OpenFlags: mapi.OpenPublic | mapi.OpenUsePerMdbReplidMapping}
	}
	if e.entry(user).Admin {
		req.OpenFlags |= mapi.OpenUseAdminPrivilege
	}
	one[*rop.LogonResponse](e.world, req)
	for index, f := range []store.FolderID{e.folder, elsewhere} {
		one[*rop.OpenFolderResponse](e.world, &rop.OpenFolderRequest{InOut: inOut(0, uint8(index+1)), FolderID: mapi.NewID(1, uint64(f))})
	}
	return e
}

func (w *world) publicMailbox() (id store.MailboxID) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.PublicMailbox()
		id = m.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// update changes the mailbox behind bob's back.
func (e *enforced) update(fn func(tx store.Tx) error) {
	e.t.Helper()
	if err := e.store.Update(e.t.Context(), store.Scope{Mailboxes: []store.MailboxID{e.mailbox}}, fn); err != nil {
		e.t.Fatal(err)
	}
}

// letter makes a message in the folder, with an attachment that is a message.
func (e *enforced) letter(own, associated bool) (id mapi.ID) {
	e.t.Helper()
	by := "carol"
	if own {
		by = "bob"
	}
	creator := prop.Binary(msgprops.AddressBookEntryID{DN: e.entry(by).DN}.Bytes())
	inner := store.NewMessage{Props: []prop.Tagged{text(mapi.TagSubject, "inner")}}
	e.update(func(tx store.Tx) error {
		m, err := tx.CreateMessage(store.NewMessage{
			Folder: e.folder, Associated: associated,
			Props:       []prop.Tagged{text(mapi.TagSubject, "a letter"), text(mapi.TagMessageClass, "IPM.Note"), {Tag: mapi.TagCreatorEntryId, Value: creator}},
			Attachments: []store.NewAttachment{{Method: mapi.AfEmbeddedMessage, Embedded: &inner}},
		})
		id = mapi.NewID(1, uint64(m.ID))
		return err
	})
	return id
}

// child makes a folder in the folder, with the same permissions.
func (e *enforced) child() (id mapi.ID) {
	e.t.Helper()
	e.n++
	e.update(func(tx store.Tx) error {
		f, err := tx.CreateFolder(store.NewFolder{
			Mailbox: e.mailbox, Parent: e.folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: fmt.Sprint("child ", e.n),
		})
		if err != nil {
			return err
		}
		id = mapi.NewID(1, uint64(f.ID))
		permissions, err := tx.Permissions(e.folder)
		for i := range permissions {
			if permissions[i].Member > 0 {
				permissions[i].Member = 0
			}
		}
		if err != nil {
			return err
		}
		return tx.SetPermissions(f.ID, permissions)
	})
	return id
}

// permit gives the folder permissions.
func (e *enforced) permit(list []store.Permission) {
	e.t.Helper()
	e.update(func(tx store.Tx) error { return tx.SetPermissions(e.folder, list) })
}

// answer runs requests, and gives the letter of the first that fails; p is success but for a part, r of the last is what
// RopSetProperties has problems with.
func (e *enforced) answer(reqs ...rop.Request) string {
	e.t.Helper()
	for _, req := range reqs {
		resp := e.run(req)[0]
		e.asked[req.RopID()] = true
		if code := resp.Head().ReturnValue; code != mapi.Success {
			l, ok := answers[code]
			if !ok {
				e.t.Fatalf("%T: %v has no letter", req, code)
			}
			return l
		}
		switch r := resp.(type) {
		case *rop.DeleteMessagesResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.HardDeleteMessagesResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.MoveCopyMessagesResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.EmptyFolderResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.HardDeleteMessagesAndSubfoldersResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.DeleteFolderResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.MoveFolderResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.CopyFolderResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.SetReadFlagsResponse:
			if r.PartialCompletion {
				return "p"
			}
		case *rop.SetPropertiesResponse:
			if len(r.PropertyProblems) > 0 {
				return answers[r.PropertyProblems[0].Code]
			}
		case *rop.DeletePropertiesResponse:
			if len(r.PropertyProblems) > 0 {
				return answers[r.PropertyProblems[0].Code]
			}
		case *rop.CopyPropertiesResponse:
			if len(r.PropertyProblems) > 0 {
				return answers[r.PropertyProblems[0].Code]
			}
		}
	}
	return "."
}

// answers gives what is wanted of a step, by role.
func (s *enforcedStep) answers(public bool) string {
	columns := strings.Fields(s.want)
	if public && len(columns) > 1 {
		return columns[1]
	}
	return columns[0]
}

// step makes a step that is one request.
func step(name, want string, req func(e *enforced) rop.Request) enforcedStep {
	return enforcedStep{name: name, want: want, do: func(e *enforced) string { return e.answer(req(e)) }}
}

// TestEnforcement runs every operation that touches a folder, its messages, tables, rules and permissions in every role,
// however somebody got it, and holds the answers against a table, [MS-OXCPERM] 2.2.7.
func TestEnforcement(t *testing.T) {
	t.Parallel()
	for _, public := range []bool{false, true} {
		for _, way := range ways {
			t.Run(fmt.Sprintf("%s/Public=%v", way.name, public), func(t *testing.T) {
				t.Parallel()
				got := make([]strings.Builder, len(enforcement))
				for _, role := range roles {
					e := newEnforced(t, public, "bob", way.lists)
					for i := range enforcement {
						s := &enforcement[i]
						e.permit([]store.Permission{{Account: "bob", Rights: mapi.RoleOwner}})
						if s.before != nil {
							s.before(e)
						}
						e.permit(way.grant(role.rights))
						got[i].WriteString(s.do(e))
						e.run(&rop.ReleaseRequest{In: in(3)}, &rop.ReleaseRequest{In: in(4)}, &rop.ReleaseRequest{In: in(5)})
					}
				}
				for i := range enforcement {
					want := enforcement[i].answers(public)
					if got[i].String() != want {
						t.Errorf("%-28s %s, want %s", enforcement[i].name, got[i].String(), want)
					}
				}
			})
		}
	}
}

// unenforced are the operations that need no row in the table, by reason.
var unenforced = map[string][]rop.ID{
	"they name no object, or only give or take up a handle": {
		rop.Release, rop.Logon, rop.TellVersion, rop.Progress, rop.LongTermIdFromId, rop.IdFromLongTermId, rop.GetStoreState,
		rop.SetSpooler, rop.GetAddressTypes, rop.OptionsData, rop.TransportSend,
	},
	"they work on an open table, as RopQueryRows does": {
		rop.SetColumns, rop.SortTable, rop.Restrict, rop.GetStatus, rop.QueryPosition, rop.SeekRow, rop.SeekRowBookmark,
		rop.SeekRowFractional, rop.CreateBookmark, rop.QueryColumnsAll, rop.Abort, rop.FindRow, rop.ExpandRow, rop.CollapseRow,
		rop.GetCollapseState, rop.SetCollapseState, rop.ResetTable, rop.FreeBookmark,
	},
	"they work on an open stream, as RopWriteStream and RopCommitStream do": {
		rop.ReadStream, rop.SeekStream, rop.SetStreamSize, rop.CopyToStream, rop.CloneStream, rop.LockRegionStream,
		rop.UnlockRegionStream, rop.GetStreamSize, rop.WriteAndCommitStream, rop.WriteStreamExtended,
	},
	"they read what was opened with a right to read it": {
		rop.ReadRecipients, rop.ReloadCachedInformation, rop.GetAttachmentTable, rop.GetValidAttachments, rop.QueryNamedProperties,
	},
	"they deal with what the user has read, not with what others have written": {
		rop.GetPerUserLongTermIds, rop.GetPerUserGuid, rop.WritePerUserInformation,
	},
}

// TestEnforcementAll: nothing of that is refused to the mailbox's owner and to an administrator who asked for the privilege;
// and no operation is forgotten.
func TestEnforcementAll(t *testing.T) {
	t.Parallel()
	asked := make(map[rop.ID]bool)
	for _, ids := range unenforced {
		for _, id := range ids {
			asked[id] = true
		}
	}
	for _, public := range []bool{false, true} {
		e := newEnforced(t, public, "alice", nil)
		for i := range enforcement {
			s := &enforcement[i]
			e.permit(nil)
			if s.before != nil {
				s.before(e)
			}
			want := "."
			switch columns := strings.Fields(s.want); {
			case public && (s.answers(true) == "ssssssssss" || s.answers(true) == "0000000000"):
				want = s.answers(true)[:1] // there is no such thing in the public folders
			case !public && len(columns) > 2:
				want = columns[2]
			}
			if got := s.do(e); got != want {
				t.Errorf("public %v: %s: %s, want %s", public, s.name, got, want)
			}
			e.run(&rop.ReleaseRequest{In: in(3)}, &rop.ReleaseRequest{In: in(4)}, &rop.ReleaseRequest{In: in(5)})
		}
		maps.Copy(asked, e.asked)
	}
	for _, id := range exec.Implemented() {
		if !asked[id] {
			t.Errorf("ROP 0x%02X: nothing says who may do it", uint8(id))
		}
	}
}

// TestEnforcementVersions: what versions answer otherwise to a reviewer and to a publishing editor: F4, F6, F7, F11, P10, M21,
// A2, and F8 and F27, by which old ones do not tell what they did not delete.
func TestEnforcementVersions(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]struct{ private, public string }{
		// SetProperties, CreateFolder, CreateMessage, EmptyFolder, HardDeleteMessagesAndSubfolders, CopyFolderAway, CopyToFromIt
		"exchange2003":     {".. d. m. .. .. .. ..", "dd d. m. .. .. .. .."},
		"exchange2007":     {".. d. m. .. .. .. ..", "dd d. m. .. .. .. .."},
		"exchange2010-sp1": {".. c. m. p. p. .. ..", "dd c. m. p. p. .. .."},
		"exchange2013":     {"dd d. d. p. p. .. ..", "dd d. d. ss ss ss ss"},
		"exchange2016":     {"dd d. d. p. p. .. ..", "dd d. d. ss ss ss ss"},
	} {
		for public, want := range map[bool]string{false: want.private, true: want.public} {
			e := newEnforced(t, public, "bob", nil, withProfile(profile))
			var got []string
			for _, name := range []string{
				"SetProperties", "CreateFolder", "CreateMessage", "EmptyFolder", "HardDeleteMessagesAndSubfolders", "CopyFolderAway", "CopyToFromIt",
			} {
				i := slices.IndexFunc(enforcement, func(s enforcedStep) bool { return s.name == name })
				answer := ""
				for _, rights := range []uint32{mapi.RoleReviewer, mapi.RolePublishingEditor} {
					e.permit([]store.Permission{{Account: "bob", Rights: rights}})
					answer += enforcement[i].do(e)
					e.run(&rop.ReleaseRequest{In: in(3)})
				}
				got = append(got, answer)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s, public %v: %s, want %s", profile, public, strings.Join(got, " "), want)
			}
		}
	}
}
