package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store/sqlite"
)

// step is something a user does and waits for.
type step struct {
	name string
	reqs []rop.Request // on the folder, and on the table at index 1
	rows int           // that the last of them reads
}

// rowsHere reads a screen of rows.
var rowsHere = &rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: window}

// orders sorts the table; the first so many of the orders make categories, which are open.
func orders(categories uint16, orders ...prop.SortOrder) *rop.SortTableRequest {
	return &rop.SortTableRequest{In: rop.In{InputHandleIndex: 1}, CategoryCount: categories, ExpandedCount: categories, SortOrders: orders}
}

// contains is a restriction to texts with a word in them.
func contains(tag mapi.PropTag, word string) prop.Restriction {
	return prop.ContentRestriction{
		Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase | prop.FuzzyLoose, Tag: tag, Value: prop.Tagged{Tag: tag, Value: prop.String(word)},
	}
}

// script is what a user of Outlook does in a large folder, as ROPs. The search is for a word in subject or sender.
func script() []step {
	newest := prop.SortOrder{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}
	position := &rop.QueryPositionRequest{In: rop.In{InputHandleIndex: 1}}
	top := &rop.SeekRowRequest{In: rop.In{InputHandleIndex: 1}, Origin: mapi.BookmarkBeginning}
	restrict := func(rs prop.Restriction) *rop.RestrictRequest {
		return &rop.RestrictRequest{In: rop.In{InputHandleIndex: 1}, Restriction: rs}
	}
	return []step{
		{"open", []rop.Request{
			&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
			&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: hotColumns}, orders(0, newest), rowsHere,
		}, window},
		{"scroll", []rop.Request{
			&rop.SeekRowRequest{In: rop.In{InputHandleIndex: 1}, Origin: mapi.BookmarkBeginning, RowCount: 50_000}, position, rowsHere,
		}, window},
		{"page-down", []rop.Request{rowsHere}, window},
		{"by-sender", []rop.Request{orders(0, prop.SortOrder{Tag: mapi.TagSentRepresentingName}, newest), position, rowsHere}, window},
		{"by-subject", []rop.Request{orders(0, prop.SortOrder{Tag: mapi.TagSubject}), position, rowsHere}, window},
		{"group-senders", []rop.Request{orders(1, prop.SortOrder{Tag: mapi.TagSentRepresentingName}, newest), position, rowsHere}, window},
		{"group-dates", []rop.Request{orders(1, newest, prop.SortOrder{Tag: mapi.TagSubject}), position, rowsHere}, window},
		{"search", []rop.Request{
			orders(0, newest), restrict(prop.OrRestriction{Parts: []prop.Restriction{
				contains(mapi.TagSubject, "section 777"), contains(mapi.TagSentRepresentingName, "section 777"),
			}}), position, rowsHere,
		}, 50},
		{"clear", []rop.Request{restrict(nil), top, rowsHere}, window},
	}
}

// play does the steps of the script on a folder and notes how long each took.
func (c *client) play(b *testing.B, folder uint32, took map[string][]float64) {
	b.Helper()
	handles := []uint32{folder, rop.NoHandle}
	for _, s := range script() {
		began := time.Now()
		reply, err := c.Execute(b.Context(), s.reqs, handles...)
		took[s.name] = append(took[s.name], float64(time.Since(began).Microseconds())/1000)
		if err != nil {
			b.Fatalf("%s: %v", s.name, err)
		}
		for i, resp := range reply.Responses {
			if code := resp.Head().ReturnValue; code != mapi.Success {
				b.Fatalf("%s: %T: %v", s.name, s.reqs[i], code)
			}
		}
		if rows := reply.Responses[len(reply.Responses)-1].(*rop.QueryRowsResponse); len(rows.Rows) != s.rows {
			b.Fatalf("%s: %d rows, want %d", s.name, len(rows.Rows), s.rows)
		}
		handles = reply.Handles
	}
	if err := c.Release(b.Context(), handles[1]); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOutlookSession does what a user does in a folder of 100,000 messages, over a sealed connection: First when the
// server has just started and nothing of the folder is in memory, Again when it was all done before. The figures are the
// milliseconds of each step.
func BenchmarkOutlookSession(b *testing.B) {
	var folder mapi.ID
	data := newData(b, func(st *sqlite.Store) { folder = fillFolder(b, st, "Large", 100_000) })
	tell := func(b *testing.B, took map[string][]float64) {
		b.ReportMetric(0, "ns/op")
		for i, s := range script() {
			b.ReportMetric(median(took[s.name]), fmt.Sprintf("%d-ms-%s", i+1, s.name))
		}
	}
	b.Run("First", func(b *testing.B) {
		took := make(map[string][]float64)
		for b.Loop() {
			s := startServer(b, data)
			c := s.client()
			c.play(b, c.open(b, folder), took)
			s.end()
		}
		tell(b, took)
	})
	b.Run("Again", func(b *testing.B) {
		s := startServer(b, data)
		c := s.client()
		handle := c.open(b, folder)
		c.play(b, handle, make(map[string][]float64))
		took := make(map[string][]float64)
		for b.Loop() {
			c.play(b, handle, took)
		}
		tell(b, took)
	})
}
