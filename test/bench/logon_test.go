package bench

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
)

// rest is how long a client that has nothing to do waits: long enough for the cores to fall asleep.
const rest = 5 * time.Millisecond

// BenchmarkLogOn connects, authenticates by NTLM, opens a session and logs on, and then makes small Executes in that
// session, without a rest between. The client does no more than it must. Beside it stand what the same costs where each
// comes after a rest, what it costs against a bare connection that carries as many bytes in as many exchanges, what
// that connection and NTLM's hashes cost in small Executes, which is the least that any server could do with, and what small
// Executes take in a session that never rests.
func BenchmarkLogOn(b *testing.B) {
	s := startServer(b, newData(b, nil))
	busy := s.smallExecute().call
	const n = 50
	bare, hashes := bareExchanges(b), bareHashes(b)
	var took, small, hot, ratios, floors, rested, least []float64
	for b.Loop() {
		var logOns, executes, floor, hashing []time.Duration
		for range n {
			l, e := startSession(b, s, 0)
			logOns, executes, floor = append(logOns, l), append(executes, e...), append(floor, bare())
			hashing = append(hashing, hashes())
		}
		l, e := median(logOns), median(executes)
		least = append(least, float64(median(floor)+median(hashing))/float64(e))
		logOns, executes = nil, nil
		for range n {
			l, e := startSession(b, s, rest)
			logOns, executes = append(logOns, l), append(executes, e...)
		}
		rested = append(rested, float64(median(logOns))/float64(median(executes)))
		took, small, hot = append(took, microseconds(l)), append(small, microseconds(e)), append(hot, microseconds(latency(b, round, busy)))
		ratios, floors = append(ratios, float64(l)/float64(e)), append(floors, float64(l)/float64(median(floor)))
	}
	report(b, median(ratios), "x-small-execute", 8)
	b.ReportMetric(median(least), "least-x-small-execute")
	b.ReportMetric(median(rested), "x-after-rests")
	b.ReportMetric(median(floors), "x-bare-exchanges")
	b.ReportMetric(median(took), "p50-µs")
	b.ReportMetric(median(small), "small-p50-µs")
	b.ReportMetric(median(hot), "busy-small-p50-µs")
}

// bareHashes returns what does both sides of NTLM in this process.
func bareHashes(b *testing.B) func() time.Duration {
	b.Helper()
	server := ntlm.New(ntlm.Options{Accounts: aliceAlone{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	return func() time.Duration {
		began := time.Now()
		i, a := initiator(), server.Accept()
		var token []byte
		for done := false; !done; {
			var err error
			if token, _, err = i.Step(b.Context(), token); err == nil {
				token, done, err = a.Step(b.Context(), token)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
}

// aliceAlone are accounts in memory.
type aliceAlone struct{}

// Account implements auth.Accounts.
func (aliceAlone) Account(context.Context, string, string) (auth.Account, error) {
	return auth.Account{Name: "alice", Enabled: true, NTHash: aliceHash}, nil
}

// startSession logs on and makes eight small Executes, each after a pause, and returns how long each took.
func startSession(b *testing.B, s *server, pause time.Duration) (logOn time.Duration, executes []time.Duration) {
	b.Helper()
	in := make([]byte, dcerpc.MaxFragment)
	<-time.After(pause)
	began := time.Now()
	k := &caller{abstract: mapiclient.EMSMDB, security: initiator(), in: in}
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
		<-time.After(pause)
		began := time.Now()
		if err := k.call(); err != nil {
			b.Fatal(err)
		}
		executes = append(executes, time.Since(began))
	}
	return logOn, executes
}

// bareExchanges returns what connects to an echo and exchanges three times what a log-on does on average.
func bareExchanges(b *testing.B) func() time.Duration {
	b.Helper()
	size := exchange{request: 290, response: 260}
	echoes(b, 1, size)
	address, err := net.ResolveTCPAddr("tcp", lastEcho)
	if err != nil {
		b.Fatal(err)
	}
	request, response := make([]byte, size.request), make([]byte, size.response)
	return func() time.Duration {
		began := time.Now()
		c, err := net.DialTCP("tcp", nil, address)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write(size.head()); err != nil {
			b.Fatal(err)
		}
		for range 3 {
			if _, err := c.Write(request); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(c, response); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
}
