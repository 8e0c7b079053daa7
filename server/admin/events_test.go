package admin

import (
	"bufio"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/trace"
)

// stream reads server-sent events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

// open starts a stream; it has begun to listen when open returns.
func (a *api) open(query string, header http.Header) *stream {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), "GET", a.url+"/api/v1/events"+query, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		a.t.Fatalf("status %s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	s := &stream{a.t, bufio.NewScanner(resp.Body)}
	if !s.lines.Scan() || s.lines.Text() != ": mapid" || !s.lines.Scan() {
		a.t.Fatalf("the stream begins with %q", s.lines.Text())
	}
	return s
}

// next reads one event and checks its form.
func (s *stream) next() Event {
	s.t.Helper()
	fields := make(map[string]string)
	for s.lines.Scan() && s.lines.Text() != "" {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		fields[name] = value
	}
	var e Event
	if err := json.Unmarshal([]byte(fields["data"]), &e); err != nil {
		s.t.Fatalf("%v: %q", err, fields)
	}
	if fields["event"] != e.Type || e.Seq != 0 && fields["id"] != strconv.FormatUint(e.Seq, 10) {
		s.t.Errorf("fields %q do not fit %+v", fields, e)
	}
	return e
}

// send puts a message into a mailbox.
func (a *api) send(user, subject string) {
	a.t.Helper()
	text := "users: [{name: " + user + ", messages: [{folder: Inbox, from: bob, to: [" + user + "], subject: " + strconv.Quote(subject) + ", body: hi}]}]"
	s, err := seed.Parse("test", []byte(text), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	o := seed.Options{Organization: seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}, Live: true}
	if err := seed.Apply(a.t.Context(), a.store, a.store, s, o); err != nil {
		a.t.Fatal(err)
	}
}

func TestEventsOfMessagesAndSessions(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	s := a.open("?type=message,session&user=carol", nil)
	a.send("alice", "for alice")
	a.send("carol", "for carol")
	e := s.next()
	if e.Type != "message" || e.Action != "created" || e.User != "carol" || e.Message.Subject != "for carol" || e.Message.Folder.Path != "Inbox" ||
		e.Message.From != "Bob Brown <bob@mapid.test>" {
		t.Errorf("%+v %+v", e, e.Message)
	}
	var m Message
	if m = call[Message](a, "GET", "/api/v1/messages/"+e.Message.ID, ""); m.User != "carol" {
		t.Errorf("the id leads to %+v", m)
	}
	a.broker.Session(a.served.opts.Now(), Refused, Session{User: "carol", Level: "connect"}, "encryption required")
	if e = s.next(); e.Type != "session" || e.Action != "refused" || e.Reason != "encryption required" || e.Session.Level != "connect" {
		t.Errorf("%+v", e)
	}
}

func TestEventsGoOnWhereAReaderLeft(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	s := a.open("", nil)
	a.send("carol", "one")
	first := s.next()
	a.send("carol", "two")
	for _, again := range []*stream{
		a.open("?after="+strconv.FormatUint(first.Seq, 10), nil),
		a.open("", http.Header{"Last-Event-Id": {strconv.FormatUint(first.Seq, 10)}}),
	} {
		e := again.next()
		for e.Message == nil || e.Message.Subject != "two" { // a commit may tell of more than the message
			if e.Seq <= first.Seq {
				t.Fatalf("%+v is not behind %d", e, first.Seq)
			}
			e = again.next()
		}
	}
}

func TestEventsOfROPs(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	s := a.open("?type=rop", nil)
	a.app.hub.ConnOpened(7, "127.0.0.1:1", "127.0.0.1:2")
	a.app.hub.Operation(7, &trace.Op{Session: 3, User: "alice", Name: "RopOpenFolder", IsROP: true, Code: mapi.ErrNotFound})
	if e := s.next(); e.Type != "rop" || e.User != "alice" || e.ROP.Name != "RopOpenFolder" || e.ROP.Result != "ecNotFound" || e.ROP.Session != 3 {
		t.Errorf("%+v %+v", e, e.ROP)
	}
}

func TestEventsOfAReset(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	s := a.open("?type=reset", nil)
	if err := a.store.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := s.next(); e.Type != "reset" {
		t.Errorf("%+v", e)
	}
}

func TestEventsThatCannotBe(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for _, query := range []string{"?type=weather", "?after=yesterday"} {
		a.refused(400, "GET", "/api/v1/events"+query, "", nil)
	}
}

func TestSlowReadersLoseEventsAndAreTold(t *testing.T) {
	t.Parallel()
	var b Broker
	q, cancel := b.subscribe(0)
	defer cancel()
	for range cap(q.c) + 5 {
		b.publish(happening{kind: eventReset})
	}
	if n := b.lost(q); n != 5 {
		t.Errorf("lost %d, want 5", n)
	}
	if n := b.lost(q); n != 0 {
		t.Errorf("lost %d a second time", n)
	}
	late, cancelLate := b.subscribe(1)
	defer cancelLate()
	if n, want := b.lost(late), uint64(cap(q.c)+5-1-keptHappenings); n != want {
		t.Errorf("who comes back late lost %d, want %d", n, want)
	}
	if first := <-late.c; first.seq != b.recent()[0].seq {
		t.Errorf("it goes on with %d", first.seq)
	}
}

func TestBrokerKeepsOrder(t *testing.T) {
	t.Parallel()
	var b Broker
	for range 3 * keptHappenings {
		b.publish(happening{})
	}
	kept := b.recent()
	if !slices.IsSortedFunc(kept, func(x, y happening) int { return int(x.seq) - int(y.seq) }) || len(kept) != keptHappenings ||
		kept[keptHappenings-1].seq != 3*keptHappenings || cap(b.kept) > 4*keptHappenings {
		t.Errorf("%d kept of %d, the last is %d", len(kept), cap(b.kept), kept[len(kept)-1].seq)
	}
}
