package seed_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/seed"
)

// contractSeed is the example of the contract.
const contractSeed = `
users:
  - name: alice                                # account, mail alias, last cn of the legacy DN
    password: Password1!
    display_name: Alice Adams
    mail: alice@mapid.test                     # default: name@domain
    aliases: [a.adams@mapid.test]
    admin: false
    enabled: true
    hidden: false
    directory:
      {title: Engineer, department: R&D, office: "12", phone: "+1 555 0100", mobile: "", home_phones: [], assistant: "", manager: bob,
       company: mapid, phonetic_display_name: "", certificates: [path.cer], street: "", city: "", state: "", postal_code: "", country: "", comment: ""}
    quota: {warning: 0, send: 0, receive: 0}   # KiB, 0 = none
    folders: [Inbox/Projects, Archive]
    messages:
      - {folder: Inbox, from: bob, to: [alice], cc: [], subject: Hello, body: "text", html: "", received: 2026-01-02T03:04:05Z, read: false,
         attachments: [{name: a.txt, content: "…"}]}
    permissions: [{folder: Calendar, user: bob, role: Reviewer}]
groups:                                        # distribution lists
  - {name: team, display_name: The Team, members: [alice, bob], managed_by: alice}
  - {name: everyone, display_name: Everyone, dynamic: true}
contacts:                                      # mail contacts: in the address book, mailbox elsewhere
  - {name: ext1, display_name: Outside Person, mail: someone@elsewhere.test}
public_folders:
  - {path: Announcements, mail_enabled: true, permissions: [{user: alice, role: Owner}]}
public_folder_admins: [alice]
`

func TestParseContract(t *testing.T) {
	t.Parallel()
	got, err := seed.Parse("x.yaml", []byte(contractSeed), fstest.MapFS{"path.cer": {Data: []byte("certificate")}})
	if err != nil {
		t.Fatal(err)
	}
	no, yes := false, true
	want := &seed.Seed{
		Users: []seed.User{{
			Name: "alice", Password: "Password1!", DisplayName: "Alice Adams", Mail: "alice@mapid.test", Aliases: []string{"a.adams@mapid.test"},
			Admin: &no, Enabled: &yes, Hidden: &no,
			Directory: seed.Attributes{
				Values: map[string][]string{
					"title": {"Engineer"}, "department": {"R&D"}, "office": {"12"}, "phone": {"+1 555 0100"}, "manager": {"bob"}, "company": {"mapid"},
				},
				Certificates: []string{"path.cer"},
			},
			Quota: &seed.Quota{}, Folders: []string{"Inbox/Projects", "Archive"},
			Messages: []seed.Message{{
				Folder: "Inbox", From: "bob", To: []string{"alice"}, Cc: []string{}, Subject: "Hello", Body: "text",
				Received: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Attachments: []seed.Attachment{{Name: "a.txt", Content: "…"}},
			}},
			Permissions: []seed.Permission{{Folder: "Calendar", User: "bob", Role: "Reviewer"}},
		}},
		Groups: []seed.Group{
			{Name: "team", DisplayName: "The Team", Members: []string{"alice", "bob"}, ManagedBy: "alice"}, {Name: "everyone", DisplayName: "Everyone", Dynamic: true},
		},
		Contacts:           []seed.Contact{{Name: "ext1", DisplayName: "Outside Person", Mail: "someone@elsewhere.test"}},
		PublicFolders:      []seed.PublicFolder{{Path: "Announcements", MailEnabled: true, Permissions: []seed.Permission{{User: "alice", Role: "Owner"}}}},
		PublicFolderAdmins: []string{"alice"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(seed.Seed{}, seed.Attributes{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// wrong are seeds and every line of the errors they must give.
var wrong = []struct {
	name, text string
	want       []string
}{
	{"NotYAML", "users: [", []string{`s.yaml:1: `}},
	{"NotKeys", "- a\n", []string{`s.yaml:1: here belong keys with values, not a list: write "key: value"`}},
	{"TwoDocuments", "users: []\n---\nusers: []\n", []string{`s.yaml:3: a second document begins here: keep one seed in a file`}},
	{"UnknownKeys", "user: []\nusers:\n  - name: a\n    passwort: x\n    zzzzzzzz: 1\n", []string{
		`s.yaml:1: user: unknown key: did you mean "users"?`,
		`s.yaml:4: users[0].passwort: unknown key: did you mean "password"?`,
		`s.yaml:5: users[0].zzzzzzzz: unknown key: the keys here are name, password, display_name, mail, aliases, admin, enabled, hidden, locale, directory, quota, folders, messages, permissions`,
	}},
	{"KeyTwice", "users: []\nusers: []\n", []string{`s.yaml:2: `}},
	{"WrongKinds", "users:\n  - name: [a]\n    admin: maybe\n    aliases: x\n    quota: {send: -1, receive: many}\n    messages: [{folder: Inbox, received: yesterday}]\n    directory: [x]\n", []string{
		`s.yaml:2: users[0].name: here belongs a text, not a list`,
		`s.yaml:2: users[0]: no name: add "name"`,
		`s.yaml:3: users[0].admin: "maybe" is neither true nor false`,
		`s.yaml:4: users[0].aliases: here belongs a list, not "x": write [x]`,
		`s.yaml:5: users[0].quota.send: "-1" is not a whole number from 0 to 4294967295`,
		`s.yaml:5: users[0].quota.receive: "many" is not a whole number from 0 to 4294967295`,
		`s.yaml:6: users[0].messages[0].received: "yesterday" is not a time: write it as 2026-01-02T03:04:05Z`,
		`s.yaml:7: users[0].directory: here belong keys with values, not a list: write "key: value"`,
	}},
	{"Attributes", "users:\n  - name: a\n    directory:\n      titel: x\n      title: [x, y]\n      home_phones: {a: b}\n", []string{
		`s.yaml:4: users[0].directory.titel: unknown attribute: did you mean "title"?`,
		`s.yaml:5: users[0].directory.title: this attribute has one value: write a text, not a list`,
		`s.yaml:6: users[0].directory.home_phones: here belongs a text, not keys with values`,
	}},
	{"Names", "users:\n  - name: a b\n  - {}\n  - name: x\ngroups:\n  - name: X\ncontacts:\n  - {name: healthmailbox, mail: a@b}\n  - name: y\n", []string{
		`s.yaml:2: users[0].name: "a b" can't be a name: use up to 64 letters, digits, dots, hyphens and underscores`,
		`s.yaml:3: users[1]: no name: add "name"`,
		`s.yaml:6: groups[0].name: "X" is the name of users[2] already: choose another`,
		`s.yaml:8: contacts[0].name: "healthmailbox" is a name of the server's own: choose another`,
		`s.yaml:9: contacts[1]: a contact has its mailbox elsewhere: give its address as "mail"`,
	}},
	{"Addresses", "users:\n  - name: a\n    mail: nowhere\n  - name: b\n    mail: b@x.test\n    aliases: [B@X.test]\n", []string{
		`s.yaml:3: users[0].mail: "nowhere" is not an SMTP address: write it as name@domain`,
		`s.yaml:6: users[1].aliases[0]: "B@X.test" is the address of users[1].mail already: choose another`,
	}},
	{"EmptyPassword", "users:\n  - name: a\n    password: ''\n", []string{
		`s.yaml:3: users[0].password: the password is empty: give one, or leave the key out to keep the one of an existing account`,
	}},
	{"Messages", "users:\n  - name: a\n    messages:\n      - {eml: mail/x.eml}\n      - {subject: x}\n      - folder: Inbox//x\n        attachments: [{content: x}]\n", []string{
		`s.yaml:4: users[0].messages[0].eml: open mail/x.eml: file does not exist: name a mail in the folder of the seed file, or below it`,
		`s.yaml:4: users[0].messages[0]: no folder: add "folder: Inbox"`,
		`s.yaml:5: users[0].messages[1]: no folder: add "folder: Inbox"`,
		`s.yaml:6: users[0].messages[2].folder: "Inbox//x" is not a path of folders: write names of up to 255 bytes with "/" between them`,
		`s.yaml:7: users[0].messages[2].attachments[0]: no file name: add "name"`,
	}},
	{"Permissions", "users:\n  - name: a\n    permissions:\n      - {folder: Calendar, user: b, role: Boss}\n      - {role: Owner}\npublic_folders:\n  - path: x\n    name: y\n    permissions: [{folder: z, user: a, role: owner}]\n", []string{
		`s.yaml:4: users[0].permissions[0].role: "Boss" is not a role: choose Owner, PublishingEditor, Editor, PublishingAuthor, Author, NonEditingAuthor, Reviewer, Contributor, None, AvailabilityOnly or LimitedDetails`,
		`s.yaml:5: users[0].permissions[1]: no folder: add "folder: Calendar"`,
		`s.yaml:5: users[0].permissions[1]: no user: add "user", which may also be default or anonymous`,
		`s.yaml:8: public_folders[0].name: only a mail-enabled folder has a name in the address book: add "mail_enabled: true"`,
		`s.yaml:9: public_folders[0].permissions[0].folder: the permission is this folder's: leave "folder" out, or give the other folder an item of its own`,
	}},
	{"DynamicMembers", "groups:\n  - {name: g, dynamic: true, members: [a]}\n", []string{
		`s.yaml:2: groups[0].members: a dynamic group has everybody as members: leave the members out, or "dynamic"`,
	}},
	{"Files", "users:\n  - name: a\n    directory:\n      certificates: [ok.cer, ../out.cer, /etc/passwd, missing.cer]\n", []string{
		`s.yaml:4: users[0].directory.certificates[1]: "../out.cer" lies outside: name a file in the folder of the seed file, or below it`,
		`s.yaml:4: users[0].directory.certificates[2]: "/etc/passwd" lies outside: name a file in the folder of the seed file, or below it`,
		`s.yaml:4: users[0].directory.certificates[3]: open missing.cer: file does not exist: name a file in the folder of the seed file, or below it`,
	}},
	{"UnknownAlias", "users:\n  - name: a\n    password: *p\n", []string{`s.yaml:3: users[0].password: there is no anchor &p before this: write the value out`}},
	{"Circle", "users: &u\n  - {name: a, aliases: *u}\n", []string{`s.yaml:2: users[0].aliases[0]: here belongs a text, not keys with values`}},
}

func TestParseWrong(t *testing.T) {
	t.Parallel()
	for _, c := range wrong {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Parse("s.yaml", []byte(c.text), fstest.MapFS{"ok.cer": {Data: []byte("x")}})
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
		})
	}
}

// TestParseBomb repeats an anchor until there would be billions of values.
func TestParseBomb(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("public_folder_admins: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	b.WriteString("users:\n")
	b.WriteString("  - &u {name: a, messages: &m [" + strings.Repeat("{to: *a0, cc: *a0, bcc: *a0}, ", 300) + "{}]}\n")
	for range 100 {
		b.WriteString("  - *u\n")
	}
	_, err := seed.Parse("s.yaml", []byte(b.String()), nil)
	if err == nil || !strings.Contains(err.Error(), "nested too deeply or repeats too much") {
		t.Errorf("error %.200v", err)
	}
}

// TestParseNesting: what stands within each other without an end is refused before the parser sees it, and in time that
// grows with the text alone.
func TestParseNesting(t *testing.T) {
	t.Parallel()
	deeper := func() string {
		var b strings.Builder
		for i := range 500 {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"Lists": strings.Repeat("[", 20000), "Mappings": strings.Repeat("{a: ", 20000), "Entries": strings.Repeat("- ", 20000),
		"Tags": strings.Repeat("!!a ", 20000), "TagsOnLines": strings.Repeat("!!a\n", 20000), "Anchors": strings.Repeat("&a ", 20000),
		"AnchorsAndTags": strings.Repeat("&a !!b ", 10000), "Keys": strings.Repeat("a: ", 20000), "ComplexKeys": strings.Repeat("? ", 20000),
		"Indents": deeper(), "InATag": "users: " + strings.Repeat("!!a [", 10000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Parse("s.yaml", []byte(text), nil)
			if err == nil || !strings.Contains(err.Error(), "stand within each other") {
				t.Errorf("error %.200v", err)
			}
		})
	}
	for name, text := range map[string]string{"Commas": strings.Repeat(",", 2<<20), "Lines": strings.Repeat("a\n", 2<<20), "Entries": strings.Repeat("- a\n", 2<<20)} {
		t.Run("Large"+name, func(t *testing.T) {
			t.Parallel()
			_, err := seed.Parse("s.yaml", []byte(text), nil)
			if err == nil || !strings.Contains(err.Error(), "too large") {
				t.Errorf("error %.200v", err)
			}
		})
	}
}

// TestParseLargeSeed: many messages, long texts and JSON on one line are no attack.
func TestParseLargeSeed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`{"users": [{"name": "a", "password": "x", "messages": [`)
	for i := range 1000 {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(`{"folder": "Inbox", "from": "a", "to": ["a"], "subject": "[[[[[[ {{{{ - - - - !!a &a", "body": "` + strings.Repeat(`line, with - signs: [\n`, 5) + `"}`)
	}
	b.WriteString("]}]}")
	s, err := seed.Parse("s.json", []byte(b.String()), nil)
	if err != nil {
		t.Fatalf("%.300v", err)
	}
	if m := s.Users[0].Messages; len(m) != 1000 || !strings.HasPrefix(m[999].Body, "line, with - signs: [\nline") {
		t.Errorf("%d messages", len(m))
	}
}

func TestParseAnchors(t *testing.T) {
	t.Parallel()
	got, err := seed.Parse("s.yaml", []byte("users:\n  - {name: a, password: &p secret}\n  - {name: b, password: *p}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Users[1].Password != "secret" {
		t.Errorf("password %q", got.Users[1].Password)
	}
}

// TestParsePlainText takes what looks like numbers and words of YAML for text where a text belongs.
func TestParsePlainText(t *testing.T) {
	t.Parallel()
	got, err := seed.Parse("s.yaml", []byte("users:\n  - name: true\n    password: 0123\n    display_name: 1.50\n    directory: {office: 12, phone: 007}\n    messages:\n      - folder: Inbox\n        subject: null\n        body: |\n          one\n          two\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	u := got.Users[0]
	if diff := cmp.Diff([]string{"true", "0123", "1.50", "12", "007", "", "one\ntwo\n"},
		[]string{u.Name, u.Password, u.DisplayName, u.Directory.Values["office"][0], u.Directory.Values["phone"][0], u.Messages[0].Subject, u.Messages[0].Body}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseEmpty(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "---\n", "users:\n", "users: []\n"} {
		if s, err := seed.Parse("s.yaml", []byte(text), nil); err != nil || len(s.Users) != 0 {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

func TestParseFilesForbidden(t *testing.T) {
	t.Parallel()
	_, err := seed.Parse("seed", []byte("users:\n  - name: a\n    directory: {certificates: [a.cer]}\n    messages: [{folder: Inbox, eml: a.eml}]\n"), nil)
	const want = "seed:3: users[0].directory.certificates[0]: a seed that comes over the network can't name files: leave the certificate out, or load the seed from a file\n" +
		"seed:4: users[0].messages[0].eml: a seed that comes over the network can't name files: give from, to, subject and body, or load the seed from a file"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("secret.cer", "secret")
	write("seeds/certs/a.cer", "certificate")
	write("seeds/good.yaml", "users:\n  - name: a\n    directory: {certificates: [certs/a.cer]}\n")
	write("seeds/bad.yaml", "users:\n  - name: a\n    directory: {certificates: [link.cer]}\n")
	if err := os.Symlink("../secret.cer", filepath.Join(dir, "seeds", "link.cer")); err != nil {
		t.Fatal(err)
	}
	if _, err := seed.Load(filepath.Join(dir, "seeds", "good.yaml")); err != nil {
		t.Errorf("good seed: %v", err)
	}
	bad := filepath.Join(dir, "seeds", "bad.yaml")
	if _, err := seed.Load(bad); err == nil || !strings.HasPrefix(err.Error(), bad+":3: users[0].directory.certificates[0]: ") {
		t.Errorf("a link that leads outside: %v", err)
	}
	missing := filepath.Join(dir, "none.yaml")
	if _, err := seed.Load(missing); err == nil || !errors.Is(err, os.ErrNotExist) || strings.Count(err.Error(), missing) != 1 {
		t.Errorf("missing seed: %v", err)
	}
}

// FuzzParse asserts that any text is either taken or refused with problems that have a place in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(contractSeed))
	for _, c := range wrong {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := seed.Parse("s", data, nil)
		if (s == nil) == (err == nil) {
			t.Fatalf("seed %v and error %v", s, err)
		}
		if err == nil {
			return
		}
		e, ok := errors.AsType[*seed.Error](err)
		if !ok || len(e.Problems) == 0 {
			t.Fatalf("error without problems: %v", err)
		}
		for _, p := range e.Problems {
			if p.Text == "" || p.Line > strings.Count(string(data), "\n")+strings.Count(string(data), "\r")+1 {
				t.Fatalf("problem %+v in %d lines", p, strings.Count(string(data), "\n")+1)
			}
		}
	})
}
