package decode

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jcmturner/gokrb5/v8/keytab"

	"github.com/mapid/mapid/auth/ntlm"
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
func (k *Keys) AddKeytab(content []byte) (err error) {
	defer func() { // the parser indexes by lengths it was given
		if p := recover(); p != nil {
			err = fmt.Errorf("decode: the keytab is damaged: %v", p)
		}
	}()
	kt := keytab.New()
	if err := kt.Unmarshal(content); err != nil {
		return fmt.Errorf("decode: the keytab is damaged: %w", err)
	}
	found := false
	for _, e := range kt.Entries {
		if e.Key.KeyType != 23 || len(e.Key.KeyValue) != 16 {
			continue
		}
		found = true
		h := [16]byte(e.Key.KeyValue)
		k.any = append(k.any, h)
		if k.byUser == nil {
			k.byUser = make(map[string][][16]byte)
		}
		name := strings.ToLower(strings.Join(e.Principal.Components, "/"))
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
