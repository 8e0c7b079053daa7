package bench

import (
	"testing"
	"time"
)

// BenchmarkLogOn connects, authenticates by NTLM, opens a session and logs on, against small Executes.
func BenchmarkLogOn(b *testing.B) {
	s := startServer(b, newData(b, nil))
	execute := s.smallExecute().call
	const n = 50
	var ratios, took []float64
	logOn := func() time.Duration {
		times := make([]time.Duration, n)
		for i := range times {
			began := time.Now()
			c, err := s.logOn(b.Context())
			times[i] = time.Since(began)
			if err != nil {
				b.Fatal(err)
			}
			if err := c.Disconnect(b.Context()); err != nil {
				b.Fatal(err)
			}
			c.conn.Close()
		}
		return median(times)
	}
	logOn()
	for b.Loop() {
		l, e := logOn(), latency(b, round, execute)
		ratios = append(ratios, float64(l)/float64(e))
		took = append(took, microseconds(l))
	}
	report(b, median(ratios), "x-small-execute", 8)
	b.ReportMetric(median(took), "p50-µs")
}
