package bench

import (
	"io"
	"testing"
)

// idle is how many connections or sessions are held at once.
const idle = 2000

// BenchmarkIdleConnection is what an authenticated connection that does nothing keeps in the server's memory.
func BenchmarkIdleConnection(b *testing.B) {
	measureIdle(b, 24, func(s *server) (io.Closer, error) {
		c, _, err := s.dial(b.Context())
		return c, err
	})
}

// BenchmarkIdleSession is the same of a session that is logged on and has opened its inbox.
func BenchmarkIdleSession(b *testing.B) {
	measureIdle(b, 64, func(s *server) (io.Closer, error) {
		c, err := s.logOn(b.Context())
		if err != nil {
			return nil, err
		}
		c.open(b, c.folders[inbox])
		return c.conn, nil
	})
}

// measureIdle opens many, lets the server give its garbage back, and divides what is resident. What it took before
// that, garbage of the log-ons included, is told as well.
func measureIdle(b *testing.B, bound float64, open func(*server) (io.Closer, error)) {
	var kept, peak []float64
	for b.Loop() {
		s := startServer(b, newData(b, nil))
		s.do("free")
		before := s.resident()
		for range idle {
			c, err := open(s)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { c.Close() })
		}
		peak = append(peak, s.resident()-before)
		s.do("free")
		kept = append(kept, s.resident()-before)
	}
	report(b, median(kept)/idle/1024, "KiB", bound)
	b.ReportMetric(median(peak)/idle/1024, "KiB-with-garbage")
}
