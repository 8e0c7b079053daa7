package exec_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// arrive puts messages into a folder of alice's behind the session's back.
func (w *world) arrive(folder mapi.ID, subjects ...string) (ids []store.MessageID) {
	w.t.Helper()
	for _, s := range subjects {
		w.change("alice", func(tx store.Tx) error {
			m, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{text(mapi.TagSubject, s)}})
			ids = append(ids, m.ID)
			return err
		})
	}
	return ids
}

// tableEvents writes what a poll tells of tables: the kind of event, and of rows the last column.
func (w *world) tableEvents(columns ...mapi.PropTag) string {
	w.t.Helper()
	var out []string
	for _, n := range w.poll() {
		d := &n.NotificationData
		if d.NotificationFlags&mapi.NotifyTypeMask != mapi.NotifyTableModified {
			w.t.Errorf("event 0x%04X", d.NotificationFlags)
		}
		name := map[uint16]string{
			mapi.TableEventChanged: "changed", mapi.TableEventRowAdded: "+", mapi.TableEventRowDeleted: "-", mapi.TableEventRowModified: "*",
			mapi.TableEventRestrictionCh: "restricted",
		}[d.TableEventType]
		if len(d.TableRowData) > 0 {
			row := prop.ReadRow(wire.NewReader(d.TableRowData), columns)
			name += row.Values[len(columns)-1].Str()
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

// pollMax fetches once, with room for so many bytes of responses.
func (w *world) pollMax(most int) []*rop.NotifyResponse {
	w.t.Helper()
	payloads, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(), Max: 2 + 4*len(w.handles) + most})
	if err != nil {
		w.t.Fatal(err)
	}
	if out := w.decode(payloads[0]); len(out) > 0 {
		w.t.Fatalf("%T", out[0])
	}
	told := w.told
	w.told = nil
	return told
}

// aliceAndBob have empty mailboxes.
func aliceAndBob() *seed.Seed {
	return &seed.Seed{Users: []seed.User{{Name: "alice", Password: "Password1!"}, {Name: "bob", Password: "Password1!"}}}
}

func TestRegisterNotificationRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	inbox := l.FolderIDs[fidInbox]
	id := w.find("Weekly newsletter")
	bob := w.delegate("bob") // who sees alice's calendar only
	carol := w.delegate("carol")
	w.permit(inbox, "carol", mapi.RightFolderVisible)
	for _, tt := range []struct {
		name            string
		w               *world
		types           uint16
		folder, message mapi.ID
		want            mapi.ErrorCode
	}{
		{"Folder", w, allEvents, inbox, 0, mapi.Success},
		{"Message", w, allEvents, inbox, id, mapi.Success},
		{"NoTypes", w, 0, inbox, 0, mapi.Success},
		{"CriticalError", w, 1, inbox, 0, mapi.Success}, // as good as any other that never happens
		{"Extended", w, mapi.NotifyExtended, inbox, 0, mapi.Success},
		{"UnknownFolder", w, allEvents, mapi.NewID(1, 1<<40), 0, mapi.ErrNotFound},
		{"ForeignReplica", w, allEvents, mapi.NewID(5, inbox.Counter()), 0, mapi.ErrNotFound},
		{"UnknownMessage", w, allEvents, inbox, mapi.NewID(1, 1<<40), mapi.ErrNotFound},
		{"HiddenFolder", bob, allEvents, inbox, 0, mapi.ErrNotFound},
		{"VisibleFolder", carol, allEvents, inbox, 0, mapi.Success},
		{"MessageNotToBeRead", carol, allEvents, inbox, id, mapi.ErrAccessDenied},
	} {
		req := &rop.RegisterNotificationRequest{InOut: inOut(0, 4), NotificationTypes: tt.types, FolderID: tt.folder, MessageID: tt.message}
		if got := tt.w.code(req); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestRegisterNotificationIsBounded: a session has only so many subscriptions, and again room for one when one goes.
func TestRegisterNotificationIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withHandles(5000))
	w.logOn()
	n := 0
	req := &rop.RegisterNotificationRequest{InOut: inOut(0, 1), NotificationTypes: allEvents, WantWholeStore: true}
	var first uint32
	for ; n < 5000; n++ {
		if got := w.code(req); got != mapi.Success {
			if got != mapi.ErrOutOfResources {
				t.Error(got)
			}
			break
		}
		if n == 0 {
			first = w.handles[1]
		}
	}
	if n != exec.MaxSubscriptions {
		t.Errorf("%d subscriptions", n)
	}
	w.handles[2] = first
	w.run(&rop.ReleaseRequest{In: in(2)})
	if got := w.code(req); got != mapi.Success {
		t.Errorf("after a release: %v", got)
	}
}

// TestRegisterNotificationScopes: what is told depends on what the subscription is about.
func TestRegisterNotificationScopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(aliceAndBob()))
	l := w.logOn()
	inbox, ipm := l.FolderIDs[fidInbox], l.FolderIDs[fidIPM]
	ids := w.arrive(inbox, "a", "b")
	const types = allEvents &^ mapi.NotifyObjectModified
	w.subscribe(1, types, 0, 0)
	w.subscribe(2, types, inbox, 0)
	w.subscribe(3, types, ipm, 0)
	w.subscribe(4, mapi.NotifyObjectModified|mapi.NotifyObjectMoved, inbox, messageOf(ids[0]))
	check := func(what string, do func(tx store.Tx) error, want ...string) {
		t.Helper()
		w.change("alice", do)
		var got []string
		for _, n := range w.poll() {
			got = append(got, fmt.Sprintf("%d:%04X", slices.Index(w.handles, n.NotificationHandle), n.NotificationFlags))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	in, to := store.FolderID(inbox.Counter()), store.FolderID(ipm.Counter())
	check("a message in the inbox", func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: in}); return err }, "1:8004", "2:8004")
	check("the message read", func(tx store.Tx) error { _, err := tx.SetMessageFlags(ids[0], mapi.MfRead, mapi.MfRead); return err }, "4:8010")
	check("the other message read", func(tx store.Tx) error { _, err := tx.SetMessageFlags(ids[1], mapi.MfRead, mapi.MfRead); return err })
	check("the message moved", func(tx store.Tx) error { _, err := tx.MoveMessage(ids[0], to); return err }, "1:8020", "2:8020", "3:8020", "4:8020")
	check("a folder below the inbox", func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: w.entry("alice").Mailbox, Parent: in, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "x"})
		return err
	}, "1:0004", "2:0004")
	w.change("bob", func(tx store.Tx) error {
		m, err := tx.MailboxOf("bob")
		if err != nil {
			return err
		}
		_, err = tx.CreateMessage(store.NewMessage{Folder: m.Special[store.SpecialInbox]})
		return err
	})
	w.expect("another mailbox")
}

// TestRegisterNotificationTypes: only what was asked for is told.
func TestRegisterNotificationTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	inbox := l.FolderIDs[fidInbox]
	in := store.FolderID(inbox.Counter())
	types := []uint16{mapi.NotifyNewMail, mapi.NotifyObjectCreated, mapi.NotifyObjectDeleted, mapi.NotifyObjectModified, mapi.NotifyObjectMoved, mapi.NotifyObjectCopied}
	for i, typ := range types {
		w.subscribe(uint8(1+i), typ, inbox, 0)
	}
	w.change("alice", func(tx store.Tx) error {
		m, err := tx.CreateMessage(store.NewMessage{Folder: in})
		if err != nil {
			return err
		}
		if err := tx.AnnounceMail(m.ID); err != nil {
			return err
		}
		if _, err := tx.CopyMessage(m.ID, in); err != nil {
			return err
		}
		if m, err = tx.MoveMessage(m.ID, in); err != nil {
			return err
		}
		return tx.DeleteMessage(m.ID, true)
	})
	seen := make(map[uint16]int)
	for _, n := range w.poll() {
		typ := n.NotificationFlags & mapi.NotifyTypeMask
		seen[typ]++
		if at := slices.Index(w.handles, n.NotificationHandle); types[at-1] != typ {
			t.Errorf("type 0x%04X was told to who asked for 0x%04X", typ, types[at-1])
		}
	}
	delete(seen, mapi.NotifyNewMail) // the mail was gone before anybody asked
	if want := map[uint16]int{mapi.NotifyObjectCreated: 1, mapi.NotifyObjectDeleted: 1, mapi.NotifyObjectModified: 1, mapi.NotifyObjectMoved: 1, mapi.NotifyObjectCopied: 1}; !cmp.Equal(seen, want) {
		t.Errorf("told %v, want %v", seen, want)
	}
}

// TestNewMail: the message class goes out in Unicode but to cached clients, the flags where the version tells them.
func TestNewMail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		cached  bool
		flags   uint32
	}{
		{"exchange2003", false, mapi.MfRead}, {"exchange2007", true, mapi.MfRead}, {"exchange2010-sp1", false, mapi.MfRead},
		{"exchange2013", false, 0}, {"exchange2016", true, mapi.MfRead},
	} {
		w := newWorld(t, withSeed(numbered(0)), withProfile(tt.profile))
		l := w.logOn()
		inbox := l.FolderIDs[fidInbox]
		w.subscribe(1, mapi.NotifyNewMail, 0, 0)
		var id store.MessageID
		w.change("alice", func(tx store.Tx) error {
			m, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(inbox.Counter()), Flags: mapi.MfRead, Props: []prop.Tagged{text(mapi.TagMessageClass, "IPM.Note")},
			})
			if err != nil {
				return err
			}
			id = m.ID
			return tx.AnnounceMail(m.ID)
		})
		payloads, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(), Max: rop.MaxPayload, Cached: tt.cached})
		if err != nil {
			t.Fatal(err)
		}
		w.decode(payloads[0])
		want := []*rop.NotifyResponse{{NotificationHandle: w.handles[1], NotificationData: rop.NotificationData{
			NotificationFlags: newMail, FolderID: inbox, MessageID: messageOf(id), MessageFlags: tt.flags, UnicodeFlag: !tt.cached, MessageClass: "IPM.Note",
		}}}
		if diff := cmp.Diff(want, w.told, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.profile, diff)
		}
	}
}

// TestModifiedTags: versions from 2013 on name no properties that changed, [MS-OXCNOTIF] 2.2.1.4.1.2 note 9.
func TestModifiedTags(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"exchange2007": 1, "exchange2010-sp1": 1, "exchange2013": 0, "exchange2016": 0} {
		w := newWorld(t, withSeed(numbered(0)), withProfile(name))
		l := w.logOn()
		id := w.arrive(l.FolderIDs[fidInbox], "a")[0]
		w.subscribe(1, mapi.NotifyObjectModified, l.FolderIDs[fidInbox], messageOf(id))
		w.change("alice", func(tx store.Tx) error { _, err := tx.SetMessageFlags(id, mapi.MfRead, mapi.MfRead); return err })
		if got := w.events(); len(got) != 1 || len(got[0].Tags) != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestNotificationsOfADelegate: a folder that the user can't see tells nothing, and what leaves it or goes there is told
// as if it came from nowhere or went nowhere. Rights count as they are when events are fetched.
func TestNotificationsOfADelegate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(aliceAndBob()))
	l := w.inbox()
	inbox := l.FolderIDs[fidInbox]
	hidden := w.makeFolder(1, 2, "Hidden")
	bob := w.with("bob")
	w.permit(inbox, "bob", mapi.RoleReviewer)
	one[*rop.LogonResponse](bob, delegateRequest(aliceDN))
	w.change("alice", func(tx store.Tx) error { return tx.SetPermissions(store.FolderID(hidden.Counter()), nil) })
	const types = allEvents &^ mapi.NotifyObjectModified
	bob.subscribe(1, types, 0, 0)
	in, out := store.FolderID(inbox.Counter()), store.FolderID(hidden.Counter())
	ids := w.arrive(hidden, "secret")
	bob.expect("a message in a hidden folder")
	var m store.Message
	w.change("alice", func(tx store.Tx) (err error) { m, err = tx.MoveMessage(ids[0], in); return err })
	bob.expect("a message that comes into sight", rop.NotificationData{NotificationFlags: messageCreated, FolderID: inbox, MessageID: messageOf(m.ID)})
	w.change("alice", func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, out); return err })
	bob.expect("a copy out of sight")
	w.change("alice", func(tx store.Tx) error { _, err := tx.MoveMessage(m.ID, out); return err })
	bob.expect("a message that goes out of sight", rop.NotificationData{NotificationFlags: messageDeleted, FolderID: inbox, MessageID: messageOf(m.ID)})
	w.change("alice", func(tx store.Tx) error { return tx.DeleteFolder(out, true) })
	bob.expect("a hidden folder that goes")
	w.arrive(inbox, "a")
	w.permit(inbox, "bob", 0)
	bob.expect("rights that went before it was fetched")
}

// TestNotificationsCollapse: when there are more changes than a session keeps, folders are told as modified instead; who
// did not ask for that gets the newest.
func TestNotificationsCollapse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	inbox, ipm := l.FolderIDs[fidInbox], l.FolderIDs[fidIPM]
	w.subscribe(1, mapi.NotifyObjectCreated|mapi.NotifyObjectModified, 0, 0)
	w.arrive(inbox, strings.Fields(strings.Repeat("x ", 40))...)
	w.arrive(ipm, "y")
	last := rop.NotificationData{}
	all := w.events()
	for _, e := range all {
		if e.FolderID == inbox && e.NotificationFlags == mapi.NotifyObjectModified|mapi.NotifyTotalChanged|mapi.NotifyUnreadChanged {
			last = e
		}
	}
	if len(all) > 20 || last.TotalMessageCount != 40 || last.UnreadMessageCount != 40 {
		t.Errorf("%d events, the last of the inbox %+v", len(all), last)
	}
	w.run(&rop.ReleaseRequest{In: in(1)})
	w.subscribe(2, mapi.NotifyObjectCreated, 0, 0)
	ids := w.arrive(inbox, strings.Fields(strings.Repeat("x ", 40))...)
	all = w.events()
	if n := len(all); n < 8 || n > 16 || all[n-1].MessageID != messageOf(ids[39]) {
		t.Errorf("%d events, the last %+v", n, all[n-1])
	}
	w.arrive(inbox, "z") // there is room again
	if all = w.events(); len(all) != 1 {
		t.Errorf("then %v", all)
	}
}

// TestOwnChanges: what a session does itself is told as well, at the end of the same Execute.
func TestOwnChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.create()
	w.contents(mapi.TagMid, mapi.TagSubject)
	w.rows(10)
	w.subscribe(4, mapi.NotifyObjectCreated, 0, 0)
	w.set(3, text(mapi.TagSubject, "mine"))
	if got := w.poll(); len(got) != 0 {
		t.Errorf("before it is saved: %v", got)
	}
	w.save(3)
	if len(w.told) != 2 || w.told[0].NotificationFlags != 0x8100 || w.told[0].TableEventType != mapi.TableEventRowAdded || w.told[1].NotificationFlags != messageCreated {
		t.Errorf("with the save: %v", w.told)
	}
	_ = l
}

// TestPitfall14OwnChangesDoNotWakeWaits: who changes something is told of it in the answer; a wait that returned because
// of it would have the client ask again, for nothing.
func TestPitfall14OwnChangesDoNotWakeWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	inbox := w.create().FolderIDs[fidInbox]
	w.subscribe(4, allEvents, 0, 0)
	_, _, again := w.session.Queue().Poll()
	w.save(3)
	if pending, _, _ := w.session.Queue().Poll(); pending || len(w.told) == 0 {
		t.Errorf("pending %v after %d events in the answer", pending, len(w.told))
	}
	select {
	case <-again:
		t.Error("a wait was woken")
	default:
	}
	w.told = nil
	w.arrive(inbox, "of somebody else")
	select {
	case <-again:
	default:
		t.Error("a wait was not woken")
	}
}

// TestPitfall13QueuedEventsCompleteTheNextWait: events that came while no wait was parked are not lost.
func TestPitfall13QueuedEventsCompleteTheNextWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	w.subscribe(1, allEvents, 0, 0)
	w.arrive(l.FolderIDs[fidInbox], "a")
	if pending, _, _ := w.session.Queue().Poll(); !pending {
		t.Error("nothing pending")
	}
	w.arrive(l.FolderIDs[fidInbox], "b") // not fetched, but new
	if pending, _, _ := w.session.Queue().Poll(); !pending {
		t.Error("nothing pending after more came")
	}
}

// TestPending: as many events as fit go out, then RopPending; the rest comes with the next Execute, in order.
func TestPending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	w.session.Bind(0x0102, w.exec.Logger())
	w.subscribe(1, mapi.NotifyObjectCreated, 0, 0)
	ids := w.arrive(l.FolderIDs[fidInbox], "a", "b", "c", "d", "e")
	const size = 1 + 4 + 1 + 2 + 8 + 8 + 2 // of one of these
	var got []mapi.ID
	for _, step := range []struct {
		room, events int
		pending      bool
	}{{size - 1, 0, true}, {2, 0, false}, {size, 1, false}, {2*size + 3, 2, true}, {5 * size, 2, false}} {
		told := w.pollMax(step.room)
		if len(told) != step.events || w.pending != step.pending {
			t.Errorf("room for %d bytes: %d events, RopPending %v", step.room, len(told), w.pending)
		}
		for _, n := range told {
			got = append(got, n.MessageID)
		}
	}
	for i, id := range ids {
		if len(got) != len(ids) || got[i] != messageOf(id) {
			t.Fatalf("told of %v, want %v", got, ids)
		}
	}
}

// TestTableNotificationsBegin: from 2010 on a table tells of changes once its rows were looked at, and not after
// RopResetTable until they are again, [MS-OXCNOTIF] 3.1.4.3.
func TestTableNotificationsBegin(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{mapi.TagMid, mapi.TagSubject}
	for name, look := range map[string]rop.Request{
		"QueryRows": &rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 10}, "QueryPosition": &rop.QueryPositionRequest{In: in(2)},
		"SeekRow":           &rop.SeekRowRequest{In: in(2)},
		"SeekRowFractional": &rop.SeekRowFractionalRequest{In: in(2), Denominator: 2},
		"FindRow":           &rop.FindRowRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagMid}},
		"QueryColumnsAll":   &rop.QueryColumnsAllRequest{In: in(2)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(numbered(2)))
			inbox := w.inbox().FolderIDs[fidInbox]
			w.contents(columns...)
			check := func(what, want string) {
				t.Helper()
				w.arrive(inbox, "x")
				if got := w.tableEvents(columns...); got != want {
					t.Errorf("%s: %q, want %q", what, got, want)
				}
			}
			check("before a look", "")
			w.run(look)
			check("after it", "+x")
			one[*rop.ResetTableResponse](w, &rop.ResetTableRequest{In: in(2)})
			check("after a reset", "")
			one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
			w.run(look)
			check("after another look", "+x")
			one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject}}})
			check("after sorting", "")
			w.run(look)
			check("and a look", "+x")
			one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: subjectHas("y")})
			check("after restricting", "")
			w.run(look)
			check("what the restriction hides", "")
			w.run(&rop.ReleaseRequest{In: in(2)})
			check("after the release", "")
		})
	}
}

// TestTableNotificationsOf2007: before 2010 a table tells from its creation on, whatever happens to it; without columns
// only that something changed. RopRestrict is told as well.
func TestTableNotificationsOf2007(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{mapi.TagMid, mapi.TagSubject}
	w := newWorld(t, withSeed(numbered(2)), withProfile("exchange2007"))
	inbox := w.inbox().FolderIDs[fidInbox]
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
	check := func(what, want string) {
		t.Helper()
		w.arrive(inbox, "x")
		if got := w.tableEvents(columns...); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("without columns", "changed")
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
	check("with columns", "+x")
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: subjectHas("x")})
	if got := w.tableEvents(); got != "restricted" {
		t.Errorf("a restriction: %q", got)
	}
	check("restricted", "+x")
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}})
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2)})
	w.rows(10)
	w.tableEvents()
	check("sorted by time and read", "+x")
	one[*rop.ResetTableResponse](w, &rop.ResetTableRequest{In: in(2)})
	check("after a reset", "changed")
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
	w.rows(1000)
	w.arrive(inbox, strings.Fields(strings.Repeat("x ", 65))...)
	if got := w.tableEvents(columns...); got != "changed" {
		t.Errorf("65 messages: %q", got)
	}
}

// TestTableNotificationsInColumnsOfTheMoment: rows go out in the columns that are set when they are fetched.
func TestTableNotificationsInColumnsOfTheMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(2)))
	inbox := w.inbox().FolderIDs[fidInbox]
	w.contents(mapi.TagMid)
	w.rows(10)
	id := w.arrive(inbox, "first")[0]
	one2 := []mapi.PropTag{mapi.TagSubject}
	resp := w.run(&rop.SetColumnsRequest{In: in(2), PropertyTags: one2})
	if len(resp) != 1 {
		t.Fatal(resp)
	}
	if got := w.tableEvents(one2...); got != "+first" {
		t.Errorf("%q", got)
	}
	w.arrive(inbox, "x")
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(id, true) })
	if got := w.tableEvents(one2...); got != "- +x" {
		t.Errorf("%q", got)
	}
}

// TestPitfall15UnreadableRow: a row that is gone when its event goes out, and one too large for any answer, are a change
// of the table, neither dropped nor a row of errors. The kind of table stays.
func TestPitfall15UnreadableRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(2)))
	inbox := w.inbox().FolderIDs[fidInbox]
	w.contents(mapi.TagMid, mapi.TagSubject)
	w.rows(10)
	ids := w.arrive(inbox, "a", "b")
	if got := w.pollMax(80); len(got) != 1 || !w.pending { // one of two
		t.Fatalf("%d events, RopPending %v", len(got), w.pending)
	}
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(ids[1], true) })
	got := w.poll()
	if len(got) != 1 || got[0].NotificationFlags != 0x8100 || got[0].TableEventType != mapi.TableEventChanged {
		t.Errorf("%v", got)
	}

	w = newWorld(t, withSeed(numbered(2)))
	inbox = w.inbox().FolderIDs[fidInbox]
	w.contents(mapi.TagMid, mapi.TagSubject)
	w.rows(10)
	w.arrive(inbox, strings.Repeat("long", 40))
	if got := w.pollMax(100); len(got) != 1 || got[0].TableEventType != mapi.TableEventChanged || w.pending {
		t.Errorf("a row of 160 characters in 100 bytes: %v", got)
	}
	if got := w.poll(); len(got) != 0 {
		t.Errorf("and then %v", got)
	}
}

// TestPitfall16NewRowsStandWhereTheyAreRead: messages of one time stand in the order of the table, in events too, and the
// totals are right after them.
func TestPitfall16NewRowsStandWhereTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, order := range []uint8{prop.Ascending, prop.Descending} {
		w := newWorld(t, withSeed(numbered(0)))
		inbox := w.inbox().FolderIDs[fidInbox]
		deliver := func(n int) (ids []mapi.ID) {
			for range n {
				w.change("alice", func(tx store.Tx) error {
					m, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(inbox.Counter()), Props: []prop.Tagged{
						{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(42)},
					}})
					ids = append(ids, messageOf(m.ID))
					return err
				})
			}
			return ids
		}
		old := deliver(2)
		w.contents(mapi.TagMid)
		one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: order}}})
		w.rows(10)
		id := deliver(1)[0]
		want := rop.NotificationData{NotificationFlags: 0x8100, TableEventType: mapi.TableEventRowAdded, TableRowFolderID: inbox, TableRowMessageID: id}
		if order == prop.Ascending {
			want.InsertAfterTableRowFolderID, want.InsertAfterTableRowID = inbox, old[1]
		}
		got := w.events()
		if diff := cmp.Diff([]rop.NotificationData{want}, got, cmpopts.IgnoreFields(rop.NotificationData{}, "TableRowData")); diff != "" {
			t.Errorf("order %d (-want +got):\n%s", order, diff)
		}
		if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}); p.Denominator != 3 {
			t.Errorf("%d rows", p.Denominator)
		}
	}
}

// TestNoNotifications: tables that were opened without notifications tell nothing, [MS-OXCFOLD] 2.2.1.13.1, 2.2.1.14.1.
func TestNoNotifications(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"exchange2007", "exchange2010-sp1"} {
		w := newWorld(t, withSeed(numbered(2)), withProfile(name))
		l := w.inbox()
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 4), FolderID: l.FolderIDs[fidIPM]})
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableNoNotifications})
		one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(4, 3), TableFlags: mapi.TableNoNotifications})
		for at, tag := range map[uint8]mapi.PropTag{2: mapi.TagMid, 3: mapi.TagFolderId} {
			one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(at), PropertyTags: []mapi.PropTag{tag}})
			one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(at), ForwardRead: true, RowCount: 10})
		}
		w.arrive(l.FolderIDs[fidInbox], "x")
		if got := w.poll(); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSuppressesNotifications: a hierarchy table with this flag tells nothing of what its client did, but of what others
// did, [MS-OXCFOLD] 2.2.1.13.1.
func TestSuppressesNotifications(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{mapi.TagFolderId, mapi.TagDisplayName}
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidIPM]})
	for at, flags := range map[uint8]uint8{2: mapi.TableSuppressesNotifications, 3: 0} {
		one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, at), TableFlags: flags})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(at), PropertyTags: columns})
		one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(at), ForwardRead: true, RowCount: 100})
	}
	told := func() (by [2]int) {
		for _, n := range w.poll() {
			by[slices.Index(w.handles, n.NotificationHandle)-2]++
		}
		return by
	}
	w.makeFolder(1, 5, "mine")
	if got := told(); got != [2]int{0, 1} {
		t.Errorf("an own folder: %v", got)
	}
	w.change("alice", func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{
			Mailbox: w.entry("alice").Mailbox, Parent: store.FolderID(l.FolderIDs[fidIPM].Counter()), Type: store.FolderGeneric, Special: store.SpecialCount, Name: "of others",
		})
		return err
	})
	if got := told(); got != [2]int{1, 1} {
		t.Errorf("another folder: %v", got)
	}
}

// TestSearchFolderEvents: a subscriber hears that a search is complete, and of what comes into the folder and leaves it,
// with the folder that the message is in.
func TestSearchFolderEvents(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	found := s.folder("Unread")
	s.subscribe(5, allEvents&^mapi.NotifyObjectModified, found, 0)
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, 0, s.inbox))
	s.world.told = nil
	s.settle()
	got := s.events()
	if n := len(got); n == 0 || got[n-1].NotificationFlags != mapi.NotifySearchCompleted || got[n-1].FolderID != found {
		t.Errorf("a search: %+v", got)
	}
	id := s.arrive(s.inbox, "new")[0]
	s.settle()
	s.expect("a message found", rop.NotificationData{NotificationFlags: 0xC004, FolderID: found, MessageID: messageOf(id), ParentFolderID: s.inbox})
	s.change("alice", func(tx store.Tx) error { _, err := tx.SetMessageFlags(id, mapi.MfRead, mapi.MfRead); return err })
	s.settle()
	s.expect("a message found no more", rop.NotificationData{NotificationFlags: 0xC008, FolderID: found, MessageID: messageOf(id), ParentFolderID: s.inbox})
}
