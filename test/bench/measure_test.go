package bench

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// pause between a round and the next is none: rounds of yardstick and server take turns, so that what else the
// machine does meets both alike. A benchmark's figure is the median of its rounds.

// round is how many calls one session makes before the other side has its turn.
const round = 500

// median returns the middle of what was measured.
func median[T time.Duration | float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// latency makes n calls, one after the other, and returns the time that half of them were done in.
func latency(b *testing.B, n int, call func() error) time.Duration {
	b.Helper()
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		if err := call(); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	return median(times)
}

// throughput has all callers make n calls each, side by side, and returns the calls per second.
func throughput(b *testing.B, n int, calls []func() error) float64 {
	b.Helper()
	var all sync.WaitGroup
	began := time.Now()
	for _, call := range calls {
		all.Go(func() {
			for range n {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n*len(calls)) / time.Since(began).Seconds()
}

// microseconds makes a metric of a duration.
func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// report prints a ratio, the bound it should keep, and nothing of the time a round took.
func report(b *testing.B, ratio float64, unit string, bound float64) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratio, unit)
	b.ReportMetric(bound, "bound")
}
