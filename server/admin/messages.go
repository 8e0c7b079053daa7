package admin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// MessageSummary is one message in a list.
type MessageSummary struct {
	ID          string    `json:"id"`
	Class       string    `json:"class"`
	Subject     string    `json:"subject"`
	From        string    `json:"from"`
	To          string    `json:"to"`
	Received    time.Time `json:"received"`
	Read        bool      `json:"read"`
	Attachments bool      `json:"attachments"`
	Size        int64     `json:"size"`
}

// MessageList is a part of a folder's messages. Total counts all that match, so that nobody takes a part for the whole.
type MessageList struct {
	Folder   string           `json:"folder"`
	Total    int              `json:"total"`
	Messages []MessageSummary `json:"messages"`
}

// summaryTags are the columns of a list, in the order of the constants below them.
var summaryTags = []mapi.PropTag{
	mapi.TagMessageClass, mapi.TagSubject, mapi.TagSentRepresentingName, mapi.TagDisplayTo, mapi.TagMessageDeliveryTime,
	mapi.TagMessageFlags, mapi.TagMessageSize, mapi.TagSenderName, mapi.TagSentRepresentingSmtpAddress, mapi.TagHasAttachments,
}

const (
	columnClass = iota
	columnSubject
	columnFrom
	columnTo
	columnReceived
	columnFlags
	columnSize
	columnSender
	columnFromAddress
	columnHasAttachments
)

// Bounds of a list.
const (
	defaultMessages = 100
	maxMessages     = 1000
)

func (s *Server) messages(r *http.Request) (MessageList, error) {
	query := r.URL.Query()
	list := MessageList{Messages: []MessageSummary{}}
	limit, err := number(query, "limit", defaultMessages, maxMessages)
	if err != nil {
		return list, err
	}
	offset, err := number(query, "offset", 0, 1<<31-1)
	if err != nil {
		return list, err
	}
	wanted, err := s.parseQuery(r.Context(), query)
	if err != nil {
		return list, err
	}
	err = s.view(r.Context(), r.PathValue("user"), func(rd store.Reader, m store.Mailbox) error {
		f, err := findFolder(rd, m, query.Get("folder"))
		if err != nil {
			return err
		}
		list.Folder = objectID(f.ID)
		return s.search(r.Context(), rd, f.ID, wanted, func(_ store.MessageID, sum MessageSummary) {
			list.Messages = append(list.Messages, sum)
		})
	})
	if err != nil {
		return list, err
	}
	slices.SortStableFunc(list.Messages, func(a, b MessageSummary) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	list.Total = len(list.Messages)
	from := min(offset, list.Total)
	list.Messages = list.Messages[from:min(from+limit, list.Total)]
	return list, nil
}

// search calls fn for every message of a folder that is meant, by id.
func (s *Server) search(ctx context.Context, rd store.Reader, folder store.FolderID, q messageQuery, fn func(store.MessageID, MessageSummary)) error {
	return rd.Scan(store.Selection{Folder: folder}, summaryTags, func(id store.MessageID, v []prop.Value) error {
		sum := summaryOf(id, v)
		if !q.summarised(sum) {
			return ctx.Err()
		}
		ok, err := s.whole(ctx, rd, id, q)
		if ok && err == nil {
			fn(id, sum)
		}
		return errors.Join(err, ctx.Err())
	})
}

// number reads a query parameter that is a whole number.
func number(query url.Values, name string, missing, most int) (int, error) {
	text := query.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, problemf(http.StatusBadRequest, "%s must be a number from 0 to %d", name, most)
	}
	return n, nil
}

func summaryOf(id store.MessageID, v []prop.Value) MessageSummary {
	m := MessageSummary{
		ID: objectID(id), Class: v[columnClass].Str(), Subject: v[columnSubject].Str(), To: v[columnTo].Str(),
		From: cmp.Or(v[columnFrom].Str(), v[columnSender].Str()), Read: v[columnFlags].Int()&int64(mapi.MfRead) != 0,
		Attachments: v[columnHasAttachments].Bool() || v[columnFlags].Int()&int64(mapi.MfHasAttach) != 0, Size: v[columnSize].Int(),
	}
	if address := v[columnFromAddress].Str(); address != "" {
		m.From = strings.TrimSpace(m.From + " <" + address + ">")
	}
	if t := v[columnReceived]; !t.IsZero() {
		m.Received = t.FileTime().Time()
	}
	return m
}

// contains reports whether text, in lower case, stands in what a list shows of the message.
func (m MessageSummary) contains(text string) bool {
	return text == "" || slices.ContainsFunc([]string{m.Subject, m.From, m.To}, func(field string) bool {
		return strings.Contains(strings.ToLower(field), text)
	})
}
