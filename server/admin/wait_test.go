package admin

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/trace"
)

func TestWaitFindsWhatIsThere(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.servers[0].sessions = []Session{{Server: "EXCH01", ID: 5, User: "bob"}}
	list := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages", "")
	subject := list.Messages[3].Subject
	e := call[Event](a, "GET", "/api/v1/wait?for=message&user=ALICE&folder=inbox&subject="+url.QueryEscape(subject), "")
	if e.Message == nil || e.Message.Subject != subject || e.User != "alice" || e.Message.Folder.ID != list.Folder {
		t.Errorf("%+v", e)
	}
	e = call[Event](a, "GET", "/api/v1/wait?for=session&user=bob&server=exch01", "")
	if e.Session == nil || e.Session.ID != 5 {
		t.Errorf("%+v", e)
	}
}

// parked starts a wait and returns once it is parked; the function returned gives its answer.
func (a *api) parked(query string) func() (int, Event) {
	a.t.Helper()
	before := len(a.served.slots)
	type answer struct {
		status int
		event  Event
	}
	done := make(chan answer, 1)
	go func() {
		resp, err := http.Get(a.url + "/api/v1/wait?" + query)
		if err != nil {
			done <- answer{}
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		var e Event
		if resp.StatusCode == 200 && json.Unmarshal(text, &e) != nil {
			resp.StatusCode = 0
		}
		done <- answer{resp.StatusCode, e}
	}()
	for len(a.served.slots) == before || !a.listening(before) {
		if len(done) > 0 {
			break
		}
		a.do("GET", "/livez", "", nil) // gives the wait its turn
	}
	return func() (int, Event) {
		got := <-done
		return got.status, got.event
	}
}

// listening reports whether more than n readers listen to the broker.
func (a *api) listening(n int) bool {
	a.broker.mu.Lock()
	defer a.broker.mu.Unlock()
	return len(a.broker.queue) > n
}

func TestWaitForWhatComes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	message := a.parked("for=message&user=carol&q=PARTY&timeout=60s")
	session := a.parked("for=session&user=carol&timeout=60")
	operation := a.parked("for=rop&rop=openfolder&result=ecNotFound&timeout=1m")
	a.send("carol", "something else")
	a.send("carol", "The party")
	if status, e := message(); status != 200 || e.Message == nil || e.Message.Subject != "The party" {
		t.Errorf("%d %+v", status, e)
	}
	a.broker.Session(time.Now(), Ended, Session{User: "carol"}, "")
	a.broker.Session(time.Now(), Connected, Session{User: "alice"}, "")
	a.broker.Session(time.Now(), Connected, Session{User: "carol", ID: 9}, "")
	if status, e := session(); status != 200 || e.Session == nil || e.Session.ID != 9 {
		t.Errorf("%d %+v", status, e)
	}
	a.app.hub.ConnOpened(1, "127.0.0.1:1", "127.0.0.1:2")
	for _, op := range []trace.Op{{Name: "RopOpenFolder"}, {Name: "RopOpenMessage", Code: 0x8004010F}, {Name: "RopOpenFolder", Code: 0x8004010F, Session: 4}} {
		a.app.hub.Operation(1, &op)
	}
	if status, e := operation(); status != 200 || e.ROP == nil || e.ROP.Session != 4 {
		t.Errorf("%d %+v", status, e)
	}
}

func TestWaitEndsWithoutAMatch(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	p := a.refused(408, "GET", "/api/v1/wait?for=message&user=alice&subject=never&timeout=20ms", "", nil)
	if !strings.Contains(p.Detail, "no message matched within 20ms") {
		t.Errorf("detail %q", p.Detail)
	}
	// What is there does not count behind a number.
	a.refused(408, "GET", "/api/v1/wait?for=message&user=alice&after=1000000&timeout=20ms", "", nil)
	for _, query := range []string{"", "for=weather", "for=message", "for=session&timeout=-1s", "for=session&timeout=11m", "for=session&timeout=soon", "for=rop&after=x"} {
		a.refused(400, "GET", "/api/v1/wait?"+query, "", nil)
	}
	a.refused(404, "GET", "/api/v1/wait?for=message&user=nobody", "", nil)
	a.refused(404, "GET", "/api/v1/wait?for=message&user=healthmailbox", "", nil)
}

func TestParkedWaitsAreBounded(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(o *Options) { o.Streams = 4 })
	var answers []func() (int, Event)
	for range 4 {
		answers = append(answers, a.parked("for=session&user=carol&timeout=1m"))
	}
	var refused sync.WaitGroup
	for range 200 {
		refused.Go(func() {
			resp, err := http.Get(a.url + "/api/v1/wait?for=session&user=carol&timeout=1m")
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	refused.Wait()
	call[UserList](a, "GET", "/api/v1/users", "") // everything else goes on
	a.broker.Session(time.Now(), Connected, Session{User: "carol"}, "")
	for _, answer := range answers {
		if status, _ := answer(); status != 200 {
			t.Errorf("status %d", status)
		}
	}
	a.refused(408, "GET", "/api/v1/wait?for=session&user=carol&timeout=1ms", "", nil) // there is room again
}

func TestShutdownEndsWaits(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	wait := a.parked("for=session&user=carol&timeout=10m")
	s := a.open("", nil)
	if err := a.served.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if status, _ := wait(); status != 503 {
		t.Errorf("status %d", status)
	}
	if s.lines.Scan() {
		t.Errorf("the stream goes on with %q", s.lines.Text())
	}
}

func TestWaitsOutliveTheTimeABodyHas(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.served.readTime = 20 * time.Millisecond
	s := a.open("?type=session", nil)
	begin := time.Now()
	p := a.refused(408, "GET", "/api/v1/wait?for=session&user=carol&timeout=200ms", "", nil)
	if d := time.Since(begin); d < 200*time.Millisecond || !strings.Contains(p.Detail, "200ms") {
		t.Errorf("ended after %v: %s", d, p.Detail)
	}
	a.broker.Session(time.Now(), Connected, Session{User: "bob"}, "")
	if e := s.next(); e.User != "bob" {
		t.Errorf("%+v", e)
	}
}

func TestBodiesThatDoNotComeEndTheRequest(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.served.readTime = 20 * time.Millisecond
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp4", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, "POST /api/v1/reset HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || a.app.resets != 0 {
		t.Errorf("%v, %d resets, %q", err, a.app.resets, answer)
	}
}
