package ntlm

import (
	"crypto/des" //nolint:gosec // NTLMv1 is defined over DES
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // NTLM is defined over MD5
	"encoding/binary"
	"errors"
	"time"
	"unicode"

	"github.com/mapid/mapid/internal/wire"
)

// hmacMD5 is HMAC_MD5 of [MS-NLMP] 6 over the concatenation of its parts.
func hmacMD5(key []byte, parts ...[]byte) (sum [16]byte) {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// upper is the upper case by which user names are hashed. Windows maps UTF-16 units one to one, so what lies outside of
// the basic plane stays, and its table holds pairs: letters that only share an upper case with another letter, as ı, ſ
// and µ do, stay as well. The final sigma is the exception.
func upper(s string) string {
	out := make([]rune, 0, len(s))
	for _, c := range s {
		if u := unicode.ToUpper(c); c < 0x10000 && (unicode.ToLower(u) == c || c == 'ς') {
			c = u
		}
		out = append(out, c)
	}
	return string(out)
}

// ntowfv2 is NTOWFv2 of [MS-NLMP] 3.3.2, from the password's hash. LMOWFv2 is the same.
func ntowfv2(ntHash [16]byte, user, domain string) [16]byte {
	var w wire.Writer
	w.UTF16(upper(user))
	w.UTF16(domain)
	return hmacMD5(ntHash[:], w.Bytes())
}

// desl is DESL of [MS-NLMP] 6: three DES encryptions of d under 7 bytes each of k and zeros.
func desl(k [16]byte, d [8]byte) (out [24]byte) {
	var padded [21]byte
	copy(padded[:], k[:])
	for i := range 3 {
		desEncrypt(padded[i*7:i*7+7], d[:], out[i*8:i*8+8])
	}
	return out
}

// desEncrypt encrypts one block under a key of 56 bits without parity.
func desEncrypt(key7, src, dst []byte) {
	var v uint64
	for _, b := range key7 {
		v = v<<8 | uint64(b)
	}
	var key [8]byte
	for i := range key {
		key[i] = byte(v>>(49-7*i)) << 1 // DES ignores the parity bit
	}
	c, err := des.NewCipher(key[:])
	if err != nil {
		panic("ntlm: " + err.Error()) // the length is right
	}
	c.Encrypt(dst, src)
}

// ntlm2SessionChallenge is the challenge that NTLMv1 with extended session security answers, [MS-NLMP] 3.3.1: the
// client's part is in the first 8 bytes of the LM response.
func ntlm2SessionChallenge(server [8]byte, lm []byte) (c [8]byte) {
	sum := md5.Sum(append(server[:], lm[:8]...))
	copy(c[:], sum[:])
	return c
}

// clientChallenge is NTLMv2_CLIENT_CHALLENGE, [MS-NLMP] 2.2.2.7, without the proof before it.
type clientChallenge struct {
	Time      uint64 // FILETIME
	Challenge [8]byte
	Pairs     AVPairs
}

// clientChallengeMin is the length of an NTLMv2_CLIENT_CHALLENGE without AV pairs.
const clientChallengeMin = 28

func (c *clientChallenge) encode(w *wire.Writer) {
	w.U8(1) // RespType
	w.U8(1) // HiRespType
	w.Zero(6)
	w.U64(c.Time)
	w.Put(c.Challenge[:])
	w.Zero(4)
	c.Pairs.Encode(w)
	w.Zero(4)
}

func (c *clientChallenge) decode(b []byte) error {
	r := wire.NewReader(b)
	if resp, hi := r.U8(), r.U8(); r.Err() == nil && (resp != 1 || hi != 1) {
		r.Fail(errors.New("unknown version of the client challenge"))
	}
	r.Skip(6)
	c.Time = r.U64()
	copy(c.Challenge[:], r.Take(8))
	r.Skip(4)
	return c.Pairs.Decode(r)
}

// fileTimeEpoch is the start of FILETIME, 1601, in Unix seconds.
const fileTimeEpoch = -11644473600

// fileTime returns t in units of 100 ns since 1601.
func fileTime(t time.Time) uint64 {
	return uint64(t.Unix()-fileTimeEpoch)*1e7 + uint64(t.Nanosecond()/100)
}

func appendFileTime(t time.Time) []byte { return binary.LittleEndian.AppendUint64(nil, fileTime(t)) }
