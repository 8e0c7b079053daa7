// Package keytab reads and writes keys in the file format of MIT Kerberos, version 0x502, which analysers read to decrypt
// captures: an NT hash is the key of encryption type 23.
package keytab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Encryption types, [RFC4120] 7.5 and [RFC4757].
const (
	AES128 = 17 // aes128-cts-hmac-sha1-96
	AES256 = 18 // aes256-cts-hmac-sha1-96
	RC4    = 23 // rc4-hmac: the NT hash itself
)

// Entry is one key of one principal.
type Entry struct {
	Principal string // alice, or exchangeMDB/exch01.mapid.test
	Realm     string
	Version   uint32 // kvno
	Type      uint16
	Key       []byte
	Time      time.Time
}

const (
	nameTypePrincipal = 1
	nameTypeService   = 2
	maxName           = 0x7FFF
)

// Encode returns the file. It fails only for names or keys that are too long for the format.
func Encode(entries []Entry) ([]byte, error) {
	b := []byte{5, 2}
	for _, e := range entries {
		parts := strings.Split(e.Principal, "/")
		if len(e.Principal) > maxName || len(e.Realm) > maxName || len(e.Key) > maxName {
			return nil, fmt.Errorf("keytab: entry of %.40q is too long", e.Principal)
		}
		r := binary.BigEndian.AppendUint16(nil, uint16(len(parts)))
		r = counted(r, e.Realm)
		for _, p := range parts {
			r = counted(r, p)
		}
		kind := uint32(nameTypePrincipal)
		if len(parts) > 1 {
			kind = nameTypeService
		}
		r = binary.BigEndian.AppendUint32(r, kind)
		r = binary.BigEndian.AppendUint32(r, uint32(e.Time.Unix()))
		r = append(r, byte(e.Version))
		r = binary.BigEndian.AppendUint16(r, e.Type)
		r = counted(r, string(e.Key))
		r = binary.BigEndian.AppendUint32(r, e.Version)
		b = binary.BigEndian.AppendUint32(b, uint32(len(r)))
		b = append(b, r...)
	}
	return b, nil
}

func counted(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// ErrFormat reports a file that is no keytab of version 0x502, or a damaged one.
var ErrFormat = errors.New("keytab: not a readable keytab file")

// Decode reads a file. Holes that deleted entries left are passed over.
func Decode(b []byte) ([]Entry, error) {
	if len(b) < 2 || b[0] != 5 || b[1] != 2 {
		return nil, ErrFormat
	}
	var out []Entry
	for b = b[2:]; len(b) >= 4; {
		n := int32(binary.BigEndian.Uint32(b))
		b = b[4:]
		size := int64(n)
		if n < 0 {
			size = -size
		}
		if size > int64(len(b)) {
			return nil, ErrFormat
		}
		if n > 0 {
			e, err := decodeEntry(b[:size])
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		b = b[size:]
	}
	return out, nil
}

func decodeEntry(b []byte) (e Entry, err error) {
	take := func(n int) []byte {
		if n > len(b) {
			err = ErrFormat
			return make([]byte, n)
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	text := func() string { return string(take(int(binary.BigEndian.Uint16(take(2))))) }
	count := int(binary.BigEndian.Uint16(take(2)))
	e.Realm = text()
	var parts []string
	for range count {
		if err != nil {
			return e, err
		}
		parts = append(parts, text())
	}
	e.Principal = strings.Join(parts, "/")
	take(4)
	e.Time = time.Unix(int64(binary.BigEndian.Uint32(take(4))), 0)
	e.Version = uint32(take(1)[0])
	e.Type = binary.BigEndian.Uint16(take(2))
	e.Key = []byte(text())
	if err == nil && len(b) >= 4 {
		e.Version = binary.BigEndian.Uint32(b)
	}
	return e, err
}
