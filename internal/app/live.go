package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/server/emsmdb"
	"github.com/mapid/mapid/server/epm"
	"github.com/mapid/mapid/server/rfr"
)

// live is what can be changed on a running server. A change lasts until the process ends or the data is reset.
type live struct {
	profile *profile.Profile
	initial settings // of the configuration

	mu       sync.Mutex // held by who changes settings; guards settings
	settings settings

	policy    atomic.Pointer[emsmdb.Policy]
	advertise atomic.Pointer[advertised]
	referral  atomic.Pointer[rfr.Policy]
}

// settings are the blocks of the configuration that are live.
type settings struct {
	rpc       config.RPC
	advertise config.Advertise
	rfr       config.RFR
}

// advertised is what clients are told, ready for use.
type advertised struct {
	host  string
	ports epm.Advertise
}

func newLive(ctx context.Context, p *profile.Profile, initial settings) (*live, error) {
	l := &live{profile: p, initial: initial}
	return l, l.set(ctx, initial)
}

// set puts settings in force, or none of them.
func (l *live) set(ctx context.Context, s settings) error {
	policy, err := policyOf(s.rpc, l.profile)
	if err != nil {
		return err
	}
	adv, err := advertisedOf(ctx, s.advertise)
	if err != nil {
		return err
	}
	l.settings = s
	l.policy.Store(policy)
	l.advertise.Store(adv)
	l.referral.Store(&rfr.Policy{Disabled: !s.rfr.Enabled, TargetServer: s.rfr.TargetServer, NSPITarget: s.rfr.NSPITarget})
	return nil
}

// change lets edit work on a copy of the settings and puts it in force.
func (l *live) change(ctx context.Context, edit func(*settings)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.settings
	edit(&s)
	return l.set(ctx, s)
}

// reset goes back to the configuration.
func (l *live) reset(ctx context.Context) error {
	return l.change(ctx, func(s *settings) { *s = l.initial })
}

func (l *live) current() settings {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settings
}

// switchNames are the configuration's words for a Switch.
var switchNames = map[string]emsmdb.Switch{"auto": emsmdb.Auto, "on": emsmdb.On, "off": emsmdb.Off}

// policyOf turns the rpc block into what the mailbox service reads at every connect.
func policyOf(c config.RPC, p *profile.Profile) (*emsmdb.Policy, error) {
	out := &emsmdb.Policy{EncryptionRequired: p.EncryptionRequired, MaximumConnections: c.MaximumConnections, Strict: c.Strict, PushAnyAddress: c.PushAnyAddress}
	if c.EncryptionRequired != nil {
		out.EncryptionRequired = *c.EncryptionRequired
	}
	if c.MaximumConnections < 1 {
		return nil, fmt.Errorf("maximum_connections: %d is too small, the least is 1", c.MaximumConnections)
	}
	var problems []error
	for _, text := range c.BlockedClientVersions {
		ranges, err := emsmdb.ParseVersionRanges(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("blocked_client_versions: %w", err))
		}
		out.Blocked = append(out.Blocked, ranges...)
	}
	for _, s := range []struct {
		key, word string
		to        *emsmdb.Switch
	}{{"compression", c.Compression, &out.Compression}, {"xor", c.XOR, &out.XOR}} {
		v, ok := switchNames[s.word]
		if !ok {
			problems = append(problems, fmt.Errorf("%s: %q is not one of auto, on, off", s.key, s.word))
		}
		*s.to = v
	}
	return out, errors.Join(problems...)
}

// lookupTime bounds the look-up of an advertised name.
const lookupTime = 5 * time.Second

// advertisedOf turns the advertise block into what the endpoint mapper and the referrals read. An endpoint mapper can
// tell an address only, so a name is looked up here, once.
func advertisedOf(ctx context.Context, c config.Advertise) (*advertised, error) {
	out := &advertised{host: c.Host, ports: epm.Advertise{Ports: map[string]uint16{
		endpointEMSMDB: uint16(c.EMSMDB), endpointNSPI: uint16(c.NSPI),
	}}}
	for _, p := range []struct {
		key  string
		port int
	}{{"emsmdb", c.EMSMDB}, {"nspi", c.NSPI}} {
		if p.port < 0 || p.port > 65535 {
			return nil, fmt.Errorf("%s: %d is not a port", p.key, p.port)
		}
	}
	if c.Host == "" {
		return out, nil
	}
	if ip, err := netip.ParseAddr(c.Host); err == nil {
		out.ports.Host = ip
		return out, nil
	}
	ctx, stop := context.WithTimeout(ctx, lookupTime)
	defer stop()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", c.Host)
	if err != nil {
		return nil, fmt.Errorf("the advertised host %q cannot be looked up (%w): give an address or a name that resolves", c.Host, err)
	}
	out.ports.Host = found[0].Unmap()
	for _, ip := range found { // towers of the endpoint mapper hold IPv4 addresses
		if ip.Unmap().Is4() {
			out.ports.Host = ip.Unmap()
			break
		}
	}
	return out, nil
}

// changeRPC applies a change of the API to the rpc block. Null brings back the configuration's value.
func changeRPC(to *config.RPC, initial config.RPC, c admin.RPCClientAccessChange) {
	switch {
	case c.EncryptionRequired.Null:
		to.EncryptionRequired = initial.EncryptionRequired
	case c.EncryptionRequired.Set:
		to.EncryptionRequired = &c.EncryptionRequired.Value
	}
	c.BlockedClientVersions.Apply(&to.BlockedClientVersions, initial.BlockedClientVersions)
	c.MaximumConnections.Apply(&to.MaximumConnections, initial.MaximumConnections)
	c.Compression.Apply(&to.Compression, initial.Compression)
	c.XOR.Apply(&to.XOR, initial.XOR)
	c.Strict.Apply(&to.Strict, initial.Strict)
	c.PushAnyAddress.Apply(&to.PushAnyAddress, initial.PushAnyAddress)
}
