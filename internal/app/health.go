package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/store"
)

// health tells the admin API how the App is. It implements admin.Health.
type health struct {
	*App
}

// Ready writes nothing to the store in a transaction of its own: that is what a full disk or a lost file fails.
func (h health) Ready(ctx context.Context) error {
	if err := h.ready.err(); err != nil {
		return err
	}
	if err := h.store.Update(ctx, store.Scope{}, func(store.Tx) error { return nil }); err != nil {
		return fmt.Errorf("the store cannot be written: %w", err)
	}
	for _, s := range h.servers {
		if n := s.emsmdb.Unimplemented(); n > 0 && s.live.current().rpc.Strict {
			return fmt.Errorf("clients of %s asked %d times for an operation that is not implemented, and rpc.strict is on", s.cfg.Name, n)
		}
	}
	return nil
}

// credentialLife is how long a credential of the health mailbox is good.
const credentialLife = time.Minute

// Credential makes a credential for the health mailbox. An earlier one is good no more.
func (h health) Credential(ctx context.Context, server string) (admin.HealthCredential, error) {
	snapshot, err := h.store.Snapshot(ctx)
	if err != nil {
		return admin.HealthCredential{}, err
	}
	e := snapshot.ByName(seed.HealthAccount)
	if e == nil {
		return admin.HealthCredential{}, fmt.Errorf("account %s: %w", seed.HealthAccount, store.ErrNotFound)
	}
	out := admin.HealthCredential{
		User: e.Name, DN: e.DN, Domain: h.cfg.Organization.NetBIOS, Password: rand.Text(),
		Expires: h.opts.Now().Add(credentialLife), Server: server,
	}
	for _, s := range h.servers {
		if strings.EqualFold(s.cfg.Name, server) {
			out.EPM = reachable(s.listeners[0].Addrs()[0])
			out.EMSMDB = reachable(s.listeners[1].Addrs()[0])
		}
	}
	h.users.setHealth(healthSecret{account: e.Name, hash: seed.NTHash(out.Password), expires: out.Expires})
	return out, nil
}

// reachable is an address of this machine that reaches a listener: one on all addresses is reached on loopback.
func reachable(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil || !at.Addr().IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(at.Port())))
}
