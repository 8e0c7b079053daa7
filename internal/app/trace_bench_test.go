package app

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
)

// reader is a client that makes the same call again and again.
type reader struct {
	session *mapiclient.Session
	logon   uint32
	call    []rop.Request
}

// newReader logs on with sealed traffic. A call reads a page of the Inbox, or three properties of the log-on.
func newReader(b *testing.B, ctx context.Context, a *App, small bool) *reader {
	b.Helper()
	conn, err := mapiclient.Dial(ctx, mapiclient.Options{
		Mapper: a.Addresses().Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID", User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	p := new(reader)
	if p.session, _, err = conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn("alice")}); err != nil {
		b.Fatal(err)
	}
	l, logon, err := p.session.Logon(ctx, dn("alice"))
	if err != nil {
		b.Fatal(err)
	}
	p.logon = logon
	in := func(i uint8) rop.In { return rop.In{InputHandleIndex: i} }
	if small {
		p.call = []rop.Request{&rop.GetPropertiesSpecificRequest{PropertyTags: []mapi.PropTag{mapi.TagMailboxOwnerName, mapi.TagMessageSizeExtended, mapi.TagSubject}}}
		return p
	}
	p.call = []rop.Request{
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
		&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{0x674A0014, 0x0037001F, 0x0E060040, 0x0E070003, 0x0C1A001F}},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 20},
		&rop.ReleaseRequest{In: in(2)}, &rop.ReleaseRequest{In: in(1)},
	}
	return p
}

// read makes n calls.
func (p *reader) read(b *testing.B, ctx context.Context, n int) {
	for range n {
		if _, err := p.session.Execute(ctx, p.call, p.logon); err != nil {
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

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTraceThroughput compares what sealed sessions get through with and without a reader of the whole trace, in
// turns, so that both see the same machine. Reported are traced over untraced throughput, and untraced over traced
// processor time, which other work on the machine disturbs less. Everything, the clients and the reader of the stream
// included, runs in this process.
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
		small    bool
		begin    func(*testing.B) (end func())
	}{
		{"File", 1, false, toFile("trace.pcapng")}, {"FileOfManySessions", 16, false, toFile("trace.pcapng")},
		{"FileOfSmallCalls", 1, true, toFile("trace.pcapng")}, {"FileOfManySmallCalls", 16, true, toFile("trace.pcapng")},
		{"JSONLines", 1, false, toFile("trace.jsonl")}, {"Stream", 1, false, func(b *testing.B) func() { return stream(b, a) }},
	} {
		b.Run(t.name, func(b *testing.B) {
			turn := 1000 / t.sessions // calls of one client
			if t.small {
				turn *= 5
			}
			var clients []*reader
			for range t.sessions {
				clients = append(clients, newReader(b, ctx, a, t.small))
			}
			var took, worked [2]time.Duration
			for b.Loop() {
				for traced := range took {
					end := func() {}
					if traced == 1 {
						end = t.begin(b)
					}
					start, before := time.Now(), processorTime(b)
					var all sync.WaitGroup
					for _, c := range clients {
						all.Go(func() { c.read(b, ctx, turn) })
					}
					all.Wait()
					took[traced] += time.Since(start)
					end()
					worked[traced] += processorTime(b) - before
				}
			}
			b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "traced/untraced")
			b.ReportMetric(worked[0].Seconds()/worked[1].Seconds(), "cpu-untraced/traced")
		})
	}
}
