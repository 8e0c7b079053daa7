package bench

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// waiter is a session that subscribed to changes of a folder, and a connection of its association group that waits for
// them and does no more than a client must: a thousand that did more would be what is measured.
type waiter struct {
	*client
	waits *caller
}

// opWaitEx is the opnum of EcDoAsyncWaitEx.
const opWaitEx = 0

// waiters logs sessions on that are about a folder of alice's.
func (s *server) waiters(n, folder int) []*waiter {
	s.b.Helper()
	out := make([]*waiter, n)
	for i := range out {
		w := &waiter{client: s.client(), waits: &caller{abstract: mapiclient.AsyncEMSMDB, security: initiator(), in: make([]byte, 1024)}}
		async, err := w.AsyncConnect(s.b.Context(), nil)
		if err == nil {
			err = w.waits.connect(s.b.Context(), s.addresses.EMSMDB[0], w.conn.RPC().Group())
		}
		if err == nil {
			s.b.Cleanup(func() { w.waits.nc.Close() })
			var stub ndr.Writer
			stub.ContextHandle(async.Handle())
			stub.U32(0)
			w.waits.request = request(opWaitEx, stub.Stub())
			_, _, err = mapiclient.Do[*rop.RegisterNotificationResponse](s.b.Context(), w.Session, &rop.RegisterNotificationRequest{
				InOut: rop.InOut{OutputHandleIndex: 1}, NotificationTypes: mapi.NotifyObjectModified, FolderID: w.folders[folder],
			}, w.store)
		}
		if err != nil {
			s.b.Fatal(err)
		}
		out[i] = w
	}
	return out
}

// wait parks a wait and tells when its answer came.
func (w *waiter) wait(b *testing.B, answered func(time.Time)) {
	stub, err := w.waits.send(w.waits.request)
	at := time.Now()
	if pending := []byte{1, 0, 0, 0, 0, 0, 0, 0}; err != nil || !bytes.Equal(stub, pending) { // flags and the code
		b.Errorf("wait: %x, %v", stub, err)
	}
	answered(at)
}

// fetch takes the events.
func (w *waiter) fetch(b *testing.B) {
	reply, err := w.Execute(b.Context(), nil, w.store)
	if err != nil || len(reply.Notifications) == 0 {
		b.Errorf("%d notifications, %v", len(reply.Notifications), err)
	}
}

// changer is what causes an event in alice's inbox: a property of the folder.
func (s *server) changer() func() {
	c := s.client()
	h := c.open(s.b, c.folders[inbox])
	n := 0
	return func() {
		n++
		_, _, err := mapiclient.Do[*rop.SetPropertiesResponse](s.b.Context(), c.Session, &rop.SetPropertiesRequest{
			PropertyValues: []prop.Tagged{{Tag: mapi.TagComment, Value: prop.String(strconv.Itoa(n))}},
		}, h)
		if err != nil {
			s.b.Error(err)
		}
	}
}

// rounds changes the inbox and measures how long after the reply the waits are answered, in each round the median; before it is
// less than nothing.
func rounds(b *testing.B, change func(), concerned []*waiter) []float64 {
	const warm, rounds = 5, 60
	var medians []float64
	for round := range warm + rounds {
		var mu sync.Mutex
		var at []time.Time
		var group sync.WaitGroup
		for _, w := range concerned {
			group.Go(func() {
				w.wait(b, func(t time.Time) {
					mu.Lock()
					defer mu.Unlock()
					at = append(at, t)
				})
			})
		}
		<-time.After(20 * time.Millisecond) // until all are parked
		if len(concerned) > 1 {
			<-time.After(200 * time.Millisecond)
		}
		change()
		reply := time.Now()
		group.Wait()
		if round >= warm {
			slices.SortFunc(at, time.Time.Compare)
			medians = append(medians, at[len(at)/2].Sub(reply).Seconds())
		}
		for _, w := range concerned {
			w.fetch(b)
		}
	}
	return medians
}

// BenchmarkWait is the time from the reply to who changed something to the answer to a session that waits for it.
func BenchmarkWait(b *testing.B) {
	for _, v := range []struct {
		name   string
		others int // sessions that wait for something else
		all    int // sessions that wait for it
		bound  float64
	}{
		{"Alone", 0, 1, 1}, {"Among1000", 999, 1, 5}, {"All1000", 0, 1000, 5},
	} {
		b.Run(v.name, func(b *testing.B) {
			s := startServer(b, newData(b, nil))
			const calendar = 9 // any folder that nothing happens to
			for _, w := range s.waiters(v.others, calendar) {
				go w.waits.send(w.waits.request) //nolint:errcheck // it ends with the connection
			}
			concerned := s.waiters(v.all, inbox)
			change := s.changer()
			for b.Loop() {
				report(b, 1000*median(rounds(b, change, concerned)), "ms", v.bound)
			}
		})
	}
}
