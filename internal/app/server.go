package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/server/epm"
	"github.com/mapid/mapid/server/nspi"
	"github.com/mapid/mapid/server/rfr"
	"github.com/mapid/mapid/server/rpctcp"
	"github.com/mapid/mapid/store"
)

// Names of the endpoints, in logs and in what is advertised.
const (
	endpointEPM    = "epm"
	endpointEMSMDB = "emsmdb"
	endpointNSPI   = "nspi" // NSPI and RFR
)

// server is one Exchange server: a name, a version, ports and policies over the store that all servers share.
type server struct {
	cfg       config.Server
	profile   *profile.Profile
	live      *live
	rpc       *dcerpc.Server
	emsmdb    *emsmdb.Service
	listeners []*rpctcp.Listener // epm, emsmdb, nspi; the last two are one where one port carries both
	fallback  bool               // the endpoint mapper is on 1135 because 135 is not permitted
}

// newServer builds one server and opens its ports.
func (a *App) newServer(ctx context.Context, c config.Server) (*server, error) {
	p, err := profile.ByName(c.Profile)
	if err != nil {
		return nil, err
	}
	s := &server{cfg: c, profile: p}
	if s.live, err = newLive(ctx, p, settings{c.RPC, c.Advertise, c.RFR}); err != nil {
		return nil, fmt.Errorf("server %s: %w", c.Name, err)
	}
	log := a.log
	if len(a.cfg.Servers) > 0 {
		log = log.With(zap.String("server", c.Name))
	}
	mechanisms, err := a.mechanisms(c)
	if err != nil {
		return nil, err
	}
	s.rpc = dcerpc.NewServer(dcerpc.Options{
		Logger: log, Mechanisms: mechanisms, Limits: rpcLimits(a.cfg.Limits),
		Principal: func(auth.Service) string { return "exchangeMDB/" + c.FQDN }, Hooks: a.counters.hooks(c.Name, traceHooks(a.hub)),
		FirstConn: uint64(len(a.servers)) << 32, Pause: newThrottle(a.opts.Now).pause,
	})
	s.emsmdb = a.newEMSMDB(s, log)
	book, referral := a.newNSPI(s, log), a.newRFR(s, log)
	mapper := epm.New(epm.Options{
		Entries: s.rpc.Entries, Advertise: func() epm.Advertise { return s.live.advertise.Load().ports },
	})

	epmPort := s.rpc.NewEndpoint(endpointEPM, dcerpc.TransportTCP)
	mailPort := s.rpc.NewEndpoint(endpointEMSMDB, dcerpc.TransportTCP)
	bookPort := mailPort // one port carries both where the configuration says so; advertise.emsmdb is of both then
	if c.NSPI == 0 || c.NSPI != c.EMSMDB {
		bookPort = s.rpc.NewEndpoint(endpointNSPI, dcerpc.TransportTCP)
	}
	towers := mapper.Interface()
	towers.Services, towers.MinLevel = security(s.profile.Interfaces.EPM, c.Auth, "epm")
	s.rpc.Register(towers, epmPort)
	for _, i := range s.emsmdb.Interfaces() {
		s.rpc.Register(i, mailPort)
	}
	s.rpc.Register(book.Interface(), bookPort)
	s.rpc.Register(referral.Interface(), bookPort)

	if err := a.openPorts(ctx, s, epmPort, mailPort, bookPort); err != nil {
		s.closeListeners()
		return nil, err
	}
	return s, nil
}

func (a *App) openPorts(ctx context.Context, s *server, epmPort, mailPort, bookPort *dcerpc.Endpoint) error {
	if err := a.listenEPM(ctx, s, epmPort); err != nil {
		return err
	}
	if err := a.listen(ctx, s, mailPort, s.cfg.EMSMDB, "listen.emsmdb"); err != nil {
		return err
	}
	if bookPort == mailPort {
		s.listeners = append(s.listeners, s.listeners[1])
		return nil
	}
	return a.listen(ctx, s, bookPort, s.cfg.NSPI, "listen.nspi")
}

// mechanisms are what clients of a server may authenticate by. Each server has its own: the challenge names it, and
// tickets are issued for it. Without a keytab there is no Kerberos, and Negotiate settles on NTLM.
func (a *App) mechanisms(c config.Server) ([]auth.Mechanism, error) {
	mic := map[string]ntlm.MICPolicy{"auto": ntlm.MICAuto, "on": ntlm.MICAlways, "off": ntlm.MICNever}
	proof := ntlm.New(ntlm.Options{
		Accounts: a.users, NetBIOSDomain: a.cfg.Organization.NetBIOS, NetBIOSComputer: c.Name,
		DNSDomain: a.cfg.Organization.Domain, DNSComputer: c.FQDN, DNSTree: a.cfg.Organization.Domain,
		AllowV1: c.Auth.NTLM.V1, Require128: c.Auth.NTLM.Require128, RequireMIC: mic[c.Auth.NTLM.RequireMIC], Now: a.opts.Now,
	})
	if c.Auth.Keytab == "" {
		return []auth.Mechanism{proof, spnego.New(proof)}, nil
	}
	keys, err := krb.LoadKeytab(c.Auth.Keytab)
	if err != nil {
		return nil, fmt.Errorf("server %s cannot use auth.keytab (%w): export the keytab anew, or leave it empty to offer no Kerberos", c.Name, err)
	}
	ticket := krb.New(krb.Options{Keytab: keys, Accounts: a.users, Services: krb.Services(c.Name, c.FQDN), Now: a.opts.Now})
	return []auth.Mechanism{proof, ticket, spnego.New(ticket, proof)}, nil
}

// rpcLimits maps the limits of the configuration to those of the RPC runtime; what it does not name keeps its default.
func rpcLimits(l config.Limits) dcerpc.Limits {
	out := dcerpc.DefaultLimits()
	out.Connections, out.Calls, out.Request = l.Connections, l.CallsPerConnection, int(l.RequestSize)
	out.Handshake, out.Idle = time.Duration(l.HandshakeTimeout), time.Duration(l.IdleTimeout)
	return out
}

func (a *App) newEMSMDB(s *server, log *zap.Logger) *emsmdb.Service {
	services, level := security(s.profile.Interfaces.EMSMDB, s.cfg.Auth, "emsmdb")
	l := a.cfg.Limits
	return emsmdb.New(emsmdb.Options{
		Store: a.store, Directory: a.store, Profile: s.profile, Policy: &s.live.policy,
		Server: object.Server{Name: s.cfg.Name, FQDN: s.cfg.FQDN, DN: a.bookServer(s.cfg).DN()},
		Logger: log.Named("emsmdb"), Now: a.opts.Now, Services: services, MinLevel: level, Trace: a.hub, Observer: a.observer(s.cfg.Name),
		Limits: emsmdb.Limits{
			SessionsPerUser: l.SessionsPerUser, Handles: l.HandlesPerSession, Notifications: l.NotificationsPerSession, Orders: int64(l.TableMemory),
			Message: object.Limits{
				Recipients: l.RecipientsPerMessage, Attachments: l.AttachmentsPerMessage, Depth: l.EmbeddingDepth, MessageSize: int64(l.MessageSize),
				Stream: int64(l.StreamSize),
			},
		},
	})
}

// bookServer is a server as the address book shows it.
func (a *App) bookServer(c config.Server) nspi.Server {
	return nspi.Server{Organization: a.cfg.Organization.Name, AdminGroup: a.cfg.Organization.AdminGroup, Name: c.Name, FQDN: c.FQDN}
}

// peers are the servers of the organisation other than c.
func (a *App) peers(c config.Server) []nspi.Server {
	var out []nspi.Server
	for _, p := range a.cfg.EffectiveServers() {
		if p.Name != c.Name {
			out = append(out, a.bookServer(p))
		}
	}
	return out
}

func (a *App) newNSPI(s *server, log *zap.Logger) *nspi.Service {
	services, level := security(s.profile.Interfaces.NSPI, s.cfg.Auth, "nspi")
	return nspi.New(nspi.Options{
		Directory: a.store, Server: a.bookServer(s.cfg), Peers: a.peers(s.cfg), StoreGUID: a.store.ReplicaGUID(),
		AdvertisedHost: s.advertisedHost, Services: services, MinLevel: level, Logger: log.Named("nspi"),
		Update: func(ctx context.Context, fn func(store.DirectoryTx) error) error {
			return a.store.Update(ctx, store.Scope{Directory: true}, func(tx store.Tx) error { return fn(tx) })
		},
		Profile: s.profile.AddressBook,
	})
}

func (a *App) newRFR(s *server, log *zap.Logger) *rfr.Service {
	services, level := security(s.profile.Interfaces.RFR, s.cfg.Auth, "rfr")
	var peers []rfr.Server
	for _, p := range a.peers(s.cfg) {
		peers = append(peers, rfr.Server{DN: p.DN(), FQDN: p.FQDN})
	}
	return rfr.New(rfr.Options{
		Server: rfr.Server{DN: a.bookServer(s.cfg).DN(), FQDN: s.cfg.FQDN}, Peers: peers, AdvertisedHost: s.advertisedHost,
		Policy: func() rfr.Policy { return *s.live.referral.Load() }, Services: services, MinLevel: level, Logger: log.Named("rfr"),
	})
}

// serviceNames are the configuration's words for authentication services.
var serviceNames = map[string]auth.Service{
	"none": auth.ServiceNone, "ntlm": auth.ServiceNTLM, "negotiate": auth.ServiceNegotiate, "kerberos": auth.ServiceKerberos,
}

var levelNames = map[string]auth.Level{
	"connect": auth.LevelConnect, "integrity": auth.LevelIntegrity, "privacy": auth.LevelPrivacy,
}

// security says who may call an interface: as the version has it, unless the configuration says otherwise. A level of
// 0 lets unauthenticated calls through; the interface itself judges them then.
func security(i profile.Interface, c config.Auth, name string) ([]auth.Service, auth.Level) {
	var services []auth.Service
	for _, s := range i.Services {
		services = append(services, auth.Service(s))
	}
	anonymous, level := i.Anonymous, max(auth.Level(i.MinimumLevel), auth.LevelConnect)
	if names, ok := c.Interfaces[name]; ok {
		services, anonymous = []auth.Service{}, slices.Contains(names, "none")
		for _, n := range names {
			services = append(services, serviceNames[n])
		}
	}
	if n, ok := c.MinimumLevel[name]; ok {
		return services, levelNames[n]
	}
	if anonymous {
		level = 0
	}
	return services, level
}

// advertisedHost is the host clients are told, empty for the server's own name.
func (s *server) advertisedHost() string { return s.live.advertise.Load().host }

// closeListeners stops accepting; connections go on.
func (s *server) closeListeners() {
	for _, l := range s.listeners {
		l.Close()
	}
}

func (s *server) addresses() ServerAddresses {
	out := ServerAddresses{Name: s.cfg.Name, FQDN: s.cfg.FQDN, Profile: s.profile.Name}
	for i, to := range []*[]string{&out.EPM, &out.EMSMDB, &out.NSPI} {
		for _, addr := range s.listeners[i].Addrs() {
			*to = append(*to, addr.String())
		}
	}
	return out
}
