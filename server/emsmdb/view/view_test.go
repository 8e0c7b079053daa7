package view_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// world is a store with one folder.
type world struct {
	t       testing.TB
	store   *sqlite.Store
	cache   *view.Cache
	mailbox store.MailboxID
	folder  store.FolderID
}

func newWorld(t testing.TB, budget int64) *world {
	t.Helper()
	ctx := context.Background()
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &world{t: t, store: st, cache: view.NewCache(st, budget)}
	t.Cleanup(w.cache.Close)
	err = st.Update(ctx, store.Scope{}, func(tx store.Tx) error {
		m, err := tx.CreateMailbox(store.NewMailbox{Account: "alice", GUID: mapi.GUID{1}})
		if err != nil {
			return err
		}
		w.mailbox, w.folder = m.ID, m.Special[store.SpecialRoot]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) update(fn func(tx store.Tx) error) {
	w.t.Helper()
	if err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{w.mailbox}}, fn); err != nil {
		w.t.Fatal(err)
	}
}

// add creates messages with these subjects.
func (w *world) add(subjects ...string) (ids []store.MessageID) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		ids = ids[:0]
		for _, s := range subjects {
			m, err := tx.CreateMessage(store.NewMessage{Folder: w.folder, Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(s)}}})
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	return ids
}

// bySubject orders by subject and hides those that start with "-".
func (w *world) bySubject(passes *int) view.Spec {
	return view.Spec{
		Selection: store.Selection{Folder: w.folder}, Key: "subject", Fetch: []mapi.PropTag{mapi.TagSubject},
		Place: func() view.PlaceFunc {
			if passes != nil {
				*passes++
			}
			return func(_ store.Reader, _ store.MessageID, values []prop.Value, emit func(view.Place)) error {
				if s := values[0].Str(); s[0] != '-' {
					emit(view.Place{Key: []byte(s)})
				}
				return nil
			}
		},
	}
}

func (w *world) acquire(spec view.Spec) *view.View {
	w.t.Helper()
	v, err := w.cache.Acquire(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) sync(v *view.View) *view.Order {
	w.t.Helper()
	o, err := v.Sync(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func keys(o *view.Order) (out []string) {
	for _, e := range o.Window(0, o.Len()+1) {
		out = append(out, e.Key)
	}
	return out
}

func TestViewOrderAndRestriction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("c", "a", "-x", "b", "a")
	v := w.acquire(w.bySubject(nil))
	defer v.Close()
	o := w.sync(v)
	if got := keys(o); !slices.Equal(got, []string{"a", "a", "b", "c"}) {
		t.Errorf("order = %q", got)
	}
	if e := o.Window(0, 2); e[0].ID > e[1].ID {
		t.Error("equal keys do not stand in the order of their creation")
	}
}

func TestViewWithoutAnOrderIsByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	ids := w.add("c", "a", "b")
	v := w.acquire(view.Spec{Selection: store.Selection{Folder: w.folder}})
	defer v.Close()
	var got []store.MessageID
	for _, e := range w.sync(v).Window(0, 10) {
		got = append(got, e.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("order = %v, want %v", got, ids)
	}
}

func TestViewPatchesWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("d", "b")
	passes := 0
	v := w.acquire(w.bySubject(&passes))
	defer v.Close()
	before := w.sync(v)
	if w.sync(v) != before || passes != 1 {
		t.Errorf("%d passes without a change", passes)
	}
	w.add("c", "a", "-e")
	after := w.sync(v)
	if got := keys(after); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("order = %q", got)
	}
	if after.Version == before.Version {
		t.Error("the version did not change")
	}
	if got := keys(before); !slices.Equal(got, []string{"b", "d"}) {
		t.Errorf("the order as it was = %q", got)
	}
}

func TestViewOfAnotherFolderIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("a")
	v := w.acquire(w.bySubject(nil))
	defer v.Close()
	before := w.sync(v)
	w.update(func(tx store.Tx) error {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: w.mailbox, Parent: w.folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "x"})
		if err != nil {
			return err
		}
		_, err = tx.CreateMessage(store.NewMessage{Folder: f.ID, Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("z")}}})
		return err
	})
	if w.sync(v) != before {
		t.Error("a change elsewhere changed the order")
	}
}

func TestViewWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("c", "b")
	spec := w.bySubject(nil)
	spec.Whole = true
	spec.Place = func() view.PlaceFunc { // the first two only
		n := 0
		return func(_ store.Reader, _ store.MessageID, values []prop.Value, emit func(view.Place)) error {
			if n++; n <= 2 {
				emit(view.Place{Key: []byte(values[0].Str())})
			}
			return nil
		}
	}
	v := w.acquire(spec)
	defer v.Close()
	w.sync(v)
	w.add("a")
	if got := keys(w.sync(v)); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("order = %q", got)
	}
}

func TestViewIsSharedAndKeptForAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("a", "b")
	passes := 0
	first, second := w.acquire(w.bySubject(&passes)), w.acquire(w.bySubject(&passes))
	if first != second {
		t.Fatal("two views of one order")
	}
	w.sync(first)
	w.sync(second)
	if passes != 1 || w.cache.Bytes() == 0 || w.cache.Count() != 1 {
		t.Errorf("%d passes, %d bytes, %d views", passes, w.cache.Bytes(), w.cache.Count())
	}
	first.Close()
	second.Close()
	w.add("c") // followed all the same
	third := w.acquire(w.bySubject(&passes))
	defer third.Close()
	if got := keys(w.sync(third)); third != first || passes != 2 || !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("opened again: %q after %d passes", got, passes)
	}
}

func TestViewsOfManyOrdersAreDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("a", "b")
	for i := range 200 {
		spec := w.bySubject(nil)
		spec.Key = fmt.Sprint(i)
		v := w.acquire(spec)
		w.sync(v)
		v.Close()
	}
	if n := w.cache.Count(); n == 0 || n > 64 {
		t.Errorf("%d views are kept", n)
	}
	spec := w.bySubject(nil)
	spec.Key = "never read"
	n := w.cache.Count()
	w.acquire(spec).Close()
	if w.cache.Count() != n {
		t.Error("a view that was never built is kept")
	}
}

func TestViewBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100)
	w.add("a", "b", "c", "d")
	v := w.acquire(w.bySubject(nil))
	w.sync(v)
	if _, err := w.cache.Acquire(view.Spec{Selection: store.Selection{Folder: w.folder}}); err != view.ErrTooLarge { //nolint:errorlint // a sentinel
		t.Errorf("error = %v", err)
	}
	w.acquire(w.bySubject(nil)).Close() // one more table of an order that is there
	v.Close()
	if w.cache.Count() != 0 || w.cache.Bytes() != 0 {
		t.Errorf("%d views with %d bytes are kept although there is no memory", w.cache.Count(), w.cache.Bytes())
	}
	w.acquire(view.Spec{Selection: store.Selection{Folder: w.folder}}).Close()
}

func TestViewSyncEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	w.add("a")
	v := w.acquire(w.bySubject(nil))
	defer v.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Sync(ctx); err == nil {
		t.Error("built for nobody")
	}
	if o := w.sync(v); o.Len() != 1 {
		t.Errorf("%d rows after a failure", o.Len())
	}
}

// TestViewAgainstTheStore adds messages from several goroutines while others read: in the end the order is what the
// folder holds, and who adds a message sees it at once.
func TestViewAgainstTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<24)
	v := w.acquire(w.bySubject(nil))
	defer v.Close()
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 25 {
				own := fmt.Sprintf("%03d-%d", i, g)
				w.add(fmt.Sprintf("%d", rand.IntN(1000)), fmt.Sprintf("-%d", g), own)
				if !slices.Contains(keys(w.sync(v)), own) {
					t.Error("a message that was added does not show")
				}
			}
		})
		group.Go(func() {
			for range 25 {
				if !slices.IsSortedFunc(w.sync(v).Window(0, 1<<20), view.Shape{}.Compare) {
					t.Error("out of order")
				}
			}
		})
	}
	group.Wait()
	if o := w.sync(v); o.Len() != 200 {
		t.Errorf("%d rows, want 200", o.Len())
	}
}

// replay takes steps one after the other.
func replay(t *rapid.T, list []view.Entry, steps []view.Step) []view.Entry {
	find := func(e view.Entry) int {
		return slices.IndexFunc(list, func(f view.Entry) bool { return f.ID == e.ID && f.Instance == e.Instance })
	}
	for _, s := range steps {
		if s.Kind != view.RowAdded {
			at := find(s.Row)
			if at < 0 {
				t.Fatalf("%+v is of a row that is not there", s)
			}
			list = slices.Delete(list, at, at+1)
		}
		if s.Kind == view.RowDeleted {
			continue
		}
		at := 0
		if !s.First {
			if at = find(s.After) + 1; at == 0 {
				t.Fatalf("%+v follows a row that is not there", s)
			}
		}
		list = slices.Insert(list, at, s.Row)
	}
	return list
}

// TestViewRandomly compares views with a plain list after random changes, and the order with what the steps from an
// earlier one lead to.
func TestViewRandomly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<26)
	rapid.Check(t, func(rt *rapid.T) {
		v := w.acquire(w.bySubject(nil))
		defer v.Close()
		o := w.sync(v)
		want, told, shown := keys(o), o.Window(0, o.Len()), o
		woken := 0
		defer v.Watch(func(uint64) { woken++ })()
		for range rapid.IntRange(1, 4).Draw(rt, "steps") {
			batch := rapid.SliceOfN(rapid.StringMatching(`[a-e-]{1,3}`), 1, 40).Draw(rt, "subjects")
			ids := w.add(batch...)
			read := rapid.SampledFrom(ids).Draw(rt, "read")
			w.update(func(tx store.Tx) error {
				_, err := tx.SetMessageFlags(read, mapi.MfRead, mapi.MfRead)
				return err
			})
			for _, s := range batch {
				if s[0] != '-' {
					want = append(want, s)
				}
			}
			slices.Sort(want)
			o := w.sync(v)
			if got := keys(o); !slices.Equal(got, want) {
				rt.Fatalf("order = %q, want %q", got, want)
			}
			changed, known := v.ChangedSince(shown.Version)
			if !known || woken == 0 {
				rt.Fatalf("changed since: %v, %d calls of the watcher", known, woken)
			}
			if rapid.Bool().Draw(rt, "look") {
				steps, ok := view.Steps([]view.Shown{{Order: shown}}, view.Shown{Order: o}, changed, 1000)
				if !ok {
					rt.Fatal("too many steps")
				}
				told, shown, woken = replay(rt, told, steps), o, 0
				if got := o.Window(0, o.Len()); !slices.Equal(got, told) {
					rt.Fatalf("after the steps it is %v, want %v", told, got)
				}
			}
			for _, at := range []int{0, len(want) / 2, len(want) - 1} {
				if at < 0 || at >= o.Len() {
					continue
				}
				e := o.At(at)
				if got, found := o.Rank(e); got != at || !found {
					rt.Fatalf("rank of row %d is %d, %v", at, got, found)
				}
				if pos, found, ok := o.Find(e.ID, 0); !ok || found != e || pos != at {
					rt.Fatalf("row %d is at %d", at, pos)
				}
			}
		}
	})
}

// TestViewFollowsEverything compares views of the living and of the deleted messages with the store after random saves,
// moves, copies and deletions, [rapid].
func TestViewFollowsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<26)
	var other store.FolderID
	w.update(func(tx store.Tx) error {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: w.mailbox, Parent: w.folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "x"})
		other = f.ID
		return err
	})
	rapid.Check(t, func(rt *rapid.T) {
		var specs []view.Spec
		var views []*view.View
		for _, folder := range []store.FolderID{w.folder, other} {
			for _, deleted := range []bool{false, true} {
				spec := w.bySubject(nil)
				spec.Selection = store.Selection{Folder: folder, Deleted: deleted}
				v := w.acquire(spec)
				defer v.Close()
				w.sync(v)
				specs, views = append(specs, spec), append(views, v)
			}
		}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			w.update(func(tx store.Tx) error {
				for range rapid.IntRange(1, 4).Draw(rt, "changes") {
					if err := w.changeAny(rt, tx, specs); err != nil {
						return err
					}
				}
				return nil
			})
			for i, v := range views {
				if got, want := keys(w.sync(v)), w.subjects(specs[i].Selection); !slices.Equal(got, want) {
					rt.Fatalf("%+v: order = %q, want %q", specs[i].Selection, got, want)
				}
			}
		}
	})
}

// subjects are what bySubject should show of a selection.
func (w *world) subjects(sel store.Selection) (list []string) {
	err := w.store.View(context.Background(), store.Scope{}, func(r store.Reader) error {
		return r.Scan(sel, []mapi.PropTag{mapi.TagSubject}, func(_ store.MessageID, v []prop.Value) error {
			if s := v[0].Str(); s[0] != '-' {
				list = append(list, s)
			}
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// changeAny does something to a message of one of the selections, or adds one.
func (w *world) changeAny(rt *rapid.T, tx store.Tx, specs []view.Spec) error {
	sel := rapid.SampledFrom(specs).Draw(rt, "selection").Selection
	to := rapid.SampledFrom(specs).Draw(rt, "to").Selection.Folder
	subject := []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(rapid.StringMatching(`[a-e-]{1,2}`).Draw(rt, "subject"))}}
	ids := []store.MessageID{0}
	err := tx.Scan(sel, nil, func(id store.MessageID, _ []prop.Value) error { ids = append(ids, id); return nil })
	if err != nil {
		return err
	}
	id := rapid.SampledFrom(ids).Draw(rt, "message")
	if id == 0 {
		_, err := tx.CreateMessage(store.NewMessage{Folder: sel.Folder, Props: subject})
		return err
	}
	switch op := rapid.IntRange(0, 4).Draw(rt, "operation"); {
	case op == 0:
		_, err = tx.MoveMessage(id, to)
	case op == 1:
		_, err = tx.CopyMessage(id, to)
	case op == 2, sel.Deleted:
		err = tx.DeleteMessage(id, true)
	case op == 3:
		err = tx.DeleteMessage(id, false)
	default:
		_, err = tx.SaveMessage(id, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: subject}}})
	}
	return err
}

func TestViewOfADeletedFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<20)
	var folder store.FolderID
	w.update(func(tx store.Tx) error {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: w.mailbox, Parent: w.folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "x"})
		folder = f.ID
		return err
	})
	w.add("stays")
	stays := w.acquire(w.bySubject(nil))
	defer stays.Close()
	w.folder = folder
	w.add("goes")
	goes := w.acquire(w.bySubject(nil))
	defer goes.Close()
	before := w.sync(stays)
	w.sync(goes)
	w.update(func(tx store.Tx) error { return tx.DeleteFolder(folder, true) })
	if gone, after := w.sync(goes), w.sync(stays); gone.Len() != 0 || after != before {
		t.Errorf("%d rows in the deleted folder, %d in the other, version %d after %d", gone.Len(), after.Len(), after.Version, before.Version)
	}
}
