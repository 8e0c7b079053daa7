package admin

import (
	"fmt"
	"net/http"
	"time"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/store"
)

// emlTime bounds how long one mail may take to be written, since it keeps a view of the store open.
const emlTime = time.Minute

// emlRoute is a message as mail.
func emlRoute(s *Server) route {
	return route{
		method: http.MethodGet, path: "/api/v1/messages/{id}/eml", summary: "A message as mail, with its header fields, texts and attachments.",
		status: http.StatusOK, stream: "message/rfc822", brief: true, serve: s.eml,
	}
}

// eml writes a message as mail. Files go from the store to the client without being held.
func (s *Server) eml(w http.ResponseWriter, r *http.Request) {
	begun := false
	err := s.writeEML(w, r, &begun)
	switch {
	case err == nil:
	case !begun:
		s.fail(w, r, err)
	default:
		panic(http.ErrAbortHandler) // a mail that was cut off must not pass for a whole one
	}
}

func (s *Server) writeEML(w http.ResponseWriter, r *http.Request, begun *bool) error {
	id, ok := parseID(r.PathValue("id"))
	if !ok {
		return fmt.Errorf("message %q: %w", r.PathValue("id"), store.ErrNotFound)
	}
	snap, err := s.opts.Directory.Snapshot(r.Context())
	if err != nil {
		return err
	}
	return s.opts.Store.View(r.Context(), store.Scope{}, func(rd store.Reader) error {
		stored, err := rd.Message(store.MessageID(id))
		if err != nil {
			return fmt.Errorf("message %s: %w", r.PathValue("id"), err)
		}
		m, err := mailconv.Load(rd, stored.Mailbox, stored.Bag)
		if err != nil {
			return err
		}
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(emlTime)); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "message/rfc822")
		*begun = true
		return mailconv.Write(w, m, mailconv.WriteOptions{Directory: snap, Domain: s.opts.Domain})
	})
}
