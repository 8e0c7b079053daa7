package exec_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// TestPitfall17NoWakeUpIsLost has somebody change a mailbox while sessions wait as clients do: they fetch when they are woken, and
// only then. When all is done, every session must have been woken for the last change, and every mirror must be right.
func TestPitfall17NoWakeUpIsLost(t *testing.T) {
	t.Parallel()
	first, tables, d := mirrorWorld(t, 2)
	var done atomic.Bool
	var group sync.WaitGroup
	// listen fetches whenever there is something, until nothing more comes.
	listen := func(w *world, take func()) {
		defer group.Done()
		for {
			last := done.Load() // looked at first: what comes after it is no more
			pending, _, again := w.session.Queue().Poll()
			switch {
			case pending:
				take()
			case last:
				return
			default:
				select {
				case <-again:
				case <-time.After(time.Second): // only to see the end
				}
			}
		}
	}
	group.Add(1)
	go listen(first, func() { follow(first, tables) })
	inbox := folderOf(d.inbox)
	var worlds []*world
	var heard [3]map[mapi.ID]bool
	for i := range heard {
		w := first.with("alice")
		w.logOn()
		w.subscribe(1, mapi.NotifyObjectCreated|mapi.NotifyObjectModified, inbox, 0)
		heard[i] = make(map[mapi.ID]bool)
		worlds = append(worlds, w)
		group.Add(1)
		go listen(w, func() {
			for _, e := range w.events() {
				heard[i][e.MessageID] = true
			}
		})
	}
	for range 300 {
		first.change("alice", func(tx store.Tx) error {
			for range 1 + d.rand.IntN(4) {
				if err := d.disturb(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if rand.IntN(20) == 0 {
			d.settle(t)
		}
	}
	d.settle(t)
	last := first.arrive(inbox, "the last")[0]
	d.settle(t)
	done.Store(true)
	group.Wait()
	for i := range worlds {
		if !heard[i][messageOf(last)] && !heard[i][0] { // 0: of the folder as a whole, where there was too much to tell
			t.Errorf("session %d was not told of the last message", i)
		}
	}
	compare(first, "at the end", tables)
}
