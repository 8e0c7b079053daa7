package decode

import (
	"errors"
	"strings"

	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/keytab"
)

// Keys are the password hashes that a capture may be opened with.
type Keys struct {
	byUser map[string][][16]byte // lower-case account name
	any    [][16]byte            // for every user
}

// AddPassword lets a password stand for every user.
func (k *Keys) AddPassword(password string) { k.any = append(k.any, ntlm.NTHash(password)) }

// ErrNoKeys reports a keytab without a key that NTLM can use.
var ErrNoKeys = errors.New("decode: the keytab holds no RC4 key; make it with mapid keytab export")

// AddKeytab adds the RC4 keys of a keytab file's content, which are NT hashes.
func (k *Keys) AddKeytab(content []byte) error {
	entries, err := keytab.Decode(content)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		if e.Type != keytab.RC4 || len(e.Key) != 16 {
			continue
		}
		found = true
		h := [16]byte(e.Key)
		k.any = append(k.any, h)
		if k.byUser == nil {
			k.byUser = make(map[string][][16]byte)
		}
		name := strings.ToLower(e.Principal)
		k.byUser[name] = append(k.byUser[name], h)
	}
	if !found {
		return ErrNoKeys
	}
	return nil
}

// of lists the hashes to try for a user: the user's own first.
func (k *Keys) of(user string) [][16]byte {
	user, _, _ = strings.Cut(strings.ToLower(user), "@")
	return append(append([][16]byte(nil), k.byUser[user]...), k.any...)
}
