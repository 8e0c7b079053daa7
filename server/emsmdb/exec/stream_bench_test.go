package exec_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// Sizes of BenchmarkStreamAttachment.
const (
	streamedBytes = 100 << 20
	streamedPiece = 0x7C00   // what clients write and read at once
	bareChunk     = 64 << 10 // what the store keeps in a row
)

// BenchmarkStreamAttachment writes an attachment of 100 MB by RopWriteStream, saves it and reads it by RopReadStream. The
// yardstick is the same bytes in rows of 64 KiB of a bare table, four of them in a transaction, written and read by SQL
// in the same round.
func BenchmarkStreamAttachment(b *testing.B) {
	w := newWorld(b, withSeed(numbered(1)))
	w.quiet()
	bare := bareChunks(b)
	piece := pattern(streamedPiece)
	var in, out, bareIn, bareOut time.Duration
	for b.Loop() {
		start := time.Now()
		bare.write(b)
		bareIn += time.Since(start)
		start = time.Now()
		bare.read(b)
		bareOut += time.Since(start)

		start = time.Now()
		w.newMessageAt(3)
		one[*rop.CreateAttachmentResponse](w, &rop.CreateAttachmentRequest{InOut: inOut(3, 4)})
		w.set(4, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(mapi.AfByValue)})
		w.openStream(4, 5, mapi.TagAttachDataBinary, mapi.OpenModeCreate)
		write := w.payload(&rop.WriteStreamRequest{In: rop.In{InputHandleIndex: 5}, Data: piece})
		for n := 0; n < streamedBytes; n += streamedPiece {
			w.must(b, write)
		}
		one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: rop.In{InputHandleIndex: 5}})
		w.saveAttachment(4)
		id := w.save(3)
		in += time.Since(start)

		w.openAt(3, id, mapi.OpenModeReadOnly)
		one[*rop.OpenAttachmentResponse](w, &rop.OpenAttachmentRequest{InOut: inOut(3, 4)})
		start = time.Now()
		w.openStream(4, 5, mapi.TagAttachDataBinary, mapi.OpenModeReadOnly)
		read := w.payload(&rop.ReadStreamRequest{In: rop.In{InputHandleIndex: 5}, ByteCount: streamedPiece})
		for n := 0; n < streamedBytes; n += streamedPiece {
			if got := len(w.must(b, read)); got < streamedPiece && n+streamedPiece < streamedBytes {
				b.Fatalf("a piece at %d has %d bytes", n, got)
			}
		}
		out += time.Since(start)
	}
	b.ReportMetric(float64(bareIn)/float64(in), "x-bare-write")
	b.ReportMetric(float64(bareOut)/float64(out), "x-bare-read")
	mb := float64(b.N*streamedBytes) / 1e6
	b.ReportMetric(mb/in.Seconds(), "write-MB/s")
	b.ReportMetric(mb/out.Seconds(), "read-MB/s")
}

// must runs a payload and returns the answer.
func (w *world) must(b *testing.B, payload []byte) []byte {
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
	if err != nil {
		b.Fatal(err)
	}
	return out[0]
}

// bareTable is the yardstick.
type bareTable struct {
	db    *sql.DB
	round int
}

func bareChunks(b *testing.B) *bareTable {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE chunk (value INTEGER, n INTEGER, data BLOB); CREATE UNIQUE INDEX place ON chunk (value, n)"); err != nil {
		b.Fatal(err)
	}
	return &bareTable{db: db}
}

func (t *bareTable) write(b *testing.B) {
	t.round++
	data := pattern(bareChunk)
	for n := 0; n < streamedBytes/bareChunk; {
		tx, err := t.db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		for range 4 {
			if _, err := tx.Exec("INSERT INTO chunk (value, n, data) VALUES (?, ?, ?)", t.round, n, data); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func (t *bareTable) read(b *testing.B) {
	for n := range streamedBytes / bareChunk {
		var data []byte
		if err := t.db.QueryRow("SELECT data FROM chunk WHERE value = ? AND n = ?", t.round, n).Scan(&data); err != nil || len(data) != bareChunk {
			b.Fatal(len(data), err)
		}
	}
}
