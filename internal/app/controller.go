package app

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"

	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/server/emsmdb"
)

// controller is a server as the admin API sees it. It implements admin.Controller.
type controller struct {
	*server
	app *App
}

// Name is the computer name.
func (c controller) Name() string { return c.cfg.Name }

// RPCClientAccess tells the settings in force.
func (c controller) RPCClientAccess() admin.RPCClientAccess {
	s, policy := c.live.current().rpc, c.live.policy.Load()
	blocked := s.BlockedClientVersions
	if blocked == nil {
		blocked = []string{}
	}
	return admin.RPCClientAccess{
		Server: c.cfg.Name, EncryptionRequired: policy.EncryptionRequired, BlockedClientVersions: blocked,
		MaximumConnections: s.MaximumConnections, Compression: s.Compression, XOR: s.XOR, Strict: s.Strict,
		PushAnyAddress: s.PushAnyAddress,
	}
}

// ChangeRPCClientAccess changes what the next connect obeys.
func (c controller) ChangeRPCClientAccess(change admin.RPCClientAccessChange) (admin.RPCClientAccess, error) {
	err := c.live.change(context.Background(), func(s *settings) { changeRPC(&s.rpc, c.live.initial.rpc, change) })
	if err != nil {
		return admin.RPCClientAccess{}, admin.Invalid(err)
	}
	return c.RPCClientAccess(), nil
}

// Advertise tells what clients are told, and the truth.
func (c controller) Advertise() admin.Advertise {
	s := c.live.current().advertise
	out := admin.Advertise{Server: c.cfg.Name, Host: s.Host, EMSMDB: s.EMSMDB, NSPI: s.NSPI}
	for i, to := range []*int{&out.Actual.EPM, &out.Actual.EMSMDB, &out.Actual.NSPI} {
		*to = int(c.listeners[i].Port())
	}
	return out
}

// ChangeAdvertise changes what clients are told.
func (c controller) ChangeAdvertise(change admin.AdvertiseChange) (admin.Advertise, error) {
	initial := c.live.initial.advertise
	err := c.live.change(context.Background(), func(s *settings) {
		change.Host.Apply(&s.advertise.Host, initial.Host)
		change.EMSMDB.Apply(&s.advertise.EMSMDB, initial.EMSMDB)
		change.NSPI.Apply(&s.advertise.NSPI, initial.NSPI)
	})
	if err != nil {
		return admin.Advertise{}, admin.Invalid(err)
	}
	return c.Advertise(), nil
}

// Referral tells how the referral service answers.
func (c controller) Referral() admin.Referral {
	s := c.live.current().rfr
	return admin.Referral{Server: c.cfg.Name, Enabled: s.Enabled, TargetServer: s.TargetServer, NSPITarget: s.NSPITarget}
}

// ChangeReferral changes what the next referral says.
func (c controller) ChangeReferral(change admin.ReferralChange) (admin.Referral, error) {
	initial := c.live.initial.rfr
	err := c.live.change(context.Background(), func(s *settings) {
		change.Enabled.Apply(&s.rfr.Enabled, initial.Enabled)
		change.TargetServer.Apply(&s.rfr.TargetServer, initial.TargetServer)
		change.NSPITarget.Apply(&s.rfr.NSPITarget, initial.NSPITarget)
	})
	if err != nil {
		return admin.Referral{}, admin.Invalid(err)
	}
	return c.Referral(), nil
}

// Info tells what clients need to know of the server.
func (c controller) Info() admin.ServerInfo {
	adv := c.live.advertise.Load()
	book := c.app.bookServer(c.cfg)
	o := c.app.cfg.Organization
	out := admin.ServerInfo{
		Name: c.cfg.Name, FQDN: c.cfg.FQDN, Profile: c.profile.Name, Version: c.profile.Version.String(),
		DN: book.DN(), DatabaseDN: book.DatabaseDN(), NetBIOS: o.NetBIOS, Domain: o.Domain, Realm: o.Realm,
		Kerberos: c.cfg.Auth.Keytab != "", ServicePrincipals: krb.Services(c.cfg.FQDN, c.cfg.Name),
		Addresses: clientAddresses(adv, c.listeners[0].Addrs()), EncryptionRequired: c.live.policy.Load().EncryptionRequired,
		Ports: admin.Ports{EPM: int(c.listeners[0].Port()), EMSMDB: int(c.listeners[1].Port()), NSPI: int(c.listeners[2].Port())},
	}
	for _, p := range []struct {
		told uint16
		to   *int
	}{{adv.ports.Ports[endpointEMSMDB], &out.Ports.EMSMDB}, {adv.ports.Ports[endpointNSPI], &out.Ports.NSPI}} {
		if p.told != 0 {
			*p.to = int(p.told)
		}
	}
	return out
}

// clientAddresses are the addresses clients reach a server under: the advertised one, or those it listens on. One that stands
// for all addresses is replaced by those of the machine, loopback and link-local ones left out unless there are no others.
func clientAddresses(adv *advertised, listened []net.Addr) []string {
	if adv.host != "" {
		return []string{adv.ports.Host.String()}
	}
	out := []string{}
	for _, l := range listened {
		at, err := netip.ParseAddrPort(l.String())
		switch {
		case err != nil:
		case at.Addr().IsUnspecified():
			out = append(out, machineAddresses(at.Addr().Is4())...)
		default:
			out = append(out, at.Addr().String())
		}
	}
	return out
}

// machineAddresses are the addresses of this machine.
func machineAddresses(only4 bool) []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().IsGlobalUnicast() && (p.Addr().Is4() || !only4) {
			out = append(out, p.Addr().String())
		}
	}
	if len(out) == 0 {
		return []string{"127.0.0.1"}
	}
	return out
}

// Connections lists what is connected, oldest first.
func (c controller) Connections() []admin.Connection {
	out := []admin.Connection{}
	for _, i := range c.rpc.Connections() {
		conn := admin.Connection{
			Server: c.cfg.Name, ID: i.ID, Endpoint: i.Endpoint, Interfaces: append([]string{}, i.Interfaces...), Transport: i.Transport,
			Remote: i.Remote, Local: i.Local, Security: []admin.ConnectionSecurity{}, Opened: i.Opened, Last: i.LastCall,
			Calls: i.Calls, Pending: i.Pending,
		}
		if conn.Last.IsZero() {
			conn.Last = conn.Opened
		}
		for _, s := range i.Security {
			conn.Security = append(conn.Security, admin.ConnectionSecurity{
				User: s.Identity.Account, Service: s.Service.String(), Mechanism: s.Identity.Mechanism.String(),
				Level: s.Level.String(), KeyBits: s.Identity.KeyBits,
			})
		}
		out = append(out, conn)
	}
	slices.SortFunc(out, func(a, b admin.Connection) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Sessions lists who is on.
func (c controller) Sessions() []admin.Session {
	var out []admin.Session
	for _, s := range c.emsmdb.Sessions() {
		out = append(out, sessionOf(c.cfg.Name, s))
	}
	return out
}

// Gaps lists what clients asked for in vain.
func (c controller) Gaps() []admin.Gap { return gapsOf(c.cfg.Name, c.emsmdb.Gaps()) }

// sessionOf is a session of a server as the admin API shows it.
func sessionOf(server string, s emsmdb.SessionInfo) admin.Session {
	return admin.Session{
		Server: server, ID: uint64(s.ID), User: s.User, Remote: s.Remote, Local: s.Local, Transport: s.Transport,
		Service: s.Service, Level: s.Level, KeyBits: s.KeyBits, Conn: s.Conn, ClientVersion: s.ClientVersion,
		Client: admin.SessionClient{
			Process: s.Client.Process, Machine: s.Client.Machine, User: s.Client.User, Mode: s.Client.Mode.String(), IP: s.Client.IP,
		},
		Started: s.Started, Last: s.Last, Calls: s.Calls, BytesIn: s.BytesIn, BytesOut: s.BytesOut, Waiting: s.Waiting,
	}
}

// observer tells the admin API and the counters what happens to sessions of a server.
func (a *App) observer(server string) emsmdb.Observer {
	return emsmdb.Observer{
		Connected: func(s emsmdb.SessionInfo) { a.broker.Session(a.opts.Now(), admin.Connected, sessionOf(server, s), "") },
		Ended:     func(s emsmdb.SessionInfo) { a.broker.Session(a.opts.Now(), admin.Ended, sessionOf(server, s), "") },
		Refused: func(r emsmdb.Refusal) {
			a.counters.refusedConnect(server)
			a.broker.Session(a.opts.Now(), admin.Refused, admin.Session{
				Server: server, User: r.Caller.Identity.Account, Remote: r.Caller.Remote, Local: r.Caller.Local, Transport: r.Caller.Transport,
				Service: r.Caller.Service.String(), Level: r.Caller.Level.String(), ClientVersion: r.Version.String(), Conn: r.Caller.Conn,
			}, r.Err.Error())
		},
	}
}
