package seed_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

var (
	organization = seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}
	options      = seed.Options{Organization: organization}
)

// open opens a new store whose clock says now.
func open(t testing.TB, now time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{
		Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off, Replica: organization.ReplicaGUID(), Clock: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// seeded opens a store with a seed in it.
func seeded(t testing.TB, text string) *sqlite.Store {
	t.Helper()
	s := open(t, time.Now())
	if err := applyText(t, s, text); err != nil {
		t.Fatal(err)
	}
	return s
}

func applyText(t testing.TB, s *sqlite.Store, text string) error {
	t.Helper()
	sd, err := seed.Parse("s.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return seed.Apply(t.Context(), s, s, sd, options)
}

func read(t testing.TB, s store.Store, fn func(store.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), store.Scope{}, fn); err != nil {
		t.Fatal(err)
	}
}

func snapshot(t testing.TB, s store.Directory) *store.Snapshot {
	t.Helper()
	snap, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// dump writes everything that the contract shows of a store.
func dump(t testing.TB, s *sqlite.Store, w io.Writer) {
	t.Helper()
	fmt.Fprintln(w, s.ReplicaGUID())
	for _, e := range snapshot(t, s).Entries {
		c, err := s.Credential(t.Context(), e.Name)
		fmt.Fprintf(w, "entry %+v %x %v\n", e, c.NTHash, err == nil)
	}
	read(t, s, func(r store.Reader) error {
		mailboxes, err := r.Mailboxes()
		if err != nil {
			return err
		}
		for _, m := range mailboxes {
			fmt.Fprintf(w, "mailbox %+v\n", m)
			ids, names, err := r.AllNames(m.ID)
			receive, err2 := r.ReceiveFolders(m.ID)
			fmt.Fprintf(w, "names %v %+v receive %+v\n", ids, names, receive)
			dumpBag(t, r, m.Bag, w)
			folders, err3 := r.Folders(m.Special[store.SpecialRoot], true, false)
			root, err4 := r.Folder(m.Special[store.SpecialRoot])
			if err := errors.Join(err, err2, err3, err4); err != nil {
				return err
			}
			for _, f := range append([]store.Folder{root}, folders...) {
				permissions, err := r.Permissions(f.ID)
				fmt.Fprintf(w, "folder %+v %+v\n", f, permissions)
				dumpBag(t, r, f.Bag, w)
				err2 := r.Scan(store.Selection{Folder: f.ID}, nil, func(id store.MessageID, _ []prop.Value) error {
					msg, err := r.Message(id)
					fmt.Fprintf(w, "message %+v\n", msg)
					dumpBag(t, r, msg.Bag, w)
					return err
				})
				if err := errors.Join(err, err2); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func dumpBag(t testing.TB, r store.Reader, bag store.BagID, w io.Writer) {
	t.Helper()
	props, err := r.Props(bag)
	recipients, err2 := r.Recipients(bag)
	attachments, err3 := r.Attachments(bag)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	for _, p := range props {
		fmt.Fprintf(w, "  %s %+v %d\n", p.Tag, p.Value, p.Size)
		if p.Size > 0 {
			v, err := r.OpenProp(bag, p.Tag)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(w, io.NewSectionReader(v, 0, v.Size())); err != nil {
				t.Fatal(err)
			}
		}
	}
	fmt.Fprintf(w, "  recipients %+v\n", recipients)
	for _, a := range attachments {
		fmt.Fprintf(w, "  attachment %+v\n", a)
		dumpBag(t, r, a.Bag, w)
		if a.Embedded != 0 {
			dumpBag(t, r, a.Embedded, w)
		}
	}
}

func digest(t testing.TB, s *sqlite.Store) string {
	h := sha256.New()
	dump(t, s, h)
	return hex.EncodeToString(h.Sum(nil))
}

// TestDemoIsTheSameEverywhere seeds stores at different times, resets one, and compares all they hold.
func TestDemoIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	a, b := open(t, time.Unix(1e9, 0)), open(t, time.Unix(2e9, 0))
	for _, s := range []*sqlite.Store{a, b} {
		if err := seed.Apply(t.Context(), s, s, seed.Demo(), options); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	want := digest(t, a)
	if got := digest(t, b); got != want {
		var x, y strings.Builder
		dump(t, a, &x)
		dump(t, b, &y)
		t.Fatal(cmp.Diff(x.String(), y.String()))
	}
	if err := applyText(t, b, "users: [{name: dora, password: x, messages: [{folder: Inbox, subject: gone after a reset}]}]\n"); err != nil {
		t.Fatal(err)
	}
	if digest(t, b) == want {
		t.Error("the dump does not see another user")
	}
	if err := seed.Reset(t.Context(), b, seed.Demo(), options); err != nil {
		t.Fatal(err)
	}
	if got := digest(t, b); got != want {
		t.Error("after a reset the store is not what it was")
	}
	if err := b.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestDemoIdentifiers pins identifiers that must be the same in every release: clients keep them in their profiles.
func TestDemoIdentifiers(t *testing.T) {
	t.Parallel()
	s := open(t, time.Now())
	if err := seed.Apply(t.Context(), s, s, seed.Demo(), options); err != nil {
		t.Fatal(err)
	}
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		alice := snapshot(t, s).ByName("alice")
		got := []any{s.ReplicaGUID().String(), m.GUID.String(), alice.GUID.String(), alice.MId, m.Special[store.SpecialInbox]}
		want := []any{
			"3e0d600b-d3b0-8636-b110-8851d2002644", "79ca610f-920c-8cd0-8069-21576cf78713", "36639fce-7ad1-8083-8fd2-6750b590cb61", uint32(0x11),
			store.FolderID(91),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		return err
	})
}

// rows are the values of messages in a folder of an account.
func rows(t testing.TB, s store.Store, account string, special store.Special, tags ...mapi.PropTag) (list [][]prop.Value) {
	t.Helper()
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf(account)
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: m.Special[special]}, tags, func(_ store.MessageID, v []prop.Value) error {
			list = append(list, slices.Clone(v))
			return nil
		})
	})
	return list
}

// TestDemoInbox checks what the contract promises of alice's Inbox.
func TestDemoInbox(t *testing.T) {
	t.Parallel()
	s := open(t, time.Now())
	if err := seed.Apply(t.Context(), s, s, seed.Demo(), options); err != nil {
		t.Fatal(err)
	}
	inbox := rows(t, s, "alice", store.SpecialInbox, mapi.TagSubject, mapi.TagMessageFlags, mapi.TagHtml, mapi.TagBody, mapi.TagHasAttachments, mapi.TagMessageClass)
	var read, html, plain, files, foreign, meetings int
	for _, v := range inbox {
		is := func(b bool, n *int) {
			if b {
				*n++
			}
		}
		is(v[1].Bits()&uint64(mapi.MfRead) != 0, &read)
		is(!v[2].IsZero(), &html)
		is(v[2].IsZero() && !v[3].IsZero(), &plain)
		is(v[4].Bool(), &files)
		is(strings.ContainsFunc(v[0].Str(), func(c rune) bool { return c > 0x7F }), &foreign)
		is(v[5].Str() == "IPM.Schedule.Meeting.Request", &meetings)
	}
	if len(inbox) < 25 || read < 5 || len(inbox)-read < 5 || html < 2 || plain < 10 || files < 4 || foreign < 4 || meetings != 1 {
		t.Errorf("%d messages, %d read, %d HTML, %d plain, %d with files, %d non-ASCII, %d meetings", len(inbox), read, html, plain, files, foreign, meetings)
	}
	for account, least := range map[string]int{"bob": 1, "carol": 1} {
		if n := len(rows(t, s, account, store.SpecialInbox)); n < least {
			t.Errorf("%s has %d messages", account, n)
		}
	}
	if n := len(rows(t, s, "alice", store.SpecialCalendar)); n != 1 {
		t.Errorf("%d appointments in the calendar, want 1", n)
	}
	for _, name := range []string{"alice", "bob", "carol"} {
		c, err := s.Credential(t.Context(), name)
		if err != nil || hex.EncodeToString(c.NTHash[:]) != "7facdc498ed1680c4fd1448319a8c04f" { // of Password1!
			t.Errorf("credential of %s: %x, %v", name, c.NTHash, err)
		}
	}
	if team := snapshot(t, s).ByName("team"); team == nil || !slices.Equal(team.Members, []string{"alice", "bob", "carol"}) {
		t.Errorf("team is %+v", team)
	}
}

// TestDemoEmbedded opens the message inside a message, and the file inside that.
func TestDemoEmbedded(t *testing.T) {
	t.Parallel()
	s := open(t, time.Now())
	if err := seed.Apply(t.Context(), s, s, seed.Demo(), options); err != nil {
		t.Fatal(err)
	}
	found := 0
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: m.Special[store.SpecialInbox]}, nil, func(id store.MessageID, _ []prop.Value) error {
			msg, err := r.Message(id)
			if err != nil {
				return err
			}
			list, err := r.Attachments(msg.Bag)
			for _, a := range list {
				if a.Embedded == 0 {
					continue
				}
				found++
				props, err := r.Props(a.Embedded, mapi.TagSubject)
				inner, err2 := r.Attachments(a.Embedded)
				recipients, err3 := r.Recipients(a.Embedded)
				if err := errors.Join(err, err2, err3); err != nil {
					return err
				}
				if len(props) != 1 || props[0].Value.Str() != "The original message" || len(inner) != 1 || len(recipients) != 1 {
					t.Errorf("inner message has %v, %d attachments, %d recipients", props, len(inner), len(recipients))
				}
			}
			return err
		})
	})
	if found != 1 {
		t.Errorf("%d embedded messages, want 1", found)
	}
}

// TestTree compares the folders of a new mailbox with [MS-OXOSFLD] 2.2.1.
func TestTree(t *testing.T) {
	t.Parallel()
	s := seeded(t, "users: [{name: a, password: x}]\n")
	var got []string
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("a")
		if err != nil {
			return err
		}
		folders, err := r.Folders(m.Special[store.SpecialRoot], true, false)
		names := map[store.FolderID]string{}
		for _, f := range folders {
			hidden, err := r.Props(f.Bag, mapi.TagAttributeHidden)
			if err != nil {
				return err
			}
			names[f.ID] = names[f.Parent] + "/" + f.Name
			line := fmt.Sprintf("%s|%s|%d", names[f.ID], f.Class, f.Type)
			if len(hidden) == 1 && hidden[0].Value.Bool() {
				line += "|hidden"
			}
			got = append(got, line)
		}
		return err
	})
	const top = "/Top of Information Store"
	want := []string{
		"/Common Views||1", "/Deferred Action||1", "/Finder||1", "/Freebusy Data||1", "/Reminders|Outlook.Reminder|2", "/Schedule||1",
		"/Shortcuts||1", "/Spooler Queue||2", "/To-Do Search|IPF.Task|2", top + "||1",
		top + "/Calendar|IPF.Appointment|1", top + "/Contacts|IPF.Contact|1", top + "/Conversation Action Settings|IPF.Configuration|1|hidden",
		top + "/Deleted Items|IPF.Note|1", top + "/Drafts|IPF.Note|1", top + "/Inbox|IPF.Note|1", top + "/Journal|IPF.Journal|1",
		top + "/Junk E-mail|IPF.Note|1", top + "/Notes|IPF.StickyNote|1", top + "/Outbox|IPF.Note|1",
		top + "/Quick Step Settings|IPF.Configuration|1|hidden", top + "/RSS Feeds|IPF.Note.OutlookHomepage|1", top + "/Sent Items|IPF.Note|1",
		top + "/Suggested Contacts|IPF.Contact|1", top + "/Sync Issues|IPF.Note|1", top + "/Sync Issues/Conflicts|IPF.Note|1",
		top + "/Sync Issues/Local Failures|IPF.Note|1", top + "/Sync Issues/Server Failures|IPF.Note|1", top + "/Tasks|IPF.Task|1",
		"/Tracked Mail Processing|IPF.Note|2", "/Views||1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTreeInOtherLanguages(t *testing.T) {
	t.Parallel()
	for lcid, want := range map[int]string{0x407: "Posteingang", 0x40C: "Boîte de réception", 0xC0A: "Bandeja de entrada", 0x411: "受信トレイ", 0x409: "Inbox", 0x413: "Postvak IN", 0x415: "Inbox"} {
		s := seeded(t, fmt.Sprintf("users: [{name: a, password: x, locale: %d, folders: [Inbox/x], messages: [{folder: Inbox}]}]\n", lcid))
		read(t, s, func(r store.Reader) error {
			m, err := r.MailboxOf("a")
			if err != nil {
				return err
			}
			f, err := r.Folder(m.Special[store.SpecialInbox])
			if f.Name != want || f.ContentCount != 1 || f.ChildCount != 1 || m.Locale != uint32(lcid) {
				t.Errorf("LCID 0x%X: %+v of mailbox %+v", lcid, f, m)
			}
			return err
		})
	}
}

// TestPointers follows every property by which a client finds a folder to the folder with that role.
func TestPointers(t *testing.T) {
	t.Parallel()
	s := seeded(t, "users: [{name: a, password: x}]\n")
	read(t, s, func(r store.Reader) error {
		m, err := r.MailboxOf("a")
		if err != nil {
			return err
		}
		byID := map[store.FolderID]store.Special{}
		for special, id := range m.Special {
			byID[id] = special
		}
		resolve := func(entryID string) store.Special {
			e, err := msgprops.ParseFolderEntryID([]byte(entryID))
			if err != nil || e.ProviderUID != m.GUID || e.Type != 1 || e.Folder.DatabaseGUID != s.ReplicaGUID() {
				t.Errorf("entry id %x: %+v, %v", entryID, e, err)
			}
			return byID[store.FolderID(e.Folder.GlobalCounter)]
		}
		for _, holder := range []store.Special{store.SpecialInbox, store.SpecialRoot} {
			f, err := r.Folder(m.Special[holder])
			if err != nil {
				return err
			}
			props, err := r.Props(f.Bag)
			if err != nil {
				return err
			}
			got := map[mapi.PropTag][]store.Special{}
			for _, p := range props {
				switch p.Tag {
				case mapi.TagAdditionalRenEntryIds:
					for _, id := range prop.Elements[string](p.Value) {
						got[p.Tag] = append(got[p.Tag], resolve(id))
					}
				case mapi.TagAdditionalRenEntryIdsEx:
					list, err := msgprops.ParsePersistData(p.Value.Bytes())
					if err != nil {
						t.Error(err)
					}
					for _, d := range list {
						got[p.Tag] = append(got[p.Tag], store.Special(d.PersistID), resolve(string(d.EntryID)))
					}
				case mapi.TagFreeBusyEntryIds:
					checkFreeBusy(t, r, m, prop.Elements[string](p.Value))
				case mapi.TagDefaultPostMessageClass:
				default:
					got[p.Tag] = []store.Special{resolve(p.Value.Str())}
				}
			}
			low := func(n uint16) store.Special { return store.Special(n & 0xFF) }
			want := map[mapi.PropTag][]store.Special{
				mapi.TagIpmAppointmentEntryId: {store.SpecialCalendar}, mapi.TagIpmContactEntryId: {store.SpecialContacts},
				mapi.TagIpmJournalEntryId: {store.SpecialJournal}, mapi.TagIpmNoteEntryId: {store.SpecialNotes}, mapi.TagIpmTaskEntryId: {store.SpecialTasks},
				mapi.TagRemindersOnlineEntryId: {store.SpecialReminders}, mapi.TagIpmDraftsEntryId: {store.SpecialDrafts},
				mapi.TagAdditionalRenEntryIds: {
					store.SpecialConflicts, store.SpecialSyncIssues, store.SpecialLocalFailures, store.SpecialServerFailures, store.SpecialJunkEmail,
				},
				mapi.TagAdditionalRenEntryIdsEx: {
					low(0x8001), store.SpecialRSSFeeds, low(0x8002), store.SpecialTrackedMail, low(0x8004), store.SpecialToDo,
					low(0x8006), store.SpecialConversationActions, low(0x8008), store.SpecialSuggestedContacts,
				},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pointers on %d (-want +got):\n%s", holder, diff)
			}
		}
		receive, err := r.ReceiveFolders(m.ID)
		got := map[string]store.Special{}
		for _, row := range receive {
			got[row.Class] = byID[row.Folder]
		}
		if diff := cmp.Diff(map[string]store.Special{"": store.SpecialInbox, "IPM": store.SpecialInbox, "REPORT.IPM": store.SpecialInbox, "IPC": store.SpecialRoot}, got); diff != "" {
			t.Errorf("receive folders (-want +got):\n%s", diff)
		}
		return err
	})
}

// checkFreeBusy follows PidTagFreeBusyEntryIds, [MS-OXOSFLD] 2.2.6.
func checkFreeBusy(t *testing.T, r store.Reader, m store.Mailbox, ids []string) {
	t.Helper()
	if len(ids) != 4 || ids[0] != "" || ids[2] != "" {
		t.Fatalf("PidTagFreeBusyEntryIds is %x", ids)
	}
	e, err := msgprops.ParseMessageEntryID([]byte(ids[1]))
	if err != nil || e.ProviderUID != m.GUID || e.Type != 7 {
		t.Fatalf("message entry id %+v, %v", e, err)
	}
	msg, err := r.Message(store.MessageID(e.Message.GlobalCounter))
	if err != nil || msg.Folder != m.Special[store.SpecialFreebusyData] || uint64(msg.Folder) != e.Folder.GlobalCounter || msg.Associated {
		t.Fatalf("LocalFreebusy message %+v, %v", msg, err)
	}
	class, err := r.Props(msg.Bag, mapi.TagMessageClass)
	if err != nil || class[0].Value.Str() != "IPM.Microsoft.ScheduleData.FreeBusy" {
		t.Fatalf("class %v, %v", class, err)
	}
	f, err := msgprops.ParseFolderEntryID([]byte(ids[3]))
	if err != nil || store.FolderID(f.Folder.GlobalCounter) != m.Special[store.SpecialFreebusyData] {
		t.Fatalf("folder entry id %+v, %v", f, err)
	}
}
