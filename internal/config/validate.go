package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Profiles are the versions that a server can pose as.
var Profiles = []string{"exchange2003", "exchange2007", "exchange2010-rtm", "exchange2010-sp1", "exchange2013", "exchange2016"}

var (
	switches   = []string{"auto", "on", "off"}
	interfaces = []string{"emsmdb", "nspi", "rfr", "epm"}
	services   = []string{"ntlm", "negotiate", "kerberos", "none"}
	levels     = []string{"connect", "integrity", "privacy"}
)

// Patterns of names. A computer name is at most 15 characters: clients derive NetBIOS names from it.
var (
	computerName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$`)
	hostName     = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*$`)
	// versions is one item of blocked_client_versions: up to four numbers, or a range of which one end may be open.
	versions = regexp.MustCompile(`^([0-9]+(\.[0-9]+){0,3})?(-([0-9]+(\.[0-9]+){0,3})?)?$`)
)

// checker collects problems.
type checker struct {
	cfg      *Config
	problems []error
}

func (c *checker) add(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Source: c.cfg.set[path], Path: path, Text: fmt.Sprintf(format, args...)})
}

// Validate returns everything that is wrong, joined, or nil. Each is a Problem with its path and, if known, its place.
func (c *Config) Validate() error {
	k := checker{cfg: c}
	k.organization()
	k.listen()
	for i, s := range c.EffectiveServers() {
		k.server(s, c.pathOf(i))
	}
	k.clashes()
	k.storage()
	k.smtp()
	k.limits()
	k.oneOf("log.level", c.Log.Level, []string{"debug", "info", "warn", "error"})
	k.oneOf("log.format", c.Log.Format, []string{"auto", "console", "json"})
	k.missing()
	return errors.Join(k.problems...)
}

// Warnings are things that work but that one should know, in Problem's form.
func (c *Config) Warnings() []Problem {
	k := checker{cfg: c}
	for i, s := range c.EffectiveServers() {
		path := c.pathOf(i)
		if s.Profile == "exchange2013" || s.Profile == "exchange2016" {
			k.add(path("profile"), "RPC over TCP with %s is a lab extension: these versions no longer offered it", s.Profile)
		}
		for _, p := range []struct {
			key  string
			port int
		}{{"emsmdb", s.EMSMDB}, {"nspi", s.NSPI}} {
			if x11First <= p.port && p.port <= x11Last {
				k.add(path(p.key), "analysers take ports %d-%d for X11 and will not decode port %d", x11First, x11Last, p.port)
			}
		}
	}
	out := make([]Problem, len(k.problems))
	for i, p := range k.problems {
		out[i] = p.(Problem)
	}
	return out
}

// pathOf gives the paths of the keys of effective server i.
func (c *Config) pathOf(i int) func(key string) string {
	if len(c.Servers) == 0 {
		return topPath
	}
	return func(key string) string { return fmt.Sprintf("servers[%d].%s", i, key) }
}

// topPath is where the top level keeps what a server's entry calls key.
func topPath(key string) string {
	switch key {
	case "name", "fqdn", "profile":
		return "server." + key
	case "address", "epm", "emsmdb", "nspi":
		return "listen." + key
	}
	return key
}

func (c *checker) oneOf(path, value string, allowed []string) {
	if slices.Contains(allowed, value) {
		return
	}
	if near := nearest(value, allowed); near != "" {
		c.add(path, "%q is not known, did you mean %s?", value, near)
		return
	}
	c.add(path, "%q is not one of %s", value, strings.Join(allowed, ", "))
}

func (c *checker) atLeast(path string, value, least int64) {
	if value < least {
		c.add(path, "%d is too small, the least is %d", value, least)
	}
}

func (c *checker) port(path string, port int) {
	if port < 0 || port > 65535 {
		c.add(path, "%d is not a port", port)
	}
}

func (c *checker) organization() {
	o := c.cfg.Organization
	for _, p := range []struct{ path, value string }{{"organization.name", o.Name}, {"organization.admin_group", o.AdminGroup}} {
		if p.value == "" || len(p.value) > 64 || strings.ContainsAny(p.value, "/=") {
			c.add(p.path, "%q cannot stand in a DN: 1 to 64 characters without / and =", p.value)
		}
	}
	if !hostName.MatchString(o.Domain) {
		c.add("organization.domain", "%q is not a mail domain", o.Domain)
	}
	if !computerName.MatchString(o.NetBIOS) {
		c.add("organization.netbios", "%q is not a NetBIOS name: 1 to 15 letters, digits and hyphens", o.NetBIOS)
	}
	if !hostName.MatchString(o.Realm) {
		c.add("organization.realm", "%q is not a realm", o.Realm)
	}
}

// Ports that analysers give to X11.
const x11First, x11Last = 6000, 6063

func (c *checker) listen() {
	l := c.cfg.Listen
	c.port("listen.admin", l.Admin)
	if l.SMTP != PortOff {
		c.port("listen.smtp", int(l.SMTP))
	}
	r := l.DynamicRange
	switch need := 2 * len(c.cfg.EffectiveServers()); {
	case r.First < 1024 || r.Last > 65535 || r.Last < r.First:
		c.add("listen.dynamic_range", "%s is not a range of ports between 1024 and 65535", r)
	case r.First <= x11Last && r.Last >= x11First:
		c.add("listen.dynamic_range", "%s contains ports of %d-%d, which analysers take for X11", r, x11First, x11Last)
	case r.Last-r.First+1 < need:
		c.add("listen.dynamic_range", "%s holds fewer than the %d ports that the servers need", r, need)
	}
	if a := c.cfg.Admin.Address; a != "" {
		if _, err := netip.ParseAddr(a); err != nil {
			c.add("admin.address", "%q is not an IP address", a)
		}
	}
}

func (c *checker) server(s Server, path func(string) string) {
	if !computerName.MatchString(s.Name) {
		c.add(path("name"), "%q is not a computer name: 1 to 15 letters, digits and hyphens", s.Name)
	}
	label, _, _ := strings.Cut(s.FQDN, ".")
	if !hostName.MatchString(s.FQDN) {
		c.add(path("fqdn"), "%q is not a host name", s.FQDN)
	} else if !strings.EqualFold(label, s.Name) {
		c.add(path("fqdn"), "%q must begin with the computer name %s: clients use both for the same server", s.FQDN, s.Name)
	}
	c.oneOf(path("profile"), s.Profile, Profiles)
	if len(s.Address) == 0 {
		c.add(path("address"), "no address to listen on")
	}
	for _, a := range s.Address {
		if _, err := netip.ParseAddr(a); err != nil {
			c.add(path("address"), "%q is not an IP address", a)
		}
	}
	c.port(path("epm"), s.EPM)
	c.port(path("emsmdb"), s.EMSMDB)
	c.port(path("nspi"), s.NSPI)
	if h := s.Advertise.Host; h != "" && !hostName.MatchString(h) {
		if _, err := netip.ParseAddr(h); err != nil {
			c.add(path("advertise.host"), "%q is neither a host name nor an IP address", h)
		}
	}
	c.port(path("advertise.emsmdb"), s.Advertise.EMSMDB)
	c.port(path("advertise.nspi"), s.Advertise.NSPI)
	for _, v := range s.RPC.BlockedClientVersions {
		for item := range strings.SplitSeq(v, ";") { // Exchange's own divider
			if item = strings.TrimSpace(item); item == "" || item == "-" || !versions.MatchString(item) {
				c.add(path("rpc.blocked_client_versions"), "%q is neither a version like 14.0.0 nor a range like 14.0.0-14.32767.65535", item)
			}
		}
	}
	c.atLeast(path("rpc.maximum_connections"), int64(s.RPC.MaximumConnections), 1)
	c.oneOf(path("rpc.compression"), s.RPC.Compression, switches)
	c.oneOf(path("rpc.xor"), s.RPC.XOR, switches)
	for _, name := range slices.Sorted(maps.Keys(s.Auth.Interfaces)) {
		at := path("auth.interfaces") + "." + name
		c.oneOf(at, name, interfaces)
		for _, service := range s.Auth.Interfaces[name] {
			c.oneOf(at, service, services)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Auth.MinimumLevel)) {
		at := path("auth.minimum_level") + "." + name
		c.oneOf(at, name, interfaces[:3])
		c.oneOf(at, s.Auth.MinimumLevel[name], levels)
	}
	c.oneOf(path("auth.ntlm.require_mic"), s.Auth.NTLM.RequireMIC, switches)
	c.keytab(s.Auth, path)
}

// keytab checks what Kerberos needs. Whether the keys are any good is seen when they are read.
func (c *checker) keytab(a Auth, path func(string) string) {
	if a.Keytab == "" {
		for _, name := range slices.Sorted(maps.Keys(a.Interfaces)) {
			if slices.Contains(a.Interfaces[name], "kerberos") {
				c.add(path("auth.interfaces")+"."+name, "kerberos needs auth.keytab, the file with the server's keys")
			}
		}
		return
	}
	b, err := os.ReadFile(a.Keytab)
	switch {
	case err != nil:
		c.add(path("auth.keytab"), "cannot read %q: %v", a.Keytab, errors.Unwrap(err))
	case len(b) < 2 || b[0] != 5 || b[1] != 1 && b[1] != 2:
		c.add(path("auth.keytab"), "%q is not a keytab", a.Keytab)
	}
}

// smtp checks what mail from elsewhere needs.
func (c *checker) smtp() {
	m := c.cfg.SMTP
	if !hostName.MatchString(m.Hostname) {
		c.add("smtp.hostname", "%q is not a host name", m.Hostname)
	}
	switch {
	case (m.TLSCert == "" || m.TLSCert == NoTLS) && m.TLSKey == "":
		return
	case m.TLSCert == "" || m.TLSCert == NoTLS || m.TLSKey == "":
		c.add("smtp.tls_cert", "a certificate and its key belong together: set smtp.tls_cert and smtp.tls_key")
		return
	}
	if _, err := tls.LoadX509KeyPair(m.TLSCert, m.TLSKey); err != nil {
		if file, ok := errors.AsType[*fs.PathError](err); ok {
			key := "smtp.tls_cert"
			if file.Path == m.TLSKey {
				key = "smtp.tls_key"
			}
			c.add(key, "cannot read %q: %v", file.Path, file.Err)
			return
		}
		c.add("smtp.tls_cert", "%q with the key %q: %v", m.TLSCert, m.TLSKey, err)
	}
}

// clashes finds fixed ports that two listeners want on one address, and names that two servers have.
func (c *checker) clashes() {
	owner := make(map[string]string)
	claim := func(addresses []string, port int, path string) {
		if port == 0 {
			return
		}
		for _, a := range addresses {
			at := fmt.Sprintf("%s port %d", a, port)
			if other, taken := owner[at]; taken {
				c.add(path, "%s is wanted by %s too", at, other)
				continue
			}
			owner[at] = path
		}
	}
	if l := c.cfg.Listen; l.SMTP != PortOff {
		claim(l.Address, int(l.SMTP), "listen.smtp")
	}
	names := make(map[string]string)
	for i, s := range c.cfg.EffectiveServers() {
		path := c.cfg.pathOf(i)
		name := strings.ToLower(s.Name)
		if other, taken := names[name]; taken {
			c.add(path("name"), "%s is the name of %s too", s.Name, other)
		}
		names[name] = path("name")
		claim(s.Address, s.EPM, path("epm"))
		claim(s.Address, s.EMSMDB, path("emsmdb"))
		if s.NSPI != s.EMSMDB { // one port may carry both
			claim(s.Address, s.NSPI, path("nspi"))
		}
	}
}

func (c *checker) storage() {
	s := c.cfg.Store
	c.oneOf("store.engine", s.Engine, []string{"sqlite"})
	c.oneOf("store.durability", s.Durability, []string{"full", "normal", "off"})
	if s.Path == "" {
		c.add("store.path", "no path; %q is a private temporary file", Memory)
	}
	c.file("seed", c.cfg.Seed, "demo", "none")
	c.file("admin.token_file", c.cfg.Admin.TokenFile, "")
}

// file checks that a file can be opened, unless the value is one of those that are none.
func (c *checker) file(path, name string, none ...string) {
	if slices.Contains(none, name) {
		return
	}
	f, err := os.Open(name)
	if err != nil {
		c.add(path, "cannot open %q: %v", name, errors.Unwrap(err))
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		c.add(path, "%q is not a file", name)
	}
}

func (c *checker) limits() {
	l := c.cfg.Limits
	c.atLeast("limits.connections", int64(l.Connections), 1)
	c.atLeast("limits.calls_per_connection", int64(l.CallsPerConnection), 2) // a parked wait and a call
	c.atLeast("limits.request_size", int64(l.RequestSize), 512<<10)          // the largest call of EMSMDB with room
	c.atLeast("limits.handshake_timeout", int64(l.HandshakeTimeout), int64(seconds(1)))
	c.atLeast("limits.idle_timeout", int64(l.IdleTimeout), int64(seconds(1)))
	c.atLeast("limits.sessions_per_user", int64(l.SessionsPerUser), 1)
	c.atLeast("limits.handles_per_session", int64(l.HandlesPerSession), 16)
	c.atLeast("limits.notifications_per_session", int64(l.NotificationsPerSession), 16)
	c.atLeast("limits.table_memory", int64(l.TableMemory), 1<<20)
	c.atLeast("limits.recipients_per_message", int64(l.RecipientsPerMessage), 1)
	c.atLeast("limits.attachments_per_message", int64(l.AttachmentsPerMessage), 1)
	c.atLeast("limits.embedding_depth", int64(l.EmbeddingDepth), 1)
	c.atLeast("limits.message_size", int64(l.MessageSize), 64<<10)
	c.atLeast("limits.stream_size", int64(l.StreamSize), 64<<10)
	c.atLeast("limits.admin_connections", int64(l.AdminConnections), 4)
	c.atLeast("limits.admin_streams", int64(l.AdminStreams), 1)
	c.atLeast("limits.admin_body_size", int64(l.AdminBodySize), 1<<10)
	c.atLeast("limits.smtp_connections", int64(l.SMTPConnections), 1)
	c.atLeast("limits.smtp_message_size", int64(l.SMTPMessageSize), 64<<10)
	c.atLeast("limits.shutdown_grace", int64(l.ShutdownGrace), 0)
}

// missing refuses settings of parts that this version does not have: a key that does nothing would lie.
func (c *checker) missing() {
	absent := func(path string, wanted bool, what string) {
		if wanted {
			c.add(path, "%s is not available in this version", what)
		}
	}
	cfg := c.cfg
	absent("smtp.smarthost", cfg.SMTP.Smarthost != "", "sending mail elsewhere")
}
