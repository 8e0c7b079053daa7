package storetest

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// lookup returns what the engine finds for a value; known is false if it does not look it up.
func (f *fixture) lookup(sel store.Selection, tag mapi.PropTag, v prop.Value, limit int) (ids []store.MessageID, known bool) {
	f.Helper()
	f.read(func(r store.Reader) (err error) {
		ids, known, err = r.Lookup(sel, tagged(tag, v), limit)
		return err
	})
	return ids, known
}

// finds checks that a lookup lists a message, or does not, as far as the engine looks the value up at all.
func (f *fixture) finds(what string, sel store.Selection, tag mapi.PropTag, v prop.Value, id store.MessageID, want bool) {
	f.Helper()
	ids, known := f.lookup(sel, tag, v, 100)
	if !slices.IsSorted(ids) {
		f.Errorf("%s: %s finds %d, which is in no order", what, tag, ids)
	}
	if known && slices.Contains(ids, id) != want {
		f.Errorf("%s: %s finds %d, message %d: want %v", what, tag, ids, id, want)
	}
}

// conversationIndex is that of the n-th reply in a conversation.
func conversationIndex(conversation, n byte) prop.Value {
	b := append([]byte{1, 2, 3, 4, 5, 6}, slices.Repeat([]byte{conversation}, 16)...)
	return prop.Binary(append(b, slices.Repeat([]byte{n}, 5*int(n))...))
}

// otherConversation began at another time.
var otherConversation = prop.Binary(append([]byte{1, 9}, make([]byte, 20)...))

// lookups are values of the properties that clients find messages by, each with another one.
var lookups = []struct {
	tag        mapi.PropTag
	value, not prop.Value
	same       prop.Value // what finds the value too
}{
	{mapi.TagMessageClass, prop.String("IPM.Post"), prop.String("IPM.Task"), prop.String("ipm.POST")},
	{mapi.TagInternetMessageId, prop.String("<one@mapid.test>"), prop.String("<two@mapid.test>"), prop.String("<One@mapid.test>")},
	{mapi.TagSearchKey, prop.Binary([]byte("one search key")), prop.Binary([]byte("two search key")), prop.Binary([]byte("one search key"))},
	{mapi.TagSourceKey, prop.Binary([]byte("key one")), prop.Binary([]byte("key two")), prop.Binary([]byte("key one"))},
	{mapi.TagConversationIndex, conversationIndex(7, 1), otherConversation, conversationIndex(7, 3)},
	{mapi.TagMessageDeliveryTime, prop.Time(1000), prop.Time(1001), prop.Time(1000)},
}

func testLookup(t *testing.T, open Open) {
	t.Run("Follows", func(t *testing.T) { testLookupFollows(t, open) })
	t.Run("Selections", func(t *testing.T) { testLookupSelections(t, open) })
	t.Run("OddValues", func(t *testing.T) { testLookupOddValues(t, open) })
	t.Run("Limit", func(t *testing.T) { testLookupLimit(t, open) })
	t.Run("SearchFolder", func(t *testing.T) { testLookupSearchFolder(t, open) })
}

// testLookupFollows looks messages up that are made, changed, copied, moved and deleted.
func testLookupFollows(t *testing.T, open Open) {
	for _, l := range lookups {
		t.Run(l.tag.String(), func(t *testing.T) {
			f := newFixture(t, open)
			sel, other := store.Selection{Folder: f.inbox}, store.Selection{Folder: f.child(f.inbox, "other").ID}
			m := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{tagged(l.tag, l.value)}})
			for range 3 {
				f.message()
			}
			f.finds("created", sel, l.tag, l.value, m.ID, true)
			f.finds("created", sel, l.tag, l.same, m.ID, true)
			f.finds("created", sel, l.tag, l.not, m.ID, false)
			f.finds("created", other, l.tag, l.value, m.ID, false)

			save := func(e store.Edit) {
				f.write(func(tx store.Tx) error {
					_, err := tx.SaveMessage(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: e}})
					return err
				})
			}
			save(store.Edit{Set: []prop.Tagged{tagged(l.tag, l.not)}})
			f.finds("changed", sel, l.tag, l.not, m.ID, true)
			f.finds("changed", sel, l.tag, l.value, m.ID, false)
			save(store.Edit{Remove: []mapi.PropTag{l.tag}})
			f.finds("removed", sel, l.tag, l.not, m.ID, false)
			save(store.Edit{Set: []prop.Tagged{tagged(l.tag, l.value)}})
			f.finds("set", sel, l.tag, l.value, m.ID, true)

			var c store.Message
			kept := l.tag != mapi.TagSourceKey // it belongs to the id
			f.write(func(tx store.Tx) (err error) { c, err = tx.CopyMessage(m.ID, other.Folder); return err })
			f.finds("copied", other, l.tag, l.value, c.ID, kept)
			f.finds("copied from", sel, l.tag, l.value, m.ID, true)
			f.write(func(tx store.Tx) (err error) { c, err = tx.MoveMessage(m.ID, other.Folder); return err })
			f.finds("moved", other, l.tag, l.value, c.ID, kept)
			f.finds("moved from", sel, l.tag, l.value, m.ID, false)
			f.write(func(tx store.Tx) error { return tx.DeleteMessage(c.ID, true) })
			f.finds("deleted", other, l.tag, l.value, c.ID, false)
		})
	}
}

func testLookupSelections(t *testing.T, open Open) {
	f := newFixture(t, open)
	key := tagged(mapi.TagSearchKey, prop.Binary([]byte("k")))
	normal := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{key}})
	associated := f.create(store.NewMessage{Folder: f.inbox, Associated: true, Props: []prop.Tagged{key}})
	gone := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{key}})
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(gone.ID, false) })
	for _, m := range []store.Message{normal, associated, gone} {
		for sel, want := range map[store.Selection]store.MessageID{
			{Folder: f.inbox}: normal.ID, {Folder: f.inbox, Associated: true}: associated.ID, {Folder: f.inbox, Deleted: true}: gone.ID,
		} {
			f.finds("selection", sel, key.Tag, key.Value, m.ID, m.ID == want)
		}
	}
}

// testLookupOddValues stores values that can't be told apart byte by byte: every value that may be equal finds them.
func testLookupOddValues(t *testing.T, open Open) {
	f := newFixture(t, open)
	sel := store.Selection{Folder: f.inbox}
	for _, v := range []prop.Value{prop.String("ÍPM.Post"), prop.String("ＩPM.Post"), prop.String8("IPM.Post")} {
		m := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{tagged(mapi.TagMessageClass, v)}})
		f.finds("odd value", sel, mapi.TagMessageClass, prop.String("ipm.post"), m.ID, true)
		f.finds("odd value", sel, mapi.TagMessageClass, v, m.ID, true)
	}
	usual := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{tagged(mapi.TagMessageClass, prop.String("IPM.Note"))}})
	f.finds("usual value", sel, mapi.TagMessageClass, prop.String("IPM.NOTE"), usual.ID, true)
	long := prop.Binary(make([]byte, 600))
	m := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{tagged(mapi.TagSearchKey, long)}})
	f.finds("long value", sel, mapi.TagSearchKey, long, m.ID, true)
	f.finds("beginning of a long value", sel, mapi.TagSearchKey, prop.Binary(make([]byte, 510)), m.ID, true) // what tables see of it
	none := f.message()
	f.finds("no time", sel, mapi.TagMessageDeliveryTime, prop.Time(0), none.ID, false)
}

func testLookupLimit(t *testing.T, open Open) {
	f := newFixture(t, open)
	key := tagged(mapi.TagSearchKey, prop.Binary([]byte("k")))
	for range 3 {
		f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{key}})
	}
	sel := store.Selection{Folder: f.inbox}
	if ids, known := f.lookup(sel, key.Tag, key.Value, 3); known && len(ids) != 3 {
		t.Errorf("%d messages, want 3", len(ids))
	}
	if ids, known := f.lookup(sel, key.Tag, key.Value, 2); known {
		t.Errorf("more than two messages are %d", ids)
	}
	if ids, known := f.lookup(sel, mapi.TagImportance, prop.Int32(1), 2); known {
		t.Errorf("there are no messages with an importance, but %d", ids)
	}
}

// testLookupSearchFolder looks up in what a search found: not at all, or right.
func testLookupSearchFolder(t *testing.T, open Open) {
	f := newFixture(t, open)
	key := tagged(mapi.TagSearchKey, prop.Binary([]byte("k")))
	m := f.create(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{key, tagged(mapi.TagImportance, prop.Int32(2))}})
	search := f.search("important", nil)
	f.settle()
	f.found("search", search, m.ID)
	f.finds("member", store.Selection{Folder: search}, key.Tag, key.Value, m.ID, true)
}
