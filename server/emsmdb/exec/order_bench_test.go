package exec_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// Arrangements that clients show a folder in. Categories are those of senders, the newest message of each first.
var (
	bySubject = &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject}}}
	byClock   = &rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}}}
	grouped   = &rop.SortTableRequest{In: in(2), CategoryCount: 1, ExpandedCount: 1, SortOrders: []prop.SortOrder{
		{Tag: mapi.TagSentRepresentingName}, {Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending},
	}}
)

// crowd fills the inbox with messages of 500 senders, whose subjects come in no order.
func (w *world) crowd(n int) {
	w.t.Helper()
	l := w.inbox()
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}}
	for start := 0; start < n; start += 1000 {
		err := w.store.Update(context.Background(), scope, func(tx store.Tx) error {
			for i := start; i < min(start+1000, n); i++ {
				if _, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(l.FolderIDs[fidInbox].Counter()), Props: []prop.Tagged{
					{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")},
					{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("Re: Figures of section %d for review", i*7919%100_003))},
					{Tag: mapi.TagSentRepresentingName, Value: prop.String(fmt.Sprintf("Sender number %d", i*31%500))},
					{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(132500000000000000 + i*600_000_000))},
				}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// restart has a server of its own, which has no order yet, look at the same store.
func (w *world) restart(b *testing.B) *world {
	env := object.NewEnv(w.env.EnvOptions)
	b.Cleanup(env.Close)
	other := *w
	other.env = env
	other.exec = exec.New(exec.Options{Env: env, Logger: zap.NewNop(), Handles: 1 << 15, Logons: 256, Notifications: 16})
	other.columns = make(map[int][]mapi.PropTag)
	other.connect(w.setup)
	return &other
}

// openSorted opens the inbox's table in an order, reads the first 50 rows and returns how long that took.
func (w *world) openSorted(sort *rop.SortTableRequest) time.Duration {
	w.t.Helper()
	payload := w.payload(
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: listColumns},
		sort,
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 50},
		&rop.ReleaseRequest{In: in(2)},
	)
	began := time.Now()
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
	took := time.Since(began)
	if err != nil || len(out[0]) < 50*50 {
		w.t.Fatalf("%d bytes, %v", len(out[0]), err)
	}
	return took
}

// middle is the median of some times.
func middle(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// BenchmarkCategories opens a folder of 100,000 messages in 500 categories of senders and reads the first 50 rows: warm
// against the same by time, cold against the same by subject.
func BenchmarkCategories(b *testing.B) {
	w := newWorld(b, withSeed(numbered(0)))
	w.crowd(100_000)
	w.quiet()
	b.Run("Warm", func(b *testing.B) {
		w.contents(listColumns...)
		w.run(byClock, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkEnd}) // positions want the whole order
		var plain, categories []time.Duration
		for b.Loop() {
			plain, categories = append(plain, w.openSorted(byClock)), append(categories, w.openSorted(grouped))
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(middle(categories))/float64(middle(plain)), "x-plain")
		b.ReportMetric(3, "bound")
	})
	b.Run("Cold", func(b *testing.B) {
		var subjects, categories []time.Duration
		for b.Loop() {
			for _, m := range []struct {
				sort  *rop.SortTableRequest
				times *[]time.Duration
			}{{bySubject, &subjects}, {grouped, &categories}} {
				cold := w.restart(b)
				cold.inbox()
				*m.times = append(*m.times, cold.openSorted(m.sort))
			}
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(middle(categories))/float64(middle(subjects)), "x-subject")
		b.ReportMetric(2, "bound")
		b.ReportMetric(float64(middle(subjects).Milliseconds()), "ms-subject")
		b.ReportMetric(float64(middle(categories).Milliseconds()), "ms-categories")
	})
}
