package epm

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/dcerpc"
)

// serveOne serves connections on loopback until the benchmark ends, and connects to it.
func serveOne(b *testing.B, serve func(net.Conn)) net.Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if nc, err := l.Accept(); err == nil {
			serve(nc)
		}
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		nc.Close()
		l.Close()
		<-done
	})
	return nc
}

// BenchmarkMap compares ept_map on a warm connection with a bare TCP echo of the same sizes; both ends count.
func BenchmarkMap(b *testing.B) {
	const request, response = 156, 152 // whole PDUs, as captured
	b.Run("BareEcho", func(b *testing.B) {
		nc := serveOne(b, func(nc net.Conn) {
			defer nc.Close()
			in, out := make([]byte, request), make([]byte, response)
			for {
				if _, err := io.ReadFull(nc, in); err != nil {
					return
				}
				if _, err := nc.Write(out); err != nil {
					return
				}
			}
		})
		in, out := make([]byte, response), make([]byte, request)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := nc.Write(out); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(nc, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Map", func(b *testing.B) {
		s := dcerpc.NewServer(dcerpc.Options{Logger: zap.NewNop()})
		e, books := s.NewEndpoint("epm", dcerpc.TransportTCP), s.NewEndpoint("nspi", dcerpc.TransportTCP)
		s.Register(New(Options{Entries: s.Entries}).Interface(), e)
		for _, id := range []dcerpc.SyntaxID{emsmdbID, nspiID, rfrID} {
			s.Register(&dcerpc.Interface{ID: id}, books)
		}
		books.SetPort(4997)
		c := dcerpc.NewClient(serveOne(b, func(nc net.Conn) { s.ServeConn(context.Background(), e, nc) }), dcerpc.ClientOptions{})
		b.Cleanup(func() { c.Close() })
		if _, err := c.Bind(b.Context(), nil, dcerpc.Offer(0, ID)); err != nil {
			b.Fatal(err)
		}
		stub := mapRequest(tcpTower(nspiID, 135, netip.Addr{}), 4)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Call(b.Context(), 0, 3, stub); err != nil {
				b.Fatal(err)
			}
		}
	})
}
