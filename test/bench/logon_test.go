package bench

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/rop"
)

// BenchmarkLogOn connects, authenticates by NTLM, opens a session and logs on, and then makes small Executes in that
// session: what a client that starts meets. The client does no more than it must. The same log-on against the small
// Executes of a session that never rests is reported beside it.
func BenchmarkLogOn(b *testing.B) {
	s := startServer(b, newData(b, nil))
	busy := s.smallExecute().call
	const n = 50
	var took, small, hot, ratios []float64
	for b.Loop() {
		var logOns, executes []time.Duration
		for range n {
			l, e := startSession(b, s)
			logOns, executes = append(logOns, l), append(executes, e...)
		}
		l, e := median(logOns), median(executes)
		took, small, hot = append(took, microseconds(l)), append(small, microseconds(e)), append(hot, microseconds(latency(b, round, busy)))
		ratios = append(ratios, float64(l)/float64(e))
	}
	report(b, median(ratios), "x-small-execute", 8)
	b.ReportMetric(median(took), "p50-µs")
	b.ReportMetric(median(small), "small-p50-µs")
	b.ReportMetric(median(hot), "busy-small-p50-µs")
}

// startSession logs on and makes eight small Executes, and returns how long each took.
func startSession(b *testing.B, s *server) (logOn time.Duration, executes []time.Duration) {
	b.Helper()
	in := make([]byte, dcerpc.MaxFragment)
	began := time.Now()
	k := &caller{security: initiator(), in: in}
	if err := k.connect(b.Context(), s.addresses.EMSMDB[0], 0); err != nil {
		b.Fatal(err)
	}
	defer k.nc.Close()
	session, handle, root, err := k.logOn()
	logOn = time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	stub, err := k.send(k.execute(session, &rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: root}, handle, rop.NoHandle))
	if err == nil {
		err = check(stub, rop.OpenFolder)
	}
	if err != nil {
		b.Fatal(err)
	}
	k.request, k.rop = k.execute(session, small, handleOf(stub, 1)), small.RopID()
	for range 8 {
		began := time.Now()
		if err := k.call(); err != nil {
			b.Fatal(err)
		}
		executes = append(executes, time.Since(began))
	}
	return logOn, executes
}
