package authclients

import (
	"errors"
	"testing"
	"time"

	ntlmssp "github.com/Azure/go-ntlmssp"

	"github.com/mapid/mapid/auth"
)

// TestInteropGoNTLMSSP lets go-ntlmssp prove a password. It knows no keys, so there is nothing to protect with them.
func TestInteropGoNTLMSSP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, domain, user, password string
		want                         error
	}{
		{"Domain", "MAPID", "alice", "Password1!", nil},
		{"UserPrincipalName", "", "alice@mapid.test", "Password1!", nil},
		{"UpperCase", "mapid", "ALICE", "Password1!", nil},
		{"WrongPassword", "MAPID", "alice", "Password2!", auth.ErrWrongPassword},
		{"UnknownAccount", "MAPID", "mallory", "Password1!", auth.ErrUnknownAccount},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := mechanism(t, "ntlmssp", time.Now(), nil).Accept()
			hello, err := ntlmssp.NewNegotiateMessage("", "")
			if err != nil {
				t.Fatal(err)
			}
			challenge, _, err := server.Step(t.Context(), hello)
			if err != nil {
				t.Fatal(err)
			}
			token, err := ntlmssp.NewAuthenticateMessage(challenge, c.domain+`\`+c.user, c.password, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, done, err := server.Step(t.Context(), token)
			if !errors.Is(err, c.want) || done != (c.want == nil) {
				t.Fatalf("done %v, %v; want %v", done, err, c.want)
			}
			if server.SignatureSize(auth.LevelIntegrity) != 0 {
				t.Error("a session without keys would sign")
			}
		})
	}
}
