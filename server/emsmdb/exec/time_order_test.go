package exec_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// deliver adds messages to the inbox; a time of 0 is none.
func (w *world) deliver(inbox mapi.ID, times ...uint64) {
	w.t.Helper()
	mailbox := w.entry("alice").Mailbox
	err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		for i, at := range times {
			m := store.NewMessage{Folder: store.FolderID(inbox.Counter()), Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("at %d, %d", at, i))},
			}}
			if at != 0 {
				m.Props = append(m.Props, prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(at))})
			}
			if _, err := tx.CreateMessage(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestTableByTime checks that the pages a table by time begins with, the order of the whole folder, and the order under
// a restriction show the same rows in the same places, equal and missing times included.
func TestTableByTime(t *testing.T) {
	t.Parallel()
	for _, order := range []uint8{prop.Ascending, prop.Descending} {
		w := newWorld(t, withSeed(numbered(0)))
		l := w.inbox()
		w.deliver(l.FolderIDs[fidInbox], 50, 10, 0, 30, 30, 0, 20, 30, 40, 10)
		open := func(rs prop.Restriction) {
			w.contents(mapi.TagSubject)
			one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: order}}})
			if rs != nil {
				one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: rs})
			}
		}
		open(prop.AndRestriction{}) // everything, by the order of the whole
		want := subjects(w.rows(100), 0)
		if len(want) != 10 || (want[0] == "at 0, 2") != (order == prop.Ascending) {
			t.Fatalf("whole order = %q", want)
		}
		open(nil)
		var got []string
		for range 4 {
			got = append(got, subjects(w.rows(3), 0)...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages = %q, want %q", got, want)
		}
		back := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(2), RowCount: 4})
		slices.Reverse(back.Rows)
		if got := subjects(back, 0); !slices.Equal(got, want[6:]) {
			t.Errorf("backwards = %q, want %q", got, want[6:])
		}
		p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
		if p.Numerator != 6 || p.Denominator != 10 {
			t.Errorf("position %d of %d", p.Numerator, p.Denominator)
		}
	}
}

// TestTableByTimeFollowsChanges checks that a cursor keeps its row when the pages give way to the order.
func TestTableByTimeFollowsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.inbox()
	w.deliver(l.FolderIDs[fidInbox], 10, 20, 30, 40)
	w.contents(mapi.TagSubject)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}})
	if got := subjects(w.rows(2), 0); !slices.Equal(got, []string{"at 40, 3", "at 30, 2"}) {
		t.Fatalf("first rows = %q", got)
	}
	w.deliver(l.FolderIDs[fidInbox], 50, 25, 5)
	p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
	if p.Numerator != 4 || p.Denominator != 7 { // 50, 40, 30, 25 | 20, 10, 5
		t.Errorf("position %d of %d", p.Numerator, p.Denominator)
	}
	if got := subjects(w.rows(10), 0); !slices.Equal(got, []string{"at 20, 1", "at 10, 0", "at 5, 2"}) {
		t.Errorf("rest = %q", got)
	}
	w.deliver(l.FolderIDs[fidInbox], 1)
	if got := subjects(w.rows(10), 0); !slices.Equal(got, nil) { // the cursor stood at the end
		t.Errorf("after the end = %q", got)
	}
}

// TestTableByTimeFarFromTheBeginning reads beyond what pages hold.
func TestTableByTimeFarFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.inbox()
	times := make([]uint64, 1500)
	for i := range times {
		times[i] = uint64(1 + i)
	}
	w.deliver(l.FolderIDs[fidInbox], times...)
	w.contents(mapi.TagSubject)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime}}})
	seen := 0
	for {
		r := w.rows(300)
		if len(r.Rows) == 0 {
			break
		}
		for _, s := range subjects(r, 0) {
			if want := fmt.Sprintf("at %d, %d", seen+1, seen); s != want {
				t.Fatalf("row %d = %q, want %q", seen, s, want)
			}
			seen++
		}
	}
	if seen != 1500 {
		t.Errorf("%d rows", seen)
	}
	find := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("at 1400, 1399")}}
	w.contents(mapi.TagSubject)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime}}})
	if r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: find}); r.RowData == nil {
		t.Error("nothing found")
	}
	if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}); p.Numerator != 1399 {
		t.Errorf("position %d", p.Numerator)
	}
}

// TestTableByTimeFollowsWithoutClock changes the folder within one moment of the clock so that every count stays: the
// pages that were read must give way all the same.
func TestTableByTimeFollowsWithoutClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	inbox := store.FolderID(w.inbox().FolderIDs[fidInbox].Counter())
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}, Time: mapi.NewFileTime(epoch)}
	message := func(subject string, at uint64) store.NewMessage {
		return store.NewMessage{Folder: inbox, Props: []prop.Tagged{
			{Tag: mapi.TagSubject, Value: prop.String(subject)}, {Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(at))},
		}}
	}
	var old store.Message
	change := func(fn func(tx store.Tx) error) {
		t.Helper()
		if err := w.store.Update(context.Background(), scope, fn); err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx store.Tx) (err error) { old, err = tx.CreateMessage(message("old", 10)); return err })
	w.contents(mapi.TagSubject)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime}}})
	if got := subjects(w.rows(10), 0); !slices.Equal(got, []string{"old"}) {
		t.Fatalf("rows = %q", got)
	}
	change(func(tx store.Tx) error {
		if err := tx.DeleteMessage(old.ID, true); err != nil {
			return err
		}
		_, err := tx.CreateMessage(message("new", 20))
		return err
	})
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkBeginning})
	if got := subjects(w.rows(10), 0); !slices.Equal(got, []string{"new"}) {
		t.Errorf("rows = %q", got)
	}
}
