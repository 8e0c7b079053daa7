package ntlm

import (
	"bytes"
	"context"
	"crypto/des" //nolint:gosec // NTLMv1 is defined over DES
	"crypto/rc4" //nolint:gosec // NTLM is defined over RC4
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// The known answers of [MS-NLMP] 4.2. Inputs of 4.2.1: user User, domain Domain, password Password, server Server.

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

var (
	vecChallenge = [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	vecClient    = bytes.Repeat([]byte{0xaa}, 8)
	vecRandom    = bytes.Repeat([]byte{0x55}, 16)
	vecPlain     = func() []byte { var w wire.Writer; w.UTF16("Plaintext"); return w.Bytes() }()
)

func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, unhex(want)) {
		t.Errorf("%s: got %x, want %s", what, got, want)
	}
}

// lmowfv1 is LMOWFv1 of 3.3.1. Only this test's client speaks LM: the acceptor refuses it.
func lmowfv1(password string) (out [16]byte) {
	var padded [14]byte
	copy(padded[:], strings.ToUpper(password))
	desEncrypt(padded[:7], []byte("KGS!@#$%"), out[:8])
	desEncrypt(padded[7:], []byte("KGS!@#$%"), out[8:])
	return out
}

// oldSeal is SEAL and MAC of 3.4.4.1, without extended session security. Only this test's client speaks it.
func oldSeal(key [16]byte, data []byte, seq uint32) (sealed, sig []byte) {
	c, err := rc4.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	sealed = make([]byte, len(data))
	c.XORKeyStream(sealed, data)
	sig = make([]byte, 16)
	binary.LittleEndian.PutUint32(sig, 1)
	binary.LittleEndian.PutUint32(sig[8:], crc32.ChecksumIEEE(data))
	c.XORKeyStream(sig[4:16], sig[4:16])
	binary.LittleEndian.PutUint32(sig[12:], binary.LittleEndian.Uint32(sig[12:])^seq)
	return sealed, sig
}

func TestVectorsV1(t *testing.T) { // 4.2.2
	t.Parallel()
	nt, lm := NTHash("Password"), lmowfv1("Password")
	same(t, "NTOWFv1", nt[:], "a4f49c406510bdcab6824ee7c30fd852")
	same(t, "LMOWFv1", lm[:], "e52cac67419a9a224a3b108f3fa6cb6d")
	base := md4Sum(nt[:])
	same(t, "SessionBaseKey", base[:], "d87262b0cde4b1cb7499becccdf10784")
	ntResponse, lmResponse := desl(nt, vecChallenge), desl(lm, vecChallenge)
	same(t, "NT response", ntResponse[:], "67c43011f30298a2ad35ece64f16331c44bdbed927841f94")
	same(t, "LM response", lmResponse[:], "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13")
	esk := rc4k(base, vecRandom)
	same(t, "EncryptedRandomSessionKey", esk[:], "518822b1b3f350c8958682ecbb3e3cb7")

	sealed, sig := oldSeal([16]byte(vecRandom), vecPlain, 0)
	same(t, "sealed data", sealed, "56fe04d861f9319af0d7238a2e3b4d457fb8")
	same(t, "signature", sig, "01000000 45c844e5 09dcd1df 2e459d36")

	// A client that proves the password in this way is refused.
	server, ctx := vectorServer(Options{AllowV1: true}), t.Context()
	var hello = NegotiateMessage{Flags: 0x00008207}
	if _, _, err := server.Step(ctx, hello.Encode()); err != nil {
		t.Fatal(err)
	}
	m := AuthenticateMessage{User: "User", Domain: "Domain", LMResponse: lmResponse[:], NTResponse: ntResponse[:],
		Flags: NegotiateUnicode | NegotiateNTLM}
	if _, _, err := server.Step(ctx, m.Encode()); !errors.Is(err, auth.ErrPolicy) {
		t.Errorf("plain NTLMv1: %v", err)
	}
}

func TestVectorsExtendedSessionSecurity(t *testing.T) { // 4.2.3
	t.Parallel()
	nt := NTHash("Password")
	lm := append(bytes.Clone(vecClient), make([]byte, 16)...)
	response := desl(nt, ntlm2SessionChallenge(vecChallenge, lm))
	same(t, "NT response", response[:], "7537f803ae367128ca458204bde7caf81e97ed2683267232")

	m := AuthenticateMessage{User: "User", Domain: "Domain", LMResponse: lm, NTResponse: response[:]}
	p := proof{kind: proofV1}
	key, ok := p.verify(nt, &m, vecChallenge)
	if !ok {
		t.Fatal("the response does not verify")
	}
	same(t, "KeyExchangeKey", key[:], "eb93429a8bd952f8b89c55b87f475edc")

	// 56 bit, no key exchange: 4.2.3.4.
	flags := Flags(0x820a8233)
	seal, sign := sealKey(flags, key, clientSealing), signKey(key, clientSigning)
	same(t, "seal key", seal[:], "04dd7f014d8504d265a25cc86a3a7c06")
	same(t, "sign key", sign[:], "60e799be5c72fc92922ae8ebe961fb8d")
	var client session
	client.establish(flags, key, false)
	checkVector(t, &client, "a02372f6530273f3aa1eb90190ce5200c99d", "01000000 ff2aeb52f681793a 00000000")
}

func TestVectorsV2(t *testing.T) { // 4.2.4
	t.Parallel()
	v2 := ntowfv2(NTHash("Password"), "User", "Domain")
	same(t, "NTOWFv2", v2[:], "0c868a403bfd7a93a3001ef22ef02e3f")

	client := clientChallenge{Challenge: [8]byte(vecClient),
		Pairs: AVPairs{}.name(MsvAvNbDomainName, "Domain").name(MsvAvNbComputerName, "Server")}
	var w wire.Writer
	client.encode(&w)
	same(t, "temp", w.Bytes(), "0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000"+
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000")
	proved := hmacMD5(v2[:], vecChallenge[:], w.Bytes())
	same(t, "NTProofStr", proved[:], "68cd0ab851e51c96aabc927bebef6a1c")
	lm := hmacMD5(v2[:], vecChallenge[:], vecClient)
	same(t, "LMv2", append(lm[:], vecClient...), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa")
	base := hmacMD5(v2[:], proved[:])
	same(t, "SessionBaseKey", base[:], "8de40ccadbc14a82f15cb0ad0de95ca3")
	esk := rc4k(base, vecRandom)
	same(t, "EncryptedRandomSessionKey", esk[:], "c5dad2544fc9799094ce1ce90bc9d03e")

	flags, exported := Flags(0xe28a8233), [16]byte(vecRandom)
	for _, k := range []struct {
		what string
		got  [16]byte
		want string
	}{
		{"client seal key", sealKey(flags, exported, clientSealing), "59f600973cc4960a25480a7c196e4c58"},
		{"client sign key", signKey(exported, clientSigning), "4788dc861b4782f35d43fd98fe1a2d39"},
		{"server seal key", sealKey(flags, exported, serverSealing), "9355f3a957c1583d25c4c2f11e40390e"},
		{"server sign key", signKey(exported, serverSigning), "d04d6f10741041d1d246d64188d7a8ad"},
		{"client seal key of 56 bits", sealKey(flags&^Negotiate128, exported, clientSealing), "a5f7253c1065e8d3d68642040e71cfe0"},
		{"client seal key of 40 bits", sealKey(flags&^(Negotiate128|Negotiate56), exported, clientSealing),
			"42f964a471091a02ff4a77455366e4e5"},
	} {
		same(t, k.what, k.got[:], k.want)
	}
	var c session
	c.establish(flags, exported, false)
	checkVector(t, &c, "54e50165bf1936dc996020c1811b0f06fb5f", "01000000 7fb38ec5c55d4976 00000000")

	// Without key exchange the checksum goes out in clear.
	var s session
	s.establish(flags&^NegotiateKeyExch, exported, false)
	sig := make([]byte, 16)
	if err := s.Sign(sig, nil, vecPlain, nil); err != nil {
		t.Fatal(err)
	}
	same(t, "signature", sig, "01000000 70352851f2564309 00000000")
}

// checkVector seals the example's text.
func checkVector(t *testing.T, s *session, data, sig string) {
	t.Helper()
	b, got := bytes.Clone(vecPlain), make([]byte, 16)
	if err := s.Seal(got, nil, b, nil); err != nil {
		t.Fatal(err)
	}
	same(t, "sealed data", b, data)
	same(t, "signature", got, sig)
}

// fixedRand yields the same byte for ever.
type fixedRand byte

func (f fixedRand) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(f)
	}
	return len(b), nil
}

// vectorServer accepts User with Password in a place where time stands still at the specification's zero.
func vectorServer(o Options) auth.Context {
	o.Accounts = accounts{"user": {Name: "User", Enabled: true, NTHash: NTHash("Password")}}
	o.NetBIOSDomain, o.NetBIOSComputer = "Domain", "Server"
	o.Now = func() time.Time { return time.Unix(fileTimeEpoch, 0) }
	o.RequireMIC = MICNever
	return New(o).Accept()
}

// TestAuthenticateMessageVector is the AUTHENTICATE_MESSAGE of 4.2.4.3, accepted by a server whose challenge is the
// example's.
func TestAuthenticateMessageVector(t *testing.T) {
	t.Parallel()
	token := unhex("4e544c4d53535000 03000000 18001800 6c000000 54005400 84000000 0c000c00 48000000 08000800 54000000" +
		"10001000 5c000000 10001000 d8000000 358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200" +
		"43004f004d0050005500540045005200 86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa" +
		"68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000" +
		"02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000" +
		"c5dad2544fc9799094ce1ce90bc9d03e")
	var m AuthenticateMessage
	if err := m.Decode(token); err != nil {
		t.Fatal(err)
	}
	if m.User != "User" || m.Domain != "Domain" || m.Workstation != "COMPUTER" || m.HasMIC || m.Flags != 0xe2888235 ||
		m.Version != (Version{5, 1, 2600}) {
		t.Fatalf("decoded %+v", m)
	}
	// The specification's message has the LM response of this client in it, and so has ours.
	if got := m.Encode(); !bytes.Equal(got, token) {
		t.Errorf("encoded again:\n%x\n%x", got, token)
	}
	a := vectorServer(Options{}).(*acceptor)
	hello := NegotiateMessage{Flags: 0xe2088237}
	if _, _, err := a.Step(context.Background(), hello.Encode()); err != nil {
		t.Fatal(err)
	}
	a.nonce = vecChallenge
	if _, done, err := a.Step(context.Background(), token); err != nil || !done {
		t.Fatalf("done %v, %v", done, err)
	}
	var client session
	client.establish(m.Flags, [16]byte(vecRandom), false)
	checkSealed(t, &client, a)
	checkSealed(t, a, &client)
}

// TestChallengeMessageVector is the CHALLENGE_MESSAGE of 4.2.4.3.
func TestChallengeMessageVector(t *testing.T) {
	t.Parallel()
	token := unhex("4e544c4d53535000 02000000 0c000c00 38000000 33828ae2 0123456789abcdef 0000000000000000 24002400 44000000" +
		"060070170000000f 530065007200760065007200 02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000")
	var m ChallengeMessage
	if err := m.Decode(token); err != nil {
		t.Fatal(err)
	}
	if m.TargetName != "Server" || m.Flags != 0xe28a8233 || m.ServerChallenge != vecChallenge ||
		m.Version != (Version{6, 0, 6000}) || len(m.TargetInfo) != 36 {
		t.Fatalf("decoded %+v", m)
	}
	if got := m.Encode(); !bytes.Equal(got, token) {
		t.Errorf("encoded again:\n%x\n%x", got, token)
	}
}

// TestChallengeFlags are the sets a Windows server was seen to answer with, for a client that seals and for the old
// clients that only connect.
func TestChallengeFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		client     Flags
		standalone bool
		want       Flags
	}{
		{"SealingInADomain", 0xe2088237, false, 0xe2898235},
		{"SealingStandalone", 0xe2088237, true, 0xe28a8235},
		{"ConnectOnly", 0xa008b207, false, 0xa2898205},
		{"LMKeyIsNotOffered", 0xe20882b7, false, 0xe2898235},
	} {
		o := testOptions()
		o.Standalone, o.Rand = c.standalone, fixedRand(7)
		hello := NegotiateMessage{Flags: c.client}
		out, _, err := New(o).Accept().Step(t.Context(), hello.Encode())
		var m ChallengeMessage
		if err != nil || m.Decode(out) != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if m.Flags != c.want || m.ServerChallenge != [8]byte{7, 7, 7, 7, 7, 7, 7, 7} {
			t.Errorf("%s: flags %08x, want %08x; challenge %x", c.name, uint32(m.Flags), uint32(c.want), m.ServerChallenge)
		}
	}
}

// TestTargetInfo lists the pairs in the order in which Windows sends them.
func TestTargetInfo(t *testing.T) {
	t.Parallel()
	o := testOptions()
	hello := NegotiateMessage{Flags: 0xe2088237}
	out, _, err := New(o).Accept().Step(t.Context(), hello.Encode())
	var m ChallengeMessage
	if err != nil || m.Decode(out) != nil {
		t.Fatal(err)
	}
	// 2026-01-02 03:04:05 UTC is 0x01DC7B9474400080 units of 100 ns after 1601.
	same(t, "target info", m.TargetInfo, "02000a004d004100500049004400 01000c0045005800430048003000310004001400"+
		"6d0061007000690064002e007400650073007400 03002200"+
		"6500780063006800300031002e006d0061007000690064002e007400650073007400 07000800 800040 74947bdc01 00000000")
}

func TestUpper(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"alice": "ALICE", "Zoë": "ZOË", "ÿ": "Ÿ", "straße": "STRAßE", "ı": "ı", "ſ": "ſ", "µ": "µ", "Σίσυφος": "ΣΊΣΥΦΟΣ",
		"ǆǅ": "Ǆǅ", "𐐨": "𐐨", "жук": "ЖУК",
	} {
		if got := upper(in); got != want {
			t.Errorf("upper(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestDESKeyHasNoWeakParity(t *testing.T) {
	t.Parallel()
	// The classic example of FIPS 81's tables: key 0123456789abcdef, text "Now is t".
	c, err := des.NewCipher(unhex("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got [8]byte
	c.Encrypt(want[:], []byte("Now is t"))
	// The same key without its parity bits, packed into 7 bytes.
	var v uint64
	for _, b := range unhex("0123456789abcdef") {
		v = v<<7 | uint64(b>>1)
	}
	var packed [8]byte
	binary.BigEndian.PutUint64(packed[:], v<<8)
	desEncrypt(packed[:7], []byte("Now is t"), got[:])
	if got != want {
		t.Errorf("got %x, want %x", got, want)
	}
	same(t, "FIPS 81", got[:], "3fa40e8a984d4815")
}
