package app

import (
	"context"
	"net/netip"
	"sync"

	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/admin"
)

// openAdmin builds the admin API and opens its port. Off loopback it wants a token.
func (a *App) openAdmin(ctx context.Context) error {
	address := a.cfg.AdminAddress()
	token := ""
	if ip, err := netip.ParseAddr(address); err != nil || !ip.IsLoopback() || a.cfg.Admin.TokenFile != "" {
		if token, err = a.data.token(a.cfg.Admin.TokenFile); err != nil {
			return err
		}
	}
	controllers := make([]admin.Controller, len(a.servers))
	for i, s := range a.servers {
		controllers[i] = controller{s, a}
	}
	a.admin = admin.New(admin.Options{
		Logger: a.log, Build: a.opts.Build, Servers: controllers, Store: a.store, Directory: a.store, Domain: a.cfg.Organization.Domain, Outbound: seed.OutboundAccount, Deliver: a.outbox.Deliver,
		Accounts: userAdmin{a, new(sync.Mutex)}, Data: appData{a}, Snapshots: snapshots{a}, Health: health{a}, Log: a.level, Trace: tracing{a},
		Metrics: a.counters, Broker: a.broker, Streams: a.cfg.Limits.AdminStreams, Connections: a.cfg.Limits.AdminConnections,
		Token: token, Hosts: a.hosts, BodyLimit: int64(a.cfg.Limits.AdminBodySize), Now: a.opts.Now,
	})
	l, err := listenTCP(ctx, address, a.cfg.Listen.Admin, "the admin API", "listen.admin")
	if err != nil {
		return err
	}
	a.api = append(a.api, l)
	return nil
}

// hosts are the names under which the admin API may be called, besides loopback ones.
func (a *App) hosts() []string {
	out := []string{a.cfg.Admin.Address}
	for _, s := range a.servers {
		out = append(out, s.cfg.Name, s.cfg.FQDN, s.live.advertise.Load().host)
	}
	return out
}
