package bench

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store/sqlite"
)

// window is how many rows a client shows at once.
const window = 50

// byTime sorts a table by delivery time, the newest first, as clients do.
var byTime = &rop.SortTableRequest{
	In: rop.In{InputHandleIndex: 1}, SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}},
}

// show opens the contents table of a folder, sorts it by time, reads the first rows, and returns its handle.
func (c *client) show(b *testing.B, folder uint32) uint32 {
	b.Helper()
	reply, err := c.Execute(b.Context(), []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: hotColumns},
		byTime,
		&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: window},
	}, folder)
	if err != nil {
		b.Fatal(err)
	}
	if rows := reply.Responses[3].(*rop.QueryRowsResponse); len(rows.Rows) != window {
		b.Fatalf("%d rows, %v", len(rows.Rows), rows.ReturnValue)
	}
	return reply.Handles[1]
}

// BenchmarkOpenLargeFolder opens a folder of 100,000 messages by time and reads the first 50 rows, in one Execute, when
// nobody looks at it yet and when somebody does. The yardsticks are the same rows read by SQL, and a folder of 1,000.
func BenchmarkOpenLargeFolder(b *testing.B) {
	const large, medium = 100_000, 1000
	var folders [2]mapi.ID
	data := newData(b, func(st *sqlite.Store) {
		folders[0], folders[1] = fillFolder(b, st, "Large", large), fillFolder(b, st, "Medium", medium)
	})
	s := startServer(b, data)
	c, other := s.client(), s.client()
	handle, handle1000 := c.open(b, folders[0]), c.open(b, folders[1])
	page := bareRead(b, openDatabase(b, data), folders[0], "ORDER BY received DESC, mid DESC LIMIT 50", window)
	show := func(folder uint32) func() {
		return func() {
			if err := c.Release(b.Context(), c.show(b, folder)); err != nil {
				b.Fatal(err)
			}
		}
	}
	large50, medium50 := show(handle), show(handle1000)
	run := func(b *testing.B) {
		var toPage, toMedium, took []float64
		for b.Loop() {
			own, yardstick, small := timed(large50), timed(page), timed(medium50)
			toPage = append(toPage, float64(own)/float64(yardstick))
			toMedium = append(toMedium, float64(own)/float64(small))
			took = append(took, microseconds(own))
		}
		report(b, median(toPage), "x-sql-page", 3)
		b.ReportMetric(median(toMedium), "x-1000-messages")
		b.ReportMetric(median(took), "µs")
	}
	b.Run("Cold", run)
	h := other.show(b, other.open(b, folders[0]))
	// A seek to the end needs every position, so the order is built and stays.
	if _, _, err := mapiclient.Do[*rop.SeekRowResponse](b.Context(), other.Session, &rop.SeekRowRequest{Origin: mapi.BookmarkEnd, RowCount: -1}, h); err != nil {
		b.Fatal(err)
	}
	b.Run("Warm", run)
	table := c.show(b, handle)
	position(b, s, c, table)
}

// position measures SeekRow and QueryPosition on a table whose order is there.
func position(b *testing.B, s *server, c *client, table uint32) {
	execute := s.smallExecute().call
	for _, m := range []struct {
		name string
		req  rop.Request
	}{
		{"SeekRow", &rop.SeekRowRequest{Origin: mapi.BookmarkBeginning, RowCount: 50_000}},
		{"QueryPosition", &rop.QueryPositionRequest{}},
	} {
		b.Run(m.name, func(b *testing.B) {
			call := s.caller(c, m.req, table).call
			var ratios, took []float64
			for b.Loop() {
				own, yardstick := latency(b, round, call), latency(b, round, execute)
				ratios = append(ratios, float64(own)/float64(yardstick))
				took = append(took, microseconds(own))
			}
			report(b, median(ratios), "x-small-execute", 1.1)
			b.ReportMetric(median(took), "p50-µs")
		})
	}
}
