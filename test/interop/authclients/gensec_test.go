package authclients

import (
	"errors"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
)

// TestInteropSambaGensec lets Samba's client prove a password and exchange protected messages, raw and negotiated, at
// every level. Signatures cover what stands around the data too.
func TestInteropSambaGensec(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, mech, level, domain, user, password string
		want                                      error
	}{
		{"NTLMConnect", "ntlmssp", "connect", "MAPID", "alice", "Password1!", nil},
		{"NTLMSign", "ntlmssp", "sign", "MAPID", "alice", "Password1!", nil},
		{"NTLMSeal", "ntlmssp", "seal", "MAPID", "alice", "Password1!", nil},
		{"NegotiateConnect", "spnego", "connect", "MAPID", "alice", "Password1!", nil},
		{"NegotiateSign", "spnego", "sign", "MAPID", "alice", "Password1!", nil},
		{"NegotiateSeal", "spnego", "seal", "MAPID", "alice", "Password1!", nil},
		{"UserPrincipalName", "ntlmssp", "seal", "", "alice@mapid.test", "Password1!", nil},
		{"EmptyDomain", "spnego", "seal", "", "alice", "Password1!", nil},
		{"WrongPassword", "spnego", "seal", "MAPID", "alice", "Password2!", auth.ErrWrongPassword},
		{"UnknownAccount", "ntlmssp", "seal", "MAPID", "mallory", "Password1!", auth.ErrUnknownAccount},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			client := start(t, "samba.gensec", "gensec.py", c.mech, c.level, c.domain, c.user, c.password)
			server := mechanism(t, c.mech, now, nil).Accept()
			if err := talk(t, server, client); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want == nil {
				record(t, c.mech, now, client.log)
			}
		})
	}
}
