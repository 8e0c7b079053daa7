// Package mapiclient is a client of the server's RPC interfaces: endpoint mapper, referral, address book, and the
// mailbox store with typed ROPs. Tests, benchmarks and the deep health check use it. It shares codecs with the server
// and nothing else, so that it stays an independent reading of the protocol.
package mapiclient

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// Interfaces that the package speaks, [MS-OXCRPC] 1.9, [MS-OXNSPI] 1.9, [MS-OXABREF] 1.9 and [C706] appendix O.
var (
	EMSMDB      = dcerpc.SyntaxID{UUID: ndr.MustUUID("a4f1db00-ca47-1067-b31f-00dd010662da"), Major: 0, Minor: 81}
	AsyncEMSMDB = dcerpc.SyntaxID{UUID: ndr.MustUUID("5261574a-4572-206e-b268-6b199213b4e4"), Major: 0, Minor: 1}
	NSPI        = dcerpc.SyntaxID{UUID: ndr.MustUUID("f5cc5a18-4264-101a-8c59-08002b2f8426"), Major: 56}
	RFR         = dcerpc.SyntaxID{UUID: ndr.MustUUID("1544f5e0-613c-11d1-93df-00c04fd7bd09"), Major: 1}
	EPM         = dcerpc.SyntaxID{UUID: ndr.MustUUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), Major: 3}
)

// Options say how to reach a server and who is asking.
type Options struct {
	// Mapper is the address of the endpoint mapper, host:port. Dial asks it for the interface's port and goes to
	// that port of the same host, as clients behind an address translation have to.
	Mapper string
	// Address is the address of the interface itself, host:port; with it Mapper is not asked.
	Address string

	Service  auth.Service // ServiceNone is no authentication
	Level    auth.Level   // 0 = LevelPrivacy
	Domain   string
	User     string
	Password string
	// Ticket is for the service to reach. ServiceKerberos needs it; with it ServiceNegotiate prefers Kerberos, and
	// offers NTLM behind it if there is a password.
	Ticket *krb.Ticket

	RPC  dcerpc.ClientOptions
	Dial func(ctx context.Context, network, address string) (net.Conn, error) // nil = net.Dialer
}

// ErrInterfaceRefused reports that the server does not serve an interface at the address asked.
var ErrInterfaceRefused = errors.New("mapiclient: the server refused the interface")

// Conn is one connection with at least one interface bound. Calls may run in parallel only if Options.RPC.Multiplex was
// agreed.
type Conn struct {
	rpc      *dcerpc.Client
	contexts []dcerpc.SyntaxID // by presentation context id
}

// Dial connects and binds an interface, authenticated as the options say.
func Dial(ctx context.Context, o Options, iface dcerpc.SyntaxID) (*Conn, error) {
	address := o.Address
	if address == "" {
		var err error
		if address, err = Resolve(ctx, o, iface); err != nil {
			return nil, err
		}
	}
	security, err := o.security()
	if err != nil {
		return nil, err
	}
	return o.bind(ctx, address, iface, security)
}

func (o *Options) bind(ctx context.Context, address string, iface dcerpc.SyntaxID, security *dcerpc.ClientSecurity) (*Conn, error) {
	dial := o.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	nc, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Conn{rpc: dcerpc.NewClient(nc, o.RPC), contexts: []dcerpc.SyntaxID{iface}}
	results, err := c.rpc.Bind(ctx, security, dcerpc.Offer(0, iface))
	if err == nil && !accepted(results) {
		err = ErrInterfaceRefused
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("bind at %s: %w", address, err)
	}
	return c, nil
}

func accepted(results []dcerpc.PresResult) bool {
	return len(results) > 0 && results[0].Result == dcerpc.ResultAccept
}

// security returns the client's side of a new security context, nil for none.
func (o *Options) security() (*dcerpc.ClientSecurity, error) {
	level := o.Level
	if level == 0 {
		level = auth.LevelPrivacy
	}
	proof := func() auth.Context {
		return ntlm.NewInitiator(ntlm.InitiatorOptions{
			Domain: o.Domain, User: o.User, Hash: ntlm.NTHash(o.Password), Workstation: "MAPICLIENT", Level: level,
		})
	}
	ticket := func() auth.Context { return krb.NewInitiator(krb.InitiatorOptions{Ticket: o.Ticket}) }
	switch {
	case o.Service == auth.ServiceNone:
		return nil, nil
	case o.Service == auth.ServiceNTLM:
		return dcerpc.NewClientSecurity(1, o.Service, level, proof()), nil
	case o.Service == auth.ServiceKerberos && o.Ticket != nil:
		return dcerpc.NewClientSecurity(1, o.Service, level, ticket()), nil
	case o.Service == auth.ServiceNegotiate:
		var offers []spnego.Offer
		if o.Ticket != nil {
			offers = append(offers, spnego.Offer{Service: auth.ServiceKerberos, Context: ticket()})
		}
		if o.Ticket == nil || o.Password != "" {
			offers = append(offers, spnego.Offer{Service: auth.ServiceNTLM, Context: proof()})
		}
		return dcerpc.NewClientSecurity(1, o.Service, level, spnego.NewInitiator(offers...)), nil
	}
	return nil, fmt.Errorf("mapiclient: nothing to prove who asks by %v with", o.Service)
}

// AddInterface binds another interface on the same connection by alter_context, without authenticating again.
func (c *Conn) AddInterface(ctx context.Context, iface dcerpc.SyntaxID) error {
	results, err := c.rpc.Alter(ctx, nil, dcerpc.Offer(uint16(len(c.contexts)), iface))
	if err != nil {
		return err
	}
	if !accepted(results) {
		return ErrInterfaceRefused
	}
	c.contexts = append(c.contexts, iface)
	return nil
}

// Call calls an operation and returns the stub of the response. A fault is a *dcerpc.Fault.
func (c *Conn) Call(ctx context.Context, iface dcerpc.SyntaxID, opnum uint16, stub []byte) ([]byte, error) {
	for id, have := range c.contexts {
		if have == iface {
			return c.rpc.Call(ctx, uint16(id), opnum, stub)
		}
	}
	return nil, dcerpc.ErrNotBound
}

// RPC returns the connection below, for tests that need single PDUs or the association group.
func (c *Conn) RPC() *dcerpc.Client { return c.rpc }

// Close closes the connection.
func (c *Conn) Close() error { return c.rpc.Close() }
