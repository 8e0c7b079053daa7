package krb

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Keytab holds the long-term keys of a server. It does not change after it was read.
type Keytab struct {
	keys []serviceKey
}

// serviceKey is one key of one principal.
type serviceKey struct {
	principal string // service/host
	realm     string
	version   uint32
	key       types.EncryptionKey
}

// LoadKeytab reads a keytab file.
func LoadKeytab(path string) (*Keytab, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("krb: %w", err)
	}
	k, err := ParseKeytab(b)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, path)
	}
	return k, nil
}

// ParseKeytab reads the bytes of a keytab file of MIT Kerberos, version 1 or 2. A file without a key of a supported
// type is refused.
func ParseKeytab(b []byte) (*Keytab, error) {
	var file keytab.Keytab
	if err := guard("keytab", func() error { return file.Unmarshal(b) }); err != nil {
		return nil, fmt.Errorf("krb: not a keytab: %w", err)
	}
	k := &Keytab{}
	for _, e := range file.Entries {
		if n := keySize(e.Key.KeyType); n == 0 || n != len(e.Key.KeyValue) {
			continue
		}
		k.keys = append(k.keys, serviceKey{
			principal: strings.Join(e.Principal.Components, "/"), realm: e.Principal.Realm, version: e.KVNO, key: e.Key,
		})
	}
	if len(k.keys) == 0 {
		return nil, fmt.Errorf("krb: no key of a supported type (aes256-cts, aes128-cts, rc4-hmac) among %d entries", len(file.Entries))
	}
	return k, nil
}

// Principals lists the principals, service/host@REALM, each once.
func (k *Keytab) Principals() []string {
	var list []string
	for _, s := range k.keys {
		if p := s.principal + "@" + s.realm; !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// keySize returns the length of the keys of an encryption type, or 0 if it is not supported. Tickets may also be
// encrypted with the SHA-2 types; sessions may not.
func keySize(etype int32) int {
	switch etype {
	case etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.RC4_HMAC, etypeID.AES128_CTS_HMAC_SHA256_128:
		return 16
	case etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA384_192:
		return 32
	}
	return 0
}

// checkSessionKey refuses keys that messages cannot be protected with.
func checkSessionKey(k types.EncryptionKey) error {
	switch k.KeyType {
	case etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.RC4_HMAC:
		if len(k.KeyValue) == keySize(k.KeyType) {
			return nil
		}
	}
	return refuse(errorcode.KDC_ERR_ETYPE_NOSUPP, "allow clients aes256-cts-hmac-sha1-96, aes128-cts-hmac-sha1-96 or rc4-hmac",
		"session key of %d bytes, %s", len(k.KeyValue), etypeName(k.KeyType))
}

// etypeName names an encryption type as MIT's tools do.
func etypeName(etype int32) string {
	switch etype {
	case etypeID.AES128_CTS_HMAC_SHA1_96:
		return "aes128-cts-hmac-sha1-96"
	case etypeID.AES256_CTS_HMAC_SHA1_96:
		return "aes256-cts-hmac-sha1-96"
	case etypeID.AES128_CTS_HMAC_SHA256_128:
		return "aes128-cts-hmac-sha256-128"
	case etypeID.AES256_CTS_HMAC_SHA384_192:
		return "aes256-cts-hmac-sha384-192"
	case etypeID.RC4_HMAC:
		return "rc4-hmac"
	}
	return fmt.Sprintf("encryption type %d", etype)
}

// find returns the keys that may open a ticket. Names compare without case, as Windows compares them; services are
// further principals the server answers to, in lower case.
func (k *Keytab) find(t *messages.Ticket, services map[string]bool) ([]serviceKey, error) {
	name := strings.Join(t.SName.NameString, "/")
	full := name + "@" + t.Realm
	ours := k.filter(func(s serviceKey) bool { return strings.EqualFold(s.realm, t.Realm) })
	named := filter(ours, func(s serviceKey) bool { return strings.EqualFold(s.principal, name) })
	if len(named) == 0 && services[strings.ToLower(name)] {
		named = ours
	}
	if len(named) == 0 {
		return nil, refuse(errorcode.KRB_AP_ERR_NOT_US,
			"add the principal to the keytab, or let clients use another name for this server",
			"the ticket is for %s, and the keytab holds %s", full, strings.Join(k.Principals(), ", "))
	}
	typed := filter(named, func(s serviceKey) bool { return s.key.KeyType == t.EncPart.EType })
	if len(typed) == 0 {
		return nil, refuse(errorcode.KRB_AP_ERR_NOKEY, "export a keytab with that type of key",
			"the keytab holds no %s key of %s", etypeName(t.EncPart.EType), full)
	}
	fitting := filter(typed, func(s serviceKey) bool {
		v := uint32(t.EncPart.KVNO)
		// A ticket may leave the version out, and old keytabs hold only its lowest byte.
		return v == 0 || v == s.version || s.version < 0x100 && v&0xFF == s.version
	})
	if len(fitting) == 0 {
		return nil, refuse(errorcode.KRB_AP_ERR_BADKEYVER,
			"the password was changed after the keytab was exported: export it again, or let the client get a new ticket",
			"the ticket for %s needs key version %d, and the keytab holds %s", full, t.EncPart.KVNO, versions(typed))
	}
	return fitting, nil
}

func (k *Keytab) filter(keep func(serviceKey) bool) []serviceKey { return filter(k.keys, keep) }

func filter(keys []serviceKey, keep func(serviceKey) bool) (out []serviceKey) {
	for _, s := range keys {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}

// versions lists the versions of keys.
func versions(keys []serviceKey) string {
	var list []string
	for _, s := range keys {
		if v := fmt.Sprint(s.version); !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return strings.Join(list, ", ")
}
