package exec_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// listedMessage is what a contents table should show of a message.
type listedMessage struct {
	id       store.MessageID
	subject  string
	received mapi.FileTime
}

// TestOpenContentsTablesFollow keeps tables open, in several orders, while messages of their folder are saved, moved,
// copied and deleted, all at the same moment of the clock. Each must show what the store holds, in its order.
func TestOpenContentsTablesFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.inbox()
	inbox, other := store.FolderID(l.FolderIDs[fidInbox].Counter()), store.FolderID(l.FolderIDs[fidIPM].Counter())
	byID := func(a, b listedMessage) int { return cmp.Compare(a.id, b.id) }
	tables := []struct {
		name  string
		flags uint8
		sort  []prop.SortOrder
		only  string // subjects that start with it
		order func(a, b listedMessage) int
	}{
		{name: "ByID", order: byID},
		{name: "ByTime", sort: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}, order: func(a, b listedMessage) int {
			return cmp.Or(cmp.Compare(b.received, a.received), byID(b, a))
		}},
		{name: "BySubject", sort: []prop.SortOrder{{Tag: mapi.TagSubject}}, order: func(a, b listedMessage) int {
			return cmp.Or(strings.Compare(a.subject, b.subject), byID(a, b))
		}},
		{name: "Restricted", only: "b", order: byID},
		{name: "SoftDeletes", flags: mapi.TableSoftDeletes, order: byID},
	}
	for i, table := range tables {
		at := uint8(2 + i)
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, at), TableFlags: table.flags})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(at), PropertyTags: []mapi.PropTag{mapi.TagMid, mapi.TagSubject}})
		if table.sort != nil {
			one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(at), SortOrders: table.sort})
		}
		if table.only != "" {
			one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(at), Restriction: prop.ContentRestriction{
				Fuzzy: prop.FuzzyPrefix, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(table.only)},
			}})
		}
	}
	check := func(step string) {
		t.Helper()
		for i, table := range tables {
			var want []listedMessage
			err := w.store.View(t.Context(), store.Scope{}, func(r store.Reader) error {
				sel := store.Selection{Folder: inbox, Deleted: table.flags != 0}
				return r.Scan(sel, []mapi.PropTag{mapi.TagSubject, mapi.TagMessageDeliveryTime}, func(id store.MessageID, v []prop.Value) error {
					if s := v[0].Str(); strings.HasPrefix(s, table.only) {
						want = append(want, listedMessage{id, s, v[1].FileTime()})
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(want, table.order)
			at := uint8(2 + i)
			one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(at), Origin: mapi.BookmarkBeginning})
			rows := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(at), ForwardRead: true, RowCount: 100}).Rows
			var got, wanted []string
			for _, row := range rows {
				got = append(got, row.Values[1].Str())
			}
			for j, m := range want {
				wanted = append(wanted, m.subject)
				if j < len(rows) && rows[j].Values[0].ObjectID().Counter() != uint64(m.id) {
					t.Errorf("after %s, row %d of table %s is message %v, want %d", step, j, table.name, rows[j].Values[0].ObjectID(), m.id)
				}
			}
			if !slices.Equal(got, wanted) {
				t.Errorf("after %s table %s shows %q, want %q", step, table.name, got, wanted)
			}
			p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(at)})
			if int(p.Numerator) != len(want) || int(p.Denominator) != len(want) {
				t.Errorf("after %s table %s stands at %d of %d, want the end of %d", step, table.name, p.Numerator, p.Denominator, len(want))
			}
		}
	}
	var ids []store.MessageID
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}, Time: mapi.NewFileTime(epoch)}
	step := func(name string, fn func(tx store.Tx) error) {
		t.Helper()
		if err := w.store.Update(context.Background(), scope, fn); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		check(name)
	}
	set := func(subject string, received uint64) store.Edit {
		return store.Edit{Set: []prop.Tagged{
			{Tag: mapi.TagSubject, Value: prop.String(subject)}, {Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(received))},
		}}
	}
	check("opening")
	step("delivery", func(tx store.Tx) error {
		for i, s := range []string{"d", "b1", "a", "b2", "c", "b3"} {
			m, err := tx.CreateMessage(store.NewMessage{Folder: inbox, Props: set(s, uint64(10+i*7%5)).Set})
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	step("a save that moves rows", func(tx store.Tx) error {
		_, err := tx.SaveMessage(ids[0], store.MessageEdit{ContentEdit: store.ContentEdit{Edit: set("b0", 99)}})
		return err
	})
	step("a save that hides a row", func(tx store.Tx) error {
		_, err := tx.SaveMessage(ids[1], store.MessageEdit{ContentEdit: store.ContentEdit{Edit: set("x", 1)}})
		return err
	})
	step("a soft deletion", func(tx store.Tx) error { return tx.DeleteMessage(ids[3], false) })
	step("a deletion and a delivery", func(tx store.Tx) error { // counts stay
		if err := tx.DeleteMessage(ids[2], true); err != nil {
			return err
		}
		_, err := tx.CreateMessage(store.NewMessage{Folder: inbox, Props: set("b9", 12).Set})
		return err
	})
	step("a move away", func(tx store.Tx) (err error) {
		m, err := tx.MoveMessage(ids[4], other)
		ids[4] = m.ID
		return err
	})
	step("a move back", func(tx store.Tx) error { _, err := tx.MoveMessage(ids[4], inbox); return err })
	step("a copy", func(tx store.Tx) error { _, err := tx.CopyMessage(ids[5], inbox); return err })
	step("a move within the folder", func(tx store.Tx) error { _, err := tx.MoveMessage(ids[5], inbox); return err })
	step("a restoration", func(tx store.Tx) (err error) {
		m, err := tx.MoveMessage(ids[3], inbox)
		ids[3] = m.ID
		return err
	})
	step("a purge of what was deleted", func(tx store.Tx) error {
		if err := tx.DeleteMessage(ids[3], false); err != nil {
			return err
		}
		return tx.DeleteMessage(ids[3], true)
	})
}
