package search_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// letter is a message as mail brings it.
func letter(folder store.FolderID, n int) store.NewMessage {
	return store.NewMessage{Folder: folder, Props: []prop.Tagged{
		tagged(mapi.TagSubject, prop.String(fmt.Sprint("letter ", n))), tagged(mapi.TagMessageClass, prop.String("IPM.Note")),
		tagged(mapi.TagMessageDeliveryTime, prop.Time(mapi.FileTime(n+1))), tagged(mapi.TagImportance, prop.Int32(int32(n%3))),
		tagged(mapi.TagSentRepresentingName, prop.String("Carol")), tagged(mapi.TagBody, prop.String(fmt.Sprintf("%01024d", n))),
	}, Recipients: []store.Recipient{{Type: 1, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("Alice"))}}}}
}

// BenchmarkDeliver measures what search folders add to a delivered message: in its transaction, and afterwards in the
// worker's.
func BenchmarkDeliver(b *testing.B) {
	for _, searches := range []int{0, 1, 20} {
		b.Run(fmt.Sprint("Searches", searches), func(b *testing.B) {
			box := freshBox(b, 1)
			for n := range searches {
				box.search(fmt.Sprint(n), kinds[n%len(kinds)], true, box.root)
			}
			box.finish()
			var settling time.Duration
			n := 0
			for b.Loop() {
				box.write(func(tx store.Tx) error {
					_, err := tx.CreateMessage(letter(box.top, n))
					return err
				})
				n++
				start := time.Now()
				box.finish()
				settling += time.Since(start)
			}
			b.ReportMetric(float64(settling.Microseconds())/float64(b.N), "µs-worker/op")
		})
	}
}

// BenchmarkBuild measures building a search over a large folder, and how much memory is in use at its steps.
func BenchmarkBuild(b *testing.B) {
	const messages, together = 100_000, 1000
	box := freshBox(b, 1)
	for n := 0; n < messages; n += together {
		box.write(func(tx store.Tx) error {
			for k := range together {
				if _, err := tx.CreateMessage(letter(box.top, n+k)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, c := range []struct {
		name string
		rs   prop.Restriction
	}{{"Columns", kinds[1]}, {"Recipients", kinds[4]}, {"Body", kinds[8]}, {"All", kinds[0]}} {
		b.Run(c.name, func(b *testing.B) {
			var most uint64
			for n := 0; b.Loop(); n++ {
				box.search(fmt.Sprint(c.name, b.N, n), c.rs, true, box.root)
				for more := true; more; {
					var err error
					if more, err = box.worker.Step(context.Background()); err != nil {
						b.Fatal(err)
					}
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
			}
			b.ReportMetric(float64(most)/(1<<20), "MiB-heap")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/messages, "ns/message")
		})
	}
}
