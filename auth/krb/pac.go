package krb

import (
	"strings"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/adtype"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/pac"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/internal/wire"
)

// Types of the buffers of a PAC, [MS-PAC] 2.4.
const (
	pacLogonInfo       = 1
	pacServerSignature = 6
	pacKDCSignature    = 7
)

// pacName is a user as a domain controller knows it.
type pacName struct {
	domain, user string // NetBIOS name and account name
}

// pacNames returns the names in the ticket's PAC. A ticket without one, or with one that does not hold, has none:
// clients can have a KDC put data of theirs into a ticket, so only what the KDC signed counts.
func (r *request) pacNames() (n pacName, ok bool) {
	for _, outer := range r.ticket.AuthorizationData {
		if outer.ADType != adtype.ADIfRelevant {
			continue
		}
		var list types.AuthorizationData
		if guard("authorization data", func() error { return list.Unmarshal(outer.ADData) }) != nil {
			continue
		}
		for _, inner := range list {
			if inner.ADType != adtype.ADWin2KPAC {
				continue
			}
			if n, ok = readPAC(inner.ADData, r.key.key); ok {
				return n, true
			}
		}
	}
	return pacName{}, false
}

// pacBuffer is one part of a PAC and where it stands.
type pacBuffer struct {
	data   []byte
	offset int
}

// pacBuffers splits a PAC, PACTYPE of [MS-PAC] 2.3. The first buffer of a type counts.
func pacBuffers(b []byte) (map[uint32]pacBuffer, bool) {
	r := wire.NewReader(b)
	n := r.Count(r.U32(), 64, 16)
	if r.U32() != 0 || r.Err() != nil { // Version
		return nil, false
	}
	buffers := make(map[uint32]pacBuffer, n)
	for range n {
		kind, size, offset := r.U32(), r.U32(), r.U64()
		if r.Err() != nil || offset > uint64(len(b)) || uint64(size) > uint64(len(b))-offset {
			return nil, false
		}
		if _, there := buffers[kind]; !there {
			buffers[kind] = pacBuffer{b[offset : offset+uint64(size)], int(offset)}
		}
	}
	return buffers, true
}

// readPAC verifies the server's signature over a PAC, [MS-PAC] 2.8.1, and returns the names of its logon information.
// Nothing but the signature is decoded before it was found good.
func readPAC(b []byte, key types.EncryptionKey) (n pacName, ok bool) {
	buffers, ok := pacBuffers(b)
	if !ok {
		return n, false
	}
	bare := append([]byte(nil), b...)
	for _, kind := range []uint32{pacServerSignature, pacKDCSignature} {
		s := buffers[kind]
		size := signatureSize(s.data)
		if size < 0 {
			return n, false
		}
		clear(bare[s.offset+4 : s.offset+4+size])
	}
	server := buffers[pacServerSignature].data
	valid := false
	err := guard("PAC", func() error {
		e, err := crypto.GetChksumEtype(int32(wire.NewReader(server).U32()))
		if err == nil && e.GetETypeID() == key.KeyType {
			valid = e.VerifyChecksum(key.KeyValue, bare, server[4:4+signatureSize(server)], keyusage.KERB_NON_KERB_CKSUM_SALT)
		}
		return err
	})
	info, there := buffers[pacLogonInfo]
	if err != nil || !valid || !there {
		return n, false
	}
	var logon pac.KerbValidationInfo
	if guard("PAC", func() error { return logon.Unmarshal(info.data) }) != nil {
		return n, false
	}
	n = pacName{strings.TrimRight(logon.LogonDomainName.Value, "\x00"), strings.TrimRight(logon.EffectiveName.Value, "\x00")}
	return n, n.user != ""
}

// signatureSize is the length of a signature by its type, PAC_SIGNATURE_DATA of [MS-PAC] 2.8, or -1.
func signatureSize(b []byte) int {
	if len(b) < 4 {
		return -1
	}
	size := -1
	switch int32(wire.NewReader(b).U32()) {
	case -138: // KERB_CHECKSUM_HMAC_MD5
		size = 16
	case 15, 16: // HMAC_SHA1_96_AES128 and 256
		size = 12
	case 19: // HMAC_SHA256_128_AES128
		size = 16
	case 20: // HMAC_SHA384_192_AES256
		size = 24
	}
	if size > len(b)-4 {
		return -1
	}
	return size
}
