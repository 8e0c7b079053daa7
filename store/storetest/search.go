package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// important is a restriction that messages of high importance pass.
var important = prop.PropertyRestriction{
	RelOp: prop.RelOpEQ, Tag: mapi.TagImportance, Value: tagged(mapi.TagImportance, prop.Int32(2)),
}

// unread is a restriction that unread messages pass.
var unread = prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}

// searchTags are the properties that the restrictions of these tests look at.
var searchTags = []mapi.PropTag{mapi.TagImportance, mapi.TagMessageFlags}

// passes judges a message by its values of searchTags.
func passes(s *store.Search, values []prop.Value) bool {
	return prop.Match(s.Restriction, prop.NewCollation(0x409), &prop.Subject{Get: func(tag mapi.PropTag) prop.Value {
		if i := slices.Index(searchTags, tag); i >= 0 {
			return values[i]
		}
		return prop.Value{}
	}})
}

// searcher does what a worker does for searches: it judges what is queued and scans parts, a few messages at a time.
type searcher struct {
	t     *testing.T
	s     store.Store
	piece int
}

// step does one piece of work and reports whether there was any.
func (w *searcher) step() (bool, error) {
	var judged []store.Search
	var verdicts []store.SearchVerdict
	var parts []store.PartVerdict
	var scope store.Scope
	err := w.s.View(w.t.Context(), store.Scope{}, func(r store.Reader) (err error) {
		if judged, verdicts, err = w.judge(r); err == nil && len(verdicts) == 0 {
			parts, err = w.scan(r)
		}
		return err
	})
	for _, s := range judged {
		scope.Mailboxes = append(scope.Mailboxes, s.Mailbox)
	}
	for _, p := range parts {
		scope.Mailboxes = append(scope.Mailboxes, p.Part.Mailbox)
	}
	if err != nil || len(verdicts)+len(parts) == 0 {
		return false, err
	}
	return true, w.s.Update(w.t.Context(), scope, func(tx store.Tx) error {
		if err := tx.SettleMessages(judged, verdicts); err != nil {
			return err
		}
		return tx.SettleParts(parts)
	})
}

// judge looks at queued messages of one mailbox.
func (w *searcher) judge(r store.Reader) (judged []store.Search, verdicts []store.SearchVerdict, err error) {
	work, err := r.SearchWork()
	if err != nil || len(work) == 0 {
		return nil, nil, err
	}
	queue, err := r.SearchQueue(work[0], w.piece)
	if err != nil || len(queue) == 0 {
		return nil, nil, err
	}
	if judged, err = r.Searches(work[0]); err != nil {
		return nil, nil, err
	}
	for _, q := range queue {
		v := store.SearchVerdict{Message: q.Message, Ticket: q.Ticket, Members: make([]bool, len(judged))}
		covered, err := r.SearchesOf(q.Folder)
		if err != nil {
			return nil, nil, err
		}
		rows, err := r.Rows(store.Selection{Folder: q.Folder}, []store.MessageID{q.Message}, searchTags)
		if err != nil {
			return nil, nil, err
		}
		for i := range judged {
			v.Members[i] = slices.Contains(covered, judged[i].Folder) && passes(&judged[i], rows[0])
		}
		verdicts = append(verdicts, v)
	}
	return judged, verdicts, nil
}

// scan looks at parts.
func (w *searcher) scan(r store.Reader) (verdicts []store.PartVerdict, err error) {
	work, err := r.SearchWork()
	if err != nil || len(work) == 0 {
		return nil, err
	}
	parts, err := r.SearchParts(work[0], 2)
	for _, p := range parts {
		if err != nil {
			break
		}
		var s store.Search
		if s, err = r.Search(p.Search); err != nil {
			break
		}
		var covered []store.FolderID
		if covered, err = r.SearchesOf(p.Folder); err != nil {
			break
		}
		v, n := store.PartVerdict{Part: p, UpTo: p.After}, 0
		err = r.ScanAfter(store.Selection{Folder: p.Folder}, p.After, w.piece, searchTags, func(id store.MessageID, values []prop.Value) error {
			if v.UpTo, n = id, n+1; slices.Contains(covered, p.Search) && passes(&s, values) {
				v.Found = append(v.Found, id)
			}
			return nil
		})
		if v.Done = n < w.piece; v.Done {
			v.UpTo = 1<<48 - 1
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, err
}

// finish does all the work there is.
func (w *searcher) finish() error {
	for range 10000 {
		if more, err := w.step(); err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("the work does not end")
}

func (f *fixture) settle() {
	f.Helper()
	if err := (&searcher{f.T, f.s, 3}).finish(); err != nil {
		f.Fatal(err)
	}
}

// search makes a search folder that searches the Inbox, or what the change of the definition says.
func (f *fixture) search(name string, change func(*store.SearchDefinition)) store.FolderID {
	f.Helper()
	d := store.SearchDefinition{Restriction: important, Scopes: []store.FolderID{f.inbox}}
	f.write(func(tx store.Tx) error {
		made, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.root, Type: store.FolderSearch, Special: store.SpecialCount, Name: name})
		if err != nil {
			return err
		}
		if d.Folder = made.ID; change != nil {
			change(&d)
		}
		return tx.SetSearch(d)
	})
	return d.Folder
}

// high and low are messages that important finds, and does not find.
func (f *fixture) high(folder store.FolderID) store.MessageID { return f.ofImportance(folder, 2) }
func (f *fixture) low(folder store.FolderID) store.MessageID  { return f.ofImportance(folder, 0) }

func (f *fixture) ofImportance(folder store.FolderID, n int32) store.MessageID {
	f.Helper()
	return f.create(store.NewMessage{Folder: folder, Props: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(n))}}).ID
}

// members lists what a search has found.
func (f *fixture) members(search store.FolderID) (ids []store.MessageID) {
	f.Helper()
	f.read(func(r store.Reader) error {
		return r.Scan(store.Selection{Folder: search}, nil, func(id store.MessageID, _ []prop.Value) error {
			ids = append(ids, id)
			return nil
		})
	})
	return ids
}

// found requires the members and the counts of a search folder.
func (f *fixture) found(what string, search store.FolderID, want ...store.MessageID) {
	f.Helper()
	f.same(what, f.members(search), want)
	n := int64(0)
	for _, id := range want {
		f.read(func(r store.Reader) error {
			m, err := r.Message(id)
			if m.Flags&mapi.MfRead == 0 {
				n++
			}
			return err
		})
	}
	folder := f.folder(search)
	f.same(what+": counts", []int64{folder.ContentCount, folder.UnreadCount}, []int64{int64(len(want)), n})
}

func testSearches(t *testing.T, open Open) {
	for name, run := range map[string]func(*fixture){
		"Definition": testSearchDefinition, "Refusals": testSearchRefusals, "Build": testSearchBuild, "Follow": testSearchFollow,
		"Folders": testSearchFolders, "Static": testSearchStatic, "Stop": testSearchStop, "Stale": testSearchStale, "Rows": testSearchRows,
		"Feed": testSearchFeed, "Removal": testSearchRemoval, "Urgent": testSearchUrgent, "HoldsNothing": testSearchHoldsNothing,
		"DeliveredMail": testSearchDeliveredMail,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, open)
			run(f)
			if err := f.s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func testSearchDefinition(f *fixture) {
	other := f.child(f.root, "Other")
	want := store.SearchDefinition{
		Restriction: prop.AndRestriction{Parts: []prop.Restriction{important, prop.ContentRestriction{
			Fuzzy: prop.FuzzyPrefix | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject.WithType(mapi.PtypString8), Value: tagged(mapi.TagSubject.WithType(mapi.PtypString8), prop.String8("x\xE4")),
		}}},
		Scopes: []store.FolderID{other.ID, f.inbox}, Recursive: true, Static: true, Urgent: true, Flags: 0xFFFFFFFF,
	}
	id := f.search("Found", func(d *store.SearchDefinition) { want.Folder = d.Folder; *d = want })
	f.read(func(r store.Reader) error {
		got, err := r.Search(id)
		if err != nil {
			return err
		}
		f.same("definition", got.SearchDefinition, want)
		f.same("mailbox and state", []any{got.Mailbox, got.State}, []any{f.mb.ID, store.SearchComplete})
		all, err := r.Searches(f.mb.ID)
		f.same("searches", all, []store.Search{got})
		return err
	})
	f.write(func(tx store.Tx) error { return tx.TuneSearch(id, false, 5) })
	f.read(func(r store.Reader) error {
		got, err := r.Search(id)
		want.Urgent, want.Flags = false, 5
		f.same("tuned definition", got.SearchDefinition, want)
		return err
	})
}

func testSearchRefusals(f *fixture) {
	id := f.search("Found", nil)
	def := store.SearchDefinition{Folder: id, Restriction: important, Scopes: []store.FolderID{f.inbox}}
	gone := f.child(f.root, "Gone")
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(gone.ID, false) })
	for _, c := range []struct {
		name   string
		want   error
		change func(*store.SearchDefinition)
	}{
		{"NoSearchFolder", store.ErrDenied, func(d *store.SearchDefinition) { d.Folder = f.inbox }},
		{"NoFolder", store.ErrNotFound, func(d *store.SearchDefinition) { d.Folder = 1 << 40 }},
		{"NoScope", store.ErrNotFound, func(d *store.SearchDefinition) { d.Scopes = []store.FolderID{1 << 40} }},
		{"DeletedScope", store.ErrNotFound, func(d *store.SearchDefinition) { d.Scopes = []store.FolderID{gone.ID} }},
	} {
		d := def
		c.change(&d)
		f.refuse(c.want, func(tx store.Tx) error { return tx.SetSearch(d) })
	}
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.StopSearch(f.inbox) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.TuneSearch(f.inbox, true, 1) })
	f.read(func(r store.Reader) error {
		_, err := r.Search(f.inbox)
		f.same("search of the Inbox", fmt.Sprint(err != nil), "true")
		return nil
	})
}

// state is how far a search is.
func (f *fixture) state(search store.FolderID) (state store.SearchState) {
	f.Helper()
	f.read(func(r store.Reader) error {
		s, err := r.Search(search)
		state = s.State
		return err
	})
	return state
}

func testSearchBuild(f *fixture) {
	sub := f.child(f.inbox, "Sub")
	var want []store.MessageID
	for range 5 {
		want = append(want, f.high(f.inbox))
		f.low(f.inbox)
	}
	below := f.high(sub.ID)
	shallow := f.search("Shallow", nil)
	deep := f.search("Deep", func(d *store.SearchDefinition) { d.Recursive = true })
	both := f.search("Both", func(d *store.SearchDefinition) { d.Scopes = []store.FolderID{sub.ID, f.inbox, sub.ID} })
	f.same("state", f.state(shallow), store.SearchBuilding)
	f.found("before the build", shallow)
	w := &searcher{f.T, f.s, 4}
	if _, err := w.step(); err != nil {
		f.Fatal(err)
	}
	f.found("after the first piece", shallow, want[:2]...)
	f.same("state", f.state(shallow), store.SearchBuilding)
	f.settle()
	f.same("state", f.state(shallow), store.SearchComplete)
	f.found("shallow", shallow, want...)
	f.found("deep", deep, append(slices.Clone(want), below)...)
	f.found("several scopes", both, append(slices.Clone(want), below)...)
}

func testSearchFollow(f *fixture) {
	other := f.child(f.root, "Other")
	id := f.search("Found", nil)
	f.settle()
	m := f.high(f.inbox)
	f.low(f.inbox)
	elsewhere := f.high(other.ID)
	f.found("before the verdict", id)
	f.settle()
	f.found("new message", id, m)

	f.write(func(tx store.Tx) error {
		_, err := tx.SetMessageFlags(m, mapi.MfRead, mapi.MfRead)
		return err
	})
	f.found("read message, at once", id, m)
	setImportance := func(n int32) {
		f.write(func(tx store.Tx) error {
			_, err := tx.SaveMessage(m, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(n))}}}, FlagsMask: mapi.MfRead})
			return err
		})
	}
	setImportance(1)
	f.found("unread again, at once", id, m)
	f.settle()
	f.found("no match any more", id)
	setImportance(2)
	f.settle()
	f.found("match again", id, m)

	f.write(func(tx store.Tx) error {
		moved, err := tx.MoveMessage(elsewhere, f.inbox)
		elsewhere = moved.ID
		return err
	})
	f.settle()
	f.found("moved here", id, m, elsewhere)
	f.write(func(tx store.Tx) error {
		_, err := tx.MoveMessage(elsewhere, other.ID)
		return err
	})
	f.found("moved away, at once", id, m)
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(m, false) })
	f.found("deleted softly, at once", id)
	var back store.Message
	f.write(func(tx store.Tx) (err error) {
		back, err = tx.MoveMessage(m, f.inbox)
		return err
	})
	f.settle()
	f.found("back", id, back.ID)
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(back.ID, true) })
	f.found("deleted, at once", id)
	f.create(store.NewMessage{Folder: f.inbox, Associated: true, Props: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(2))}})
	f.settle()
	f.found("associated messages are not found", id)
}

func testSearchFolders(f *fixture) {
	sub := f.child(f.inbox, "Sub")
	other := f.child(f.root, "Other")
	leaf := f.child(other.ID, "Leaf")
	a, b := f.high(sub.ID), f.high(leaf.ID)
	deep := f.search("Deep", func(d *store.SearchDefinition) { d.Recursive = true })
	direct := f.search("Direct", func(d *store.SearchDefinition) { d.Scopes = []store.FolderID{sub.ID} })
	f.settle()
	f.found("deep", deep, a)
	move := func(id, to store.FolderID) {
		f.write(func(tx store.Tx) error {
			_, err := tx.MoveFolder(id, store.FolderMove{Parent: to})
			return err
		})
		f.settle()
	}
	move(other.ID, f.inbox)
	f.found("a tree came", deep, a, b)
	move(sub.ID, f.root)
	f.found("a folder left", deep, b)
	f.found("a scope that moves stays one", direct, a)
	move(sub.ID, leaf.ID)
	f.found("a folder came below", deep, a, b)
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(other.ID, false) })
	f.settle()
	f.found("deleted softly", deep)
	f.found("a deleted scope", direct)
	move(other.ID, f.inbox)
	f.found("back", deep, a, b)
	f.found("a scope that is back", direct, a)
	made := f.child(leaf.ID, "New")
	c := f.high(made.ID)
	f.settle()
	f.found("a new folder", deep, a, b, c)
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(other.ID, true) })
	f.found("deleted, at once", deep)
	f.found("a scope that is gone", direct)
	f.read(func(r store.Reader) error {
		s, err := r.Search(direct)
		f.same("scopes left", s.Scopes, []store.FolderID(nil))
		return err
	})
	f.high(f.inbox)
	f.settle()
	f.found("without a scope", direct)
}

func testSearchStatic(f *fixture) {
	m := f.high(f.inbox)
	id := f.search("Found", func(d *store.SearchDefinition) { d.Static = true })
	f.settle()
	f.found("filled", id, m)
	f.high(f.inbox)
	f.write(func(tx store.Tx) error {
		_, err := tx.SaveMessage(m, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Remove: []mapi.PropTag{mapi.TagImportance}}}})
		return err
	})
	f.settle()
	f.found("as it was", id, m)
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(m, true) })
	f.found("what is gone can't be shown", id)
}

func testSearchStop(f *fixture) {
	var all []store.MessageID
	for range 8 {
		all = append(all, f.high(f.inbox))
	}
	id := f.search("Found", nil)
	if _, err := (&searcher{f.T, f.s, 3}).step(); err != nil {
		f.Fatal(err)
	}
	f.write(func(tx store.Tx) error { return tx.StopSearch(id) })
	f.same("state", f.state(id), store.SearchStopped)
	f.high(f.inbox)
	f.settle()
	f.found("stopped", id, all[:3]...)
	other := f.search("Other", nil)
	f.settle()
	f.write(func(tx store.Tx) error { return tx.StopSearch(other) })
	f.same("a complete search goes on", f.state(other), store.SearchComplete)
}

// testSearchStale settles what was judged before something changed.
func testSearchStale(f *fixture) {
	m := f.high(f.inbox)
	id := f.search("Found", nil)
	var judged []store.Search
	var verdicts []store.SearchVerdict
	var parts []store.PartVerdict
	w := &searcher{f.T, f.s, 3}
	look := func() {
		f.read(func(r store.Reader) (err error) {
			if judged, verdicts, err = w.judge(r); err == nil {
				parts, err = w.scan(r)
			}
			return err
		})
	}
	settle := func() {
		f.write(func(tx store.Tx) error {
			if err := tx.SettleMessages(judged, verdicts); err != nil {
				return err
			}
			return tx.SettleParts(parts)
		})
	}
	set := func(r prop.Restriction) {
		f.write(func(tx store.Tx) error {
			return tx.SetSearch(store.SearchDefinition{Folder: id, Restriction: r, Scopes: []store.FolderID{f.inbox}})
		})
	}
	edit := func(n int32) {
		f.write(func(tx store.Tx) error {
			_, err := tx.SaveMessage(m, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(n))}}}})
			return err
		})
	}
	look()
	set(prop.NotRestriction{Part: important})
	settle()
	f.found("a search that was set anew", id)
	f.settle()
	f.found("the new search", id)

	set(important)
	f.settle()
	edit(0)
	look()
	edit(2)
	settle()
	f.found("a message that changed again", id, m)
	f.settle()
	f.found("a message that changed again, judged again", id, m)

	look()
	edit(0)
	look()
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(m, true) })
	settle()
	f.found("a message that is gone", id)

	m = f.high(f.inbox)
	set(important)
	look()
	sub := f.child(f.root, "Sub")
	f.write(func(tx store.Tx) error {
		_, err := tx.MoveMessage(m, sub.ID)
		return err
	})
	settle()
	f.found("a message that moved away", id)
	f.settle()
	f.found("a message that moved away, in the end", id)
}

func testSearchRows(f *fixture) {
	sub := f.child(f.inbox, "Sub")
	at := func(folder store.FolderID, received mapi.FileTime) store.MessageID {
		return f.create(store.NewMessage{Folder: folder, Flags: mapi.MfRead, Props: []prop.Tagged{
			tagged(mapi.TagImportance, prop.Int32(2)), tagged(mapi.TagMessageDeliveryTime, prop.Time(received)), tagged(mapi.TagComment, prop.String("c")),
		}}).ID
	}
	a, b, c := at(f.inbox, 30), at(sub.ID, 10), at(f.inbox, 20)
	miss := f.low(f.inbox)
	id := f.search("Found", func(d *store.SearchDefinition) { d.Recursive = true })
	f.settle()
	sel := store.Selection{Folder: id}
	f.read(func(r store.Reader) error {
		rows, err := r.Rows(sel, []store.MessageID{c, miss, b, c}, []mapi.PropTag{mapi.TagMid, mapi.TagFolderId, mapi.TagComment})
		if err != nil {
			return err
		}
		row := func(id store.MessageID, in store.FolderID) []prop.Value {
			return []prop.Value{prop.ID(mapi.NewID(1, uint64(id))), prop.ID(mapi.NewID(1, uint64(in))), prop.String("c")}
		}
		f.same("rows", rows, [][]prop.Value{row(c, f.inbox), nil, row(b, sub.ID), row(c, f.inbox)})
		up, err := r.Page(sel, store.Position{}, false, 2)
		if err != nil {
			return err
		}
		f.same("page", up, []store.Position{{Received: 10, ID: b}, {Received: 20, ID: c}})
		down, err := r.Page(sel, store.Position{Received: 30, ID: a}, true, 5)
		f.same("page down", down, []store.Position{{Received: 20, ID: c}, {Received: 10, ID: b}})
		if err != nil {
			return err
		}
		var after []store.MessageID
		err = r.ScanAfter(sel, a, 1, nil, func(id store.MessageID, _ []prop.Value) error {
			after = append(after, id)
			return nil
		})
		f.same("one after the first", after, []store.MessageID{b})
		return err
	})
}

func testSearchFeed(f *fixture) {
	var got []store.Change
	stop := f.s.Changes().Subscribe(func(list []store.Change) {
		for _, c := range list {
			if c.Kind >= store.SearchMemberAdded {
				c.Tags = nil
				got = append(got, c)
			}
		}
	})
	defer stop()
	told := func(what string, want ...store.Change) {
		f.Helper()
		f.same(what, got, want)
		got = nil
	}
	m := f.high(f.inbox)
	id := f.search("Found", nil)
	change := func(kind store.ChangeKind, id store.FolderID, m store.MessageID) store.Change {
		return store.Change{Kind: kind, Mailbox: f.mb.ID, Folder: id, Message: m, OldFolder: f.inbox}
	}
	of := func(kind store.ChangeKind) store.Change {
		return store.Change{Kind: kind, Mailbox: f.mb.ID, Folder: id}
	}
	told("set", of(store.SearchChanged))
	f.settle()
	told("built", change(store.SearchMemberAdded, id, m), of(store.SearchCompleted))
	f.write(func(tx store.Tx) error {
		_, err := tx.SetMessageStatus(m, 1, 1)
		return err
	})
	told("changed", change(store.SearchMemberModified, id, m))
	f.settle()
	told("judged as before")
	f.write(func(tx store.Tx) error {
		_, err := tx.SaveMessage(m, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Remove: []mapi.PropTag{mapi.TagImportance}}}})
		return err
	})
	f.settle()
	told("lost", change(store.SearchMemberModified, id, m), change(store.SearchMemberRemoved, id, m))
	n := f.high(f.inbox)
	f.settle()
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(n, false) })
	told("came and went", change(store.SearchMemberAdded, id, n), change(store.SearchMemberRemoved, id, n))
	empty := f.child(f.root, "Empty")
	f.write(func(tx store.Tx) error {
		return tx.SetSearch(store.SearchDefinition{Folder: id, Restriction: important, Scopes: []store.FolderID{empty.ID}})
	})
	told("nothing to look at", of(store.SearchChanged), of(store.SearchCompleted))
}

func testSearchRemoval(f *fixture) {
	m := f.high(f.inbox)
	id := f.search("Found", nil)
	other := f.search("Other", nil)
	f.settle()
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(id, false) })
	n := f.high(f.inbox)
	f.settle()
	f.write(func(tx store.Tx) error {
		_, err := tx.MoveFolder(id, store.FolderMove{Parent: f.root})
		return err
	})
	f.found("a search folder that is back", id, m, n)
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(id, true) })
	f.read(func(r store.Reader) error {
		_, err := r.Message(m)
		return err
	})
	f.found("another search folder", other, m, n)
	f.high(f.inbox)
	f.write(func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
	f.read(func(r store.Reader) error {
		work, err := r.SearchWork()
		f.same("work of a mailbox that is gone", len(work), 0)
		return err
	})
}

func testSearchUrgent(f *fixture) {
	f.high(f.inbox)
	f.search("Slow", nil)
	fast := f.search("Fast", func(d *store.SearchDefinition) { d.Urgent = true })
	f.read(func(r store.Reader) error {
		parts, err := r.SearchParts(f.mb.ID, 1)
		f.same("first part", parts[0].Search, fast)
		return err
	})
}

func testSearchHoldsNothing(f *fixture) {
	m := f.high(f.inbox)
	id := f.search("Found", nil)
	f.settle()
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		_, err := tx.CreateMessage(store.NewMessage{Folder: id})
		return err
	})
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		_, err := tx.MoveMessage(m, id)
		return err
	})
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		_, err := tx.CopyMessage(m, id)
		return err
	})
	f.found("as before", id, m)
}

// testSearchDeliveredMail: mail is found however it comes.
func testSearchDeliveredMail(f *fixture) {
	sub := f.child(f.inbox, "Sub")
	id := f.search("Found", func(d *store.SearchDefinition) { d.Recursive = true })
	f.settle()
	var made []store.Message
	f.write(func(tx store.Tx) (err error) {
		n := store.NewMessage{Props: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(2))}}
		made, err = tx.DeliverMail(store.MailSource{New: &n}, store.ContentEdit{}, []store.MailCopy{{Folder: f.inbox}, {Folder: sub.ID}, {Folder: f.root}})
		return err
	})
	f.settle()
	f.found("delivered mail", id, made[0].ID, made[1].ID)
}

// bruteForce lists what a search should have found, by a look at every message.
func bruteForce(r store.Reader, s *store.Search) (ids []store.MessageID, unread int64, err error) {
	folders := map[store.FolderID]bool{}
	for _, id := range s.Scopes {
		f, err := r.Folder(id)
		if err != nil {
			return nil, 0, err
		}
		folders[id] = !f.Deleted
		if !s.Recursive || f.Deleted {
			continue
		}
		below, err := r.Folders(id, true, false)
		if err != nil {
			return nil, 0, err
		}
		for _, f := range below {
			folders[f.ID] = f.Type != store.FolderSearch
		}
	}
	maps.DeleteFunc(folders, func(_ store.FolderID, searched bool) bool { return !searched })
	for id := range folders {
		err := r.Scan(store.Selection{Folder: id}, searchTags, func(id store.MessageID, values []prop.Value) error {
			if passes(s, values) {
				ids = append(ids, id)
				if values[1].Bits()&uint64(mapi.MfRead) == 0 {
					unread++
				}
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	slices.Sort(ids)
	return ids, unread, nil
}

// compareSearches compares all searches of a mailbox that follow and are done with a look at every message.
func compareSearches(r store.Reader, mailbox store.MailboxID, same func(what string, got, want any)) error {
	searches, err := r.Searches(mailbox)
	if err != nil {
		return err
	}
	for i := range searches {
		s := &searches[i]
		if s.State != store.SearchComplete || s.Static {
			continue
		}
		want, unread, err := bruteForce(r, s)
		if err != nil {
			return err
		}
		var got []store.MessageID
		err = r.Scan(store.Selection{Folder: s.Folder}, nil, func(id store.MessageID, _ []prop.Value) error {
			got = append(got, id)
			return nil
		})
		if err != nil {
			return err
		}
		f, err := r.Folder(s.Folder)
		if err != nil {
			return err
		}
		same(fmt.Sprintf("members of search folder %d", s.Folder), got, want)
		same(fmt.Sprintf("counts of search folder %d", s.Folder), []int64{f.ContentCount, f.UnreadCount}, []int64{int64(len(want)), unread})
	}
	return nil
}
