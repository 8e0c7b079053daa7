package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store/sqlite"
)

// wanted are the properties that clients find messages by.
var wanted = []struct {
	name string
	tag  mapi.PropTag
}{
	{"EntryId", mapi.TagEntryId}, {"SearchKey", mapi.TagSearchKey}, {"MessageClass", mapi.TagMessageClass},
	{"InternetMessageId", mapi.TagInternetMessageId}, {"ConversationIndex", mapi.TagConversationIndex}, {"DeliveryTime", mapi.TagMessageDeliveryTime},
}

// sought is the message, from the end, that is looked for: it has a class of its own.
const sought = 10

// soughtIn returns a table of a folder, sorted by subject, and what its message has for the properties.
func (c *client) soughtIn(b *testing.B, folder uint32, n int) (table uint32, values []prop.Value) {
	b.Helper()
	columns := make([]mapi.PropTag, len(wanted))
	for i := range wanted {
		columns[i] = wanted[i].tag
	}
	reply, err := c.Execute(b.Context(), []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: columns},
		&rop.SeekRowRequest{In: rop.In{InputHandleIndex: 1}, Origin: mapi.BookmarkEnd, RowCount: -sought},
		&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, ForwardRead: true, RowCount: 1},
		orders(0, prop.SortOrder{Tag: mapi.TagSubject}),
		&rop.QueryPositionRequest{In: rop.In{InputHandleIndex: 1}},
	}, folder)
	if err != nil {
		b.Fatal(err)
	}
	if p := reply.Responses[5].(*rop.QueryPositionResponse); int(p.Denominator) != n {
		b.Fatalf("%d rows, %v", p.Denominator, p.ReturnValue)
	}
	return reply.Handles[1], reply.Responses[3].(*rop.QueryRowsResponse).Rows[0].Values
}

// find looks for the row with a value, from the beginning.
func (c *client) find(b *testing.B, table uint32, tag mapi.PropTag, v prop.Value) {
	b.Helper()
	_, _, err := mapiclient.Do[*rop.FindRowResponse](b.Context(), c.Session, &rop.FindRowRequest{Restriction: equal(tag, v)}, table)
	if err != nil {
		b.Fatal(err)
	}
}

// restrict opens the table of a folder, restricts it to the rows with a value, and reads them. Each restriction carries
// another comment, so that the server has no order for it yet.
func (c *client) restrict(b *testing.B, folder uint32, tag mapi.PropTag, v prop.Value, n int32) {
	b.Helper()
	comment := prop.Tagged{Tag: mapi.Tag(0x6800, mapi.PtypInteger32), Value: prop.Int32(n)}
	reply, err := c.Execute(b.Context(), []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: hotColumns},
		&rop.RestrictRequest{In: rop.In{InputHandleIndex: 1}, Restriction: prop.CommentRestriction{Values: []prop.Tagged{comment}, Part: equal(tag, v)}},
		rowsHere,
	}, folder)
	if err != nil {
		b.Fatal(err)
	}
	if rows := reply.Responses[3].(*rop.QueryRowsResponse); len(rows.Rows) != 1 {
		b.Fatalf("%d rows, %v", len(rows.Rows), rows.ReturnValue)
	}
	if err := c.Release(b.Context(), reply.Handles[1]); err != nil {
		b.Fatal(err)
	}
}

func equal(tag mapi.PropTag, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
}

// BenchmarkFind looks for one message by values that clients find messages by, with RopFindRow and with a restricted
// table whose order is not there, in a folder of 100,000 against one of 1,000.
func BenchmarkFind(b *testing.B) {
	sizes := [2]int{100_000, 1000}
	var folders [2]mapi.ID
	data := newData(b, func(st *sqlite.Store) {
		for i, n := range sizes {
			folders[i] = fillFolder(b, st, fmt.Sprint("Folder ", n), n)
		}
	})
	s := startServer(b, data)
	c := s.client()
	var handles, tables [2]uint32
	var values [2][]prop.Value
	for i, n := range sizes {
		handles[i] = c.open(b, folders[i])
		tables[i], values[i] = c.soughtIn(b, handles[i], n)
	}
	n := int32(0)
	for i, w := range wanted {
		for _, way := range []struct {
			name string
			find func(size int)
		}{
			{"FindRow", func(size int) { c.find(b, tables[size], w.tag, values[size][i]) }},
			{"Restrict", func(size int) { n++; c.restrict(b, handles[size], w.tag, values[size][i], n) }},
		} {
			b.Run(way.name+"/"+w.name, func(b *testing.B) {
				var large, small []time.Duration
				for b.Loop() {
					large = append(large, timed(func() { way.find(0) }))
					small = append(small, timed(func() { way.find(1) }))
				}
				report(b, float64(median(large))/float64(median(small)), "x-1000-messages", 2)
				b.ReportMetric(microseconds(median(large)), "µs")
			})
		}
	}
}
