package app

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
)

// pages is a client whose calls read a page of the Inbox each.
type pages struct {
	session *mapiclient.Session
	logon   uint32
	calls   []rop.Request
}

// newPages logs on with sealed traffic.
func newPages(b *testing.B, ctx context.Context, a *App) *pages {
	b.Helper()
	conn, err := mapiclient.Dial(ctx, mapiclient.Options{
		Mapper: a.Addresses().Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID", User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	p := new(pages)
	if p.session, _, err = conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn("alice")}); err != nil {
		b.Fatal(err)
	}
	l, logon, err := p.session.Logon(ctx, dn("alice"))
	if err != nil {
		b.Fatal(err)
	}
	p.logon = logon
	in := func(i uint8) rop.In { return rop.In{InputHandleIndex: i} }
	p.calls = []rop.Request{
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
		&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{0x674A0014, 0x0037001F, 0x0E060040, 0x0E070003, 0x0C1A001F}},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 20},
		&rop.ReleaseRequest{In: in(2)}, &rop.ReleaseRequest{In: in(1)},
	}
	return p
}

// read makes n calls.
func (p *pages) read(b *testing.B, ctx context.Context, n int) {
	for range n {
		if _, err := p.session.Execute(ctx, p.calls, p.logon); err != nil {
			b.Error(err)
			return
		}
	}
}

// stream starts a reader of the admin API's trace and returns what ends it.
func stream(b *testing.B, a *App) (end func()) {
	ctx, stop := context.WithCancel(b.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.Addresses().Admin+"/api/v1/trace", nil)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	var reader sync.WaitGroup
	reader.Go(func() {
		defer resp.Body.Close()
		io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, make([]byte, 64<<10)) // ends with the context
	})
	return func() {
		stop()
		reader.Wait()
	}
}

// BenchmarkTraceThroughput compares what sealed sessions get through with and without a reader of the whole trace, in
// turns, so that both see the same machine. The ratio that is reported is traced over untraced throughput; everything,
// the clients and the reader of the stream included, runs in this process.
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
	toFile := func(name string) func(b *testing.B) func() {
		return func(b *testing.B) func() {
			if err := a.file.set(config.Trace{File: filepath.Join(b.TempDir(), name), Bodies: true}); err != nil {
				b.Fatal(err)
			}
			return func() {
				if err := a.file.set(config.Trace{}); err != nil {
					b.Error(err)
				}
			}
		}
	}
	for _, t := range []struct {
		name     string
		sessions int
		begin    func(*testing.B) (end func())
	}{
		{"File", 1, toFile("trace.pcapng")}, {"FileOfManySessions", 16, toFile("trace.pcapng")}, {"JSONLines", 1, toFile("trace.jsonl")},
		{"Stream", 1, func(b *testing.B) func() { return stream(b, a) }},
	} {
		b.Run(t.name, func(b *testing.B) {
			const turn = 200 // calls of one client
			var clients []*pages
			for range t.sessions {
				clients = append(clients, newPages(b, ctx, a))
			}
			var took [2]time.Duration
			for b.Loop() {
				for traced := range took {
					end := func() {}
					if traced == 1 {
						end = t.begin(b)
					}
					start := time.Now()
					var all sync.WaitGroup
					for _, c := range clients {
						all.Go(func() { c.read(b, ctx, turn) })
					}
					all.Wait()
					took[traced] += time.Since(start)
					end()
				}
			}
			b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "traced/untraced")
		})
	}
}
