package ndr

import (
	"encoding/hex"
	"errors"
	"strings"
)

// ErrUUID reports text that is not a UUID.
var ErrUUID = errors.New("ndr: not a UUID")

// ParseUUID reads the usual text form, with or without braces, into wire order.
func ParseUUID(s string) (u UUID, err error) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return UUID{}, ErrUUID
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != len(u) {
		return UUID{}, ErrUUID
	}
	copy(u[:], b)
	u.swap()
	return u, nil
}

// MustUUID is ParseUUID for constants.
func MustUUID(s string) UUID {
	u, err := ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

// String returns the usual text form in lower case.
func (u UUID) String() string {
	u.swap()
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// swap turns the three integers at the front of a UUID from one byte order to the other.
func (u *UUID) swap() {
	u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
	u[4], u[5] = u[5], u[4]
	u[6], u[7] = u[7], u[6]
}
