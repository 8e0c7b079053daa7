package exec_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const (
	manyRecipients    = 1000
	recipientsABuffer = 200 // what fits into one ROP buffer
	messagesARound    = 5   // yardstick and ROPs take turns
)

// BenchmarkSaveRecipients gives messages 1,000 recipients by RopModifyRecipients and saves them, at full durability. The
// yardstick are rows of the same number and bytes that this leaves in the store, in one transaction for each message, in
// the same run.
func BenchmarkSaveRecipients(b *testing.B) {
	w := newWorld(b, withSeed(numbered(1)), withDurability(sqlite.Full))
	w.quiet()
	w.inbox()
	payloads := w.recipientPayloads()
	save := func() {
		table := w.payload()[2:]
		for _, p := range payloads {
			copy(p[len(p)-len(table):], table)
			out := w.must(b, p)
			table = append(table[:0], out[len(out)-len(table):]...)
		}
	}
	save()
	bare := bareRecipients(b, w.storedRecipients(b))
	var saving, inserting time.Duration
	for b.Loop() {
		start := time.Now()
		for range messagesARound {
			bare()
		}
		inserting += time.Since(start)
		start = time.Now()
		for range messagesARound {
			save()
		}
		saving += time.Since(start)
	}
	if got, want := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)}).RowCount, uint32(2+b.N*messagesARound); got != want {
		b.Errorf("%d messages in the folder, want %d", got, want)
	}
	b.ReportMetric(float64(saving)/float64(inserting), "x-bare-insert")
	b.ReportMetric(saving.Seconds()*1000/float64(b.N*messagesARound), "ms/save")
	b.ReportMetric(inserting.Seconds()*1000/float64(b.N*messagesARound), "ms/bare-insert")
}

// recipientPayloads are the buffers that make a message in the folder at index 1 at index 3, give it recipients with the
// columns that Outlook sends, and save it. Their handle tables are those of now.
func (w *world) recipientPayloads() [][]byte {
	w.t.Helper()
	payloads := [][]byte{w.payload(
		&rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: w.folderID(1)},
		&rop.SetPropertiesRequest{In: in(3), PropertyValues: []prop.Tagged{
			text(mapi.TagSubject, "A subject of some length"), text(mapi.TagMessageClass, "IPM.Note"), text(mapi.TagBody, "Hello"),
		}})}
	columns := []mapi.PropTag{mapi.TagObjectType, mapi.TagDisplayType, mapi.TagSmtpAddress, mapi.TagSendInternetEncoding}
	for first := 0; first < manyRecipients; first += recipientsABuffer {
		req := &rop.ModifyRecipientsRequest{In: in(3), RecipientColumns: columns}
		for i := first; i < first+recipientsABuffer; i++ {
			address := fmt.Sprintf("recipient%d@example.test", i)
			row := smtpRow(fmt.Sprint("Recipient number ", i), address)
			row.Properties.Values = []prop.Value{prop.Int32(6), prop.Int32(0), prop.String(address), prop.Int32(0)}
			req.RecipientRows = append(req.RecipientRows, rop.ModifyRecipientRow{RowID: uint32(i), RecipientType: uint8(mapi.RecipientTo), RecipientRow: row})
		}
		payloads = append(payloads, w.payload(req))
	}
	return append(payloads, w.payload(saveRequest(3, mapi.SaveKeepOpenReadWrite), &rop.ReleaseRequest{In: in(3)}))
}

// storedRecipients returns the bytes of each recipient of the message that has most.
func (w *world) storedRecipients(b *testing.B) (rows [][]byte) {
	b.Helper()
	err := w.store.View(b.Context(), store.Scope{}, func(r store.Reader) error {
		sel := store.Selection{Folder: store.FolderID(w.folderID(1).Counter())}
		return r.Scan(sel, nil, func(id store.MessageID, _ []prop.Value) error {
			m, err := r.Message(id)
			if err != nil || m.Recipients != manyRecipients {
				return err
			}
			list, err := r.Recipients(m.Bag)
			for _, one := range list {
				var out wire.Writer
				for _, p := range one.Props {
					prop.WriteTagged(&out, p)
				}
				rows = append(rows, out.Bytes())
			}
			return err
		})
	})
	if err != nil || len(rows) != manyRecipients {
		b.Fatalf("%d recipients are stored: %v", len(rows), err)
	}
	return rows
}

// bareRecipients returns what inserts a message as bareRows does and a row for each recipient, in a transaction of its own.
func bareRecipients(b *testing.B, rows [][]byte) func() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE hot (folder, part, mid, subject, sender, received, size, flags, PRIMARY KEY (folder, part, mid)) WITHOUT ROWID;
		CREATE INDEX hot_received ON hot (folder, part, received, mid); CREATE TABLE bag (id INTEGER PRIMARY KEY, data BLOB);
		CREATE TABLE recipient (bag INTEGER, row INTEGER, type INTEGER, data BLOB, PRIMARY KEY (bag, row)) WITHOUT ROWID`); err != nil {
		b.Fatal(err)
	}
	n, bag := 0, make([]byte, 1500)
	return func() {
		n++
		if err := insertRecipients(db, n, bag, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func insertRecipients(db *sql.DB, n int, bag []byte, rows [][]byte) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	if _, err := tx.Exec("INSERT INTO hot VALUES (1, 0, ?, 'A subject of some length', 'Carol Clark', ?, 2500, 1)", n, n); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO bag (id, data) VALUES (?, ?)", n, bag); err != nil {
		return err
	}
	insert, err := tx.Prepare("INSERT INTO recipient (bag, row, type, data) VALUES (?, ?, 1, ?)")
	if err != nil {
		return err
	}
	for i, data := range rows {
		if _, err := insert.Exec(n, i, data); err != nil {
			return err
		}
	}
	return tx.Commit()
}
