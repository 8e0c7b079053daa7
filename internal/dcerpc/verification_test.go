package dcerpc

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/mapid/mapid/auth"
)

// Commands of verification trailers for presentation context 0 of the interface under test, call 2, opnum 0: by hand
// from [MS-RPCE] 2.2.2.13.
const (
	vtMagic    = "8ae3137102f43671"
	vtSigning  = "0100 0400 01000000"
	vtNothing  = "0100 0400 00000000"
	vtContext  = "0200 2800 c55ea160e84dd711a637005056a20182 01000200 045d888aeb1cc9119fe808002b104860 02000000"
	vtOther    = "0200 2800 785734123412cdabef000123456789ac 01000000 045d888aeb1cc9119fe808002b104860 02000000"
	vtHeader   = "0300 1000 00000000 10000000 02000000 0000 0000"
	vtStrange  = "0900 0400 00000000"
	vtMust     = "0980 0400 00000000"
	vtContextE = "0240 2800 c55ea160e84dd711a637005056a20182 01000200 045d888aeb1cc9119fe808002b104860 02000000"
	vtHeaderE  = "0340 1000 00000000 10000000 02000000 0000 0000"
)

func TestVerificationTrailer(t *testing.T) {
	t.Parallel()
	change := func(s string, at int, v byte) string {
		b := unhex(t, s)
		b[at] = v
		return hex.EncodeToString(b)
	}
	tests := []struct {
		name    string
		flags   Flags // of the bind
		trailer string
		ok      bool
	}{
		{"Windows", FlagHeaderSign, vtMagic + vtSigning + vtContextE, true},
		{"All", FlagHeaderSign, vtMagic + vtSigning + vtContext + vtHeaderE, true},
		{"NoHeaderSigning", 0, vtMagic + vtNothing + vtContextE, true},
		{"HeaderSigningTakenAway", 0, vtMagic + vtSigning + vtContextE, false},
		{"OtherInterface", FlagHeaderSign, vtMagic + vtSigning + vtOther + vtHeaderE, false},
		{"OtherTransferSyntax", FlagHeaderSign, vtMagic + change(vtContextE, 24, 0xFF), false},
		{"OtherVersion", FlagHeaderSign, vtMagic + change(vtContextE, 22, 1), false},
		{"OtherPacketType", FlagHeaderSign, vtMagic + change(vtHeaderE, 4, 11), false},
		{"OtherByteOrder", FlagHeaderSign, vtMagic + change(vtHeaderE, 8, 0), false},
		{"OtherCall", FlagHeaderSign, vtMagic + change(vtHeaderE, 12, 3), false},
		{"OtherContext", FlagHeaderSign, vtMagic + change(vtHeaderE, 16, 1), false},
		{"OtherOpnum", FlagHeaderSign, vtMagic + change(vtHeaderE, 18, 1), false},
		{"UnknownCommand", FlagHeaderSign, vtMagic + vtStrange + vtContextE, true},
		{"UnknownCommandThatMustBeKnown", FlagHeaderSign, vtMagic + vtMust + vtContextE, false},
		{"NoEnd", FlagHeaderSign, vtMagic + vtContext, false},
		{"NoCommand", FlagHeaderSign, vtMagic, false},
		{"CutShort", FlagHeaderSign, vtMagic + vtContextE[:20], false},
		{"BytesBehind", FlagHeaderSign, vtMagic + vtContextE + "00000000", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, newWorld(t, toyOptions()), tt.flags, auth.LevelIntegrity, "alice")
			stub := append([]byte("stub"), unhex(t, tt.trailer)...)
			s.sendRaw(s.protected(2, flagsWhole, tt.flags != 0, stub))
			u := s.recv()
			if tt.ok {
				if r, ok := u.Body.(*Response); !ok || r.AllocHint != 4 || !bytes.HasPrefix(r.Stub, []byte("stub")) {
					t.Errorf("answer %+v", u.Body)
				}
				return
			}
			if f, ok := u.Body.(*FaultBody); !ok || f.Status != StatusAccessDenied {
				t.Fatalf("answer %+v", u.Body)
			}
			s.sendRaw(s.protected(3, flagsWhole, tt.flags != 0, nil)) // the connection goes on
			if u := s.recv(); u.Type != TypeResponse {
				t.Errorf("next call: %+v", u.Body)
			}
		})
	}
}

// TestVerificationTrailerBigEndian sends the integers of the trailer in the other order, with those of the header.
func TestVerificationTrailerBigEndian(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{}).peer()
	p.bind(0, offer(0, echoID, NDR20))
	trailer := vtMagic + "0002 0028 60a15ec54de811d7a637005056a20182 00020001 8a885d041ceb11c99fe808002b104860 00000002" +
		"4003 0010 00000000 00000000 00000002 0000 0000"
	stub := append([]byte("stub"), unhex(t, trailer)...)
	p.sendRaw(bigEndian(requestPDU(2, flagsWhole, opEcho, stub).Encode()))
	if r, ok := p.recv().Body.(*Response); !ok || string(r.Stub) != "stub" {
		t.Errorf("answer %+v", r)
	}
}

// TestVerificationTrailerPlaces looks for the trailer where it can be and where it cannot.
func TestVerificationTrailerPlaces(t *testing.T) {
	t.Parallel()
	trailer := unhex(t, vtMagic+vtContextE)
	tests := []struct {
		name string
		stub string
		want int
	}{
		{"Empty", "", -1},
		{"Alone", string(trailer), 0},
		{"Aligned", "four" + string(trailer), 4},
		{"NotAligned", "five!" + string(trailer), -1},
		{"TooFarFromTheEnd", string(trailer) + strings.Repeat("x", 1024), -1},
		{"LastOfTwo", string(trailer) + string(trailer), len(trailer)},
	}
	for _, tt := range tests {
		if got := findVerification([]byte(tt.stub)); got != tt.want {
			t.Errorf("%s: found at %d, want %d", tt.name, got, tt.want)
		}
	}
}

// FuzzVerification checks that whatever follows the magic, a trailer either takes itself off the stub or refuses it.
func FuzzVerification(f *testing.F) {
	f.Add(unhex(f, vtSigning+vtContextE), false)
	f.Add(unhex(f, vtHeaderE), true)
	f.Add(unhex(f, vtMust), false)
	f.Fuzz(func(t *testing.T, commands []byte, big bool) {
		stub := append(binary.LittleEndian.AppendUint64(nil, 42), verificationMagic[:]...)
		stub = append(stub, commands...)
		c := &conn{}
		got, err := c.checkVerification(&assembly{stub: stub, big: big, abstract: echoID})
		at := findVerification(stub)
		switch {
		case at < 0 && (err != nil || len(got) != len(stub)):
			t.Errorf("no trailer in reach: %d bytes, %v", len(got), err)
		case at >= 0 && err == nil && len(got) != at:
			t.Errorf("trailer at %d leaves %d bytes", at, len(got))
		case err != nil && got != nil:
			t.Error("a refused stub is returned all the same")
		}
	})
}
