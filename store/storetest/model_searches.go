package storetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// modelSearches is how many search folders a model has, below the root. Nothing is moved into them, and they stay.
const modelSearches = 3

// makeSearches makes the search folders.
func (r *modelRun) makeSearches(tx store.Tx) error {
	for _, name := range []string{"search 1", "search 2", "search 3"}[:modelSearches] {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: r.mailbox, Parent: r.root, Type: store.FolderSearch, Special: store.SpecialCount, Name: name})
		if err != nil {
			return err
		}
		r.folders[f.ID] = &modelFolder{parent: r.root, name: name, search: true, props: map[uint16]prop.Tagged{}}
	}
	return nil
}

func (r *modelRun) drawSearch(rt *rapid.T) store.FolderID {
	var ids []store.FolderID
	for id, f := range r.folders {
		if f.search {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(rt, "search folder")
}

func (r *modelRun) setSearch(rt *rapid.T) {
	d := store.SearchDefinition{
		Folder:    r.drawSearch(rt),
		Recursive: rapid.Bool().Draw(rt, "recursive"), Urgent: rapid.Bool().Draw(rt, "urgent"), Static: rapid.IntRange(0, 4).Draw(rt, "static") == 0,
		Restriction: rapid.SampledFrom([]prop.Restriction{unread, prop.ExistRestriction{Tag: mapi.TagImportance}, prop.NotRestriction{Part: important}}).Draw(rt, "restriction"),
	}
	var want error
	for range rapid.IntRange(1, 2).Draw(rt, "scopes") {
		scope := r.drawFolder(rt)
		d.Scopes = append(d.Scopes, scope)
		want = first(want, r.missing(scope))
	}
	r.do(rt, func(tx store.Tx) error { return expect("SetSearch", tx.SetSearch(d), want) }, func() { r.folders[d.Folder].searches = true })
}

func (r *modelRun) stopSearch(rt *rapid.T) {
	id := r.drawSearch(rt)
	var want error
	if !r.folders[id].searches {
		want = store.ErrNotFound
	}
	r.do(rt, func(tx store.Tx) error { return expect("StopSearch", tx.StopSearch(id), want) }, func() {})
}

// search does a piece of a worker's work.
func (r *modelRun) search(rt *rapid.T) {
	if _, err := (&searcher{r.t, r.s, rapid.IntRange(1, 3).Draw(rt, "piece")}).step(); err != nil {
		rt.Fatal(err)
	}
}

// searchAll does all of a worker's work, after which every search has found what it should.
func (r *modelRun) searchAll(rt *rapid.T) {
	if err := (&searcher{r.t, r.s, 4}).finish(); err != nil {
		rt.Fatal(err)
	}
	err := r.s.View(r.t.Context(), store.Scope{}, func(rd store.Reader) error { return compareSearches(rd, r.mailbox, r.same(rt)) })
	if err != nil {
		rt.Fatal(err)
	}
}

// compareMembers compares what a search folder counts with what it lists.
func (r *modelRun) compareMembers(rd store.Reader, f store.Folder, same func(string, any, any)) error {
	var members, unread int64
	err := rd.Scan(store.Selection{Folder: f.ID}, nil, func(id store.MessageID, _ []prop.Value) error {
		m := r.messages[id]
		same("a member that is a living message", m != nil && !m.Deleted && !m.Associated, true)
		if members++; m.Flags&mapi.MfRead == 0 {
			unread++
		}
		return nil
	})
	same("counts of a search folder", []int64{f.ContentCount, f.UnreadCount, f.AssocCount}, []int64{members, unread, 0})
	return err
}
