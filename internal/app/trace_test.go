package app

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/decode"
	"github.com/mapid/mapid/internal/keytab"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/server/epm"
)

var update = flag.Bool("update", false, "rewrite golden files")

// traced runs fn while a reader takes the trace, and returns what it got.
func (r *running) traced(o trace.Options, fn func()) string {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	var out bytes.Buffer
	started, ended := make(chan struct{}), make(chan error, 1)
	o.Rewrite, o.Started = trace.ClearEMSMDB, func() { close(started) }
	go func() { ended <- r.hub.Copy(ctx, &out, o) }()
	select {
	case <-started:
	case err := <-ended:
		stop()
		r.t.Fatal(err)
	}
	fn()
	stop()
	if err := <-ended; err != nil {
		r.t.Fatal(err)
	}
	return out.String()
}

// readInbox logs on and reads the subjects of the Inbox, as a client would; everything is closed when it returns.
func (r *running) readInbox(edit func(*mapiclient.Options)) {
	t := r.t
	t.Helper()
	ctx := t.Context()
	conn, err := mapiclient.Dial(ctx, r.client(edit), mapiclient.EMSMDB)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s, _, err := conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn("alice")})
	if err != nil {
		t.Fatal(err)
	}
	l, handle, err := s.Logon(ctx, dn("alice"))
	if err != nil {
		t.Fatal(err)
	}
	in := func(i uint8) rop.In { return rop.In{InputHandleIndex: i} }
	_, err = s.Execute(ctx, []rop.Request{
		&rop.OpenFolderRequest{InOut: rop.InOut{InputHandleIndex: 0, OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
		&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{0x674A0014, 0x0037001F, 0x0E060040}},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 2},
		&rop.GetPropertiesSpecificRequest{In: in(1), PropertyTags: []mapi.PropTag{0x3001001F, 0x36D00102, 0x66FF001F}},
		&rop.OpenFolderRequest{InOut: rop.InOut{InputHandleIndex: 0, OutputHandleIndex: 3}, FolderID: mapi.NewID(1, 0xFFFFFF)},
		&rop.ReleaseRequest{In: in(2)},
	}, handle)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Disconnect(ctx); err != nil {
		t.Fatal(err)
	}
}

var handles = regexp.MustCompile(` handle=0x[0-9A-F]+`)

var duration = regexp.MustCompile(`(?m)( )[0-9.]+(ns|µs|ms|s)$`)

// TestTraceTextOfALogOn: the text view of a seeded log-on, times left out, is a golden file.
func TestTraceTextOfALogOn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := start(t, func(o *Options) { o.Now = func() time.Time { return at } })
	got := r.traced(trace.Options{Format: trace.Text}, func() { r.readInbox(nil) })
	got = duration.ReplaceAllString(got, "$1(time)")
	const golden = "testdata/logon.trace"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the trace differs from %s (go test -update rewrites it); got\n%s", golden, got)
	}
	for _, part := range []string{"> RopOpenFolder", "< RopOpenFolder ecNotFound", "PidTagSubject (0x0037001F)", "> RopRelease", "> EcDoConnectEx"} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is missing", part)
		}
	}
}

// TestTraceHoldsNoSecrets: neither the decoded views nor any text has the password, its hash, or a token.
func TestTraceHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	c, err := r.store.Credential(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []trace.Format{trace.Pcap, trace.Text, trace.JSON} {
		got := r.traced(trace.Options{Format: f, Bodies: true}, func() { r.readInbox(nil) })
		if len(got) < 1000 {
			t.Fatalf("%s: %d bytes", f, len(got))
		}
		for name, secret := range map[string]string{"password": "Password1!", "hash": string(c.NTHash[:]), "token": "NTLMSSP"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s holds the %s", f, name)
			}
		}
	}
}

// TestTraceIsReadOffline: the wire view of a sealed session, read with the exported keys, gives the operations that the
// server told of itself.
func TestTraceIsReadOffline(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	names := regexp.MustCompile(`(?m) [<>] (?:Rop|Ec|ept_)\w+.*?(?: [0-9.]+(?:ns|µs|ms|s))?$`)
	var text string
	file := r.traced(trace.Options{Format: trace.PcapNG}, func() {
		text = r.traced(trace.Options{Format: trace.Text}, func() { r.readInbox(nil) })
	})
	content, count, err := ExportKeytab(t.Context(), r.cfg, "")
	if err != nil || count < 3 {
		t.Fatalf("%d keys, %v", count, err)
	}
	if entries, err := keytab.Decode(content); err != nil || len(entries) != count || entries[0].Type != keytab.RC4 {
		t.Fatalf("%v, %v", entries, err)
	}
	for name, add := range map[string]func(*decode.Keys) error{
		"Keytab":   func(k *decode.Keys) error { return k.AddKeytab(content) },
		"Password": func(k *decode.Keys) error { k.AddPassword("Password1!"); return nil },
	} {
		o := decode.Options{Trace: trace.Options{Format: trace.Text}}
		if err := add(&o.Keys); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		report, err := decode.Run(&out, strings.NewReader(file), o)
		if err != nil || len(report.Notes) > 0 {
			t.Fatalf("%s: %v %v", name, err, report.Notes)
		}
		got, want := names.FindAllString(out.String(), -1), names.FindAllString(text, -1)
		for _, list := range [][]string{got, want} { // the wire shows another time, and not the handles of what a call makes and releases
			for i := range list {
				list[i] = handles.ReplaceAllString(duration.ReplaceAllString(list[i], ""), "")
			}
		}
		if slices.Sort(got); len(want) < 20 {
			t.Errorf("%s: only %q", name, want)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -server +offline:\n%s", name, diff)
		}
	}
	o := decode.Options{}
	o.Keys.AddPassword("wrong")
	if report, err := decode.Run(io.Discard, strings.NewReader(file), o); err != nil || report.Operations != 0 || len(report.Notes) == 0 {
		t.Errorf("a wrong password: %+v, %v", report, err)
	}
}

// TestOfflineNamesAreTheServers: the names that the offline reading has are those that the server gives its operations.
func TestOfflineNamesAreTheServers(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.servers[0]
	list := append(s.emsmdb.Interfaces(), r.newNSPI(s, r.log).Interface(), r.newRFR(s, r.log).Interface(), epm.New(epm.Options{}).Interface())
	for _, i := range list {
		if len(i.Ops) == 0 {
			t.Errorf("%s has no operations", i.Name)
		}
		for opnum, op := range i.Ops {
			if got := decode.OperationName(i.ID.UUID, opnum); got != op.Name {
				t.Errorf("%s %d is %q, the server says %q", i.Name, opnum, got, op.Name)
			}
		}
	}
}

func TestTraceFileFollowsTheSettings(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.must(http.MethodPatch, "/api/v1/trace/file", `{"file":"a.jsonl"}`, nil)
	r.readInbox(nil)
	r.must(http.MethodPatch, "/api/v1/trace/file", `{"file":""}`, nil)
	path := filepath.Join(r.data.path, "a.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"op":"RopLogon"`)) {
		t.Errorf("the file holds %q", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, name := range []string{"../x.txt", "/tmp/x.txt", "mapid.db", "admin.token"} {
		if status := r.api(http.MethodPatch, "/api/v1/trace/file", `{"file":"`+name+`"}`, nil); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, status)
		}
	}
}
