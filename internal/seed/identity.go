package seed

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	//lint:ignore SA1019 NTLM verifies with it
	"golang.org/x/crypto/md4"

	"github.com/mapid/mapid/internal/mapi"
)

// Organization is what entries are named by.
type Organization struct {
	Name       string // of the legacy DN's /o=
	AdminGroup string // of its /ou=
	Domain     string // primary SMTP domain
}

// dn is the legacy DN of an entry.
func (o Organization) dn(name string) string {
	return "/o=" + o.Name + "/ou=" + o.AdminGroup + "/cn=Recipients/cn=" + name
}

// guid derives a GUID from names, so that the same seed gives the same identifiers everywhere. It has the form of a
// version 8 UUID.
func guid(names ...string) mapi.GUID {
	sum := sha256.Sum256([]byte("mapid\x00" + strings.Join(names, "\x00")))
	g := mapi.GUID(sum[:16])
	g[7] = g[7]&0x0F | 0x80 // the version stands in the high half of the third group
	g[8] = g[8]&0x3F | 0x80
	return g
}

// ReplicaGUID is the replica GUID of a new store of an organisation.
func (o Organization) ReplicaGUID() mapi.GUID { return guid("replica", o.Name, o.AdminGroup, o.Domain) }

// NTHash is what verifies a password, [MS-NLMP] 3.3.1 NTOWFv1.
func NTHash(password string) (hash [16]byte) {
	h := md4.New()
	for _, u := range utf16.Encode([]rune(password)) {
		var b [2]byte
		binary.LittleEndian.PutUint16(b[:], u)
		h.Write(b[:])
	}
	return [16]byte(h.Sum(nil))
}
