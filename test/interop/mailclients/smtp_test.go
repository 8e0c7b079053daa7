package mailclients

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// smtpAddress is where the server takes mail.
func (s *server) smtpAddress() string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "addresses.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var a struct{ SMTP []string }
	if err := json.Unmarshal(text, &a); err != nil || len(a.SMTP) == 0 {
		s.t.Fatalf("no address: %v\n%s", err, text)
	}
	return a.SMTP[0]
}

// run runs a program that must succeed, and returns what it printed.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestInteropPythonSendsMail(t *testing.T) {
	t.Parallel()
	need(t, python, "-c", "import smtplib")
	s := serve(t, "demo", "MAPID_LISTEN_SMTP=0")
	if got := run(t, python, "../send_smtp.py", s.smtpAddress(), s.admin); strings.TrimSpace(got) != "ok" {
		t.Errorf("got %q", got)
	}
}

func TestInteropSwaksSendsMail(t *testing.T) {
	t.Parallel()
	need(t, "swaks", "--version")
	s := serve(t, "demo", "MAPID_LISTEN_SMTP=0")
	attachment := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(attachment, []byte("some notes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := []string{"--server", s.smtpAddress(), "--to", "alice@mapid.test,team@mapid.test", "--from", "x@elsewhere.test"}
	for name, args := range map[string][]string{
		"Plain":    nil,
		"StartTLS": {"--tls"},
		"LogOn":    {"--tls", "--auth", "LOGIN", "--auth-user", "bob", "--auth-password", "Password1!", "--from", "bob@mapid.test"},
		"Attached": {"--attach-type", "text/plain", "--attach", "@" + attachment},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			out := run(t, "swaks", append(append(to, "--header", "Subject: "+name, "--add-header", "X-Run: "+name, "--body", "A text of "+name), args...)...)
			if !strings.Contains(out, "250 2.0.0 OK: queued") || !strings.Contains(out, "221 2.0.0") {
				t.Errorf("swaks says\n%s", out)
			}
			for _, user := range []string{"alice", "bob", "carol"} {
				var e struct {
					Message struct{ ID, Subject string }
				}
				s.get("/api/v1/wait?for=message&folder=Inbox&timeout=20s&user="+user+"&header="+url.QueryEscape("X-Run: "+name), &e)
				if e.Message.Subject != name {
					t.Errorf("%s got %+v", user, e)
				}
			}
		})
	}
	out, err := exec.CommandContext(t.Context(), "swaks", append(to[:2:2], "--to", "nobody@mapid.test", "--from", "x@elsewhere.test")...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "550 5.1.1") {
		t.Errorf("an unknown recipient: %v\n%s", err, out)
	}
}

// get calls the admin API.
func (s *server) get(path string, out any) {
	s.t.Helper()
	resp, err := http.Get(s.admin + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		s.t.Fatal(err)
	}
}
