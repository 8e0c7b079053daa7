package ntlm

import (
	"crypto/md5" //nolint:gosec // NTLM is defined over MD5
	"crypto/rc4" //nolint:gosec // NTLM is defined over RC4
)

// Constants of [MS-NLMP] 3.4.5.2 and 3.4.5.3; each is hashed with its terminating NUL.
const (
	clientSigning = "session key to client-to-server signing key magic constant\x00"
	serverSigning = "session key to server-to-client signing key magic constant\x00"
	clientSealing = "session key to client-to-server sealing key magic constant\x00"
	serverSealing = "session key to server-to-client sealing key magic constant\x00"
)

// rc4k is RC4K of [MS-NLMP] 6: one message under a fresh key.
func rc4k(key [16]byte, d []byte) (out [16]byte) {
	c, err := rc4.NewCipher(key[:])
	if err != nil {
		panic("ntlm: " + err.Error()) // the length is right
	}
	c.XORKeyStream(out[:], d)
	return out
}

// signKey is SIGNKEY of [MS-NLMP] 3.4.5.2. It is always made of the whole session key.
func signKey(exported [16]byte, magic string) [16]byte {
	return md5.Sum(append(exported[:], magic...))
}

// sealKey is SEALKEY of [MS-NLMP] 3.4.5.3 with extended session security.
func sealKey(flags Flags, exported [16]byte, magic string) [16]byte {
	n := 5
	switch flags.keyBits() {
	case 128:
		n = 16
	case 56:
		n = 7
	}
	return md5.Sum(append(exported[:n:n], magic...))
}
