package authclients

import (
	"bytes"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/keytab"
)

// kerberosEverything is a server with Kerberos, NTLM and Negotiate over both.
func kerberosEverything(t *testing.T, keytab []byte) []auth.Mechanism {
	t.Helper()
	k, n := mechanism(t, "krb5", time.Now(), keytab), mechanism(t, "ntlmssp", time.Now(), nil)
	return []auth.Mechanism{k, n, spnego.New(k, n)}
}

// sambaArgs are the arguments of rpc_samba.py for a client with a ticket.
func sambaArgs(port uint16, options, service, cache string) []string {
	return []string{strconv.Itoa(int(port)), options + ",target_hostname=exch01.mapid.test,target_principal=" + service, "1", "", "", cache}
}

func TestInteropRPCSambaKerberos(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	for etype, principal := range kerberosServices {
		for option, service := range map[string]auth.Service{"krb5": auth.ServiceKerberos, "spnego": auth.ServiceNegotiate} {
			for _, level := range levels {
				t.Run(etype+"_"+option+"_"+level.String(), func(t *testing.T) {
					t.Parallel()
					port, who := echoServer(t, kerberosEverything(t, r.keytab(t))...)
					p := startIn(t, r.env, "samba.dcerpc.echo", "rpc_samba.py",
						sambaArgs(port, sambaLevels[level]+","+option, principal, r.path("cc"))...)
					judge(t, p, who, caller(service, auth.ServiceKerberos, level))
				})
			}
		}
	}
}

// TestInteropRPCSambaChooses lets Samba offer Kerberos before NTLM, to servers that have both or one of them.
func TestInteropRPCSambaChooses(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	k, n := mechanism(t, "krb5", time.Now(), r.keytab(t)), mechanism(t, "ntlmssp", time.Now(), nil)
	for _, c := range []struct {
		name   string
		server auth.Mechanism
		want   auth.Service
	}{
		{"Both", spnego.New(n, k), auth.ServiceKerberos},
		{"BothInTheServersOrder", spnego.NewServerOrder(n, k), auth.ServiceNTLM},
		{"OnlyNTLM", spnego.New(n), auth.ServiceNTLM},
		{"OnlyKerberos", spnego.New(k), auth.ServiceKerberos},
	} {
		for _, level := range levels {
			t.Run(c.name+"_"+level.String(), func(t *testing.T) {
				t.Parallel()
				port, who := echoServer(t, c.server)
				args := sambaArgs(port, sambaLevels[level]+",spnego", serviceAES256, "Password1!")
				args[2], args[3], args[4] = "2", "MAPID.TEST", "alice"
				p := startIn(t, append(r.env, "KRB5CCNAME=MEMORY:"+c.name), "samba.dcerpc.echo", "rpc_samba.py", args...)
				judge(t, p, who, caller(auth.ServiceNegotiate, c.want, level))
			})
		}
	}
}

// TestInteropRPCImpacketKerberos leaves out integrity, where impacket breaks down before it sends anything, and packet
// level, where it forgets the tokens. At privacy it fills only the last block.
func TestInteropRPCImpacketKerberos(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	r.run(t, "", "/usr/bin/kvno", serviceHost)
	for _, level := range []auth.Level{auth.LevelConnect, auth.LevelPrivacy} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			port, who := echoServer(t, kerberosEverything(t, r.keytab(t))...)
			p := startIn(t, r.env, "impacket.dcerpc", "rpc_impacket.py", strconv.Itoa(int(port)), "9", strconv.Itoa(int(level)),
				"MAPID.TEST", "alice", "")
			judge(t, p, who, caller(auth.ServiceNegotiate, auth.ServiceKerberos, level))
		})
	}
}

// kerberosInitiator is our client's side with a ticket that the server's own keys made.
func kerberosInitiator(t *testing.T, keytab []byte, principal string, service auth.Service, o krb.InitiatorOptions) auth.Context {
	t.Helper()
	keys, err := krb.ParseKeytab(keytab)
	if err != nil {
		t.Fatal(err)
	}
	etype := map[string]int32{serviceAES256: krb.AES256, serviceAES128: krb.AES128, serviceRC4: krb.RC4}[principal]
	if o.Ticket, err = keys.Issue(krb.TicketOptions{
		Client: "alice", Service: principal, KeyType: etype, Start: time.Now().Add(-time.Minute), End: time.Now().Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	c := krb.NewInitiator(o)
	if service == auth.ServiceNegotiate {
		return spnego.NewInitiator(spnego.Offer{Service: auth.ServiceKerberos, Context: c})
	}
	return c
}

// ownKeytab is a keytab with a key of each type, as a KDC would export it.
func ownKeytab(t *testing.T) []byte {
	t.Helper()
	var entries []keytab.Entry
	for principal, etype := range map[string]uint16{
		serviceAES256: keytab.AES256, serviceAES128: keytab.AES128, serviceRC4: keytab.RC4,
	} {
		size := map[uint16]int{keytab.AES256: 32}[etype]
		entries = append(entries, keytab.Entry{
			Principal: principal, Realm: "MAPID.TEST", Version: 1, Type: etype, Key: bytes.Repeat([]byte{byte(etype)}, max(size, 16)),
		})
	}
	b, err := keytab.Encode(entries)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRPCOurClientKerberos(t *testing.T) {
	t.Parallel()
	for etype, principal := range kerberosServices {
		for _, service := range []auth.Service{auth.ServiceKerberos, auth.ServiceNegotiate} {
			for _, level := range levels {
				t.Run(etype+"_"+service.String()+"_"+level.String(), func(t *testing.T) {
					t.Parallel()
					keys := ownKeytab(t)
					port, who := echoServer(t, kerberosEverything(t, keys)...)
					for _, headerSign := range []bool{false, true} {
						c := kerberosInitiator(t, keys, principal, service, krb.InitiatorOptions{})
						if err := echo(t.Context(), port, service, level, c, headerSign); err != nil {
							t.Fatal(err)
						}
					}
					for len(who) > 0 {
						got := <-who
						if got.Level != level || got.Service != service || got.Identity.Account != "alice" ||
							got.Identity.Mechanism != auth.ServiceKerberos {
							t.Errorf("caller %+v", got)
						}
					}
				})
			}
		}
	}
}

// TestRPCClockSkewIsExplained has a server whose clock is half an hour ahead: the client learns it from a KRB-ERROR in the
// bind_ack, and its calls are refused.
func TestRPCClockSkewIsExplained(t *testing.T) {
	t.Parallel()
	keys := ownKeytab(t)
	k := mechanism(t, "krb5", time.Now().Add(30*time.Minute), keys)
	for _, service := range []auth.Service{auth.ServiceKerberos, auth.ServiceNegotiate} {
		port, who := echoServer(t, k, spnego.New(k))
		c := kerberosInitiator(t, keys, serviceAES256, service, krb.InitiatorOptions{})
		err := echo(t.Context(), port, service, auth.LevelPrivacy, c, true)
		var e *krb.Error
		if !errors.As(err, &e) || e.Code != errorcode.KRB_AP_ERR_SKEW || len(who) > 0 {
			t.Errorf("%s: %v, %d calls", service, err, len(who))
		}
	}
}

// TestInteropRPCSambaClockSkew shows the same to Samba, which must end with an error.
func TestInteropRPCSambaClockSkew(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	k := mechanism(t, "krb5", time.Now().Add(30*time.Minute), r.keytab(t))
	for _, option := range []string{"krb5", "spnego"} {
		port, who := echoServer(t, k, spnego.New(k))
		p := startIn(t, r.env, "samba.dcerpc.echo", "rpc_samba.py", sambaArgs(port, "seal,"+option, serviceAES256, r.path("cc"))...)
		l, err := p.read()
		t.Logf("%s: %s", option, l.text)
		if err != nil || l.word != "refused" || len(who) > 0 {
			t.Errorf("%s: %s %s, %v; %d calls", option, l.word, l.text, err, len(who))
		}
	}
}
