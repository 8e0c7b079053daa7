package exec_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// BenchmarkSubscriptions makes as many subscriptions as sessions may have: what one keeps in memory, and what a change
// costs the store's writer for each that it concerns, and for all those that it does not.
func BenchmarkSubscriptions(b *testing.B) {
	const sessions = 50
	w := newWorld(b, withHandles(2000))
	l := w.logOn()
	inbox, other := l.FolderIDs[fidInbox], l.FolderIDs[fidIPM]
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	var worlds []*world
	subscribe := func(types uint16, folder mapi.ID) {
		for _, o := range worlds {
			req := &rop.RegisterNotificationRequest{InOut: inOut(0, 1), NotificationTypes: types, FolderID: folder}
			for range exec.MaxSubscriptions / 2 {
				one[*rop.RegisterNotificationResponse](o, req)
			}
		}
	}
	cost := func() float64 { // of a change in the inbox, in nanoseconds
		change := []store.Change{{Kind: store.MessageCreated, Mailbox: w.entry("alice").Mailbox, Folder: store.FolderID(inbox.Counter()), Message: 1 << 40}}
		const times = 20
		start := time.Now()
		for range times {
			w.store.Changes().Publish(change)
		}
		return float64(time.Since(start).Nanoseconds()) / times
	}
	for b.Loop() {
		for range sessions {
			o := w.with("alice")
			o.logOn()
			worlds = append(worlds, o)
		}
		before, none := heap(), cost()
		subscribe(mapi.NotifyObjectCreated, other)
		const n = sessions * exec.MaxSubscriptions / 2
		b.ReportMetric((heap()-before)/n, "B/subscription")
		b.ReportMetric(none, "ns/change-without")
		b.ReportMetric(cost(), "ns/change-of-others")
		subscribe(mapi.NotifyObjectCreated, inbox)
		b.ReportMetric(cost()/n, "ns/subscription-concerned")
		b.ReportMetric(0, "ns/op")
	}
}
