package mailclients

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// capture records what goes over the server's ports until the returned function is called, which returns the file.
func (s *server) capture() (stop func() string) {
	t := s.t
	t.Helper()
	path := filepath.Join(t.TempDir(), "wire.pcapng")
	filter := "tcp port " + strings.Join(s.ports, " or tcp port ")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "tshark", "-i", "lo", "-w", path, "-f", filter)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	started := make(chan bool)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 256)
		for told := false; ; {
			n, err := stderr.Read(b)
			said.Write(b[:n])
			if !told && strings.Contains(said.String(), "Capture started") {
				told = true
				started <- true
			}
			if err != nil {
				if !told {
					started <- false
				}
				return
			}
		}
	}()
	if !<-started {
		cancel()
		t.Fatalf("tshark does not capture: %s", said.String())
	}
	return func() string {
		s.settle(path)
		cancel()
		<-done
		cmd.Wait()
		return path
	}
}

// settle waits until a capture stops growing: its writer is behind what it captured.
func (s *server) settle(path string) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for last := int64(-1); ; {
		<-tick.C
		info, err := os.Stat(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if info.Size() == last {
			return
		}
		last = info.Size()
	}
}

// tshark runs a filter over a capture and returns the fields of the frames it selects, a line each.
func (s *server) tshark(path, filter string, fields []string, options ...string) []string {
	s.t.Helper()
	args := append([]string{"-r", path, "-Y", filter, "-T", "fields"}, options...)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	// The ports are outside of what the dissector knows: heuristics find DCE/RPC on them.
	out, err := exec.CommandContext(s.t.Context(), "tshark", args...).Output()
	if err != nil {
		s.t.Fatalf("tshark %s: %v", filter, err)
	}
	var lines []string
	for l := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimRight(l, "\n"))
	}
	return lines
}

// TestInteropTsharkFindsNothingMalformed looks at a capture of the whole flow at every level.
func TestInteropTsharkFindsNothingMalformed(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	need(t, "tshark", "--version")
	s := serve(t, "demo")
	stop := s.capture()
	for _, level := range []string{"connect", "integrity", "privacy"} {
		s.flow("libmapi", "--level", level)
	}
	s.flow("shared")
	s.flow("endpoints")
	path := stop()
	password := []string{"-o", "ntlmssp.nt_password:Password1!"}
	bad := s.tshark(path, "_ws.malformed or _ws.expert.severity == Error", []string{"frame.number", "_ws.col.Info"}, password...)
	// tshark 4.0 stumbles over its own definition of 8-bit multi-value strings in NSPI, whoever sends them, and says so.
	bad = slices.DeleteFunc(bad, func(l string) bool {
		return strings.Contains(l, "Dissector bug, protocol NSPI") && strings.Contains(l, "lppszA")
	})
	if len(bad) > 0 {
		t.Errorf("malformed packets:\n%s", strings.Join(bad, "\n"))
	}
	for _, want := range []struct {
		filter string
		least  int
	}{
		{"epm.opnum == 3 and dcerpc.pkt_type == 2", 12}, {"epm.opnum == 2 and dcerpc.pkt_type == 2", 1},
		{"nspi and dcerpc.pkt_type == 2", 3 * 7}, {"rfr and dcerpc.pkt_type == 2", 6}, {"mapi.opnum == 11 and dcerpc.pkt_type == 2", 300},
	} {
		if got := len(s.tshark(path, want.filter, []string{"frame.number"}, password...)); got < want.least {
			t.Errorf("%s: %d frames, at least %d expected", want.filter, got, want.least)
		}
	}
}

// TestInteropKeytabOpensSealedTraffic: with the exported keytab an analyser finds in the raw capture, in the trace's own
// wire view, and in the offline reading the stubs that the server saw.
func TestInteropKeytabOpensSealedTraffic(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	need(t, "tshark", "--version")
	s := serve(t, "testdata/seed.yaml")
	tracePath := filepath.Join(t.TempDir(), "trace.pcapng")
	endTrace := s.trace(tracePath, "--out", tracePath)
	stop := s.capture()
	s.flow("read", "--level", "privacy", "--expect", "testdata/subjects.json")
	raw := stop()
	endTrace()

	keytab := filepath.Join(t.TempDir(), "keys.keytab")
	s.mapid("keytab", "export", keytab)
	if info, err := os.Stat(keytab); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the keytab: %v, %v", info, err)
	}
	keys := []string{"-o", "kerberos.decrypt:TRUE", "-K", keytab}
	const requests = "mapi.opnum == 11 and dcerpc.pkt_type == 0"
	opened := s.tshark(raw, requests, []string{"dcerpc.decrypted_stub_data"}, keys...)
	if len(opened) < 50 || slices.Contains(opened, "") {
		t.Fatalf("%d requests, some not opened", len(opened))
	}
	wire := s.tshark(tracePath, "ip and "+requests, []string{"dcerpc.decrypted_stub_data"}, keys...)
	if !slices.Equal(opened, wire) {
		t.Errorf("the trace's wire view gives %d stubs, the raw capture %d, or they differ", len(wire), len(opened))
	}
	// The clear view undoes obfuscation too, so the stubs agree in length and in what stands before the buffer.
	clear := s.tshark(tracePath, "ipv6 and "+requests, []string{"dcerpc.stub_data"})
	if len(clear) != len(opened) {
		t.Fatalf("%d requests in the clear view, %d in the capture", len(clear), len(opened))
	}
	for i := range clear {
		const head = 2 * (20 + 4 + 4) // handle, flags, max_count
		if len(clear[i]) != len(opened[i]) || clear[i][:head] != opened[i][:head] {
			t.Errorf("request %d: server saw %s, analyser %s", i, clear[i], opened[i])
			break
		}
	}
	if bad := s.tshark(tracePath, "_ws.malformed or _ws.expert.severity == Error", []string{"frame.number", "_ws.col.Info"}); len(bad) > 0 {
		t.Errorf("malformed packets in the trace:\n%s", strings.Join(bad, "\n"))
	}
	if rows := s.tshark(tracePath, `frame.comment contains "RopQueryRows"`, []string{"frame.number"}); len(rows) < 4 {
		t.Errorf("%d records of RopQueryRows", len(rows))
	}

	offline := s.mapid("decode", raw, "--keytab", keytab)
	if again := s.mapid("decode", raw, "--password", "Password1!"); again != offline {
		t.Error("keytab and password give different readings")
	}
	for _, want := range []string{"> RopLogon", "< RopQueryRows ecNone", `PidTagSubject (0x0037001F): "Grüße aus 東京 🎉"`, "> RopRelease"} {
		if !strings.Contains(offline, want) {
			t.Errorf("the offline reading lacks %s", want)
		}
	}
}

// trace starts a trace into a file and returns what ends it.
func (s *server) trace(path string, args ...string) (end func()) {
	return s.follow(path, func(*exec.Cmd) {}, args...)
}

// follow starts mapid trace and returns what ends it once path stops growing.
func (s *server) follow(path string, edit func(*exec.Cmd), args ...string) (end func()) {
	t := s.t
	t.Helper()
	cmd := exec.Command(binary(t), append([]string{"trace"}, args...)...)
	cmd.Env = append(os.Environ(), "MAPID_ADMIN="+s.admin, "MAPID_DATA="+s.data)
	edit(cmd)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	if n, err := io.ReadAtLeast(stderr, line, 7); err != nil || !strings.HasPrefix(string(line[:n]), "tracing") {
		t.Fatalf("mapid trace says %q, %v", line[:n], err)
	}
	return func() {
		s.settle(path)
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("mapid trace: %v", err)
		}
	}
}
