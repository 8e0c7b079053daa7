package app

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// TestSearchFoldersAreFilled: a running server fills search folders by itself, keeps them current, and goes on after a
// restart with what was left to do.
func TestSearchFoldersAreFilled(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t)
	unread := prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}
	r := start(t, func(o *Options) { o.Config = cfg })
	found := make(chan store.Change, 1000)
	watch := func(r *running) {
		r.store.Changes().Subscribe(func(changes []store.Change) {
			for _, c := range changes {
				if c.Kind == store.SearchMemberAdded || c.Kind == store.SearchCompleted {
					found <- c
				}
			}
		})
	}
	watch(r)
	var mailbox store.Mailbox
	update := func(r *running, fn func(tx store.Tx) error) {
		t.Helper()
		if err := r.store.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{mailbox.ID}}, fn); err != nil {
			t.Fatal(err)
		}
	}
	err := r.store.View(t.Context(), store.Scope{}, func(rd store.Reader) (err error) {
		mailbox, err = rd.MailboxOf("alice")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	reminders, inbox := mailbox.Special[store.SpecialReminders], mailbox.Special[store.SpecialInbox]
	update(r, func(tx store.Tx) error {
		return tx.SetSearch(store.SearchDefinition{Folder: reminders, Restriction: unread, Scopes: []store.FolderID{inbox}})
	})
	members := 0
	for c := range found {
		if c.Kind == store.SearchCompleted {
			break
		}
		members++
	}
	deliver := func(r *running) {
		update(r, func(tx store.Tx) error {
			_, err := tx.CreateMessage(store.NewMessage{Folder: inbox})
			return err
		})
	}
	deliver(r)
	<-found
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = start(t, func(o *Options) { o.Config = cfg })
	watch(r)
	deliver(r)
	<-found
	err = r.store.View(t.Context(), store.Scope{}, func(rd store.Reader) error {
		f, err := rd.Folder(reminders)
		if members == 0 || f.ContentCount != int64(members)+2 {
			t.Errorf("%d messages found, want %d and two", f.ContentCount, members)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
