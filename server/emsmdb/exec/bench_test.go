package exec_test

import (
	"context"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// quiet replaces a world's executor by one that logs nothing, and logs on again.
func (w *world) quiet() {
	w.exec = exec.New(exec.Options{Env: w.env, Logger: zap.NewNop(), Handles: 1 << 15, Logons: 256, Notifications: 16})
	w.session = w.exec.NewSession(&object.Session{Account: "alice", User: *w.entry("alice"), CodePage: 1252, LCIDString: 1033, LCIDSort: 1033})
	w.inbox()
}

func (w *world) bench(b *testing.B, reqs ...rop.Request) {
	b.Helper()
	payload := w.payload(reqs...)
	b.ReportAllocs()
	for b.Loop() {
		out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
		if err != nil || len(out[0]) < 50 {
			b.Fatal(err)
		}
	}
}

// BenchmarkGetPropertiesSpecific reads three properties of an open folder.
func BenchmarkGetPropertiesSpecific(b *testing.B) {
	w := newWorld(b, withSeed(numbered(10)))
	w.quiet()
	w.bench(b, &rop.GetPropertiesSpecificRequest{
		In: in(1), WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagDisplayName, mapi.TagContentCount, mapi.TagContentUnreadCount},
	})
}

// listColumns are twelve columns as a message list shows them.
var listColumns = []mapi.PropTag{
	mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagMessageClass, mapi.TagSubject, mapi.TagSentRepresentingName,
	mapi.TagMessageDeliveryTime, mapi.TagMessageSize, mapi.TagMessageFlags, mapi.TagHasAttachments, mapi.TagImportance, mapi.TagIconIndex,
}

// BenchmarkQueryRows reads 1,000 rows of twelve columns from a sorted table, in as many answers as it takes.
func BenchmarkQueryRows(b *testing.B) {
	w := newWorld(b, withSeed(numbered(1000)))
	w.quiet()
	w.contents(listColumns...)
	one[*rop.SortTableResponse](w, &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}})
	seek, query := w.payload(&rop.SeekRowRequest{In: in(2)}), w.payload(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1000})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: seek, Max: rop.MaxPayload}); err != nil {
			b.Fatal(err)
		}
		for rows := 0; rows < 1000; {
			out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: query, Max: rop.MaxPayload})
			if err != nil {
				b.Fatal(err)
			}
			n := int(out[0][9]) | int(out[0][10])<<8
			if n == 0 {
				b.Fatalf("%d rows", rows)
			}
			rows += n
		}
	}
}

// BenchmarkExecute20 runs twenty ROPs of one buffer.
func BenchmarkExecute20(b *testing.B) {
	w := newWorld(b, withSeed(numbered(10)))
	l := w.logOn()
	w.quiet()
	w.contents(mapi.TagMid, mapi.TagSubject)
	var reqs []rop.Request
	for range 4 {
		reqs = append(reqs,
			&rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: l.FolderIDs[fidInbox]},
			&rop.GetPropertiesSpecificRequest{In: in(3), WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagDisplayName, mapi.TagContentCount}},
			&rop.SeekRowRequest{In: in(2)},
			&rop.QueryPositionRequest{In: in(2)},
			&rop.ReleaseRequest{In: in(3)},
		)
	}
	w.bench(b, reqs...)
}

// BenchmarkFirstPage opens a table of 20,000 messages, newest first, and reads the first 50 rows: cold, as nobody else
// has the table open.
func BenchmarkFirstPage(b *testing.B) {
	w := newWorld(b, withSeed(numbered(1)))
	w.quiet()
	l := w.inbox()
	mailbox := w.entry("alice").Mailbox
	folder := store.FolderID(l.FolderIDs[fidInbox].Counter())
	for range 20 {
		err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
			for i := range 1000 {
				if _, err := tx.CreateMessage(store.NewMessage{Folder: folder, Props: []prop.Tagged{
					{Tag: mapi.TagSubject, Value: prop.String("subject")},
					{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(132500000000000000 + i*1e7))},
				}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	w.bench(b,
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: listColumns},
		&rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}},
		&rop.QueryPositionRequest{In: in(2)},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 50},
		&rop.ReleaseRequest{In: in(2)},
	)
}
