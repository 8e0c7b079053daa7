//go:build !race

// The race detector keeps memory of its own for each goroutine, so what is measured here means nothing under it.

package dcerpc_test

import (
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
)

// maxIdle is what an idle connection may cost, in bytes of heap and stacks together.
const maxIdle = 24 << 10

// TestIdleConnectionMemory opens connections that have authenticated, sealed calls of every size behind them, and
// measures what the server keeps of each. The client's end is a bare socket that holds nothing but its sockets.
func TestIdleConnectionMemory(t *testing.T) {
	const conns = 150
	address := benchServer(t)
	held := make([]net.Conn, 0, conns)
	t.Cleanup(func() {
		for _, nc := range held {
			nc.Close()
		}
	})
	open := func() {
		nc := dial(t, address)
		proxyEnd, clientEnd := net.Pipe()
		held = append(held, nc)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = io.Copy(nc, proxyEnd) })
		wg.Go(func() { _, _ = io.Copy(proxyEnd, nc) })
		c := dcerpc.NewClient(clientEnd, dcerpc.ClientOptions{})
		security := dcerpc.NewClientSecurity(1, auth.ServiceNTLM, auth.LevelPrivacy, initiator(auth.ServiceNTLM, "Password1!"))
		if _, err := c.Bind(t.Context(), security, dcerpc.Offer(0, echoID)); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{100, 10_000, 100_000} {
			stub := append([]byte{byte(size), byte(size >> 8), byte(size >> 16), 0}, make([]byte, size)...)
			if _, err := c.Call(t.Context(), 0, 0, stub); err != nil {
				t.Fatal(err)
			}
		}
		_ = nc.SetReadDeadline(time.Unix(1, 0)) // ends the copying, the socket stays
		c.Close()
		wg.Wait()
		_ = nc.SetReadDeadline(time.Time{})
	}
	open() // what is made once
	before := inUse()
	for range conns {
		open()
	}
	per := (inUse() - before) / conns
	t.Logf("an idle connection costs %d bytes", per)
	if per > maxIdle {
		t.Errorf("an idle connection costs %d bytes, limit %d", per, maxIdle)
	}
}

// inUse returns the bytes of heap and stacks that are in use once garbage and pools are gone.
func inUse() int64 {
	var m runtime.MemStats
	for range 4 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
