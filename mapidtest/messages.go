package mapidtest

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Message is a message as a list shows it.
type Message struct {
	ID          string    `json:"id"`
	Class       string    `json:"class"` // IPM.Note
	Subject     string    `json:"subject"`
	From        string    `json:"from"`
	To          string    `json:"to"`
	Received    time.Time `json:"received"`
	Read        bool      `json:"read"`
	Attachments bool      `json:"attachments"`
	Size        int64     `json:"size"` // bytes
}

// pageSize is how many messages one call of the API returns at most.
const pageSize = 1000

// Messages returns the messages of a folder as the store has them, newest first. The folder is a path like
// Inbox/Projects.
func (s *Server) Messages(mailbox, folder string) []Message {
	s.process.t.Helper()
	list, err := s.messages(mailbox, folder)
	if err != nil {
		s.process.t.Fatalf("mapidtest: %v", err)
	}
	return list
}

func (s *Server) messages(mailbox, folder string) ([]Message, error) {
	var all []Message
	for {
		var page struct {
			Total    int
			Messages []Message
		}
		query := url.Values{"folder": {folder}, "limit": {fmt.Sprint(pageSize)}, "offset": {fmt.Sprint(len(all))}}
		if err := s.process.call(http.MethodGet, "/api/v1/mailboxes/"+url.PathEscape(mailbox)+"/messages", query, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Messages...)
		if len(all) >= page.Total || len(page.Messages) == 0 {
			return all, nil
		}
	}
}

// WaitMessage waits until a folder has a message with a subject, and returns it. Without a folder it looks in all of the
// mailbox.
func (s *Server) WaitMessage(mailbox, folder, subject string) Message {
	s.process.t.Helper()
	var event struct{ Message Message }
	s.process.wait(fmt.Sprintf("a message %q in %s of %s", subject, folder, mailbox),
		url.Values{"for": {"message"}, "user": {mailbox}, "folder": {folder}, "subject": {subject}}, &event)
	return event.Message
}
