// Package nspi is the address book: the Name Service Provider Interface of [MS-OXNSPI] over snapshots of a
// store.Directory, with the attributes of [MS-OXOABK]. Service has one method per operation and knows no transport;
// the rpc_ files are its stubs over DCE/RPC.
//
// A position in a table is entirely in the caller's Stat, so a session has no state but who it belongs to.
package nspi

import (
	"context"
	"crypto/sha1"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/store"
)

// Options is what New needs. Directory, Server and Logger are required.
type Options struct {
	Directory store.Directory
	// Update runs fn in a transaction that writes the directory, for NspiModProps and NspiModLinkAtt. nil refuses
	// every change with access denied.
	Update func(ctx context.Context, fn func(store.DirectoryTx) error) error
	Server Server
	// Peers are the other servers of the organisation. Their objects are found by DN, too.
	Peers []Server
	// StoreGUID tells stores apart whose entries have the same MIds but are not the same objects.
	StoreGUID mapi.GUID
	// AdvertisedHost is the host clients are told to reach this server under; nil or "" is Server.FQDN.
	AdvertisedHost func() string
	Profile        profile.AddressBook
	// Services and MinLevel go into the Interface. An unauthenticated bind should be let through: NspiBind refuses
	// it in the way clients expect.
	Services []auth.Service
	MinLevel auth.Level
	Logger   *zap.Logger
}

// Server is what the address book shows of the Exchange server it belongs to. None of it is stored, so that several
// servers can show one directory.
type Server struct {
	Organization string // after /o=
	AdminGroup   string // after /ou=
	Name         string // computer name
	FQDN         string
}

// DN returns the legacy DN of the server object.
func (s Server) DN() string {
	return "/o=" + s.Organization + "/ou=" + s.AdminGroup + "/cn=Configuration/cn=Servers/cn=" + s.Name
}

// DatabaseDN returns the legacy DN of the mailbox database, which mailboxes show as their home.
func (s Server) DatabaseDN() string { return s.DN() + "/cn=Microsoft Private MDB" }

// Service is the address book of one server. It is safe for concurrent use.
type Service struct {
	dir     store.Directory
	update  func(context.Context, func(store.DirectoryTx) error) error
	server  Server
	servers []Server // server and its peers
	host    func() string
	profile profile.AddressBook
	auths   []auth.Service
	level   auth.Level
	log     *zap.Logger
	guid    mapi.GUID // of NspiBind: tells clients how far they may trust an MId

	book    atomic.Pointer[book]
	bookMux sync.Mutex // held while a new book replaces the current one
}

// New returns the address book of one server.
func New(o Options) *Service {
	s := &Service{
		dir: o.Directory, update: o.Update, server: o.Server, servers: append([]Server{o.Server}, o.Peers...), host: o.AdvertisedHost, profile: o.Profile,
		auths: o.Services, level: o.MinLevel, log: o.Logger,
		guid: nameGUID("server", string(o.StoreGUID[:]), o.Server.DN()),
	}
	if s.host == nil {
		s.host = func() string { return "" }
	}
	return s
}

// ServerGUID returns the GUID of NspiBind. It is the same for the same store and server.
func (s *Service) ServerGUID() mapi.GUID { return s.guid }

// nameGUID derives a GUID from names, as version 5 UUIDs do.
func nameGUID(parts ...string) (g mapi.GUID) {
	h := sha1.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	copy(g[:], h.Sum(nil))
	g[7] = g[7]&0x0F | 0x50
	g[8] = g[8]&0x3F | 0x80
	return g
}

// Interface returns the RPC interface. Call it once.
func (s *Service) Interface() *dcerpc.Interface {
	return &dcerpc.Interface{
		ID:         InterfaceID,
		Name:       "nspi",
		Annotation: "MS Exchange Directory NSP Interface",
		Services:   s.auths,
		MinLevel:   s.level,
		Ops:        s.ops(),
	}
}
