package admin

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// queryParameters are those of a messageQuery.
var queryParameters = []parameter{
	{"q", "message: with that text in subject, sender or recipients"},
	{"subject", "message: with exactly that subject"},
	{"to", "message: to that account, group, address or name, whether to, cc or bcc"},
	{"header", "message: with that header field, like X-Test, or like X-Test: part of its text"},
}

// messageQuery says which messages are meant. The zero value means all.
type messageQuery struct {
	text, subject string
	recipient     string
	names         []string // what may stand in a recipient row for recipient, in lower case
	field, value  string   // of a header field; value is in lower case
}

// parseQuery reads a messageQuery from the parameters of a request.
func (s *Server) parseQuery(ctx context.Context, q url.Values) (messageQuery, error) {
	m := messageQuery{text: strings.ToLower(q.Get("q")), subject: q.Get("subject"), recipient: strings.ToLower(q.Get("to"))}
	if header := q.Get("header"); header != "" {
		field, value, _ := strings.Cut(header, ":")
		m.field, m.value = strings.TrimSpace(field), strings.ToLower(strings.TrimSpace(value))
		if m.field == "" {
			return m, Invalid(fmt.Errorf("header must begin with the name of a field, not %q", header))
		}
	}
	if m.recipient == "" {
		return m, nil
	}
	m.names = []string{m.recipient}
	snapshot, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return m, err
	}
	e := snapshot.ByName(m.recipient)
	if e == nil {
		e = snapshot.ByMail(m.recipient)
	}
	if e != nil {
		for _, name := range append([]string{e.DN, e.Mail}, e.Aliases...) {
			m.names = append(m.names, strings.ToLower(name))
		}
	}
	return m, nil
}

// summarised reports whether what a list shows of a message leaves it among those meant.
func (q messageQuery) summarised(sum MessageSummary) bool {
	return (q.subject == "" || q.subject == sum.Subject) && sum.contains(q.text)
}

// deep reports whether more than a summary is asked for.
func (q messageQuery) deep() bool { return q.recipient != "" || q.field != "" }

// whole reports whether a message, whose summary is among those meant, is meant.
func (s *Server) whole(ctx context.Context, r store.Reader, id store.MessageID, q messageQuery) (bool, error) {
	if !q.deep() {
		return true, nil
	}
	m, err := r.Message(id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if q.recipient != "" {
		if ok, err := q.addressed(r, m.Bag); err != nil || !ok {
			return false, err
		}
	}
	if q.field == "" {
		return true, nil
	}
	head, err := s.header(ctx, r, m)
	if err != nil {
		return false, err
	}
	for _, value := range head.Values(q.field) {
		if strings.Contains(strings.ToLower(value), q.value) {
			return true, nil
		}
	}
	return false, nil
}

// addressed reports whether a message has the recipient.
func (q messageQuery) addressed(r store.Reader, bag store.BagID) (bool, error) {
	recipients, err := r.Recipients(bag)
	for _, rec := range recipients {
		for _, p := range rec.Props {
			switch p.Tag {
			case mapi.TagDisplayName, mapi.TagSmtpAddress, mapi.TagEmailAddress:
				for _, name := range q.names {
					if strings.EqualFold(name, p.Value.Str()) {
						return true, err
					}
				}
			}
		}
	}
	return false, err
}

// header returns the header of a message as GET .../eml writes it, without what comes behind it.
func (s *Server) header(ctx context.Context, r store.Reader, stored store.Message) (textproto.MIMEHeader, error) {
	snapshot, err := s.opts.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	m, err := mailconv.Load(r, stored.Mailbox, stored.Bag)
	if err != nil {
		return nil, err
	}
	var head headWriter
	if err := mailconv.Write(&head, m, mailconv.WriteOptions{Directory: snapshot, Domain: s.opts.Domain}); err != nil && !errors.Is(err, errHeadEnds) {
		return nil, err
	}
	fields, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(head.text))).ReadMIMEHeader()
	if len(fields) > 0 { // of one that is damaged, what stands before the damage
		err = nil
	}
	return fields, err
}

// errHeadEnds ends the writing of a mail behind its header.
var errHeadEnds = errors.New("admin: the header ends")

// headWriter keeps the header of a mail that is written to it.
type headWriter struct{ text []byte }

func (h *headWriter) Write(p []byte) (int, error) {
	from := max(len(h.text)-3, 0)
	h.text = append(h.text, p...)
	if i := bytes.Index(h.text[from:], []byte("\r\n\r\n")); i >= 0 {
		h.text = h.text[:from+i+4]
		return len(p), errHeadEnds
	}
	return len(p), nil
}
