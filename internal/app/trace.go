package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/keytab"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/store/sqlite"
)

// traceHooks tell the trace what the RPC runtime sees. Calls that carry ROPs are told ROP by ROP elsewhere.
func traceHooks(hub *trace.Hub) dcerpc.Hooks {
	dir := func(d dcerpc.Direction) trace.Direction {
		if d == dcerpc.Inbound {
			return trace.ToServer
		}
		return trace.ToClient
	}
	return dcerpc.Hooks{
		ConnOpened: func(c dcerpc.ConnInfo) { hub.ConnOpened(c.ID, c.Remote, c.Local) },
		ConnClosed: func(c dcerpc.ConnInfo, _ error) { hub.ConnClosed(c.ID) },
		Active:     hub.Active,
		Wire:       func(conn uint64, d dcerpc.Direction, pdus []byte) { hub.Wire(conn, dir(d), pdus) },
		Clear:      func(conn uint64, d dcerpc.Direction, pdu []byte) { hub.Clear(conn, dir(d), pdu) },
		Authenticated: func(r dcerpc.AuthResult) {
			if r.Err == nil {
				hub.ConnAuthenticated(r.Conn, r.Identity.Account)
			}
		},
		CallDone: func(r dcerpc.CallResult) {
			if !hub.Active() || r.Op == "EcDoRpcExt2" && r.Status == 0 {
				return
			}
			name := r.Op
			if name == "" {
				name = fmt.Sprintf("opnum %d", r.Call.Opnum)
			}
			op := &trace.Op{
				Call: r.Call.CallID, User: r.Call.Identity.Account, Name: name, Code: mapi.ErrorCode(r.Status), Dur: r.Dur,
				Fault: r.Status != 0,
			}
			if r.Err != nil {
				op.Err = r.Err.Error()
			}
			hub.Operation(r.Call.Conn, op)
		},
	}
}

// traceFile is the trace that the configuration asks for; it can be changed while the server runs.
type traceFile struct {
	hub     *trace.Hub
	log     *zap.Logger
	program string
	tasks   *sync.WaitGroup

	mu   sync.Mutex // guards what follows
	cfg  config.Trace
	stop context.CancelFunc
	done chan struct{}
}

// set starts the file that cfg names, and ends the one before.
func (t *traceFile) set(cfg config.Trace) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var f *os.File
	if cfg.File != "" && (cfg != t.cfg || t.stop == nil) {
		var err error
		if f, err = os.OpenFile(cfg.File, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
			return fmt.Errorf("cannot write the trace to %s (%w): check trace.file", cfg.File, reason(err))
		}
	} else if cfg == t.cfg {
		return nil
	}
	t.end()
	t.cfg = cfg
	if f == nil {
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	t.stop, t.done = stop, make(chan struct{})
	done := t.done
	t.tasks.Go(func() {
		defer close(done)
		defer f.Close()
		if err := t.hub.Copy(ctx, f, trace.Options{Format: formatOf(cfg.File), Bodies: cfg.Bodies, Rewrite: trace.ClearEMSMDB, Program: t.program}); err != nil {
			t.log.Error("trace file ended", zap.Error(err))
		}
	})
	return nil
}

// end stops the file and waits until it is written. The lock is held.
func (t *traceFile) end() {
	if t.stop != nil {
		t.stop()
		<-t.done
		t.stop = nil
	}
}

// close ends the file for good.
func (t *traceFile) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
}

// formatOf chooses the format of a trace by the name of its file.
func formatOf(file string) trace.Format {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".pcap":
		return trace.Pcap
	case ".jsonl", ".json":
		return trace.JSON
	case ".txt", ".log":
		return trace.Text
	}
	return trace.PcapNG
}

// tracing is the trace as the admin API sees it. It implements admin.Trace.
type tracing struct{ a *App }

// Copy streams the trace until ctx ends.
func (t tracing) Copy(ctx context.Context, w io.Writer, o trace.Options) error {
	o.Rewrite, o.Program = trace.ClearEMSMDB, t.a.program()
	return t.a.hub.Copy(ctx, w, o)
}

// Subscribe starts a reader of what happens.
func (t tracing) Subscribe() *trace.Subscription { return t.a.hub.Subscribe(false) }

// File tells what is written all the time.
func (t tracing) File() admin.TraceFile {
	t.a.file.mu.Lock()
	defer t.a.file.mu.Unlock()
	return admin.TraceFile{File: t.a.file.cfg.File, Bodies: t.a.file.cfg.Bodies}
}

// ChangeFile starts, changes or ends it. Callers of the API may only name files in the data folder.
func (t tracing) ChangeFile(change admin.TraceFileChange) (admin.TraceFile, error) {
	now := t.File()
	cfg := config.Trace{File: now.File, Bodies: now.Bodies}
	if change.Bodies != nil {
		cfg.Bodies = *change.Bodies
	}
	if change.File != nil {
		cfg.File = *change.File
		if cfg.File != "" {
			if filepath.Base(cfg.File) != cfg.File || !slices.Contains([]string{".pcapng", ".pcap", ".jsonl", ".txt"}, filepath.Ext(cfg.File)) {
				return now, admin.Invalid(fmt.Errorf("file must be a plain name that ends in .pcapng, .pcap, .jsonl or .txt, not %q", cfg.File))
			}
			cfg.File = filepath.Join(t.a.data.path, cfg.File)
		}
	}
	if err := t.a.file.set(cfg); err != nil {
		return now, admin.Invalid(err)
	}
	return t.File(), nil
}

func (a *App) program() string { return "mapid " + a.opts.Build.Version }

// ExportKeytab returns a keytab with the NT hash of every account of a data folder, as keys of type RC4, and with the
// keys of the keytabs that the servers use: analysers open captures of sealed traffic with it. It also returns how many
// keys that is.
func ExportKeytab(ctx context.Context, cfg config.Config, dataDir string) ([]byte, int, error) {
	path := cfg.Store.Path
	if dataDir != "" {
		path = filepath.Join(dataDir, filepath.Base(path))
	}
	credentials, err := sqlite.Credentials(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	entries := make([]keytab.Entry, len(credentials))
	for i, c := range credentials {
		entries[i] = keytab.Entry{Principal: c.Name, Realm: cfg.Organization.Realm, Version: 1, Type: keytab.RC4, Key: c.NTHash[:], Time: time.Unix(0, 0)}
	}
	var files []string
	for _, s := range cfg.EffectiveServers() {
		file := s.Auth.Keytab
		if file == "" || slices.Contains(files, file) {
			continue
		}
		files = append(files, file)
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, 0, fmt.Errorf("cannot read auth.keytab %s: %w", file, reason(err))
		}
		own, err := keytab.Decode(b)
		if err != nil {
			return nil, 0, fmt.Errorf("auth.keytab %s: %w", file, err)
		}
		entries = append(entries, own...)
	}
	b, err := keytab.Encode(entries)
	return b, len(entries), err
}
