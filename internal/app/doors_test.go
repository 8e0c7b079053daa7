package app

import (
	"errors"
	"slices"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/admin"
)

// bind binds an interface and closes the connection with the test.
func (r *running) bind(iface dcerpc.SyntaxID, edit func(*mapiclient.Options)) (*mapiclient.Conn, error) {
	r.t.Helper()
	c, err := mapiclient.Dial(r.t.Context(), r.client(edit), iface)
	if err == nil {
		r.t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// nak is the reason of a refused bind.
func nak(err error) dcerpc.NakReason {
	var refused *dcerpc.BindError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return 0xFFFF
}

// TestServicesByProfile asks each interface of each version by each service and compares with the version's own table.
// What is not registered is a bind_nak with reason 8, [MS-RPCE] 3.3.3.5.3.
func TestServicesByProfile(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	for _, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := profile.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			r := start(t, func(o *Options) { o.Config.Server.Profile, o.Config.Auth.Keytab = name, file })
			for _, i := range []struct {
				id   dcerpc.SyntaxID
				rule profile.Interface
			}{{mapiclient.EMSMDB, p.Interfaces.EMSMDB}, {mapiclient.NSPI, p.Interfaces.NSPI}, {mapiclient.RFR, p.Interfaces.RFR}, {mapiclient.AsyncEMSMDB, p.Interfaces.AsyncEMSMDB}} {
				for _, s := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate, auth.ServiceKerberos} {
					_, err := r.bind(i.id, func(o *mapiclient.Options) {
						o.Service = s
						if s != auth.ServiceNTLM {
							o.Ticket = issue(t, kdc, "alice", nil)
						}
					})
					switch {
					case !i.rule.Offered:
						if !errors.Is(err, mapiclient.ErrNotRegistered) {
							t.Errorf("%v by %s: %v, want it not registered", i.id.UUID, s, err)
						}
					case i.rule.Accepts(profile.AuthService(s)):
						if err != nil {
							t.Errorf("%v by %s: %v", i.id.UUID, s, err)
						}
					case nak(err) != dcerpc.NakAuthType:
						t.Errorf("%v by %s: %v, want authentication type not recognized", i.id.UUID, s, err)
					}
				}
			}
		})
	}
}

// TestReferralOfExchange2007RefusesNTLM is the mismatch of the field notes: the plain service is refused, Negotiate with
// NTLM inside is not, and the address book at the same port is not affected.
func TestReferralOfExchange2007RefusesNTLM(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) { o.Config.Server.Profile = "exchange2007" })
	if _, err := r.bind(mapiclient.RFR, nil); nak(err) != dcerpc.NakAuthType {
		t.Errorf("NTLM: %v", err)
	}
	c, err := r.bind(mapiclient.RFR, func(o *mapiclient.Options) { o.Service = auth.ServiceNegotiate })
	if err != nil {
		t.Fatal(err)
	}
	if host, err := c.NewDSA(t.Context(), dn("alice")); err != nil || host != "exch01.mapid.test" {
		t.Errorf("%s, %v", host, err)
	}
	// A context of the address book does not open the referral behind it.
	book, err := r.bind(mapiclient.NSPI, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := book.AddInterface(t.Context(), mapiclient.RFR); err != nil {
		t.Fatal(err)
	}
	var fault *dcerpc.Fault
	if _, err := book.NewDSA(t.Context(), dn("alice")); !errors.As(err, &fault) || fault.Status != dcerpc.StatusAccessDenied {
		t.Errorf("by the back door: %v", err)
	}
}

func TestServicesAndLevelsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) {
		o.Config.Auth.Interfaces = map[string][]string{"emsmdb": {"negotiate"}, "rfr": {"ntlm", "none"}, "epm": {"none"}}
		o.Config.Auth.MinimumLevel = map[string]string{"nspi": "privacy", "emsmdb": "integrity"}
	})
	if _, err := r.bind(mapiclient.EMSMDB, nil); nak(err) != dcerpc.NakAuthType {
		t.Errorf("EMSMDB by NTLM: %v", err)
	}
	by := func(s auth.Service, l auth.Level) func(*mapiclient.Options) {
		return func(o *mapiclient.Options) { o.Service, o.Level = s, l }
	}
	if _, err := r.connect(r.client(by(auth.ServiceNegotiate, auth.LevelIntegrity))); err != nil {
		t.Error(err)
	}
	var fault *dcerpc.Fault
	if _, err := r.connect(r.client(by(auth.ServiceNegotiate, auth.LevelConnect))); !errors.As(err, &fault) || fault.Status != dcerpc.StatusAccessDenied {
		t.Errorf("EMSMDB at connect level: %v, want access denied", err)
	}
	for level, ok := range map[auth.Level]bool{auth.LevelConnect: false, auth.LevelIntegrity: false, auth.LevelPrivacy: true} {
		c, err := r.bind(mapiclient.NSPI, by(auth.ServiceNTLM, level))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.OpenBook(t.Context(), mapiclient.Stat{CodePage: 1252}); (err == nil) != ok || !ok && !errors.As(err, &fault) {
			t.Errorf("NSPI at %s: %v", level, err)
		}
	}
	if _, err := r.bind(mapiclient.RFR, by(auth.ServiceNegotiate, auth.LevelPrivacy)); nak(err) != dcerpc.NakAuthType {
		t.Errorf("RFR by Negotiate: %v", err)
	}
	c, err := r.bind(mapiclient.RFR, by(auth.ServiceNone, 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.NewDSA(t.Context(), dn("alice")); err != nil {
		t.Errorf("RFR by nobody: %v", err)
	}
	mapper := r.Addresses().Servers[0].EPM[0]
	if _, err := r.bind(mapiclient.EPM, func(o *mapiclient.Options) { o.Address = mapper }); nak(err) != dcerpc.NakAuthType {
		t.Errorf("EPM by NTLM: %v", err)
	}
}

// TestAddressBookAnswersLogonFailureUntilAuthenticated: the bind of the interface is taken, NspiBind is not.
func TestAddressBookAnswersLogonFailureUntilAuthenticated(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"exchange2003", "exchange2007", "exchange2010-sp1"} {
		r := start(t, func(o *Options) { o.Config.Server.Profile = name })
		c, err := r.bind(mapiclient.NSPI, func(o *mapiclient.Options) { o.Service = auth.ServiceNone })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.OpenBook(t.Context(), mapiclient.Stat{CodePage: 1252}); !errors.Is(err, mapi.ErrLoginFailure) {
			t.Errorf("%s: %v, want logon failure", name, err)
		}
		if c, err = r.bind(mapiclient.NSPI, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := c.OpenBook(t.Context(), mapiclient.Stat{CodePage: 1252}); err != nil {
			t.Errorf("%s, authenticated: %v", name, err)
		}
	}
}

func TestSessionsTellOfEveryConnection(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab = file })
	s := r.mustConnect(r.client(nil))
	defer s.Disconnect(t.Context())
	for _, i := range []dcerpc.SyntaxID{mapiclient.NSPI, mapiclient.RFR} {
		if _, err := r.bind(i, func(o *mapiclient.Options) {
			o.Service, o.Ticket, o.Level = auth.ServiceNegotiate, issue(t, kdc, "bob", nil), auth.LevelIntegrity
		}); err != nil {
			t.Fatal(err)
		}
	}
	var list admin.SessionList
	r.must("GET", "/api/v1/sessions", "", &list)
	if len(list.Sessions) != 1 || list.Sessions[0].KeyBits != 128 {
		t.Errorf("sessions %+v", list.Sessions)
	}
	find := func(name string) admin.Connection {
		i := slices.IndexFunc(list.Connections, func(c admin.Connection) bool { return slices.Contains(c.Interfaces, name) })
		if i < 0 || len(list.Connections[i].Security) != 1 {
			t.Fatalf("%s: %+v", name, list.Connections)
		}
		return list.Connections[i]
	}
	if c := find("emsmdb"); c.ID != list.Sessions[0].Conn || c.Security[0] != (admin.ConnectionSecurity{User: "alice", Service: "ntlm", Mechanism: "ntlm", Level: "privacy", KeyBits: 128}) {
		t.Errorf("%+v", c)
	}
	for _, name := range []string{"nspi", "rfr"} {
		if c := find(name); c.Endpoint != "nspi" || c.Security[0] != (admin.ConnectionSecurity{User: "bob", Service: "negotiate", Mechanism: "kerberos", Level: "integrity", KeyBits: 256}) {
			t.Errorf("%+v", c)
		}
	}
}
