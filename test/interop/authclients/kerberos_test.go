package authclients

import (
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
)

// kerberosServices are a service for each encryption type.
var kerberosServices = map[string]string{"AES256": serviceAES256, "AES128": serviceAES128, "RC4": serviceRC4}

// TestInteropMITKerberos lets MIT Kerberos get tickets from its KDC and speak to our acceptor by its GSS-API: raw and
// negotiated, in DCE style and the standard one, with every type of key.
func TestInteropMITKerberos(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	for etype, service := range kerberosServices {
		for _, mech := range []string{"krb5", "spnego"} {
			for _, style := range []string{"dce", "standard"} {
				for _, level := range []string{"connect", "sign", "seal"} {
					if style == "standard" && level == "seal" {
						continue // DCE/RPC's tokens leave the data where it was, and only DCE style promises that
					}
					t.Run(strings.Join([]string{etype, mech, style, level}, "_"), func(t *testing.T) {
						t.Parallel()
						kind, now := "krb5", time.Now()
						if mech == "spnego" {
							kind = "negotiated"
						}
						accepted := mechanism(t, kind, now, r.keytab(t)).Accept()
						client := startIn(t, r.env, "ctypes", "gss.py", mech, style, level, service)
						if err := talk(t, accepted, client); err != nil {
							t.Fatal(err)
						}
						bits := map[string]int{"AES256": 256, "AES128": 128, "RC4": 128}[etype]
						if id := accepted.Identity(); id.Account != "alice" || id.Claimed != "alice@MAPID.TEST" ||
							id.Mechanism != auth.ServiceKerberos || id.KeyBits != bits {
							t.Errorf("identity %+v", id)
						}
						if style == "dce" && level != "connect" {
							record(t, kind, now, client.log, r.keytab(t)...)
						}
					})
				}
			}
		}
	}
}
