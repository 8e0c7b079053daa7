package mailclients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// read is what the client of another project reads of a message.
type read struct {
	Subject, Body, HTML string
	Attachments         []struct {
		Name string
		Size int
	}
}

// woken runs the flow of a client that waits for mail, which send sends, and returns what it read.
func (s *server) woken(subject string, send func(), args ...string) read {
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
	send()
	io.WriteString(in, "delivered\n")
	rest, _ := io.ReadAll(lines)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	var seen struct {
		Subject string
		Message read
	}
	if err := json.Unmarshal(rest, &seen); err != nil || seen.Subject != subject || seen.Message.Subject != subject {
		t.Errorf("%v: the client saw %q, %v", args, rest, err)
	}
	return seen.Message
}

// delivery sends a plain mail by mapid deliver.
func (s *server) delivery(subject string) func() {
	return func() {
		s.t.Helper()
		mail := filepath.Join(s.t.TempDir(), "mail.eml")
		text := "From: bob@mapid.test\r\nTo: alice@mapid.test\r\nSubject: " + subject + "\r\n\r\nHello\r\n"
		if err := os.WriteFile(mail, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.mapid("deliver", "--to", "alice", mail)
	}
}

// TestInteropSwaksWakesImpacket: a mail that one program sends by SMTP wakes a log-on of another one, which finds it in its
// table and reads its HTML and its file as they were sent.
func TestInteropSwaksWakesImpacket(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	need(t, "swaks", "--version")
	s := serve(t, "demo", "MAPID_LISTEN_SMTP=0")
	file := filepath.Join(t.TempDir(), "numbers.bin")
	if err := os.WriteFile(file, bytes.Repeat([]byte{0, 1, 2, 0xFF}, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	got := s.woken("by swaks", func() {
		run(t, "swaks", "--server", s.smtpAddress(), "--from", "x@elsewhere.test", "--to", "alice@mapid.test", "--header", "Subject: by swaks",
			"--attach-type", "text/html", "--attach-body", "<p>Hello <b>Alice</b></p>", "--attach-type", "application/octet-stream", "--attach", "@"+file)
	}, "--level", "privacy")
	if !strings.Contains(got.HTML, "<p>Hello <b>Alice</b></p>") || !strings.Contains(got.Body, "Hello Alice") {
		t.Errorf("HTML %q, text %q", got.HTML, got.Body)
	}
	if len(got.Attachments) != 1 || got.Attachments[0].Name != "numbers.bin" || got.Attachments[0].Size != 20000 {
		t.Errorf("attachments %+v", got.Attachments)
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
		if got := s.woken("woken at "+level, s.delivery("woken at "+level), "--level", level); strings.TrimSpace(got.Body) != "Hello" {
			t.Errorf("%s: text %q", level, got.Body)
		}
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
	s.woken("told by a datagram", s.delivery("told by a datagram"), "--push")
}
