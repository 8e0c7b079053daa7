package app

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/trace"
)

// BenchmarkTraceThroughput compares what one sealed session gets through with and without a reader of the whole trace,
// in turns, so that both see the same machine. The ratio that is reported is traced over untraced throughput.
func BenchmarkTraceThroughput(b *testing.B) {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path, cfg.Store.Durability = filepath.Join(b.TempDir(), "mapid.db"), "off"
	a, err := New(b.Context(), Options{Config: cfg})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	conn, err := mapiclient.Dial(ctx, mapiclient.Options{
		Mapper: a.Addresses().Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID", User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	s, _, err := conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn("alice")})
	if err != nil {
		b.Fatal(err)
	}
	l, logon, err := s.Logon(ctx, dn("alice"))
	if err != nil {
		b.Fatal(err)
	}
	table := func(i uint8) rop.In { return rop.In{InputHandleIndex: i} }
	execute := func() {
		_, err := s.Execute(ctx, []rop.Request{
			&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
			&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
			&rop.SetColumnsRequest{In: table(2), PropertyTags: []mapi.PropTag{0x674A0014, 0x0037001F, 0x0E060040, 0x0E070003, 0x0C1A001F}},
			&rop.QueryRowsRequest{In: table(2), ForwardRead: true, RowCount: 20},
			&rop.ReleaseRequest{In: table(2)}, &rop.ReleaseRequest{In: table(1)},
		}, logon)
		if err != nil {
			b.Fatal(err)
		}
	}
	const turn = 200 // calls
	var took [2]time.Duration
	for b.Loop() {
		for traced := range 2 {
			done := make(chan error, 1)
			reading, end := context.WithCancel(ctx)
			if traced == 1 {
				go func() {
					done <- a.hub.Copy(reading, io.Discard, trace.Options{Bodies: true, Rewrite: trace.ClearEMSMDB})
				}()
				for !a.hub.Active() {
					execute()
				}
			}
			start := time.Now()
			for range turn {
				execute()
			}
			took[traced] += time.Since(start)
			end()
			if traced == 1 {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "traced/untraced")
}
