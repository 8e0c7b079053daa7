package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/internal/wire"
)

// shared is a buffer that several goroutines write to.
type shared struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *shared) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.buf.Bytes())
}

// spellings are the forms in which a secret could stand in a log or trace.
func spellings(secret []byte) map[string][]byte {
	return map[string][]byte{
		"raw": secret, "hex": []byte(hex.EncodeToString(secret)), "HEX": []byte(strings.ToUpper(hex.EncodeToString(secret))),
		"base64":       []byte(strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "=")),
		"bytes of fmt": []byte(strings.Trim(fmt.Sprint(secret), "[]")),
	}
}

// TestSecretsReachNoLogAndNoTrace does everything that handles a password or a key, at the most talkative settings, and
// searches all that was written.
func TestSecretsReachNoLogAndNoTrace(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	log := new(shared)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewDevelopmentEncoderConfig()), zapcore.AddSync(log), zapcore.DebugLevel)
	traced := filepath.Join(t.TempDir(), "trace.pcapng")
	r := start(t, func(o *Options) {
		o.Config.Auth.Keytab, o.Logger, o.Config.Trace.File = file, zap.New(core), traced
	})
	live := make(map[trace.Format]*shared)
	ctx, stop := context.WithCancel(t.Context())
	var copies sync.WaitGroup
	for _, f := range []trace.Format{trace.PcapNG, trace.Pcap, trace.JSON, trace.Text} {
		out := new(shared)
		live[f] = out
		copies.Go(func() {
			if err := r.hub.Copy(ctx, out, trace.Options{Format: f, Bodies: true}); err != nil {
				t.Error(err)
			}
		})
	}
	const password, changed, wrong = "Tr0ub4dor&3-first", "Tr0ub4dor&3-second", "Tr0ub4dor&3-wrong"
	r.must("POST", "/api/v1/users", `{"name":"dave","password":"`+password+`"}`, nil)
	as := func(password string) func(*mapiclient.Options) {
		return func(o *mapiclient.Options) { o.User, o.Password = "dave", password }
	}
	r.subjects(r.mustConnect(r.client(as(password))), "dave")
	r.must("PATCH", "/api/v1/users/dave", `{"password":"`+changed+`"}`, nil)
	r.subjects(r.mustConnect(r.client(func(o *mapiclient.Options) { as(changed)(o); o.Level = auth.LevelConnect })), "dave")
	if _, err := r.connect(r.client(as(wrong))); err == nil {
		t.Error("let in")
	}
	if status := r.api("POST", "/api/v1/users", `{"name":"dave","password":"`+wrong+`"}`, nil); status != 409 {
		t.Errorf("a second dave: status %d", status)
	}
	ticket := issue(t, kdc, "dave", nil)
	r.mustConnect(r.client(func(o *mapiclient.Options) { o.User, o.Service, o.Ticket = "dave", auth.ServiceKerberos, ticket }))
	if err := r.stop(); err != nil { // ends the traces, too
		t.Fatal(err)
	}
	stop()
	copies.Wait()

	written := map[string][]byte{"log": log.bytes(), "banner": r.banner.Bytes()}
	for f, b := range live {
		written[fmt.Sprintf("live trace %v", f)] = b.bytes()
	}
	var err error
	if written["trace file"], err = os.ReadFile(traced); err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{"key of the keytab": []byte(strings.Repeat("k", 32))}
	for _, p := range []string{password, changed, wrong} {
		var utf16 wire.Writer
		utf16.UTF16(p)
		hash := ntlm.NTHash(p)
		secrets["password "+p], secrets["password in UTF-16 "+p], secrets["hash of "+p] = []byte(p), utf16.Bytes(), hash[:]
	}
	for where, text := range written {
		if where != "banner" && len(text) < 200 {
			t.Errorf("%s has %d bytes: the test searches nothing", where, len(text))
		}
		for what, secret := range secrets {
			for form, b := range spellings(secret) {
				if bytes.Contains(text, b) {
					t.Errorf("%s holds the %s, %s", where, what, form)
				}
			}
		}
	}
	if !bytes.Contains(written["log"], []byte("dave")) {
		t.Error("the log does not name the account: the test searches the wrong thing")
	}
}
