package dcerpc_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/dcerpc"
)

// listen serves connections on loopback until the test ends.
func listen(b testing.TB, serve func(net.Conn)) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serve(nc) })
		}
	})
	b.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return l.Addr().String()
}

// benchServer serves an operation that answers as many bytes as the stub's first four say.
func benchServer(b testing.TB) string {
	b.Helper()
	m := ntlm.New(ntlm.Options{Accounts: oneAccount{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	s := dcerpc.NewServer(dcerpc.Options{Logger: zap.NewNop(), Mechanisms: []auth.Mechanism{m}})
	e := s.NewEndpoint("bench", dcerpc.TransportTCP)
	answer := make([]byte, 1<<20)
	s.Register(&dcerpc.Interface{ID: echoID, Name: "bench", Ops: map[uint16]dcerpc.Op{
		0: {Name: "answer", Run: func(_ context.Context, c *dcerpc.Call) ([]byte, error) {
			return answer[:c.Reader().U32()], nil
		}},
	}}, e)
	return listen(b, func(nc net.Conn) { s.ServeConn(context.Background(), e, nc) })
}

func dial(b testing.TB, address string) net.Conn {
	b.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	return nc
}

// bind connects and binds at a level.
func bind(b testing.TB, address string, level auth.Level) *dcerpc.Client {
	b.Helper()
	c := dcerpc.NewClient(dial(b, address), dcerpc.ClientOptions{})
	b.Cleanup(func() { c.Close() })
	var security *dcerpc.ClientSecurity
	if level > auth.LevelNone {
		security = dcerpc.NewClientSecurity(1, auth.ServiceNTLM, level, initiator(auth.ServiceNTLM, "Password1!"))
	}
	if _, err := c.Bind(context.Background(), security, dcerpc.Offer(0, echoID)); err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkCall compares a call of a mailbox's usual size, plain and sealed, with a bare TCP echo of the same sizes.
// The figures count both ends, which share the machine.
func BenchmarkCall(b *testing.B) {
	const request, response = 200, 300
	stub := make([]byte, request)
	stub[0], stub[1] = response&0xFF, response>>8
	b.Run("BareEcho", func(b *testing.B) {
		nc := dial(b, listen(b, func(nc net.Conn) {
			defer nc.Close()
			buf := make([]byte, request)
			out := make([]byte, response)
			for {
				if _, err := io.ReadFull(nc, buf); err != nil {
					return
				}
				if _, err := nc.Write(out); err != nil {
					return
				}
			}
		}))
		defer nc.Close()
		in := make([]byte, response)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := nc.Write(stub); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(nc, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, level := range []auth.Level{auth.LevelNone, auth.LevelIntegrity, auth.LevelPrivacy} {
		b.Run(level.String(), func(b *testing.B) {
			c := bind(b, benchServer(b), level)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Call(context.Background(), 0, 0, stub); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkResponse measures long answers, where sealing decides.
func BenchmarkResponse(b *testing.B) {
	for _, level := range []auth.Level{auth.LevelNone, auth.LevelPrivacy} {
		for _, size := range []int{32 << 10, 256 << 10} {
			b.Run(fmt.Sprintf("%s/%dK", level, size>>10), func(b *testing.B) {
				c := bind(b, benchServer(b), level)
				stub := []byte{byte(size), byte(size >> 8), byte(size >> 16), 0}
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Call(context.Background(), 0, 0, stub); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkBind measures a whole connection: TCP, bind with NTLM, one sealed call, end.
func BenchmarkBind(b *testing.B) {
	address := benchServer(b)
	for b.Loop() {
		c := bind(b, address, auth.LevelPrivacy)
		if _, err := c.Call(context.Background(), 0, 0, make([]byte, 4)); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
