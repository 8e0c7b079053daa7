package admin

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/store"
)

// NewMail is a mail to deliver. Either EML or EMLBase64 holds it.
type NewMail struct {
	To        []string `json:"to"`             // accounts, groups, or their addresses
	From      string   `json:"from,omitempty"` // who sent it, if the mail does not say
	EML       string   `json:"eml,omitempty"`
	EMLBase64 string   `json:"eml_base64,omitempty"`
}

// DeliveredMail says what came of a mail.
type DeliveredMail struct {
	Messages []DeliveredMessage `json:"messages"`
}

// DeliveredMessage is one message that was made.
type DeliveredMessage struct {
	User   string `json:"user"`
	ID     string `json:"id"`
	Folder string `json:"folder"`
}

// deliver puts a mail into the mailboxes of all recipients, or of none.
func (s *Server) deliver(r *http.Request, body NewMail) (DeliveredMail, error) {
	out := DeliveredMail{Messages: []DeliveredMessage{}}
	eml := []byte(body.EML)
	if body.EMLBase64 != "" {
		var err error
		if eml, err = base64.StdEncoding.DecodeString(body.EMLBase64); err != nil || body.EML != "" {
			return out, Invalid(fmt.Errorf("eml_base64 must be base64, and is instead of eml"))
		}
	}
	if len(eml) == 0 {
		return out, Invalid(errors.New("there is no mail: give eml, or eml_base64 for one that is not UTF-8 text"))
	}
	done, err := s.opts.Deliver(r.Context(), delivery.Mail{To: body.To, From: body.From, EML: eml})
	switch {
	case errors.Is(err, delivery.ErrNobody):
		return out, Invalid(errors.New("to must name somebody: an account, a group, or an address"))
	case errors.Is(err, mailconv.ErrHeaderTooLarge):
		return out, Invalid(err)
	case errors.Is(err, store.ErrNotFound):
		return out, problemf(http.StatusNotFound, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	case err != nil:
		return out, err
	}
	for _, d := range done {
		out.Messages = append(out.Messages, DeliveredMessage{User: d.Account, ID: objectID(d.Message.ID), Folder: objectID(d.Message.Folder)})
	}
	return out, nil
}
