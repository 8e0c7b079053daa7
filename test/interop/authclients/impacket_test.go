package authclients

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
)

// TestInteropImpacketNTLM lets impacket prove a password and exchange protected messages. It sends no integrity code.
func TestInteropImpacketNTLM(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, level, version, domain, user, password string
		want                                         error
	}{
		{"Connect", "connect", "2", "MAPID", "alice", "Password1!", nil},
		{"Sign", "sign", "2", "MAPID", "alice", "Password1!", nil},
		{"Seal", "seal", "2", "MAPID", "alice", "Password1!", nil},
		{"UserPrincipalName", "seal", "2", "", "alice@mapid.test", "Password1!", nil},
		{"UnknownDomain", "seal", "2", "Elsewhere", "Alice", "Password1!", nil},
		{"WrongPassword", "seal", "2", "MAPID", "alice", "Password2!", auth.ErrWrongPassword},
		{"UnknownAccount", "connect", "2", "MAPID", "mallory", "Password1!", auth.ErrUnknownAccount},
		{"Anonymous", "connect", "2", "", "", "", auth.ErrAnonymous},
		{"V1", "seal", "1", "MAPID", "alice", "Password1!", auth.ErrPolicy},
		{"V1AllowedSeal", "seal", "1", "MAPID", "alice", "Password1!", nil},
		{"V1AllowedSign", "sign", "1", "MAPID", "alice", "Password1!", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now, mech := time.Now(), "ntlmssp"
			if strings.HasPrefix(c.name, "V1Allowed") {
				mech = "ntlmv1"
			}
			client := start(t, "impacket.ntlm", "impacket_ntlm.py", c.level, c.version, c.domain, c.user, c.password)
			if err := talk(t, mechanism(t, mech, now, nil).Accept(), client); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want == nil {
				record(t, mech, now, client.log)
			}
		})
	}
}
