package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/store"
)

// Bounds of a wait.
const (
	defaultWait = 30 * time.Second
	maxWait     = 10 * time.Minute
)

// waitRoute is the long poll.
func waitRoute(s *Server) route {
	r := get(s, "/api/v1/wait", "Waits until a message, a session or a ROP matches, and tells it as an event. What is there already counts, unless after is given; of ROPs only what comes counts.", s.wait,
		parameter{"for", "message, session or rop"}, parameter{"timeout", "how long to wait, like 5s; 30s if not given, at most 10m"},
		parameter{"user", "of that account; needed for messages"},
		parameter{"folder", "message: in the folder of that path or id"}, parameter{"server", "session: of that server"},
		parameter{"rop", "rop: of that name"}, parameter{"result", "rop: with that result, by name or number"},
		parameter{"after", "number of an event: only what happened behind it counts"})
	r.query = append(r.query, queryParameters...)
	r.parks = true
	return r
}

// wanted is what a wait waits for.
type wanted struct {
	eventFilter
	messageQuery
	folder, server, rop, result string
}

func (s *Server) parseWait(r *http.Request) (w wanted, timeout time.Duration, err error) {
	q := r.URL.Query()
	timeout = defaultWait
	if text := q.Get("timeout"); text != "" {
		if timeout, err = time.ParseDuration(text); err != nil {
			n, numeric := strconv.Atoi(text)
			if numeric != nil {
				return w, 0, fmt.Errorf("timeout must be a time like 5s, not %q", text)
			}
			timeout, err = time.Duration(n)*time.Second, nil
		}
		if timeout <= 0 || timeout > maxWait {
			return w, 0, fmt.Errorf("timeout must be more than 0 and at most %v, not %q", maxWait, text)
		}
	}
	kind := q.Get("for")
	if !slices.Contains([]string{eventMessage, eventSession, eventROP}, kind) {
		return w, 0, fmt.Errorf("for must be message, session or rop, not %q", kind)
	}
	w = wanted{folder: q.Get("folder"), server: q.Get("server"), rop: q.Get("rop"), result: q.Get("result")}
	if w.messageQuery, err = s.parseQuery(r.Context(), q); err != nil {
		return w, 0, err
	}
	w.types, w.user = []string{kind}, q.Get("user")
	if kind == eventMessage && w.user == "" {
		return w, 0, fmt.Errorf("user must name the mailbox")
	}
	if after := q.Get("after"); after != "" {
		if w.after, err = strconv.ParseUint(after, 10, 64); err != nil {
			return w, 0, fmt.Errorf("after must be a number, not %q", after)
		}
	}
	return w, timeout, nil
}

// matches reports whether an event is what is waited for, as far as it tells.
func (w wanted) matches(e Event) bool {
	switch {
	case !w.wants(e):
		return false
	case e.Type == eventSession:
		return e.Action == Connected && (w.server == "" || equalFold(w.server, e.Session.Server))
	case e.Type == eventMessage:
		m := e.Message
		return e.Action != "deleted" && (w.folder == "" || equalFold(w.folder, m.Folder.Path) || equalFold(w.folder, m.Folder.ID)) &&
			w.summarised(m.MessageSummary)
	case e.Type == eventROP:
		name := strings.TrimPrefix(strings.ToLower(e.ROP.Name), "rop")
		return (w.rop == "" || name == strings.TrimPrefix(strings.ToLower(w.rop), "rop")) &&
			(w.result == "" || equalFold(w.result, e.ROP.Result) || equalFold(w.result, fmt.Sprintf("0x%08X", e.ROP.Code)))
	}
	return false
}

func (s *Server) wait(r *http.Request) (Event, error) {
	w, timeout, err := s.parseWait(r)
	if _, told := errors.AsType[*Problem](err); err != nil && !told {
		err = Invalid(err)
	}
	if err != nil {
		return Event{}, err
	}
	if w.user != "" {
		e, err := s.owner(r.Context(), w.user)
		if err != nil {
			return Event{}, err
		}
		w.user = e.Name
	}
	ctx, stop := context.WithTimeout(r.Context(), timeout)
	defer stop()
	happened := s.watch(ctx, w.eventFilter) // before the look at what is there, so that nothing falls in between
	if w.after == 0 {
		if e, ok, err := s.present(r.Context(), w); ok || err != nil {
			return e, err
		}
	}
	for {
		select {
		case e := <-happened:
			ok, err := s.meant(ctx, w, e)
			if ok || err != nil {
				return e, err
			}
		case <-ctx.Done():
			if s.base.Err() != nil {
				return Event{}, problemf(http.StatusServiceUnavailable, "the server is shutting down")
			}
			return Event{}, problemf(http.StatusRequestTimeout, "no %s matched within %v", w.types[0], timeout)
		}
	}
}

// meant reports whether an event is what is waited for, looking at the message where the event does not tell enough.
func (s *Server) meant(ctx context.Context, w wanted, e Event) (ok bool, err error) {
	if !w.matches(e) || e.Message == nil || !w.deep() {
		return w.matches(e), nil
	}
	id, _ := parseID(e.Message.ID)
	err = s.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		ok, err = s.whole(ctx, r, store.MessageID(id), w.messageQuery)
		return err
	})
	if ctx.Err() != nil { // told as a wait that found nothing
		return false, nil
	}
	return ok, err
}

// present finds what a wait waits for among what is there.
func (s *Server) present(ctx context.Context, w wanted) (Event, bool, error) {
	switch w.types[0] {
	case eventSession:
		for _, c := range s.opts.Servers {
			for _, session := range c.Sessions() {
				e := Event{Time: session.Started, Type: eventSession, Action: Connected, User: session.User, Session: &session}
				if w.matches(e) {
					return e, true, nil
				}
			}
		}
	case eventMessage:
		return s.presentMessage(ctx, w)
	}
	return Event{}, false, nil
}

func (s *Server) presentMessage(ctx context.Context, w wanted) (found Event, ok bool, err error) {
	err = s.view(ctx, w.user, func(r store.Reader, box store.Mailbox) error {
		folders, err := r.Folders(box.Special[store.SpecialRoot], true, false)
		if err != nil {
			return err
		}
		for _, f := range folders {
			path, err := pathTo(r, box, f.ID)
			if err != nil {
				return err
			}
			at := EventFolder{ID: objectID(f.ID), Path: path}
			if f.ContentCount == 0 || w.folder != "" && !equalFold(w.folder, at.Path) && !equalFold(w.folder, at.ID) {
				continue
			}
			err = s.search(ctx, r, f.ID, w.messageQuery, func(_ store.MessageID, sum MessageSummary) { // the newest of them
				found, ok = Event{
					Time: sum.Received, Type: eventMessage, Action: "created", User: box.Account, Message: &EventMessage{MessageSummary: sum, Folder: at},
				}, true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, ok, err
}
