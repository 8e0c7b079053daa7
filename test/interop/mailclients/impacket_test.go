package mailclients

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// TestInteropImpacketReadsInbox: a client of another project logs on at every level, reads the seeded mail and sees the
// subjects that the seed file names.
func TestInteropImpacketReadsInbox(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "testdata/seed.yaml")
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"Connect", []string{"--level", "connect"}},
		{"Integrity", []string{"--level", "integrity"}},
		{"Privacy", []string{"--level", "privacy"}},
		{"PrivacyInTinyFragments", []string{"--level", "privacy", "--fragment", "8"}},
		{"UserPrincipalName", []string{"--user", "alice@mapid.test", "--domain", ""}},
		{"UnknownDomain", []string{"--domain", "ELSEWHERE"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			seen := s.flow("read", append(tt.args, "--expect", "testdata/subjects.json")...)
			if seen["display_name"] != "Alice Adams" {
				t.Errorf("display name %v", seen["display_name"])
			}
		})
	}
}

func TestInteropImpacketReadsDemo(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "demo")
	seen := s.flow("libmapi")
	if n := len(seen["messages"].([]any)); n < 25 {
		t.Errorf("%d messages in the demo Inbox, at least 25 are promised", n)
	}
	if names := s.flow("endpoints"); names["lookup"].(float64) < 4 {
		t.Errorf("ept_lookup lists %v", names)
	}
	for _, level := range []string{"connect", "privacy"} {
		s.flow("wrong", "--level", level)
	}
}

// TestInteropImpacketWrites: a flow written from the specification on another project's transport makes folders, messages
// with recipients and attachments, and properties of every type, streams, copies, moves and deletes, and reads all of it
// back in two sessions.
func TestInteropImpacketWrites(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "demo")
	for _, level := range []string{"connect", "privacy"} {
		if seen := s.flow("write", "--level", level); seen["types"].(float64) < 16 || seen["file"].(float64) != 50000 {
			t.Errorf("%s: %v", level, seen)
		}
	}
}

// TestInteropImpacketShares: a flow written from the specification on another project's transport reads an inbox by
// categories, somebody else's inbox with no more rights than it was given, and public folders with a read state per user.
func TestInteropImpacketShares(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "demo")
	for _, level := range []string{"connect", "privacy"} {
		seen := s.flow("shared", "--level", level)
		if c := seen["categories"].(map[string]any); c["categories"].(float64) < 3 || c["messages"].(float64) < 25 {
			t.Errorf("%s: %v", level, c)
		}
	}
}

// TestInteropImpacketSubmit sends a message by ROPs, which another user reads, gets a bounce, and takes a message back.
func TestInteropImpacketSubmit(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "demo")
	for _, level := range []string{"connect", "privacy"} {
		if seen := s.flow("submit", "--level", level); seen["bounced"] != true {
			t.Errorf("%s: %v", level, seen)
		}
	}
}

// TestInteropEncryptionRequired: turned on, the next clear connect is refused with ecNotEncrypted while a clear session
// that was already on goes on working, and a sealed connect is fine.
func TestInteropEncryptionRequired(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "testdata/seed.yaml")
	held := s.command("held")
	in, err := held.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := held.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"ready": 4`) {
		t.Fatalf("the clear session says %q, %v", line, err)
	}
	if got := s.mapid("rpcclientaccess", "set", "--encryption-required=true"); !strings.Contains(got, "true") {
		t.Errorf("set prints %q", got)
	}
	s.flow("refused")
	io.WriteString(in, "go on\n")
	rest, _ := io.ReadAll(lines)
	if err := held.Wait(); err != nil || !strings.Contains(string(rest), `"after": 4`) {
		t.Errorf("the clear session that was on: %q, %v", rest, err)
	}
	s.mapid("rpcclientaccess", "set", "--encryption-required=false")
	s.flow("read", "--level", "connect", "--expect", "testdata/subjects.json")
}
