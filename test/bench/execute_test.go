package bench

import "testing"

// BenchmarkSmallExecute is one sealed Execute after the other, against the same bytes echoed.
func BenchmarkSmallExecute(b *testing.B) {
	s := startServer(b, newData(b, nil))
	k := s.smallExecute()
	size, execute := k.size, k.call
	bare := echoes(b, 1, size)[0]
	latency(b, round, execute)
	latency(b, round, bare)
	var ratios, took, yardstick []float64
	for b.Loop() {
		e, y := latency(b, round, execute), latency(b, round, bare)
		ratios = append(ratios, float64(e)/float64(y))
		took, yardstick = append(took, microseconds(e)), append(yardstick, microseconds(y))
	}
	report(b, median(ratios), "x-echo", 2.5)
	b.ReportMetric(median(took), "p50-µs")
	b.ReportMetric(median(yardstick), "echo-p50-µs")
	b.ReportMetric(float64(size.request), "B-sent")
	b.ReportMetric(float64(size.response), "B-received")
}

// BenchmarkSmallExecute16 is 16 sessions that do so side by side, against as many connections that echo.
func BenchmarkSmallExecute16(b *testing.B) {
	const sessions = 16
	s := startServer(b, newData(b, nil))
	executes := make([]func() error, sessions)
	var size exchange
	for i := range executes {
		k := s.smallExecute()
		executes[i], size = k.call, k.size
	}
	bares := echoes(b, sessions, size)
	throughput(b, round, executes)
	throughput(b, round, bares)
	var ratios, rate, yardstick []float64
	for b.Loop() {
		e, y := throughput(b, round, executes), throughput(b, 2*round, bares)
		ratios = append(ratios, e/y)
		rate, yardstick = append(rate, e), append(yardstick, y)
	}
	report(b, median(ratios), "x-echo", 0.35)
	b.ReportMetric(median(rate), "calls/s")
	b.ReportMetric(median(yardstick), "echo-calls/s")
}
