package app

import (
	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/seed"
)

// newOutbox builds what sends mail. Reports come from the first server.
func (a *App) newOutbox() (*delivery.Engine, error) {
	first := a.cfg.EffectiveServers()[0]
	p, err := profile.ByName(first.Profile)
	if err != nil {
		return nil, err
	}
	return delivery.New(delivery.Options{
		Store: a.store, Directory: a.store, Domain: a.cfg.Organization.Domain, Host: first.FQDN, Reporter: p.Submit.ReportSender,
		ConversationIndexNew: p.Submit.ConversationIndexNew, Outbound: seed.OutboundAccount, Now: a.opts.Now, Logger: a.log.Named("mail"),
	}), nil
}
