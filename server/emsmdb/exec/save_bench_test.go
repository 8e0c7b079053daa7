package exec_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store/sqlite"
)

// savesARound is how many messages a round of BenchmarkSaveMessage saves; yardstick and ROPs take turns.
const savesARound = 200

// BenchmarkSaveMessage makes, fills and saves messages of 2 KB by ROPs at full durability: one session after the other,
// and fifty at once. The yardstick is the same amount of bytes in bare rows, one transaction each, in the same run.
func BenchmarkSaveMessage(b *testing.B) {
	for name, sessions := range map[string]int{"OneSession": 1, "FiftySessions": 50} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, withSeed(numbered(1)), withDurability(sqlite.Full))
			savers := make([]func(), sessions)
			for i := range savers {
				savers[i] = w.saver(b)
			}
			bare := bareRows(b)
			var saving, inserting time.Duration
			for b.Loop() {
				start := time.Now()
				for range savesARound {
					bare()
				}
				inserting += time.Since(start)
				start = time.Now()
				var all sync.WaitGroup
				for _, save := range savers {
					all.Go(func() {
						for range savesARound / sessions {
							save()
						}
					})
				}
				all.Wait()
				saving += time.Since(start)
			}
			w.inbox()
			if got, want := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)}).RowCount, uint32(1+b.N*savesARound); got != want {
				b.Errorf("%d messages in the folder, want %d", got, want)
			}
			b.ReportMetric(float64(saving)/float64(inserting), "x-bare-insert")
			b.ReportMetric(float64(saving.Microseconds())/float64(b.N*savesARound), "µs/save")
			b.ReportMetric(float64(inserting.Microseconds())/float64(b.N*savesARound), "µs/bare-insert")
		})
	}
}

// saver returns what makes, fills and saves a message in the inbox, in a session of its own.
func (w *world) saver(b *testing.B) func() {
	s := w.with("alice")
	s.exec = exec.New(exec.Options{Env: w.env, Logger: zap.NewNop(), Handles: 64, Logons: 8, Notifications: 16})
	s.connect(s.setup)
	s.inbox()
	payload := s.payload(
		&rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: s.folderID(1)},
		&rop.SetPropertiesRequest{In: in(3), PropertyValues: []prop.Tagged{
			{Tag: mapi.TagSubject, Value: prop.String("A subject of some length")}, {Tag: mapi.TagBody, Value: prop.String(strings.Repeat("0123456789abcdef", 60))},
			{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")}, {Tag: mapi.TagImportance, Value: prop.Int32(1)},
		}},
		saveRequest(3, mapi.SaveKeepOpenReadWrite), &rop.ReleaseRequest{In: in(3)})
	return func() { s.must(b, payload) }
}

// bareRows returns what inserts a row of the columns that lists show and a blob of 2.5 KB, in a transaction of its own.
func bareRows(b *testing.B) func() {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE hot (folder, part, mid, subject, sender, received, size, flags, PRIMARY KEY (folder, part, mid)) WITHOUT ROWID;
		CREATE INDEX hot_received ON hot (folder, part, received, mid); CREATE TABLE bag (id INTEGER PRIMARY KEY, data BLOB)`); err != nil {
		b.Fatal(err)
	}
	n, bag := 0, make([]byte, 2500)
	return func() {
		n++
		tx, err := db.BeginTx(context.Background(), nil)
		if err == nil {
			_, err = tx.Exec("INSERT INTO hot VALUES (1, 0, ?, 'A subject of some length', 'Carol Clark', ?, 2500, 1)", n, n)
		}
		if err == nil {
			_, err = tx.Exec("INSERT INTO bag (id, data) VALUES (?, ?)", n, bag)
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
