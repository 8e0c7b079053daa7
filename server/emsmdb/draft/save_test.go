package draft

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// TestSavesEqualTheModel saves a message again and again after changes at random: what the store then has is what the
// draft showed, and the draft, settled, shows the same without any change of its own.
func TestSavesEqualTheModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 3))
			st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = st.Close() })
			var msg store.Message
			var box store.Mailbox
			err = st.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
				if box, err = tx.CreateMailbox(store.NewMailbox{Account: "alice"}); err != nil {
					return err
				}
				msg, err = tx.CreateMessage(store.NewMessage{Folder: box.Special[store.SpecialRoot]})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			d, m := &Draft{Bag: msg.Bag}, newModel()
			var next uint32
			for range 25 {
				view(t, st, func(r store.Reader) {
					for range rnd.IntN(6) {
						change(t, rnd, r, d, m, &next, 1)
					}
					expect(t, "before the save", clientProps(seen(t, r, d)), m)
				})
				saveDraft(t, st, box.ID, &msg, d)
				view(t, st, func(r store.Reader) {
					expect(t, "after it", clientProps(seen(t, r, d)), m)
					expect(t, "in the store", clientProps(seen(t, r, &Draft{Bag: msg.Bag})), m)
				})
				if d.Dirty() {
					t.Fatal("the draft has changes after a save")
				}
			}
			if err := st.Check(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func view(t *testing.T, st store.Store, fn func(store.Reader)) {
	t.Helper()
	if err := st.View(t.Context(), store.Scope{}, func(r store.Reader) error { fn(r); return nil }); err != nil {
		t.Fatal(err)
	}
}

// saveDraft saves a draft as a message does.
func saveDraft(t *testing.T, st store.Store, box store.MailboxID, msg *store.Message, d *Draft) {
	t.Helper()
	var settling Settling
	err := st.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{box}}, func(tx store.Tx) error {
		edit, err := d.ContentEdit(tx)
		if err != nil {
			return err
		}
		if *msg, err = tx.SaveMessage(msg.ID, store.MessageEdit{ContentEdit: edit}); err != nil {
			return err
		}
		return settling.Add(tx, d, msg.Bag)
	})
	if err != nil {
		t.Fatal(err)
	}
	settling.Done()
}

// clientProps leaves out what the store sets by itself.
func clientProps(m *model) *model {
	for _, tag := range []mapi.PropTag{mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagMessageDeliveryTime, mapi.TagAttachMethod, mapi.TagMessageFlags} {
		delete(m.props, tag)
	}
	for _, a := range m.attachments {
		clientProps(a)
	}
	if m.embedded != nil {
		clientProps(m.embedded)
	}
	return m
}

// TestStagedValuesReadLikeStoredOnes: a value that was written in pieces is the same to readers before and after the
// save, short or large.
func TestStagedValuesReadLikeStoredOnes(t *testing.T) {
	t.Parallel()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	for i, size := range []int{0, 1, 100, store.LargeValue, store.LargeValue + 1, 200_000} {
		var box store.Mailbox
		var msg store.Message
		d := new(Draft)
		data := make([]byte, size)
		for at := range data {
			data[at] = byte(at % 251)
		}
		err := st.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
			if box, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{byte(i + 1)}, Account: fmt.Sprint("user", i)}); err != nil {
				return err
			}
			if msg, err = tx.CreateMessage(store.NewMessage{Folder: box.Special[store.SpecialRoot]}); err != nil {
				return err
			}
			d.Bag = msg.Bag
			id, err := tx.NewStage()
			if err == nil {
				err = tx.WriteStage(id, 0, data)
			}
			d.Set(Change{Tag: mapi.TagRtfCompressed, Stage: id, Client: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		read := func(when string) (p store.Property) {
			view(t, st, func(r store.Reader) {
				props, err := d.Props(r, mapi.TagRtfCompressed)
				if err != nil || len(props) != 1 {
					t.Fatalf("%d bytes, %s: %v, %v", size, when, props, err)
				}
				p = props[0]
				v, err := d.Open(r, mapi.TagRtfCompressed)
				if err != nil || v.Size() != int64(size) {
					t.Fatalf("%d bytes, %s: size %d, %v", size, when, v.Size(), err)
				}
				got := make([]byte, size)
				if n, _ := v.ReadAt(got, 0); n != size || string(got) != string(data) {
					t.Errorf("%d bytes, %s: read %d", size, when, n)
				}
			})
			return p
		}
		before := read("before the save")
		saveDraft(t, st, box.ID, &msg, d)
		after := read("after the save")
		if before.Size != after.Size || !before.Value.Equal(after.Value) && before.Size == 0 {
			t.Errorf("%d bytes: %v became %v", size, before, after)
		}
		if size <= store.LargeValue && !after.Value.Equal(prop.Binary(data)) {
			t.Errorf("%d bytes: value %v", size, after.Value)
		}
	}
}
