package lookup_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/lookup"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// TestMessages: what a lookup finds, and what only a look at every message can tell. Whatever it finds, no message that
// passes may be missing.
func TestMessages(t *testing.T) {
	t.Parallel()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	var ids []store.MessageID
	var sel store.Selection
	err = st.Update(t.Context(), store.Scope{}, func(tx store.Tx) error {
		box, err := tx.CreateMailbox(store.NewMailbox{Account: "alice", GUID: mapi.GUID{1}})
		if err != nil {
			return err
		}
		ids, sel.Folder = nil, box.Special[store.SpecialRoot]
		for i := range 4 {
			m, err := tx.CreateMessage(store.NewMessage{Folder: sel.Folder, Props: []prop.Tagged{
				{Tag: mapi.TagSearchKey, Value: prop.Binary([]byte{byte(i), 1, 2, 3})}, {Tag: mapi.TagSubject, Value: prop.String("same")},
				{Tag: mapi.TagInternetMessageId, Value: prop.String("<" + string(rune('a'+i)) + "@mapid.test>")},
			}})
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	key := func(i byte) prop.Restriction {
		return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSearchKey, Value: prop.Tagged{Tag: mapi.TagSearchKey, Value: prop.Binary([]byte{i, 1, 2, 3})}}
	}
	subject := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("same")}}
	later := key(1).(prop.PropertyRestriction)
	later.RelOp = prop.RelOpGT
	mail := prop.ContentRestriction{Fuzzy: prop.FuzzyFullString, Tag: mapi.TagInternetMessageId, Value: prop.Tagged{Tag: mapi.TagInternetMessageId, Value: prop.String("<C@mapid.test>")}}
	prefix := mail
	prefix.Fuzzy = prop.FuzzyPrefix
	mid := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagMid, Value: prop.Tagged{Tag: mapi.TagMid, Value: prop.ID(mapi.NewID(1, uint64(ids[3])))}}
	for _, c := range []struct {
		name   string
		rs     prop.Restriction
		except []uint16
		want   []store.MessageID // nil: only a look at every message can tell
	}{
		{"Nothing", nil, nil, nil},
		{"Equal", key(1), nil, ids[1:2]},
		{"EqualToNothing", key(9), nil, []store.MessageID{}},
		{"TextInAnyCase", mail, nil, ids[2:3]},
		{"Id", mid, nil, ids[3:4]},
		{"And", prop.AndRestriction{Parts: []prop.Restriction{subject, key(2)}}, nil, ids[2:3]},
		{"Or", prop.OrRestriction{Parts: []prop.Restriction{key(3), key(0), key(3)}}, nil, []store.MessageID{ids[0], ids[3]}},
		{"OrWithAPartThatIsNotKept", prop.OrRestriction{Parts: []prop.Restriction{key(3), subject}}, nil, nil},
		{"Comment", prop.CommentRestriction{Part: key(1)}, nil, ids[1:2]},
		{"Not", prop.NotRestriction{Part: key(1)}, nil, nil},
		{"Greater", later, nil, nil},
		{"Prefix", prefix, nil, nil},
		{"NotKept", subject, nil, nil},
		{"Counted", prop.CountRestriction{Count: 1, Part: key(1)}, nil, nil},
		{"Excepted", key(1), []uint16{mapi.TagSearchKey.ID()}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := st.View(t.Context(), store.Scope{}, func(r store.Reader) error {
				got, ok, err := lookup.Messages(r, sel, c.rs, c.except...)
				if ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
					t.Errorf("found %v, %v, want %v", got, ok, c.want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
