package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const (
	killDir = "MAPID_KILL_DIR" // tells a child process of TestKilled where its data is
	kills   = "MAPID_KILLS"    // how often TestKilled kills; `make kills` has it do so a hundred times
)

// killConfig is a server with every way in for mail.
func killConfig(dir string) config.Config {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin, cfg.Listen.SMTP = 0, 0, 0
	cfg.Store.Path = filepath.Join(dir, "mapid.db")
	return cfg
}

// TestKilled kills a server again and again while mail comes in by RopSubmitMessage, SMTP and the API: whatever was
// accepted is there exactly once for everybody it was for, whatever was not at most once, and the store is whole.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		serveUntilKilled(t, dir)
		return
	}
	rounds := 8
	if n, err := strconv.Atoi(os.Getenv(kills)); err == nil {
		rounds = n
	}
	dir := t.TempDir()
	accepted := map[string]bool{} // subjects, and whether they go through the outbox
	for round := range rounds {
		for subject, submitted := range killOne(t, dir, round, 20+7*(round%9)) {
			accepted[subject] = submitted
		}
	}
	t.Logf("%d kills, %d mails accepted", rounds, len(accepted))
	checkKilled(t, dir, accepted)
}

// serveUntilKilled is the child process.
func serveUntilKilled(t *testing.T, dir string) {
	a, err := New(t.Context(), Options{Config: killConfig(dir), Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(a.Addresses())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("at", string(out))
	t.Error(a.Run(t.Context())) // which does not end by itself
}

// load sends mail to a server from several clients at once.
type load struct {
	*testing.T
	ctx  context.Context
	at   Addresses
	name string

	mu   sync.Mutex // guards done
	done map[string]bool
	full chan struct{} // closed when enough was accepted
	want int
}

// killOne starts a server, and kills it once it has accepted n mails. It returns the subjects of all that it has accepted.
func killOne(t *testing.T, dir string, round, n int) map[string]bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.count=1")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	l := &load{T: t, name: strconv.Itoa(round), done: map[string]bool{}, full: make(chan struct{}), want: n}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "at "); ok {
			if err := json.Unmarshal([]byte(text), &l.at); err != nil {
				t.Fatal(err)
			}
			break
		}
		t.Log(lines.Text())
	}
	var stop context.CancelFunc
	l.ctx, stop = context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var clients sync.WaitGroup
	for i, client := range []func(name string){l.submit, l.submit, l.api, l.smtp, l.api} {
		clients.Go(func() { client(fmt.Sprintf("%s.%d", l.name, i)) })
	}
	select {
	case <-l.full:
	case <-l.ctx.Done():
		t.Errorf("round %d: %d mails accepted in a minute", round, len(l.done))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	clients.Wait()
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait() // it was killed
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// accepted notes a mail that the server has taken.
func (l *load) accepted(subject string, submitted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[subject] = submitted
	if len(l.done) == l.want {
		close(l.full)
	}
}

const killMail = "From: x@elsewhere.test\r\nTo: bob@mapid.test, carol@mapid.test\r\nSubject: %s\r\n\r\ntext\r\n"

// api delivers by the HTTP API until the server is gone.
func (l *load) api(name string) {
	for i := 0; ; i++ {
		subject := fmt.Sprintf("api %s %d", name, i)
		body, _ := json.Marshal(map[string]any{"to": []string{"bob", "carol"}, "eml": fmt.Sprintf(killMail, subject)})
		req, err := http.NewRequestWithContext(l.ctx, http.MethodPost, l.at.Admin+"/api/v1/deliver", strings.NewReader(string(body)))
		if err != nil {
			l.Error(err)
			return
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			l.Errorf("the API answers %s", resp.Status)
			return
		}
		l.accepted(subject, false)
		if err != nil {
			return
		}
	}
}

// smtp sends by SMTP until the server is gone.
func (l *load) smtp(name string) {
	for i := 0; ; i++ {
		subject := fmt.Sprintf("smtp %s %d", name, i)
		err := smtp.SendMail(l.at.SMTP[0], nil, "x@elsewhere.test", []string{"bob@mapid.test", "carol@mapid.test"}, fmt.Appendf(nil, killMail, subject))
		if err != nil {
			return
		}
		l.accepted(subject, false)
	}
}

// submit submits messages by ROPs until the server is gone.
func (l *load) submit(name string) {
	conn, err := mapiclient.Dial(l.ctx, mapiclient.Options{
		Mapper: l.at.Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID", User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		return
	}
	defer conn.Close()
	session, _, err := conn.Connect(l.ctx, mapiclient.ConnectRequest{UserDN: dn("alice")})
	if err != nil {
		return
	}
	logon, box, err := session.Logon(l.ctx, dn("alice"))
	if err != nil {
		return
	}
	const outbox = 5 // in the order of RopLogon
	for i := 0; ; i++ {
		subject := fmt.Sprintf("rop %s %d", name, i)
		in := rop.In{InputHandleIndex: 1}
		reply, err := session.Execute(l.ctx, []rop.Request{
			&rop.CreateMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF, FolderID: logon.FolderIDs[outbox]},
			&rop.SetPropertiesRequest{In: in, PropertyValues: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(subject)}}},
			&rop.ModifyRecipientsRequest{In: in, RecipientRows: []rop.ModifyRecipientRow{killRow(0, "bob"), killRow(1, "carol")}},
			&rop.SubmitMessageRequest{In: in}, &rop.ReleaseRequest{In: in},
		}, box, rop.NoHandle)
		if err != nil {
			return
		}
		for _, r := range reply.Responses {
			if head := r.Head(); head != nil && head.ReturnValue != mapi.Success {
				l.Errorf("%T: %v", r, head.ReturnValue)
				return
			}
		}
		l.accepted(subject, true)
	}
}

func killRow(id uint32, user string) rop.ModifyRecipientRow {
	return rop.ModifyRecipientRow{RowID: id, RecipientType: 1, RecipientRow: &rop.RecipientRow{
		RecipientFlags: rop.RecipientTypeX500 | rop.RecipientUnicode | rop.RecipientHasDisplayName, X500DN: dn(user), DisplayName: user,
	}}
}

// TestSubmittedMailIsSentAtOnce submits a message to a running server, whose commit wakes what sends it.
func TestSubmittedMailIsSentAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	l := &load{T: t, ctx: t.Context(), at: r.Addresses(), name: "once", done: map[string]bool{}, full: make(chan struct{}), want: 1}
	var client sync.WaitGroup
	client.Go(func() { l.submit("once") }) // until the server stops
	var got struct {
		Message struct {
			Subject string `json:"subject"`
		} `json:"message"`
	}
	r.must("GET", "/api/v1/wait?for=message&user=bob&subject=rop+once+0&timeout=30s", "", &got)
	if got.Message.Subject != "rop once 0" {
		t.Errorf("got %+v", got)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	client.Wait()
}

// checkKilled sends what is left, and compares what is there with what was accepted.
func checkKilled(t *testing.T, dir string, accepted map[string]bool) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := delivery.New(delivery.Options{Store: s, Directory: s, Domain: "mapid.test", Outbound: seed.OutboundAccount})
	if wait, err := e.SendDue(t.Context()); err != nil || wait != -1 {
		t.Fatalf("something waits for %v: %v", wait, err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for _, user := range []string{"bob", "carol"} {
		got := subjectsOf(t, s, user, store.SpecialInbox)
		for subject := range accepted {
			if got[subject] != 1 {
				t.Errorf("%s has %q %d times", user, subject, got[subject])
			}
		}
		for subject, n := range got {
			if n > 1 && strings.Contains(subject, ".") {
				t.Errorf("%s has %q %d times", user, subject, n)
			}
		}
	}
	sent, left := subjectsOf(t, s, "alice", store.SpecialSentItems), subjectsOf(t, s, "alice", store.SpecialOutbox)
	for subject, submitted := range accepted {
		if submitted && (sent[subject] != 1 || left[subject] != 0) {
			t.Errorf("%q is in Sent Items %d times, in the Outbox %d times", subject, sent[subject], left[subject])
		}
	}
}

func subjectsOf(t *testing.T, s store.Store, user string, special store.Special) map[string]int {
	t.Helper()
	got := map[string]int{}
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		box, err := r.MailboxOf(user)
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: box.Special[special]}, []mapi.PropTag{mapi.TagSubject}, func(_ store.MessageID, values []prop.Value) error {
			got[values[0].Str()]++
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
