package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/server/smtp"
	"github.com/mapid/mapid/store"
)

// post takes mail from SMTP. It implements smtp.Post.
type post struct{ app *App }

func refusal(class, subject, detail int, format string, args ...any) error {
	return &smtp.Refusal{Status: [3]int{class, subject, detail}, Text: fmt.Sprintf(format, args...)}
}

// Sender lets who logged on send in their own name; administrators in any.
func (p post) Sender(ctx context.Context, from smtp.Sender) error {
	if from.Account == "" || from.Address == "" {
		return nil
	}
	snapshot, err := p.app.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	e := snapshot.ByName(from.Account)
	if e == nil {
		return refusal(5, 7, 1, "the account is gone")
	}
	if owner := snapshot.ByMail(from.Address); !e.Admin && (owner == nil || owner.MId != e.MId) {
		return refusal(5, 7, 60, "%s may not send as %s", e.Name, from.Address)
	}
	return nil
}

// Recipient takes mail for whoever is in the directory, and for elsewhere from who logged on: it is captured, not sent.
func (p post) Recipient(ctx context.Context, from smtp.Sender, address string) error {
	snapshot, err := p.app.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	e := snapshot.ByMail(address)
	_, domain, _ := strings.Cut(address, "@")
	switch {
	case e != nil && e.System:
		return refusal(5, 1, 1, "nobody has the address %s", address)
	case e != nil && e.Kind == store.UserEntry && !e.Enabled:
		return refusal(5, 2, 1, "the mailbox of %s is disabled", address)
	case e != nil:
		return nil
	case strings.EqualFold(domain, p.app.cfg.Organization.Domain):
		return refusal(5, 1, 1, "nobody has the address %s", address)
	case from.Account == "":
		return refusal(5, 7, 54, "unable to relay: log on to send to other domains")
	}
	return nil
}

// Accept delivers a mail.
func (p post) Accept(ctx context.Context, m smtp.Mail) error {
	env := delivery.Envelope{From: m.Address, Data: m.Data}
	for _, r := range m.Recipients {
		env.To = append(env.To, delivery.EnvelopeRecipient{
			Address: r.Address, Success: r.Notify&smtp.NotifySuccess != 0, Never: r.Notify != 0 && r.Notify&smtp.NotifyFailure == 0,
		})
	}
	err := p.app.outbox.Accept(ctx, env)
	if r, ok := errors.AsType[*delivery.Refused](err); ok {
		var class, subject, detail int
		if n, _ := fmt.Sscanf(r.Status, "%d.%d.%d", &class, &subject, &detail); n == 3 {
			return refusal(class, subject, detail, "%s", r.Text)
		}
	}
	return err
}
