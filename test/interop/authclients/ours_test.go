package authclients

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
)

// notHere is a client's context of a mechanism that the server does not have.
type notHere struct{ auth.Context }

func (notHere) Step(context.Context, []byte) ([]byte, bool, error) {
	return []byte("n\x00"), false, nil
}

// negotiate runs both sides to their end.
func negotiate(t *testing.T, client, server auth.Context) error {
	t.Helper()
	var token []byte
	var clientDone, serverDone bool
	var err error
	for legs := 0; !clientDone || !serverDone; legs++ {
		if legs > 10 {
			t.Fatal("no end")
		}
		if !clientDone {
			if token, clientDone, err = client.Step(t.Context(), token); err != nil {
				return err
			}
		}
		if !serverDone {
			if token, serverDone, err = server.Step(t.Context(), token); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestNegotiateNTLM goes through both packages on both sides: with NTLM preferred and passed over for, at every level.
func TestNegotiateNTLM(t *testing.T) {
	t.Parallel()
	for _, level := range []auth.Level{auth.LevelConnect, auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy} {
		for _, c := range []struct {
			name       string
			passedOver bool
			noMIC      bool
			v1         bool
		}{{name: "Preferred"}, {name: "PassedOver", passedOver: true}, {name: "WithoutMIC", noMIC: true},
			{name: "V1PassedOver", passedOver: true, v1: true}} {
			t.Run(level.String()+c.name, func(t *testing.T) {
				t.Parallel()
				offers := []spnego.Offer{{Service: auth.ServiceNTLM, Context: ntlm.NewInitiator(ntlm.InitiatorOptions{
					Domain: "MAPID", User: "alice", Hash: ntlm.NTHash("Password1!"), Level: level, NoMIC: c.noMIC, V1: c.v1,
				})}}
				if c.passedOver {
					offers = append([]spnego.Offer{{Service: auth.ServiceKerberos, Context: notHere{}}}, offers...)
				}
				name := "ntlmssp"
				if c.v1 {
					name = "ntlmv1"
				}
				client, server := spnego.NewInitiator(offers...), spnego.New(mechanism(t, name, time.Now(), nil)).Accept()
				if err := negotiate(t, client, server); err != nil {
					t.Fatal(err)
				}
				if server.SignatureSize(level) != client.SignatureSize(level) ||
					(server.SignatureSize(level) == 0) != (level == auth.LevelConnect) {
					t.Fatalf("signatures of %d and %d bytes", server.SignatureSize(level), client.SignatureSize(level))
				}
				for range 2 {
					protect(t, client, server, level)
					protect(t, server, client, level)
				}
			})
		}
	}
}

// protect sends a message of that level.
func protect(t *testing.T, from, to auth.Context, level auth.Level) {
	t.Helper()
	if level == auth.LevelConnect {
		return
	}
	sig, data := make([]byte, from.SignatureSize(level)), []byte("data")
	send, receive := from.Sign, to.Verify
	if level == auth.LevelPrivacy {
		send, receive = from.Seal, to.Unseal
	}
	if err := errors.Join(send(sig, nil, data, nil), receive(sig, nil, data, nil)); err != nil || !bytes.Equal(data, []byte("data")) {
		t.Fatalf("%q, %v", data, err)
	}
}
