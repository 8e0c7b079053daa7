package search_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// box is a mailbox with folders, and a worker that finds messages in it.
type box struct {
	t       testing.TB
	store   *sqlite.Store
	worker  *search.Worker
	mailbox store.MailboxID
	root    store.FolderID
	top     store.FolderID // below it everything happens that is random
	finder  store.FolderID
	rand    *rand.Rand
	seen    int // members that were compared
}

// keywords is the id of the categories' named property.
var keywords = prop.Name{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: mapi.NameKeywords}

// newBox makes a mailbox in a new store, or finds the one in a store that is there.
func newBox(t testing.TB, st *sqlite.Store, seed uint64) *box {
	t.Helper()
	b := &box{t: t, store: st, rand: rand.New(rand.NewPCG(seed, 1))}
	p, err := profile.ByName(profile.Default)
	if err != nil {
		t.Fatal(err)
	}
	env := object.NewEnv(object.EnvOptions{
		Store: st, Directory: st, Profile: p, Now: time.Now, Orders: 1 << 20,
		Server: object.Server{Name: "EXCH01", FQDN: "exch01.mapid.test", DN: "/o=mapid/ou=x/cn=Configuration/cn=Servers/cn=EXCH01"},
	})
	t.Cleanup(env.Close)
	b.worker = search.New(search.Options{Store: st, Logger: zaptest.NewLogger(t), Judge: env.Judge})
	t.Cleanup(b.worker.Close)
	err = st.Update(context.Background(), store.Scope{}, func(tx store.Tx) error {
		m, err := tx.MailboxOf("alice")
		if errors.Is(err, store.ErrNotFound) {
			if m, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice", Locale: 0x409}); err == nil {
				_, err = tx.RegisterNames(m.ID, []prop.Name{keywords})
			}
		}
		if err != nil {
			return err
		}
		b.mailbox, b.root = m.ID, m.Special[store.SpecialRoot]
		for name, to := range map[string]*store.FolderID{"Top": &b.top, "Finder": &b.finder} {
			f, err := tx.FolderByName(b.root, name)
			if errors.Is(err, store.ErrNotFound) {
				f, err = tx.CreateFolder(store.NewFolder{Mailbox: b.mailbox, Parent: b.root, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name})
			}
			if *to = f.ID; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func openStore(t testing.TB, dir string, d sqlite.Durability) *sqlite.Store {
	t.Helper()
	st, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(dir, "mapid.db"), Durability: d})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// freshBox is a box in a store of its own.
func freshBox(t testing.TB, seed uint64) *box {
	t.Helper()
	st := openStore(t, t.TempDir(), sqlite.Off)
	t.Cleanup(func() { _ = st.Close() })
	return newBox(t, st, seed)
}

func (b *box) write(fn func(tx store.Tx) error) {
	b.t.Helper()
	if err := b.try(fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) try(fn func(tx store.Tx) error) error {
	return b.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{b.mailbox}}, fn)
}

func (b *box) read(fn func(r store.Reader) error) {
	b.t.Helper()
	if err := b.store.View(context.Background(), store.Scope{}, fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) finish() {
	b.t.Helper()
	if err := b.worker.Finish(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) folder(parent store.FolderID, name string, typ store.FolderType) (id store.FolderID) {
	b.t.Helper()
	b.write(func(tx store.Tx) error {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: b.mailbox, Parent: parent, Type: typ, Special: store.SpecialCount, Name: name})
		id = f.ID
		return err
	})
	return id
}

// search makes a search folder.
func (b *box) search(name string, rs prop.Restriction, recursive bool, scopes ...store.FolderID) store.FolderID {
	b.t.Helper()
	id := b.folder(b.finder, name, store.FolderSearch)
	b.write(func(tx store.Tx) error {
		return tx.SetSearch(store.SearchDefinition{Folder: id, Restriction: rs, Scopes: scopes, Recursive: recursive})
	})
	return id
}

func tagged(tag mapi.PropTag, v prop.Value) prop.Tagged { return prop.Tagged{Tag: tag, Value: v} }

func is(tag mapi.PropTag, op prop.RelOp, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: op, Tag: tag, Value: tagged(tag, v)}
}

func contains(tag mapi.PropTag, text string) prop.Restriction {
	return prop.ContentRestriction{Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: tag, Value: tagged(tag, prop.String(text))}
}

// keywordsTag is the tag of the first named property.
const keywordsTag mapi.PropTag = 0x8001101F

// kinds are restrictions of every kind that a message can be judged by.
var kinds = []prop.Restriction{
	prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead},
	is(mapi.TagImportance, prop.RelOpEQ, prop.Int32(2)),
	prop.AndRestriction{Parts: []prop.Restriction{contains(mapi.TagSubject, "b"), prop.NotRestriction{Part: contains(mapi.TagSubject, "c")}}},
	prop.ContentRestriction{Fuzzy: prop.FuzzyFullString, Tag: keywordsTag, Value: tagged(keywordsTag.WithType(mapi.PtypString), prop.String("Red"))},
	prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: contains(mapi.TagDisplayName, "bob")},
	prop.OrRestriction{Parts: []prop.Restriction{is(mapi.TagHasAttachments, prop.RelOpEQ, prop.Bool(true)), prop.ExistRestriction{Tag: mapi.TagFlagStatus}}},
	prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: mapi.TagSubject, Size: 4},
	is(mapi.TagMessageStatus, prop.RelOpGE, prop.Int32(1)),
	contains(mapi.TagBody, "needle"),
}

// content draws what a message says.
func (b *box) content() (set []prop.Tagged) {
	pick := func(list ...string) prop.Value { return prop.String(list[b.rand.IntN(len(list))]) }
	set = []prop.Tagged{
		tagged(mapi.TagSubject, pick("a", "b", "abc", "BB", "")), tagged(mapi.TagImportance, prop.Int32(int32(b.rand.IntN(3)))),
		tagged(mapi.TagBody, pick("hay", "hay needle", string(make([]byte, 3000))+"needle")),
	}
	if b.rand.IntN(2) == 0 {
		set = append(set, tagged(keywordsTag, prop.Multi(mapi.PtypMultiString, []string{"Red", "Blue"}[b.rand.IntN(2):])))
	}
	if b.rand.IntN(4) == 0 {
		set = append(set, tagged(mapi.TagFlagStatus, prop.Int32(2)))
	}
	return set
}

func (b *box) recipients() []store.Recipient {
	name := []string{"Bob", "Carol"}[b.rand.IntN(2)]
	return []store.Recipient{{Type: 1, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String(name))}}}
}

// change does one random thing to the mailbox. What does not make sense at that moment does nothing.
func (b *box) change(tx store.Tx) error {
	folders, err := tx.Folders(b.top, true, false)
	if err != nil {
		return err
	}
	in := func() store.FolderID {
		if n := b.rand.IntN(len(folders) + 1); n < len(folders) {
			return folders[n].ID
		}
		return b.top
	}
	message := func(sel store.Selection) (found store.MessageID) {
		var ids []store.MessageID
		if err = tx.Scan(sel, nil, func(id store.MessageID, _ []prop.Value) error { ids = append(ids, id); return nil }); len(ids) > 0 {
			found = ids[b.rand.IntN(len(ids))]
		}
		return found
	}
	switch n := b.rand.IntN(100); {
	case n < 30:
		m := store.NewMessage{Folder: in(), Flags: uint32(b.rand.IntN(2)), Props: b.content(), Recipients: b.recipients(), Associated: b.rand.IntN(10) == 0}
		if b.rand.IntN(4) == 0 {
			m.Attachments = []store.NewAttachment{{Method: 1}}
		}
		_, err = tx.CreateMessage(m)
	case n < 95:
		id := message(store.Selection{Folder: in()})
		if err != nil || id == 0 {
			return err
		}
		switch {
		case n < 45:
			_, err = tx.SaveMessage(id, store.MessageEdit{ContentEdit: store.ContentEdit{
				Edit:          store.Edit{Set: b.content(), Remove: []mapi.PropTag{mapi.TagFlagStatus, keywordsTag}},
				SetRecipients: true, Recipients: b.recipients(),
			}})
		case n < 60:
			_, err = tx.SetMessageFlags(id, uint32(b.rand.IntN(2)), mapi.MfRead)
		case n < 65:
			_, err = tx.SetMessageStatus(id, uint32(b.rand.IntN(2)), 1)
		case n < 77:
			_, err = tx.MoveMessage(id, in())
		case n < 82:
			_, err = tx.CopyMessage(id, in())
		default:
			err = tx.DeleteMessage(id, b.rand.IntN(2) == 0)
		}
	default:
		err = b.changeFolders(tx, in, len(folders) > 25)
	}
	return err
}

func (b *box) changeFolders(tx store.Tx, in func() store.FolderID, many bool) (err error) {
	kind := b.rand.IntN(6)
	if many && kind < 2 {
		kind = 4
	}
	switch id, to := in(), in(); kind {
	case 0, 1:
		_, err = tx.CreateFolder(store.NewFolder{
			Mailbox: b.mailbox, Parent: id, Type: store.FolderGeneric, Special: store.SpecialCount, Name: fmt.Sprint(b.rand.IntN(20)),
		})
	case 2, 3:
		if id != b.top {
			_, err = tx.MoveFolder(id, store.FolderMove{Parent: to})
		}
	case 4:
		if id != b.top {
			err = tx.DeleteFolder(id, b.rand.IntN(2) == 0)
		}
	default:
		var gone []store.Folder
		if gone, err = tx.Folders(b.top, true, true); err == nil && len(gone) > 0 {
			_, err = tx.MoveFolder(gone[b.rand.IntN(len(gone))].ID, store.FolderMove{Parent: to})
		}
	}
	return err
}

// changes does some random things in one transaction and reports whether they were done: where one makes no sense, with
// a name that is taken or a folder below itself, none is.
func (b *box) changes(n int, further func(tx store.Tx) error) (bool, error) {
	err := b.try(func(tx store.Tx) error {
		for range n {
			if err := b.change(tx); err != nil {
				return err
			}
		}
		return further(tx)
	})
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrDenied) || errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// startAnew starts any search anew.
func (b *box) startAnew(tx store.Tx) error {
	searches, err := tx.Searches(b.mailbox)
	if err != nil {
		return err
	}
	return tx.SetSearch(searches[b.rand.IntN(len(searches))].SearchDefinition)
}

// direct reads what a message is judged by, in the plainest way.
func direct(r store.Reader, id store.MessageID) (*prop.Subject, error) {
	m, err := r.Message(id)
	if err != nil {
		return nil, err
	}
	props, err := r.Props(m.Bag)
	if err != nil {
		return nil, err
	}
	recipients, err := r.Recipients(m.Bag)
	if err != nil {
		return nil, err
	}
	get := func(list []prop.Tagged, tag mapi.PropTag) prop.Value {
		for _, p := range list {
			if p.Tag.ID() == tag.ID() {
				return p.Value
			}
		}
		return prop.Value{}
	}
	var own []prop.Tagged
	for _, p := range props {
		own = append(own, tagged(p.Tag, p.Value))
	}
	own = append(own, tagged(mapi.TagMessageFlags, prop.Uint32(m.Flags)), tagged(mapi.TagMessageStatus, prop.Uint32(m.Status)),
		tagged(mapi.TagHasAttachments, prop.Bool(m.Attachments > 0)))
	return &prop.Subject{
		Get: func(tag mapi.PropTag) prop.Value { return get(own, tag) },
		SubObjects: func(_ mapi.PropTag, yield func(*prop.Subject) bool) {
			for _, rec := range recipients {
				if !yield(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value { return get(rec.Props, tag) }}) {
					return
				}
			}
		},
	}, nil
}

// compare compares what every search that is kept current has found with a look at every message of its scope.
func (b *box) compare(what string) {
	b.t.Helper()
	b.read(func(r store.Reader) error {
		searches, err := r.Searches(b.mailbox)
		if err != nil {
			return err
		}
		subjects := make(map[store.MessageID]*prop.Subject)
		for i := range searches {
			if s := &searches[i]; s.Follows() {
				if err := b.compareOne(r, s, subjects, what); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (b *box) compareOne(r store.Reader, s *store.Search, subjects map[store.MessageID]*prop.Subject, what string) error {
	folders := map[store.FolderID]bool{}
	for _, id := range s.Scopes {
		f, err := r.Folder(id)
		if err != nil {
			return err
		}
		var below []store.Folder
		if s.Recursive && !f.Deleted {
			if below, err = r.Folders(id, true, false); err != nil {
				return err
			}
		}
		if !f.Deleted {
			folders[id] = true
		}
		for _, f := range below {
			folders[f.ID] = true
		}
	}
	var want, got []store.MessageID
	var unread int64
	matcher := prop.NewMatcher(s.Restriction, prop.NewCollation(0x409))
	for _, id := range slices.Sorted(maps.Keys(folders)) {
		if f, err := r.Folder(id); err != nil || f.Type == store.FolderSearch {
			continue
		}
		err := r.Scan(store.Selection{Folder: id}, nil, func(id store.MessageID, _ []prop.Value) error {
			var err error
			if subjects[id] == nil {
				subjects[id], err = direct(r, id)
			}
			if err == nil && matcher.Match(subjects[id]) {
				want = append(want, id)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(want)
	err := r.Scan(store.Selection{Folder: s.Folder}, []mapi.PropTag{mapi.TagMessageFlags}, func(id store.MessageID, v []prop.Value) error {
		if got = append(got, id); v[0].Bits()&uint64(mapi.MfRead) == 0 {
			unread++
		}
		return nil
	})
	if err != nil {
		return err
	}
	f, err := r.Folder(s.Folder)
	if err != nil {
		return err
	}
	b.seen += len(got)
	if !slices.Equal(got, want) || s.State != store.SearchComplete {
		b.t.Fatalf("%s: search %q in state %d found %d messages, want %d:\n%v\n%v", what, f.Name, s.State, len(got), len(want), got, want)
	}
	if f.ContentCount != int64(len(got)) || f.UnreadCount != unread {
		b.t.Fatalf("%s: search %q counts %d and %d unread, has %d and %d", what, f.Name, f.ContentCount, f.UnreadCount, len(got), unread)
	}
	return nil
}

// searches makes a search folder for every kind of restriction, recursive and not, some over several folders.
func (b *box) searches() {
	b.t.Helper()
	a, c := b.folder(b.top, "first", store.FolderGeneric), b.folder(b.top, "second", store.FolderGeneric)
	for i, rs := range kinds {
		switch i % 3 {
		case 0:
			b.search(fmt.Sprint("deep ", i), rs, true, b.top)
		case 1:
			b.search(fmt.Sprint("here ", i), rs, false, b.top, a, c)
		default:
			b.search(fmt.Sprint("part ", i), rs, true, a, c)
		}
	}
}

// breakSecond replaces the worker by one whose judge panics at the second message it sees.
func (b *box) breakSecond() {
	b.worker.Close()
	seen := 0
	b.worker = search.New(search.Options{Store: b.store, Logger: zap.NewNop(), Judge: func(context.Context, store.MailboxID, []prop.Restriction) (*search.Judge, error) {
		return &search.Judge{Match: func(store.Reader, store.FolderID, store.MessageID, []prop.Value, int) (bool, error) {
			if seen++; seen == 2 {
				panic("broken")
			}
			return true, nil
		}}, nil
	}})
}

// second is another mailbox of the same store, with the same worker.
func (b *box) second(account string) *box {
	b.t.Helper()
	other := *b
	err := b.store.Update(context.Background(), store.Scope{}, func(tx store.Tx) error {
		m, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: account, Locale: 0x409})
		other.mailbox, other.root, other.top, other.finder = m.ID, m.Special[store.SpecialRoot], m.Special[store.SpecialRoot], m.Special[store.SpecialRoot]
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return &other
}
