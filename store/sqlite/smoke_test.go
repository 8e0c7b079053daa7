package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func TestSmoke(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a?b#%20.db")
	t0 := time.Now()
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("open new", time.Since(t0))
	var mb store.Mailbox
	var f store.Folder
	err = s.Update(t.Context(), store.Scope{Directory: true}, func(tx store.Tx) error {
		var err error
		if mb, err = tx.CreateMailbox(store.NewMailbox{Account: "Alice", GUID: mapi.GUID{1}}); err != nil {
			return err
		}
		if f, err = tx.CreateFolder(store.NewFolder{Mailbox: mb.ID, Parent: mb.Special[store.SpecialRoot], Type: 1, Special: store.SpecialInbox, Name: "Inbox"}); err != nil {
			return err
		}
		_, err = tx.CreateMessage(store.NewMessage{Folder: f.ID, Props: []prop.Tagged{{Tag: tagSubject, Value: prop.String("héllo")}, {Tag: 0x1000001F, Value: prop.String("body")}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	t0 = time.Now()
	s, err = Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("open again", time.Since(t0))
	defer s.Close()
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		return r.Scan(store.Selection{Folder: f.ID}, []mapi.PropTag{tagSubject, tagMid, 0x1000001F, tagMessageSize}, func(id store.MessageID, v []prop.Value) error {
			n++
			t.Log(id, v)
			return nil
		})
	})
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
}
