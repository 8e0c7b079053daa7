package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testConcurrency(t *testing.T, open Open) {
	t.Run("CountsHold", func(t *testing.T) { testConcurrencyCountsHold(t, open) })
	t.Run("NoLostUpdate", func(t *testing.T) { testConcurrencyNoLostUpdate(t, open) })
}

// addOne adds to a number in a message, on what it reads: a save that expects an older change is refused, and is done
// again.
func addOne(f *fixture, id store.MessageID) error {
	for {
		var e store.MessageEdit
		err := f.s.View(f.Context(), store.Scope{}, func(r store.Reader) error {
			m, err := r.Message(id)
			if err != nil {
				return err
			}
			list, err := r.Props(m.Bag, mapi.TagImportance)
			if err != nil {
				return err
			}
			e = edit(store.Edit{Set: []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(int32(list[0].Value.Int())+1))}})
			e.Expect = m.Change
			return nil
		})
		if err != nil {
			return err
		}
		err = f.s.Update(f.Context(), f.scope(), func(tx store.Tx) error { _, err := tx.SaveMessage(id, e); return err })
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// testConcurrencyNoLostUpdate lets eight sessions add to one number, which must count every addition once. Between them
// each moves a message of its own back and forth, and writes a value in pieces.
func testConcurrencyNoLostUpdate(t *testing.T, open Open) {
	f := newFixture(t, open)
	const sessions, each = 8, 12
	m := f.message(tagged(mapi.TagImportance, prop.Int32(0)))
	other := f.child(f.root, "other")
	var done sync.WaitGroup
	for range sessions {
		mine := f.create(full(f.inbox, true)).ID
		done.Go(func() {
			for i := range each {
				err := addOne(f, m.ID)
				if err == nil {
					err = f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
						moved, err := tx.MoveMessage(mine, []store.FolderID{other.ID, f.inbox}[i%2])
						mine = moved.ID
						return err
					})
				}
				if err == nil {
					err = f.s.Update(t.Context(), store.Scope{}, func(tx store.Tx) error {
						id, err := tx.NewStage()
						if err != nil {
							return err
						}
						return errors.Join(tx.WriteStage(id, 70_000, []byte("x")), tx.DropStage(id))
					})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done.Wait()
	f.same("number", f.props(m.Bag)[mapi.TagImportance], prop.Int32(sessions*each))
	f.same("messages", []int64{f.folder(f.inbox).AssocCount, f.folder(other.ID).AssocCount}, []int64{sessions, 0})
	f.check()
}

// testConcurrencyCountsHold runs writers and readers side by side. Every reader must see the counts of a folder agree with its
// messages, and never fewer messages than before.
func testConcurrencyCountsHold(t *testing.T, open Open) {
	f := newFixture(t, open)
	const writers, each, readers = 4, 30, 4
	var writing, reading sync.WaitGroup
	stop := make(chan struct{})
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				err := f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
					m, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{
						subject(fmt.Sprint(w, " ", i)), tagged(mapi.TagBody, prop.String(long(100*i))),
					}})
					if err != nil || i%2 == 0 {
						return err
					}
					_, err = tx.SetMessageFlags(m.ID, mapi.MfRead, mapi.MfRead)
					return err
				})
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	for range readers {
		reading.Go(func() {
			last := int64(0)
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := f.s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
					folder, err := r.Folder(f.inbox)
					if err != nil {
						return err
					}
					var n, unread int64
					err = r.Scan(store.Selection{Folder: f.inbox}, []mapi.PropTag{mapi.TagMessageFlags, mapi.TagBody, mapi.TagSubject}, func(_ store.MessageID, v []prop.Value) error {
						n++
						if v[0].Int()&int64(mapi.MfRead) == 0 {
							unread++
						}
						if v[2].IsZero() {
							t.Error("a message without a subject")
						}
						return nil
					})
					if folder.ContentCount != n || folder.UnreadCount != unread || n < last {
						t.Errorf("folder says %d messages, %d unread; there are %d, %d; before there were %d", folder.ContentCount, folder.UnreadCount, n, unread, last)
					}
					last = n
					return err
				})
				if err != nil {
					t.Errorf("reader: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
	got := f.folder(f.inbox)
	f.same("messages and unread ones", []int64{got.ContentCount, got.UnreadCount}, []int64{writers * each, writers * each / 2})
	if err := f.s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// testRefusalIsFinal: an update that is refused for what another one did is told so when that is there to be seen.
func testRefusalIsFinal(t *testing.T, open Open) {
	f := newFixture(t, open)
	const writers, names = 8, 20
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range names {
				name := fmt.Sprint("folder ", i)
				err := f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
					_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name})
					return err
				})
				if err != nil && !errors.Is(err, store.ErrExists) {
					t.Errorf("creating: %v", err)
				}
				err = f.s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
					_, err := r.FolderByName(f.inbox, name)
					return err
				})
				if err != nil {
					t.Errorf("%q is there, and is not: %v", name, err)
				}
			}
		})
	}
	wg.Wait()
	f.same("folders", f.folder(f.inbox).ChildCount, int64(names))
}
