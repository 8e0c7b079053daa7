// Package config is the configuration of mapid: its defaults, the YAML file, the environment, and the check of the
// whole. A setting comes from a flag, else from the environment, else from the file, else from Default. Only
// internal/app and cmd/mapid import this package; everything below gets Options of its own.
package config

import (
	"net"
	"net/netip"
	"strconv"
)

// Config is the whole configuration. The yaml tags are the keys of the file; MAPID_ and the path in upper case with
// underscores is the environment variable of a leaf.
type Config struct {
	Organization Organization `yaml:"organization"`
	Server       Identity     `yaml:"server"`
	Servers      []Server     `yaml:"servers"`
	Listen       Listen       `yaml:"listen"`
	Advertise    Advertise    `yaml:"advertise"`
	RPC          RPC          `yaml:"rpc"`
	RFR          RFR          `yaml:"rfr"`
	Auth         Auth         `yaml:"auth"`
	Store        Store        `yaml:"store"`
	Seed         string       `yaml:"seed"` // demo, none, or the path of a seed file
	SMTP         SMTP         `yaml:"smtp"`
	Admin        Admin        `yaml:"admin"`
	Limits       Limits       `yaml:"limits"`
	Log          Log          `yaml:"log"`
	Trace        Trace        `yaml:"trace"`

	set map[string]string // where each key got its value that did not keep its default, by path
}

// Organization names what the servers have in common.
type Organization struct {
	Name       string `yaml:"name"`        // /o= of every DN
	AdminGroup string `yaml:"admin_group"` // /ou= of every DN
	Domain     string `yaml:"domain"`      // primary SMTP domain
	NetBIOS    string `yaml:"netbios"`     // NTLM domain
	Realm      string `yaml:"realm"`       // Kerberos realm
}

// Identity is the Exchange server that clients see.
type Identity struct {
	Name    string `yaml:"name"`    // computer name
	FQDN    string `yaml:"fqdn"`    // its leftmost label is Name
	Profile string `yaml:"profile"` // the Exchange version it poses as
}

// Server is one of several servers over the same store. What an entry of servers does not set it has from the
// top level.
type Server struct {
	Name      string    `yaml:"name"`
	FQDN      string    `yaml:"fqdn"`
	Profile   string    `yaml:"profile"`
	Address   Addresses `yaml:"address"`
	EPM       int       `yaml:"epm"`
	EMSMDB    int       `yaml:"emsmdb"`
	NSPI      int       `yaml:"nspi"`
	Advertise Advertise `yaml:"advertise"`
	RPC       RPC       `yaml:"rpc"`
	RFR       RFR       `yaml:"rfr"`
	Auth      Auth      `yaml:"auth"`
}

// Listen says where the servers listen. Port 0 is a free port.
type Listen struct {
	Address      Addresses `yaml:"address"`
	EPM          int       `yaml:"epm"`
	EMSMDB       int       `yaml:"emsmdb"`
	NSPI         int       `yaml:"nspi"`
	DynamicRange PortRange `yaml:"dynamic_range"`
	Admin        int       `yaml:"admin"`
	SMTP         Port      `yaml:"smtp"`
}

// Advertise is what clients are told instead of the truth, for NAT and containers.
type Advertise struct {
	Host   string `yaml:"host"`
	EMSMDB int    `yaml:"emsmdb"`
	NSPI   int    `yaml:"nspi"`
}

// RPC is the part of the configuration that Exchange keeps in its RpcClientAccess object, and what else can be
// changed on a running server.
type RPC struct {
	EncryptionRequired    *bool    `yaml:"encryption_required"` // nil: as the profile has it
	BlockedClientVersions []string `yaml:"blocked_client_versions"`
	MaximumConnections    int      `yaml:"maximum_connections"`
	Compression           string   `yaml:"compression"` // auto, on, off
	XOR                   string   `yaml:"xor"`         // auto, on, off
	Strict                bool     `yaml:"strict"`
	PushAnyAddress        bool     `yaml:"push_any_address"`
}

// RFR is the referral service.
type RFR struct {
	Enabled      bool   `yaml:"enabled"`
	TargetServer string `yaml:"target_server"`
	NSPITarget   string `yaml:"nspi_target"`
}

// Auth says who may authenticate, and how.
type Auth struct {
	Keytab       string              `yaml:"keytab"`
	Interfaces   map[string][]string `yaml:"interfaces"`
	MinimumLevel map[string]string   `yaml:"minimum_level"`
	NTLM         NTLM                `yaml:"ntlm"`
}

// NTLM is what NTLM contexts must have.
type NTLM struct {
	V1         bool   `yaml:"v1"`
	Require128 bool   `yaml:"require_128"`
	RequireMIC string `yaml:"require_mic"` // auto, on, off
}

// Memory is the store path that means a private temporary file.
const Memory = ":memory:"

// Store is where mailboxes and directory are kept.
type Store struct {
	Engine     string `yaml:"engine"`
	Path       string `yaml:"path"`
	Durability string `yaml:"durability"` // full, normal, off
}

// SMTP is mail from and to elsewhere.
type SMTP struct {
	Hostname  string `yaml:"hostname"`
	Smarthost string `yaml:"smarthost"`
	TLSCert   string `yaml:"tls_cert"` // NoTLS offers no STARTTLS
	TLSKey    string `yaml:"tls_key"`
}

// NoTLS is the certificate that means none.
const NoTLS = "off"

// Admin is the HTTP API.
type Admin struct {
	Address   string `yaml:"address"`
	TokenFile string `yaml:"token_file"`
}

// Limits bound what clients can make a server do.
type Limits struct {
	Connections             int      `yaml:"connections"`
	CallsPerConnection      int      `yaml:"calls_per_connection"`
	RequestSize             Size     `yaml:"request_size"`
	HandshakeTimeout        Duration `yaml:"handshake_timeout"`
	IdleTimeout             Duration `yaml:"idle_timeout"`
	SessionsPerUser         int      `yaml:"sessions_per_user"`
	HandlesPerSession       int      `yaml:"handles_per_session"`
	NotificationsPerSession int      `yaml:"notifications_per_session"`
	TableMemory             Size     `yaml:"table_memory"`
	RecipientsPerMessage    int      `yaml:"recipients_per_message"`
	AttachmentsPerMessage   int      `yaml:"attachments_per_message"`
	EmbeddingDepth          int      `yaml:"embedding_depth"`
	MessageSize             Size     `yaml:"message_size"`
	StreamSize              Size     `yaml:"stream_size"`
	AdminConnections        int      `yaml:"admin_connections"`
	AdminStreams            int      `yaml:"admin_streams"`
	AdminBodySize           Size     `yaml:"admin_body_size"`
	SMTPConnections         int      `yaml:"smtp_connections"`
	SMTPMessageSize         Size     `yaml:"smtp_message_size"`
	ShutdownGrace           Duration `yaml:"shutdown_grace"`
}

// Log is the server's own log, on standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // auto, console, json
}

// Trace is the record of decoded traffic.
type Trace struct {
	File   string `yaml:"file"`
	Bodies bool   `yaml:"bodies"`
}

// Default is the configuration when nothing is set.
func Default() Config {
	return Config{
		Organization: Organization{
			Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test", NetBIOS: "MAPID", Realm: "MAPID.TEST",
		},
		Server:  Identity{Name: "EXCH01", FQDN: "exch01.mapid.test", Profile: "exchange2010-sp1"},
		Servers: []Server{},
		Listen: Listen{
			Address: Addresses{"127.0.0.1"}, EPM: 135, DynamicRange: PortRange{First: 59531, Last: 60554}, Admin: 8135, SMTP: PortOff,
		},
		RPC: RPC{
			BlockedClientVersions: []string{}, MaximumConnections: 65536, Compression: "auto", XOR: "auto",
		},
		RFR: RFR{Enabled: true},
		Auth: Auth{
			Interfaces: map[string][]string{}, MinimumLevel: map[string]string{},
			NTLM: NTLM{Require128: true, RequireMIC: "auto"},
		},
		Store: Store{Engine: "sqlite", Path: "./mapid-data/mapid.db", Durability: "full"},
		Seed:  "demo",
		SMTP:  SMTP{Hostname: "exch01.mapid.test"},
		Limits: Limits{
			Connections: 65536, CallsPerConnection: 64, RequestSize: 4 << 20,
			HandshakeTimeout: seconds(60), IdleTimeout: seconds(7200),
			SessionsPerUser: 256, HandlesPerSession: 32768, NotificationsPerSession: 1024, TableMemory: 256 << 20,
			RecipientsPerMessage: 20000, AttachmentsPerMessage: 1000, EmbeddingDepth: 30, MessageSize: 2 << 30, StreamSize: 2 << 30,
			AdminConnections: 1024, AdminStreams: 256, AdminBodySize: 32 << 20, SMTPConnections: 128, SMTPMessageSize: 36 << 20, ShutdownGrace: seconds(10),
		},
		Log:   Log{Level: "info", Format: "auto"},
		Trace: Trace{Bodies: true},
	}
}

// IsSet reports whether a file, the environment or a flag gave the key at path a value, even the default one.
func (c *Config) IsSet(path string) bool { return c.set[path] != "" }

// EffectiveServers is servers, or the one server of the top level when there are none.
func (c *Config) EffectiveServers() []Server {
	if len(c.Servers) > 0 {
		return c.Servers
	}
	return []Server{c.top()}
}

// AdminAddress is where the admin API listens: admin.address, or the first loopback address of listen.address, or
// 127.0.0.1.
func (c *Config) AdminAddress() string {
	if c.Admin.Address != "" {
		return c.Admin.Address
	}
	for _, s := range c.EffectiveServers() {
		for _, a := range s.Address {
			if ip, err := netip.ParseAddr(a); err == nil && ip.IsLoopback() {
				return a
			}
		}
	}
	return "127.0.0.1"
}

// AdminURL is where the admin API is reached from the same machine.
func (c *Config) AdminURL() string {
	host := c.AdminAddress()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(c.Listen.Admin))
}

// top is the server that the top level describes; entries of servers start from it.
func (c *Config) top() Server {
	return Server{
		Name: c.Server.Name, FQDN: c.Server.FQDN, Profile: c.Server.Profile,
		Address: c.Listen.Address, EPM: c.Listen.EPM, EMSMDB: c.Listen.EMSMDB, NSPI: c.Listen.NSPI,
		Advertise: c.Advertise, RPC: c.RPC, RFR: c.RFR, Auth: c.Auth,
	}
}
