package rfr

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/ndr"
)

// message is a stub's content in both directions.
type message interface {
	Decode(*ndr.Reader)
	Encode(*ndr.Writer)
}

// readStubs returns the stubs of testdata/stubs.txt by id.
func readStubs(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/stubs.txt")
	if err != nil {
		t.Fatal(err)
	}
	stubs := make(map[string][]byte)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(strings.TrimSpace(line), "\t")
		b, err := hex.DecodeString(field[len(field)-1])
		if err != nil {
			t.Fatalf("%s: %v", field[0], err)
		}
		stubs[field[0]] = b
	}
	return stubs
}

// TestStubs decodes every vector to the values it states and produces its bytes from equal values.
func TestStubs(t *testing.T) {
	t.Parallel()
	stubs := readStubs(t)
	host := "ex1.lab.test"
	for _, tt := range []struct {
		id         string
		want, into message
	}{
		{"R1", &GetNewDSARequest{UserDN: "/o=Lab/ou=AG/cn=Recipients/cn=ann", Server: Name{Present: true}}, &GetNewDSARequest{}},
		{"R2", &GetNewDSAResponse{Server: Name{Present: true, Text: &host}}, &GetNewDSAResponse{}},
		{"R3", &GetFQDNFromServerDNRequest{ServerDN: "/o=Lab/ou=AG/cn=Configuration/cn=Servers/cn=EX1"}, &GetFQDNFromServerDNRequest{}},
		{"R4", &GetFQDNFromServerDNResponse{FQDN: &host}, &GetFQDNFromServerDNResponse{}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			stub := stubs[tt.id]
			r := ndr.NewReader(stub)
			tt.into.Decode(r)
			if r.Err() != nil || r.Len() != 0 {
				t.Fatalf("Decode: %v, %d bytes left over", r.Err(), r.Len())
			}
			if diff := cmp.Diff(tt.want, tt.into); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			var w ndr.Writer
			tt.want.Encode(&w)
			if got := hex.EncodeToString(w.Stub()); got != hex.EncodeToString(stub) {
				t.Errorf("encoded %s\n   want %x", got, stub)
			}
		})
	}
}

// fuzzMessage asserts that what decodes encodes to something that decodes to the same.
func fuzzMessage[M any, P interface {
	*M
	message
}](f *testing.F, ids ...string) {
	for _, id := range ids {
		f.Add(readStubs(f)[id])
	}
	f.Fuzz(func(t *testing.T, stub []byte) {
		first := P(new(M))
		r := ndr.NewReader(stub)
		first.Decode(r)
		if r.Err() != nil {
			return
		}
		var w ndr.Writer
		first.Encode(&w)
		second := P(new(M))
		again := ndr.NewReader(w.Stub())
		second.Decode(again)
		if again.Err() != nil || again.Len() != 0 {
			t.Fatalf("own encoding: %v, %d bytes left over", again.Err(), again.Len())
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("round trip:\n%s", diff)
		}
	})
}

func FuzzGetNewDSARequest(f *testing.F) { fuzzMessage[GetNewDSARequest](f, "R1") }

func FuzzGetNewDSAResponse(f *testing.F) { fuzzMessage[GetNewDSAResponse](f, "R2") }

func FuzzGetFQDNFromServerDNResponse(f *testing.F) { fuzzMessage[GetFQDNFromServerDNResponse](f, "R4") }

func FuzzGetFQDNFromServerDNRequest(f *testing.F) {
	f.Add(readStubs(f)["R3"])
	f.Fuzz(func(t *testing.T, stub []byte) {
		var first, second GetFQDNFromServerDNRequest
		r := ndr.NewReader(stub)
		first.Decode(r)
		if r.Err() != nil {
			return
		}
		if len(first.ServerDN) >= maxServerDN {
			t.Fatalf("DN of %d bytes", len(first.ServerDN))
		}
		var w ndr.Writer
		first.Encode(&w)
		again := ndr.NewReader(w.Stub())
		second.Decode(again)
		if fits := len(first.ServerDN)+1 >= minServerDN; fits != (again.Err() == nil) {
			t.Fatalf("own encoding of %q: %v", first.ServerDN, again.Err())
		} else if fits && first != second {
			t.Errorf("round trip: %+v, then %+v", first, second)
		}
	})
}
