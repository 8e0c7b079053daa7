// Package rfr is the Address Book Name Service Provider Interface Referral protocol of [MS-OXABREF]: it tells clients
// which server to ask for the address book, and the host name behind a server's distinguished name.
package rfr

import (
	"strings"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

// InterfaceID is the abstract syntax of RFR: 1544f5e0-613c-11d1-93df-00c04fd7bd09 version 1.0, [MS-OXABREF] 1.9.
var InterfaceID = dcerpc.SyntaxID{
	UUID:  ndr.UUID(mapi.MustGUID("1544f5e0-613c-11d1-93df-00c04fd7bd09")),
	Major: 1,
}

// Options is what New needs. Server and Logger are required.
type Options struct {
	Server Server
	// Peers are the other servers of the organisation, whose host names are known too.
	Peers []Server
	// Policy is asked on every call; nil refers to this server.
	Policy func() Policy
	// AdvertisedHost is the host clients are told to reach this server under; nil or "" is Server.FQDN.
	AdvertisedHost func() string
	// Services and MinLevel go into the Interface.
	Services []auth.Service
	MinLevel auth.Level
	Logger   *zap.Logger
}

// Server is one Exchange server of the organisation.
type Server struct {
	DN   string // legacy DN: /o=…/ou=…/cn=Configuration/cn=Servers/cn=NAME
	FQDN string
}

// Policy is how referral is switched, after the registry values of MSExchangeSA.
type Policy struct {
	Disabled     bool   // "No RFR Service": every call fails, clients stay with the server they have
	TargetServer string // "RFR Target Server": the host clients are referred to
	NSPITarget   string // "NSPI Target Server": the same where no target is set for referral alone
}

// Service is the referral service of one server. It is safe for concurrent use.
type Service struct {
	servers []Server // its own first
	policy  func() Policy
	host    func() string
	auths   []auth.Service
	level   auth.Level
	log     *zap.Logger
}

// New returns the referral service of one server.
func New(o Options) *Service {
	s := &Service{
		servers: append([]Server{o.Server}, o.Peers...), policy: o.Policy, host: o.AdvertisedHost,
		auths: o.Services, level: o.MinLevel, log: o.Logger,
	}
	if s.policy == nil {
		s.policy = func() Policy { return Policy{} }
	}
	if s.host == nil {
		s.host = func() string { return "" }
	}
	return s
}

// Interface returns the RPC interface. Call it once.
func (s *Service) Interface() *dcerpc.Interface {
	return &dcerpc.Interface{
		ID:         InterfaceID,
		Name:       "rfr",
		Annotation: "MS Exchange Directory RFR Interface",
		Services:   s.auths,
		MinLevel:   s.level,
		Ops: map[uint16]dcerpc.Op{
			0: op(s, "RfrGetNewDSA", s.GetNewDSA),
			1: op(s, "RfrGetFQDNFromServerDN", s.GetFQDNFromServerDN),
		},
	}
}

// ownHost returns the host clients reach this server under.
func (s *Service) ownHost() string {
	if h := s.host(); h != "" {
		return h
	}
	return s.servers[0].FQDN
}

// hostOf returns the host of the server a DN names. The DN may have an instance name in front of the server's, and
// may go on with that of a database, [MS-OXABREF] 3.1.4.2.
func (s *Service) hostOf(dn string) (string, bool) {
	dn = strings.ToLower(strings.TrimRight(dn, "/"))
	for _, database := range []string{"/cn=microsoft private mdb", "/cn=microsoft public mdb"} {
		dn = strings.TrimSuffix(dn, database)
	}
	parts := strings.Split(dn, "/")
	if len(parts) == 7 { // "", o, ou, configuration, servers, instance, server
		parts = append(parts[:5], parts[6])
	}
	dn = strings.Join(parts, "/")
	for i, server := range s.servers {
		switch {
		case !strings.EqualFold(dn, server.DN):
		case i == 0:
			return s.ownHost(), true
		default:
			return server.FQDN, true
		}
	}
	return "", false
}
