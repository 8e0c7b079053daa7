package seed_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

func TestApplyEntries(t *testing.T) {
	t.Parallel()
	s := seeded(t, `
users:
  - {name: alice, password: x, aliases: [a@mapid.test], admin: true, hidden: true, enabled: false, quota: {warning: 1, send: 2, receive: 3},
     directory: {title: Engineer, home_phones: [1, 2], manager: bob}}
  - {name: bob, password: y, mail: b@elsewhere.test, display_name: Bob Brown}
groups:
  - {name: all, display_name: All, members: [alice, team, ext1]}
  - {name: team, members: [alice], managed_by: bob}
  - {name: everyone, dynamic: true}
contacts:
  - {name: ext1, display_name: Outside, mail: ext@x.test}
public_folders:
  - {path: A/Lost & Found, mail_enabled: true}
  - {path: B, mail_enabled: true, name: bee}
`)
	snap := snapshot(t, s)
	const recipients = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="
	want := []store.Entry{
		{MId: 0x10, Name: seed.HealthAccount, DN: recipients + seed.HealthAccount, DisplayName: "Health Mailbox", Mail: "healthmailbox@mapid.test", Hidden: true, Enabled: true, System: true},
		{MId: 0x11, Name: "alice", DN: recipients + "alice", DisplayName: "alice", Mail: "alice@mapid.test", Aliases: []string{"a@mapid.test"}, Admin: true, Hidden: true,
			Quota: store.Quota{Warning: 1, Send: 2, Receive: 3}, Attributes: map[string][]string{"title": {"Engineer"}, "home_phones": {"1", "2"}, "manager": {"bob"}}},
		{MId: 0x12, Name: "bob", DN: recipients + "bob", DisplayName: "Bob Brown", Mail: "b@elsewhere.test", Enabled: true},
		{MId: 0x13, Kind: store.ListEntry, Name: "all", DN: recipients + "all", DisplayName: "All", Mail: "all@mapid.test", Enabled: true, Members: []string{"alice", "team", "ext1"}},
		{MId: 0x14, Kind: store.ListEntry, Name: "team", DN: recipients + "team", DisplayName: "team", Mail: "team@mapid.test", Enabled: true, Members: []string{"alice"}, ManagedBy: "bob"},
		{MId: 0x15, Kind: store.DynamicListEntry, Name: "everyone", DN: recipients + "everyone", DisplayName: "everyone", Mail: "everyone@mapid.test", Enabled: true},
		{MId: 0x16, Kind: store.ContactEntry, Name: "ext1", DN: recipients + "ext1", DisplayName: "Outside", Mail: "ext@x.test", Enabled: true},
		{MId: 0x17, Kind: store.PublicFolderEntry, Name: "lost---found", DN: recipients + "lost---found", DisplayName: "Lost & Found", Mail: "lost---found@mapid.test", Enabled: true,
			Attributes: map[string][]string{"folder_path": {"A/Lost & Found"}, "folder_id": {"223"}}},
		{MId: 0x18, Kind: store.PublicFolderEntry, Name: "bee", DN: recipients + "bee", DisplayName: "B", Mail: "bee@mapid.test", Enabled: true,
			Attributes: map[string][]string{"folder_path": {"B"}, "folder_id": {"226"}}},
		{MId: 0x19, Name: seed.OutboundAccount, DN: recipients + seed.OutboundAccount, DisplayName: "Outbound Mail", Mail: "outbound@mapid.test", Hidden: true, Enabled: true, System: true},
	}
	if diff := cmp.Diff(want, snap.Entries, cmpopts.IgnoreFields(store.Entry{}, "GUID", "Mailbox", "Created", "Modified"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	read(t, s, func(r store.Reader) error {
		public, err := r.PublicMailbox()
		for _, e := range snap.Entries {
			var account string
			switch e.Kind {
			case store.UserEntry:
				account = e.Name
			case store.PublicFolderEntry:
				if e.Mailbox != public.ID {
					t.Errorf("%s is in mailbox %d", e.Name, e.Mailbox)
				}
				continue
			default:
				if e.Mailbox != 0 {
					t.Errorf("%s has mailbox %d", e.Name, e.Mailbox)
				}
				continue
			}
			m, err := r.Mailbox(e.Mailbox)
			if err != nil || m.Account != account {
				t.Errorf("mailbox of %s is %+v, %v", e.Name, m, err)
			}
		}
		return err
	})
	if _, err := s.Credential(t.Context(), seed.HealthAccount); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the health account has a password: %v", err)
	}
}

// TestApplyToExisting changes what is given and keeps the rest.
func TestApplyToExisting(t *testing.T) {
	t.Parallel()
	s := seeded(t, `
users:
  - {name: alice, password: one, display_name: Alice, admin: true, aliases: [a@mapid.test], quota: {send: 5}, directory: {title: T, office: O},
     messages: [{folder: Inbox, subject: first}]}
groups: [{name: team, members: [alice], managed_by: alice}]
`)
	before := *snapshot(t, s).ByName("alice")
	old, err := s.Credential(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if err := applyText(t, s, `
users:
  - {name: ALICE, directory: {title: New}, enabled: false, folders: [Later], messages: [{folder: Inbox, subject: second}, {folder: Later, subject: third}]}
groups: [{name: team, display_name: The Team}]
`); err != nil {
		t.Fatal(err)
	}
	want := before
	want.Enabled, want.Attributes = false, map[string][]string{"title": {"New"}, "office": {"O"}}
	snap := snapshot(t, s)
	if diff := cmp.Diff(want, *snap.ByName("alice")); diff != "" {
		t.Errorf("alice (-want +got):\n%s", diff)
	}
	if team := snap.ByName("team"); team.DisplayName != "The Team" || len(team.Members) != 1 || team.ManagedBy != "alice" {
		t.Errorf("team is %+v", team)
	}
	if c, err := s.Credential(t.Context(), "alice"); err != nil || c != old {
		t.Errorf("credential changed to %+v, %v", c, err)
	}
	if n := len(rows(t, s, "alice", store.SpecialInbox)); n != 2 {
		t.Errorf("%d messages in the Inbox, want 2", n)
	}
	if err := applyText(t, s, "users: [{name: alice, password: two}]\n"); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Credential(t.Context(), "alice"); err != nil || c.NTHash != seed.NTHash("two") {
		t.Errorf("credential %+v, %v", c, err)
	}
	if len(snapshot(t, s).Entries) != len(snap.Entries) {
		t.Error("an entry was made again")
	}
}

// refused are seeds that only the directory and the mailboxes can find wrong.
var refused = []struct {
	name, text string
	want       []string
}{
	{"Nobody", `
users:
  - name: bob
    password: x
    directory: {manager: nobody, delegates: [alice, nowhere], send_as: [no11]}
    messages:
      - {folder: Inbox, from: no1, to: [alice, no2], cc: [no3@x.test, "no 4@x"], bcc: [no5]}
    permissions: [{folder: Calendar, user: no6, role: Owner}, {folder: Calendar, user: Default, role: None}]
groups: [{name: g, members: [bob, no7], managed_by: no8}]
public_folders: [{path: x, permissions: [{user: no9, role: Owner}]}]
public_folder_admins: [alice, no10]
`, []string{
		`s.yaml:5: users[0].directory.manager: nobody is called "nobody": name a user, group or contact of the seed or the directory`,
		`s.yaml:5: users[0].directory.delegates: nobody is called "nowhere": `,
		`s.yaml:5: users[0].directory.send_as: nobody is called "no11": `,
		`s.yaml:7: users[0].messages[0].from: nobody is called "no1": `,
		`s.yaml:7: users[0].messages[0].to[1]: nobody is called "no2": `,
		`s.yaml:7: users[0].messages[0].cc[1]: "no 4@x" is not an SMTP address: write it as name@domain, or "Some Body <name@domain>"`,
		`s.yaml:7: users[0].messages[0].bcc[0]: nobody is called "no5": `,
		`s.yaml:8: users[0].permissions[0].user: nobody is called "no6": `,
		`s.yaml:9: groups[0].members[1]: nobody is called "no7": `,
		`s.yaml:9: groups[0].managed_by: nobody is called "no8": `,
		`s.yaml:10: public_folders[0].permissions[0].user: nobody is called "no9": `,
		`s.yaml:11: public_folder_admins[1]: nobody is called "no10": `,
	}},
	{"Passwords", "users:\n  - name: bob\n  - name: alice\n", []string{`s.yaml:2: users[0]: the account "bob" is new and has no password: add "password"`}},
	{"Kinds", "users:\n  - {name: team, password: x}\ngroups:\n  - {name: alice}\ncontacts:\n  - {name: Alice2, mail: alice@mapid.test}\n", []string{
		`s.yaml:2: users[0].name: "team" is in the directory already and is not a user: choose another name`,
		`s.yaml:4: groups[0].name: "alice" is in the directory already and is not a group: choose another name`,
		`s.yaml:6: contacts[0].mail: "alice@mapid.test" is the address of "alice" already: choose another`,
	}},
	{"Addresses", "users:\n  - {name: bob, password: x, aliases: [carol@mapid.test, team@mapid.test]}\n  - {name: carol, password: x}\npublic_folders:\n  - {path: Bob2, mail_enabled: true}\ncontacts:\n  - {name: c, mail: bob2@mapid.test}\n", []string{
		`s.yaml:2: users[0].aliases[1]: "team@mapid.test" is the address of "team" already: choose another`,
		`s.yaml:3: users[1]: "carol@mapid.test" is the address of "bob" already: give another as "mail"`,
		`s.yaml:5: public_folders[0]: "bob2@mapid.test" is the address of "c" already: give another as "mail"`,
	}},
	{"Folders", "users:\n  - name: alice\n    folders: [Here]\n    messages:\n      - {folder: Here}\n      - {folder: Inbox/There}\n    permissions:\n      - {folder: There, user: default, role: None}\n", []string{
		`s.yaml:6: users[0].messages[1].folder: the mailbox has no folder "Inbox/There": add it to "folders"`,
		`s.yaml:8: users[0].permissions[0].folder: the mailbox has no folder "There": add it to "folders"`,
	}},
}

// TestApplyRefused checks that all problems are told and nothing is changed.
func TestApplyRefused(t *testing.T) {
	t.Parallel()
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := seeded(t, "users: [{name: alice, password: x}]\ngroups: [{name: team}]\n")
			before := digest(t, s)
			err := applyText(t, s, c.text)
			e, ok := errors.AsType[*seed.Error](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			lines := strings.Split(e.Error(), "\n")
			if len(lines) != len(c.want) {
				t.Fatalf("%d problems, want %d:\n%s", len(lines), len(c.want), e)
			}
			for i, want := range c.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("line %d is\n%s\nwant\n%s", i, lines[i], want)
				}
			}
			if digest(t, s) != before {
				t.Error("something was changed")
			}
		})
	}
}

func TestApplyPermissions(t *testing.T) {
	t.Parallel()
	s := seeded(t, `
users:
  - name: alice
    password: x
    permissions: [{folder: Calendar, user: Bob, role: publishing editor}, {folder: Inbox, user: bob, role: Reviewer}, {folder: Calendar, user: default, role: Reviewer},
      {folder: Calendar, user: BOB, role: Editor}]
  - {name: bob, password: x}
public_folders: [{path: News/Old, permissions: [{user: anonymous, role: None}, {user: bob, role: Owner}]}]
public_folder_admins: [alice]
`)
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		public, err := r.PublicMailbox()
		if err != nil {
			return err
		}
		top := public.Special[store.SpecialIPMSubtree]
		news, err := r.FolderByName(top, "News")
		if err != nil {
			return err
		}
		old, err := r.FolderByName(news.ID, "Old")
		if err != nil {
			return err
		}
		for name, c := range map[string]struct {
			folder store.FolderID
			want   []store.Permission
		}{
			"Calendar":  {m.Special[store.SpecialCalendar], []store.Permission{{Member: -1}, {Rights: 0x401}, {Member: 1, Account: "bob", Rights: 0x47B}}},
			"Inbox":     {m.Special[store.SpecialInbox], []store.Permission{{Member: 1, Account: "bob", Rights: 0x401}}},
			"Drafts":    {m.Special[store.SpecialDrafts], nil},
			"PublicTop": {top, []store.Permission{{Member: -1, Rights: 0x002}, {Rights: 0x41B}, {Member: 1, Account: "alice", Rights: 0x7FB}}},
			"PublicOld": {old.ID, []store.Permission{{Member: -1}, {Rights: 0x41B}, {Member: 1, Account: "bob", Rights: 0x7FB}}},
		} {
			got, err := r.Permissions(c.folder)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
		return nil
	})
}

// TestApplyMessage looks at every property of one message.
func TestApplyMessage(t *testing.T) {
	t.Parallel()
	s := seeded(t, `
users:
  - name: alice
    password: x
    display_name: Alice Adams
    messages:
      - {folder: Inbox, from: bob, to: [alice, Some Body <some@x.test>], cc: [g], subject: "RE: Hello", body: "a\nb\n", html: "<p>a</p>", received: 2026-01-02T03:04:05Z}
      - {folder: Drafts, to: [bob], subject: draft}
      - {folder: Sent Items, to: [bob], subject: sent}
      - {folder: Inbox, subject: next}
  - {name: bob, password: x, display_name: Bob Brown}
groups: [{name: g}]
`)
	const bob = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=bob"
	tags := []mapi.PropTag{
		mapi.TagMessageClass, mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject, mapi.TagConversationTopic, mapi.TagBody, mapi.TagHtml,
		mapi.TagNativeBody, mapi.TagMessageDeliveryTime, mapi.TagCreationTime, mapi.TagMessageFlags, mapi.TagDisplayTo, mapi.TagDisplayCc, mapi.TagDisplayBcc,
		mapi.TagSenderName, mapi.TagSenderAddressType, mapi.TagSenderEmailAddress, mapi.TagSentRepresentingSmtpAddress, mapi.TagSenderSearchKey,
		mapi.TagReceivedByName, mapi.TagMessageToMe, mapi.TagMessageCcMe, mapi.TagMessageRecipientMe,
	}
	at := prop.Time(mapi.NewFileTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	want := []prop.Value{
		prop.String("IPM.Note"), prop.String("RE: Hello"), prop.String("RE: "), prop.String("Hello"), prop.String("Hello"), prop.String("a\r\nb\r\n"),
		prop.BinaryString("<p>a</p>"), prop.Int32(3), at, at, prop.Int32(2), prop.String("Alice Adams; Some Body"), prop.String("g"), prop.String(""),
		prop.String("Bob Brown"), prop.String("EX"), prop.String(bob), prop.String("bob@mapid.test"), prop.BinaryString(strings.ToUpper("EX:"+bob) + "\x00"),
		prop.String("Alice Adams"), prop.Bool(true), prop.Bool(false), prop.Bool(true),
	}
	inbox := rows(t, s, "alice", store.SpecialInbox, tags...)
	for i, tag := range tags {
		if !inbox[0][i].Equal(want[i]) {
			t.Errorf("%s is %+v, want %+v", tag, inbox[0][i], want[i])
		}
	}
	minute := mapi.FileTime(60 * 1e7)
	epoch := mapi.NewFileTime(seed.Epoch)
	for name, c := range map[string]struct {
		special store.Special
		row     int
		flags   uint32
		time    mapi.FileTime
		sender  string
	}{
		"Draft": {store.SpecialDrafts, 0, mapi.MfRead | mapi.MfEverRead | mapi.MfUnsent, at.FileTime() + minute, "Alice Adams"},
		"Sent":  {store.SpecialSentItems, 0, mapi.MfRead | mapi.MfEverRead | mapi.MfFromMe, at.FileTime() + 2*minute, "Alice Adams"},
		"Next":  {store.SpecialInbox, 1, mapi.MfUnmodified, at.FileTime() + 3*minute, ""},
	} {
		got := rows(t, s, "alice", c.special, mapi.TagMessageFlags, mapi.TagMessageDeliveryTime, mapi.TagSenderName)[c.row]
		if uint32(got[0].Bits()) != c.flags || got[1].FileTime() != c.time || got[2].Str() != c.sender {
			t.Errorf("%s: flags 0x%X, time %v (epoch %v), sender %q", name, got[0].Bits(), got[1].FileTime().Time(), epoch.Time(), got[2].Str())
		}
	}
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		page, err := r.Page(store.Selection{Folder: m.Special[store.SpecialInbox]}, store.Position{}, false, 1)
		if err != nil {
			return err
		}
		msg, err := r.Message(page[0].ID)
		if err != nil {
			return err
		}
		list, err := r.Recipients(msg.Bag)
		var got [][]any
		for _, row := range list {
			v := map[mapi.PropTag]prop.Value{}
			for _, p := range row.Props {
				v[p.Tag] = p.Value
			}
			got = append(got, []any{row.RowID, row.Type, v[mapi.TagDisplayName].Str(), v[mapi.TagAddressType].Str(), v[mapi.TagSmtpAddress].Str(), v[mapi.TagObjectType].Int(), v[mapi.TagDisplayType].Int()})
		}
		if diff := cmp.Diff([][]any{
			{uint32(0), uint32(1), "Alice Adams", "EX", "alice@mapid.test", int64(6), int64(0)},
			{uint32(1), uint32(1), "Some Body", "SMTP", "some@x.test", int64(6), int64(0)},
			{uint32(2), uint32(2), "g", "EX", "g@mapid.test", int64(8), int64(1)},
		}, got); diff != "" {
			t.Errorf("recipients (-want +got):\n%s", diff)
		}
		return err
	})
}

func TestApplyLive(t *testing.T) {
	t.Parallel()
	now := time.Unix(2e9, 0)
	s := open(t, now)
	sd, err := seed.Parse("s", []byte("users: [{name: a, password: x}]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	live := options
	live.Live = true
	if err := seed.Apply(t.Context(), s, s, sd, live); err != nil {
		t.Fatal(err)
	}
	if got := snapshot(t, s).ByName("a").Created; got != mapi.NewFileTime(now) {
		t.Errorf("created at %v", got.Time())
	}
}

func TestNTHash(t *testing.T) {
	t.Parallel()
	if got := seed.NTHash("Password"); got != [16]byte{0xa4, 0xf4, 0x9c, 0x40, 0x65, 0x10, 0xbd, 0xca, 0xb6, 0x82, 0x4e, 0xe7, 0xc3, 0x0f, 0xd8, 0x52} { // [MS-NLMP] 4.2.2.1.2
		t.Errorf("hash %x", got)
	}
}

// BenchmarkReset brings a store back to the demo organisation.
func BenchmarkReset(b *testing.B) {
	s := open(b, time.Now())
	if err := seed.Apply(b.Context(), s, s, seed.Demo(), options); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := seed.Reset(b.Context(), s, seed.Demo(), options); err != nil {
			b.Fatal(err)
		}
	}
}
