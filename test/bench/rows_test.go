package bench

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store/sqlite"
)

// openDatabase opens the database of a data folder for reading, with nothing of ours in between.
func openDatabase(b *testing.B, data string) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "mapid.db")+"?mode=ro&_pragma=query_only(1)&_pragma=cache_size(-4000)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	return db
}

// bareRead returns what reads the hot columns of some rows of a folder by a prepared statement, and counts them.
func bareRead(b *testing.B, db *sql.DB, folder mapi.ID, order string, rows int) func() {
	b.Helper()
	stmt, err := db.Prepare(hotQuery + order)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stmt.Close() })
	return func() {
		found, err := stmt.Query(int64(folder.Counter()))
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for found.Next() {
			var class, subject, sender, to string
			var mid, received, submitted, importance, flags, size, attachments, modified int64
			if err := found.Scan(&mid, &class, &subject, &sender, &to, &received, &submitted, &importance, &flags, &size, &attachments, &modified); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if found.Close(); found.Err() != nil || n != rows {
			b.Fatalf("%d rows, %v", n, found.Err())
		}
	}
}

// timed returns how long f takes.
func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// BenchmarkReadRows reads 2,000 rows of 12 hot columns, sealed, from opening the table to the last row, against the
// same rows read by SQL.
func BenchmarkReadRows(b *testing.B) {
	const rows = 2000
	var folder mapi.ID
	data := newData(b, func(st *sqlite.Store) { folder = fillFolder(b, st, "Many", rows) })
	s := startServer(b, data)
	c := s.client()
	handle := c.open(b, folder)
	bare := bareRead(b, openDatabase(b, data), folder, "ORDER BY mid", rows)
	requests := 0
	all := func() { requests = c.readAll(b, handle, rows) }
	all()
	bare()
	var ratios, took []float64
	for b.Loop() {
		own, yardstick := timed(all), timed(bare)
		ratios = append(ratios, float64(own)/float64(yardstick))
		took = append(took, microseconds(own)/1000)
	}
	report(b, median(ratios), "x-sql", 3)
	b.ReportMetric(median(took), "ms")
	b.ReportMetric(float64(requests), "requests")
}

// readAll opens the table of a folder, reads all rows and releases it. It returns how many calls that took.
func (c *client) readAll(b *testing.B, folder uint32, rows int) (requests int) {
	b.Helper()
	ctx := b.Context()
	query := &rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: 4096}
	reply, err := c.Execute(ctx, []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: hotColumns},
		query,
	}, folder)
	if err != nil {
		b.Fatal(err)
	}
	requests, n := 1, 0
	handles := reply.Handles
	resp := reply.Responses[len(reply.Responses)-1].(*rop.QueryRowsResponse)
	for {
		if resp.ReturnValue != 0 {
			b.Fatal(resp.ReturnValue)
		}
		if n += len(resp.Rows); n >= rows {
			break
		}
		if resp, handles, err = mapiclient.Do[*rop.QueryRowsResponse](ctx, c.Session, query, handles...); err != nil {
			b.Fatal(err)
		}
		requests++
	}
	if err := c.Release(ctx, handles[1]); err != nil {
		b.Fatal(err)
	}
	return requests + 1
}
