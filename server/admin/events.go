package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/store"
)

// Types of events.
const (
	eventSession = "session"
	eventMessage = "message"
	eventFolder  = "folder"
	eventROP     = "rop"
	eventReset   = "reset"
	eventLost    = "lost"
)

var eventTypes = []string{eventSession, eventMessage, eventFolder, eventROP, eventReset}

// Event is one thing that happened.
type Event struct {
	Seq     uint64        `json:"seq"` // in the order of happening; ROPs have none
	Time    time.Time     `json:"time"`
	Type    string        `json:"type"`             // session, message, folder, rop, reset, or lost
	Action  string        `json:"action,omitempty"` // connected, created, …
	User    string        `json:"user,omitempty"`   // whose session, or whose mailbox
	Session *Session      `json:"session,omitempty"`
	Reason  string        `json:"reason,omitempty"` // of a refusal
	Message *EventMessage `json:"message,omitempty"`
	Folder  *EventFolder  `json:"folder,omitempty"`
	ROP     *EventROP     `json:"rop,omitempty"`
	Lost    uint64        `json:"lost,omitempty"` // events that a slow reader missed
}

// EventMessage is a message and where it is. Of a deleted one there are only ids.
type EventMessage struct {
	MessageSummary
	Folder EventFolder `json:"folder"`
}

// EventFolder is a folder. Of a deleted one there is only the id.
type EventFolder struct {
	ID   string `json:"id"`
	Path string `json:"path,omitempty"`
}

// EventROP is one operation: a ROP, or an RPC that carries none.
type EventROP struct {
	Name    string  `json:"name"`
	Session uint64  `json:"session,omitempty"`
	Client  string  `json:"client,omitempty"`
	Code    uint32  `json:"code"`
	Result  string  `json:"result"` // name of the code
	Millis  float64 `json:"ms"`
}

// event says what a happening is about. ok is false if it is about nothing that can be shown: the server's own
// mailbox, or something that is gone by now.
func (s *Server) event(ctx context.Context, h happening) (e Event, ok bool, err error) {
	e = Event{Seq: h.seq, Time: h.time, Type: h.kind, Action: h.action, Reason: h.reason}
	switch h.kind {
	case eventReset:
		return e, true, nil
	case eventSession:
		e.Session, e.User = &h.session, h.session.User
		return e, true, nil
	}
	err = s.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		box, err := r.Mailbox(h.change.Mailbox)
		if err != nil {
			return err
		}
		e.User = box.Account
		folder := EventFolder{ID: objectID(h.change.Folder)}
		if h.change.Folder != 0 {
			if folder.Path, err = pathTo(r, box, h.change.Folder); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		if h.kind == eventFolder {
			e.Folder = &folder
			return nil
		}
		e.Message = &EventMessage{MessageSummary: MessageSummary{ID: objectID(h.change.Message)}, Folder: folder}
		rows, err := r.Rows(store.Selection{Folder: h.change.Folder, Associated: h.change.Associated}, []store.MessageID{h.change.Message}, summaryTags)
		if err == nil && len(rows) == 1 && rows[0] != nil {
			e.Message.MessageSummary = summaryOf(h.change.Message, rows[0])
		}
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return e, false, nil
	}
	return e, err == nil && !s.system(ctx, e.User), err
}

// system reports whether an account is the server's own.
func (s *Server) system(ctx context.Context, account string) bool {
	snapshot, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return false
	}
	e := snapshot.ByName(account)
	return e != nil && e.System
}

// pathTo is the path of a folder, as the list of folders shows it.
func pathTo(r store.Reader, box store.Mailbox, id store.FolderID) (string, error) {
	var names []string
	for {
		switch id {
		case box.Special[store.SpecialIPMSubtree]:
			return strings.Join(names, "/"), nil
		case box.Special[store.SpecialRoot]:
			return "/" + strings.Join(names, "/"), nil
		}
		f, err := r.Folder(id)
		if err != nil || f.Parent == id {
			return "", err
		}
		names = slices.Insert(names, 0, f.Name)
		id = f.Parent
	}
}

// operation turns an operation of the trace into an event.
func operation(e trace.Event) Event {
	return Event{Time: e.Time, Type: eventROP, User: e.Op.User, ROP: &EventROP{
		Name: e.Op.Name, Session: e.Op.Session, Client: e.Op.Client, Code: uint32(e.Op.Code), Result: resultName(e.Op),
		Millis: float64(e.Op.Dur.Microseconds()) / 1000,
	}}
}

func resultName(op *trace.Op) string {
	if op.Code == mapi.Success {
		return "ecNone"
	}
	if name := op.Code.Name(); name != "" && !op.Fault {
		return name
	}
	return fmt.Sprintf("0x%08X", uint32(op.Code))
}

// heartbeat is how often a stream without events shows that it lives.
const heartbeat = 15 * time.Second

// eventStream is the route of server-sent events.
func eventStream(s *Server) route {
	return route{
		method: http.MethodGet, path: "/api/v1/events", summary: "What happens, as server-sent events.", status: http.StatusOK,
		stream: "text/event-stream", serve: s.events, query: []parameter{
			{"type", "only these types, comma-separated: " + strings.Join(eventTypes, ", ") + "; without it all but rop"},
			{"user", "only of that account"}, {"after", "number of the last event seen; Last-Event-ID does the same"},
		},
	}
}

// eventFilter is what a reader of events wants.
type eventFilter struct {
	types []string
	user  string
	after uint64
}

func (f eventFilter) wants(e Event) bool {
	return (slices.Contains(f.types, e.Type) || e.Type == eventLost) && (f.user == "" || e.User == "" || equalFold(f.user, e.User))
}

func parseEventFilter(r *http.Request) (f eventFilter, err error) {
	q := r.URL.Query()
	f = eventFilter{types: list(q.Get("type")), user: q.Get("user")}
	if len(f.types) == 0 {
		f.types = slices.DeleteFunc(slices.Clone(eventTypes), func(t string) bool { return t == eventROP })
	}
	for _, t := range f.types {
		if !slices.Contains(eventTypes, t) {
			return f, fmt.Errorf("type must be of %s, not %q", strings.Join(eventTypes, ", "), t)
		}
	}
	after := q.Get("after")
	if after == "" {
		after = r.Header.Get("Last-Event-ID")
	}
	if after != "" {
		if f.after, err = strconv.ParseUint(after, 10, 64); err != nil {
			return f, fmt.Errorf("after must be a number, not %q", after)
		}
	}
	return f, nil
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	f, err := parseEventFilter(r)
	if err != nil {
		s.fail(w, r, Invalid(err))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	out := &flushing{w, rc}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	happened := s.watch(ctx, f)
	if _, err := io.WriteString(out, ": mapid\n\n"); err != nil { // from here on nothing is missed
		return
	}
	for {
		var text string
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			text = ": still here\n\n"
		case e := <-happened:
			body, err := json.Marshal(e)
			if err != nil {
				return
			}
			if e.Seq != 0 {
				text = fmt.Sprintf("id: %d\n", e.Seq)
			}
			text += fmt.Sprintf("event: %s\ndata: %s\n\n", e.Type, body)
		}
		if _, err := io.WriteString(out, text); err != nil {
			return
		}
	}
}

// watch hands over the events that a filter wants until ctx ends. It reads from the moment it returns.
func (s *Server) watch(ctx context.Context, f eventFilter) <-chan Event {
	out := make(chan Event)
	var operations *trace.Subscription
	var ready <-chan struct{}
	if slices.Contains(f.types, eventROP) {
		operations = s.opts.Trace.Subscribe()
		ready = operations.Ready()
	}
	q, cancel := s.opts.Broker.subscribe(f.after)
	send := func(e Event) {
		if !f.wants(e) {
			return
		}
		select {
		case out <- e:
		case <-ctx.Done():
		}
	}
	end := func() {
		cancel()
		if operations != nil {
			operations.Close()
		}
	}
	s.stopping.RLock()
	defer s.stopping.RUnlock()
	if s.base.Err() != nil {
		end()
		return out
	}
	s.streams.Go(func() {
		defer end()
		var batch []trace.Event
		var dropped, told uint64 // operations, since the beginning
		for {
			if n := s.opts.Broker.lost(q) + dropped - told; n > 0 {
				told = dropped
				send(Event{Time: s.opts.Now(), Type: eventLost, Lost: n})
			}
			select {
			case <-ctx.Done():
				return
			case h := <-q.c:
				if e, ok, err := s.event(ctx, h); ok && err == nil {
					send(e)
				}
			case <-ready:
				batch, dropped = operations.Take(batch)
				for _, t := range batch {
					if t.Kind == trace.Operation && t.Op != nil {
						send(operation(t))
					}
				}
			}
		}
	})
	return out
}
