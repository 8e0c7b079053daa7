package app

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
)

// oneAccount knows alice.
type oneAccount struct{}

func (oneAccount) Account(_ context.Context, _, user string) (auth.Account, error) {
	if user != "alice" {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	return auth.Account{Name: "alice", Enabled: true, NTHash: ntlm.NTHash("Password1!")}, nil
}

// agree runs two contexts to their end.
func agree(t *testing.T, client, server auth.Context) {
	t.Helper()
	var token []byte
	var clientDone, serverDone bool
	for !clientDone || !serverDone {
		var err error
		if !clientDone {
			if token, clientDone, err = client.Step(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if !serverDone {
			if token, serverDone, err = server.Step(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestEveryBitOfAProtectedMessage flips each bit of what a signature covers, and of the signature, for each mechanism and
// each level that protects; internal/dcerpc does the same with whole PDUs.
func TestEveryBitOfAProtectedMessage(t *testing.T) {
	t.Parallel()
	_, kdc := realmKeys(t)
	now := time.Now()
	proof := ntlm.New(ntlm.Options{Accounts: oneAccount{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	ticket := krb.New(krb.Options{Keytab: kdc, Accounts: oneAccount{}})
	negotiate := spnego.New(ticket, proof)
	byTicket := func(etype int32) auth.Context {
		k, err := kdc.Issue(krb.TicketOptions{
			Client: "alice", Service: "exchangeMDB/exch01.mapid.test", KeyType: etype, Start: now.Add(-time.Hour), End: now.Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		return krb.NewInitiator(krb.InitiatorOptions{Ticket: k})
	}
	byPassword := func() auth.Context {
		return ntlm.NewInitiator(ntlm.InitiatorOptions{Domain: "MAPID", User: "alice", Hash: ntlm.NTHash("Password1!"), Level: auth.LevelPrivacy})
	}
	for _, tt := range []struct {
		name   string
		server auth.Mechanism
		client func() auth.Context
	}{
		{"NTLM", proof, byPassword},
		{"NegotiateNTLM", negotiate, func() auth.Context {
			return spnego.NewInitiator(spnego.Offer{Service: auth.ServiceNTLM, Context: byPassword()})
		}},
		{"NegotiateKerberos", negotiate, func() auth.Context {
			return spnego.NewInitiator(spnego.Offer{Service: auth.ServiceKerberos, Context: byTicket(krb.AES256)})
		}},
		{"KerberosAES256", ticket, func() auth.Context { return byTicket(krb.AES256) }},
		{"KerberosAES128", ticket, func() auth.Context { return byTicket(krb.AES128) }},
		{"KerberosRC4", ticket, func() auth.Context { return byTicket(krb.RC4) }},
	} {
		for _, level := range []auth.Level{auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy} {
			t.Run(tt.name+"_"+level.String(), func(t *testing.T) {
				t.Parallel()
				everyBit(t, tt.client, tt.server, level)
			})
		}
	}
}

// everyBit sends one message per bit, each under a context of its own: a refusal ends a context.
func everyBit(t *testing.T, client func() auth.Context, server auth.Mechanism, level auth.Level) {
	header, data, trailer := []byte("header.."), []byte("8 octets"), []byte("trailer.")
	total := 0
	for bit := -1; bit < 8*total || bit < 0; bit++ { // -1 changes nothing and must pass
		c, s := client(), server.Accept()
		agree(t, c, s)
		sig := make([]byte, c.SignatureSize(level))
		d := bytes.Clone(data)
		protect, open := c.Sign, s.Verify
		if level == auth.LevelPrivacy {
			protect, open = c.Seal, s.Unseal
		}
		if err := protect(sig, header, d, trailer); err != nil {
			t.Fatal(err)
		}
		parts := [][]byte{bytes.Clone(header), d, bytes.Clone(trailer), sig}
		total = len(header) + len(d) + len(trailer) + len(sig)
		if bit >= 0 {
			at := bit / 8
			for _, p := range parts {
				if at < len(p) {
					p[at] ^= 1 << (bit % 8)
					break
				}
				at -= len(p)
			}
		}
		err := open(parts[3], parts[0], parts[1], parts[2])
		if (err != nil) != (bit >= 0) {
			t.Fatalf("bit %d of octet %d of %d: %v", bit%8, bit/8, total, err)
		}
	}
	if total < 40 {
		t.Fatalf("only %d octets were tried", total)
	}
}
