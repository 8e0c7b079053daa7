package app

import (
	"context"
	"io"
	"net"
	"testing"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapiclient"
)

// BenchmarkBindNTLM connects and binds EMSMDB with NTLM at privacy, all legs. It may take five times BenchmarkBindBare.
func BenchmarkBindNTLM(b *testing.B) {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path, cfg.Store.Durability = config.Memory, "off"
	a, err := New(b.Context(), Options{Config: cfg, Logger: zap.NewNop()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	o := mapiclient.Options{
		Address: a.Addresses().Servers[0].EMSMDB[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID",
		User: "alice", Password: "Password1!",
	}
	for b.Loop() {
		c, err := mapiclient.Dial(b.Context(), o, mapiclient.EMSMDB)
		if err != nil {
			b.Fatal(err)
		}
		// rpc_auth_3 has no answer: a call tells that the server has taken it.
		if _, err := c.Call(b.Context(), mapiclient.EMSMDB, 6, nil); err != nil {
			if _, ok := err.(*dcerpc.Fault); !ok {
				b.Fatal(err)
			}
		}
		c.Close()
	}
}

// BenchmarkBindBare is what no bind can do without: a TCP connection, three echoes of the sizes of the legs, and the
// hashes of both sides.
func BenchmarkBindBare(b *testing.B) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				io.Copy(nc, nc)
			}()
		}
	}()
	proof := ntlm.New(ntlm.Options{Accounts: oneAccount{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	buf := make([]byte, 512)
	for b.Loop() {
		nc, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		for _, n := range []int{120, 400, 100} {
			if _, err := nc.Write(buf[:n]); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(nc, buf[:n]); err != nil {
				b.Fatal(err)
			}
		}
		nc.Close()
		client := ntlm.NewInitiator(ntlm.InitiatorOptions{Domain: "MAPID", User: "alice", Hash: ntlm.NTHash("Password1!"), Level: auth.LevelPrivacy})
		server := proof.Accept()
		var token []byte
		for done := false; !done; {
			if token, _, err = client.Step(b.Context(), token); err != nil {
				b.Fatal(err)
			}
			if token, done, err = server.Step(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	}
}
