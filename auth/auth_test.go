package auth_test

import (
	"testing"

	"github.com/mapid/mapid/auth"
)

// TestNamesAreThoseOfTheConfiguration: numbers are those of [MS-RPCE] 2.2.1.1.7 and 2.2.1.1.8.
func TestNamesAreThoseOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for number, want := range map[uint8]string{0: "none", 9: "negotiate", 10: "ntlm", 16: "kerberos", 68: "service 68"} {
		if got := auth.Service(number).String(); got != want {
			t.Errorf("service %d is %q, want %q", number, got, want)
		}
	}
	for number, want := range map[uint8]string{1: "none", 2: "connect", 3: "call", 4: "packet", 5: "integrity", 6: "privacy", 7: "level 7"} {
		if got := auth.Level(number).String(); got != want {
			t.Errorf("level %d is %q, want %q", number, got, want)
		}
	}
}

func TestWhoHasNoAccountIsNobody(t *testing.T) {
	t.Parallel()
	if (auth.Caller{Identity: auth.Identity{Claimed: "alice"}}).Authenticated() {
		t.Error("a name that was only claimed counts")
	}
	if !(auth.Caller{Identity: auth.Identity{Account: "alice"}}).Authenticated() {
		t.Error("an account does not count")
	}
}
