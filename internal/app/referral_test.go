package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapiclient"
)

// directoryClient looks for an address book in the order in which Outlook's provider does: a server the administrator
// fixed, the server an earlier referral left in the profile, a referral by the home server, the home server itself, and
// the referral once more before it gives up.
type directoryClient struct {
	options mapiclient.Options // to reach a host by, without an address
	mappers map[string]string  // endpoint mapper of each host that can be reached
	fixed   string             // step 2, "DS Server"
	saved   string             // step 4, PR_PROFILE_HOME_SERVER of the address book's section
	home    string             // steps 5 and 6
	trail   []string
}

// dial binds an interface at a host by its name.
func (c *directoryClient) dial(ctx context.Context, host string, book bool) (*mapiclient.Conn, error) {
	o := c.options
	o.Mapper = c.mappers[strings.ToLower(host)]
	if o.Mapper == "" {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if book {
		return mapiclient.Dial(ctx, o, mapiclient.NSPI)
	}
	return mapiclient.Dial(ctx, o, mapiclient.RFR)
}

// try binds the address book of a host.
func (c *directoryClient) try(ctx context.Context, how, host string) (*mapiclient.Book, error) {
	if host == "" {
		return nil, errors.New("nobody to ask")
	}
	c.trail = append(c.trail, how)
	conn, err := c.dial(ctx, host, true)
	if err != nil {
		return nil, err
	}
	b, err := conn.OpenBook(ctx, mapiclient.Stat{CodePage: 1252})
	if err != nil {
		conn.Close()
		return nil, err
	}
	return b, nil
}

// refer asks the home server for an address book and binds that.
func (c *directoryClient) refer(ctx context.Context) (*mapiclient.Book, error) {
	c.trail = append(c.trail, "refer")
	conn, err := c.dial(ctx, c.home, false)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	host, err := conn.NewDSA(ctx, "")
	if err != nil {
		return nil, err
	}
	return c.try(ctx, "referred", host)
}

func (c *directoryClient) find(ctx context.Context) (*mapiclient.Book, error) {
	for _, step := range []func() (*mapiclient.Book, error){
		func() (*mapiclient.Book, error) { return c.try(ctx, "fixed", c.fixed) },
		func() (*mapiclient.Book, error) { return c.try(ctx, "saved", c.saved) },
		func() (*mapiclient.Book, error) { return c.refer(ctx) },
		func() (*mapiclient.Book, error) { return c.try(ctx, "direct", c.home) },
		func() (*mapiclient.Book, error) { return c.refer(ctx) },
	} {
		if b, err := step(); err == nil {
			return b, nil
		}
	}
	return nil, errors.New("no address book")
}

func TestReferralLogicReachesTheAddressBook(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) {
		first := o.Config.EffectiveServers()[0]
		second, third := first, first
		second.Name, second.FQDN, second.Profile = "EXCH02", "exch02.mapid.test", "exchange2007"
		third.Name, third.FQDN = "EXCH03", "exch03.mapid.test"
		third.Auth.MinimumLevel = map[string]string{"nspi": "privacy"}
		o.Config.Servers = append(o.Config.Servers, first, second, third)
	})
	mappers := make(map[string]string)
	for _, s := range r.Addresses().Servers {
		mappers[strings.ToLower(s.FQDN)] = s.EPM[0]
	}
	const exch01, exch02, exch03, dead = "exch01.mapid.test", "exch02.mapid.test", "exch03.mapid.test", "gc.mapid.test"
	// Not parallel: the cases change the running server.
	for _, tt := range []struct {
		name   string
		change string // of EXCH01's referral, or EXCH03's where that is the home server
		client directoryClient
		trail  string // what was asked, in order; empty if nothing answers
	}{
		{"Fixed", `{}`, directoryClient{fixed: exch02, home: exch01}, "fixed"},
		{"FixedIsDown", `{}`, directoryClient{fixed: dead, home: exch01}, "fixed refer referred"},
		{"Saved", `{}`, directoryClient{saved: exch01, home: exch01}, "saved"},
		{"SavedIsDown", `{}`, directoryClient{saved: dead, home: exch01}, "saved refer referred"},
		{"Referred", `{}`, directoryClient{home: exch01}, "refer referred"},
		{"ReferredElsewhere", `{"target_server":"exch02.mapid.test"}`, directoryClient{home: exch01}, "refer referred"},
		{"NSPITarget", `{"nspi_target":"exch02.mapid.test"}`, directoryClient{home: exch01}, "refer referred"},
		{"ReferredToADeadServer", `{"target_server":"gc.mapid.test"}`, directoryClient{home: exch01}, "refer referred direct"},
		{"NoRFRService", `{"enabled":false}`, directoryClient{home: exch01}, "refer direct"},
		{"ReferralRefusesNTLM", `{}`, directoryClient{home: exch02}, "refer direct"},
		{"ReferralRefusesNTLMNegotiateHelps", `{}`, directoryClient{home: exch02, options: mapiclient.Options{Service: auth.ServiceNegotiate}}, "refer referred"},
		{"DirectTooWeak", `{"target_server":"exch01.mapid.test"}`, directoryClient{home: exch03, options: mapiclient.Options{Level: auth.LevelConnect}}, "refer referred"},
		{"NothingAnswers", `{}`, directoryClient{home: dead}, ""},
		{"WrongPassword", `{}`, directoryClient{home: exch01, options: mapiclient.Options{Password: "x"}}, ""},
	} {
		server := "EXCH01"
		if tt.client.home == exch03 {
			server = "EXCH03"
		}
		r.must("PATCH", "/api/v1/referral?server="+server, tt.change, nil)
		c := tt.client
		edit := c.options
		c.mappers = mappers
		c.options = r.client(func(o *mapiclient.Options) {
			if edit.Service != 0 {
				o.Service = edit.Service
			}
			if edit.Level != 0 {
				o.Level = edit.Level
			}
			if edit.Password != "" {
				o.Password = edit.Password
			}
		})
		b, err := c.find(t.Context())
		got := strings.Join(c.trail, " ")
		switch {
		case tt.trail == "" && err == nil:
			t.Errorf("%s: found by %s", tt.name, got)
		case tt.trail != "" && (err != nil || got != tt.trail):
			t.Errorf("%s: asked %s, want %s; %v", tt.name, got, tt.trail, err)
		case tt.trail != "":
			if err := b.Close(t.Context()); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		r.must("PATCH", "/api/v1/referral?server="+server, `{"enabled":null,"target_server":null,"nspi_target":null}`, nil)
	}
}

// TestReferralIsAskedAgain: an address book that is down while it is asked first, and up when the referral is asked for
// the second time.
func TestReferralIsAskedAgain(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	down := 2 // binds of the address book that fail
	book := r.Addresses().Servers[0].NSPI[0]
	c := &directoryClient{
		home: "exch01.mapid.test", mappers: map[string]string{"exch01.mapid.test": r.Addresses().Servers[0].EPM[0]},
	}
	calls := 0
	c.options = r.client(func(o *mapiclient.Options) {
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == book {
				calls++
				if referral := calls == 1 || calls == 4; !referral && down > 0 {
					down--
					return nil, errors.New("connection refused")
				}
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	})
	if _, err := c.find(t.Context()); err != nil || !slices.Equal(c.trail, []string{"refer", "referred", "direct", "refer", "referred"}) {
		t.Errorf("%v, %v", c.trail, err)
	}
}

// TestSeveralAddressesOfBothFamilies reads the inbox over each address, the mapper's answer included.
func TestSeveralAddressesOfBothFamilies(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 loopback on this machine: %v", err)
	}
	l.Close()
	for name, tt := range map[string]struct {
		listen []string
		reach  []string
	}{
		"Two":      {[]string{"127.0.0.1", "127.0.0.2", "::1"}, []string{"127.0.0.1", "127.0.0.2", "::1"}},
		"Wildcard": {[]string{"::"}, []string{"127.0.0.1", "::1"}},
		"Only6":    {[]string{"::1"}, []string{"::1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(o *Options) { o.Config.Listen.Address = tt.listen })
			_, port, err := net.SplitHostPort(r.Addresses().Servers[0].EPM[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, host := range tt.reach {
				s := r.mustConnect(r.client(func(o *mapiclient.Options) { o.Mapper = net.JoinHostPort(host, port) }))
				if n := len(r.subjects(s, "alice")); n < 25 {
					t.Errorf("%s: %d subjects", host, n)
				}
				c, err := mapiclient.Dial(t.Context(), r.client(func(o *mapiclient.Options) { o.Mapper = net.JoinHostPort(host, port) }), mapiclient.NSPI)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := c.OpenBook(t.Context(), mapiclient.Stat{CodePage: 1252}); err != nil {
					t.Errorf("%s: %v", host, err)
				}
				c.Close()
			}
		})
	}
}

func TestFixedPorts(t *testing.T) {
	t.Parallel()
	free := func() int { // a port that was free a moment ago
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port
	}
	mail, book := free(), free()
	r := start(t, func(o *Options) { o.Config.Listen.EMSMDB, o.Config.Listen.NSPI = mail, book })
	r.mustConnect(r.client(nil))
	for _, s := range r.Addresses().Servers {
		for i, addr := range []string{s.EMSMDB[0], s.NSPI[0]} {
			if at, err := net.ResolveTCPAddr("tcp", addr); err != nil || at.Port != []int{mail, book}[i] {
				t.Errorf("%s, %v", addr, err)
			}
		}
	}
}
