package mailclients

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// woken runs the flow of a client that waits for mail and delivers one to it.
func (s *server) woken(subject string, args ...string) {
	t := s.t
	t.Helper()
	cmd := s.command("woken", args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"ready": true`) {
		t.Fatalf("the client says %q, %v\n%s", line, err, stderr.String())
	}
	mail := filepath.Join(t.TempDir(), "mail.eml")
	text := "From: bob@mapid.test\r\nTo: alice@mapid.test\r\nSubject: " + subject + "\r\n\r\nHello\r\n"
	if err := os.WriteFile(mail, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.mapid("deliver", "--to", "alice", mail)
	io.WriteString(in, "delivered\n")
	rest, _ := io.ReadAll(lines)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	var seen struct{ Subject string }
	if err := json.Unmarshal(rest, &seen); err != nil || seen.Subject != subject {
		t.Errorf("%v: the client saw %q, %v", args, rest, err)
	}
}

// TestInteropImpacketIsWoken: a log-on of another project's transport that waits for mail is woken by a delivery, is told
// of it, and finds it where it was told. An analyser finds nothing malformed in that.
func TestInteropImpacketIsWoken(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	need(t, "tshark", "--version")
	s := serve(t, "demo")
	stop := s.capture()
	for _, level := range []string{"connect", "integrity", "privacy"} {
		s.woken("woken at "+level, "--level", level)
	}
	path := stop()
	if bad := s.tshark(path, "_ws.malformed or _ws.expert.severity == Error", []string{"frame.number", "_ws.col.Info"}, "-o", "ntlmssp.nt_password:Password1!"); len(bad) > 0 {
		t.Errorf("malformed packets:\n%s", strings.Join(bad, "\n"))
	}
	if got := s.tshark(path, "mapi.opnum == 14 and dcerpc.pkt_type == 2", []string{"frame.number"}, "-o", "ntlmssp.nt_password:Password1!"); len(got) != 3 {
		t.Errorf("%d answers to EcDoAsyncConnectEx", len(got))
	}
}

// TestInteropImpacketIsToldByUDP does the same with datagrams, which Exchange 2007 sends.
func TestInteropImpacketIsToldByUDP(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "demo", "MAPID_SERVER_PROFILE=exchange2007")
	s.woken("told by a datagram", "--push")
}
