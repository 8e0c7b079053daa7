package krb

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/test/testdata"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// logonInfo is the example of [MS-PAC] 4: the user lzhu of the domain NTDEV.
func logonInfo() []byte { return unhex(testdata.MarshaledPAC_Kerb_Validation_Info_MS) }

// makePAC puts buffers into a PAC and signs it with key.
func makePAC(t testing.TB, key types.EncryptionKey, info []byte) []byte {
	t.Helper()
	kinds := map[int32]uint32{AES128: 15, AES256: 16, RC4: 0xFFFFFF76, 19: 19, 20: 20}
	sizes := map[int32]int{AES128: 12, AES256: 12, RC4: 16, 19: 16, 20: 24}
	empty := binary.LittleEndian.AppendUint32(nil, kinds[key.KeyType])
	empty = append(empty, make([]byte, (sizes[key.KeyType]+7)&^7-4+8)...)[:4+sizes[key.KeyType]]
	buffers := []struct {
		kind uint32
		data []byte
	}{{pacLogonInfo, info}, {10, []byte("client info")}, {pacServerSignature, empty}, {pacKDCSignature, empty}}
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(buffers)))
	head = binary.LittleEndian.AppendUint32(head, 0)
	offset := 8 + 16*len(buffers)
	var body []byte
	var at int
	for _, b := range buffers {
		head = binary.LittleEndian.AppendUint32(head, b.kind)
		head = binary.LittleEndian.AppendUint32(head, uint32(len(b.data)))
		head = binary.LittleEndian.AppendUint64(head, uint64(offset+len(body)))
		if b.kind == pacServerSignature {
			at = offset + len(body) + 4
		}
		body = append(body, b.data...)
		body = append(body, make([]byte, -len(body)&7)...)
	}
	pac := append(head, body...)
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := e.GetChecksumHash(key.KeyValue, pac, 17)
	if err != nil {
		t.Fatal(err)
	}
	copy(pac[at:], sum)
	return pac
}

func TestPAC(t *testing.T) {
	t.Parallel()
	for _, k := range testKeytab().keys {
		good := makePAC(t, k.key, logonInfo())
		if n, ok := readPAC(good, k.key); !ok || n.user != "lzhu" || n.domain != "NTDEV" {
			t.Errorf("%s: %+v, %v", etypeName(k.key.KeyType), n, ok)
		}
	}
	key := testKeytab().keys[0].key
	good := makePAC(t, key, logonInfo())
	for _, at := range []int{0, 8, 20, 100, 200, len(good) - 30} {
		b := bytes.Clone(good)
		b[at] ^= 1
		if n, ok := readPAC(b, key); ok {
			t.Errorf("byte %d changed: %+v", at, n)
		}
	}
	other := types.EncryptionKey{KeyType: key.KeyType, KeyValue: make([]byte, len(key.KeyValue))}
	if n, ok := readPAC(good, other); ok {
		t.Errorf("signed by another key: %+v", n)
	}
	for n := range good {
		if n < len(good)-8 {
			if _, ok := readPAC(good[:n], key); ok {
				t.Errorf("cut at %d", n)
			}
		}
	}
}

// pacAccounts knows only the name in the PAC.
type pacAccounts struct{}

func (pacAccounts) Account(_ context.Context, domain, user string) (auth.Account, error) {
	if domain == "NTDEV" && user == "lzhu" {
		return auth.Account{Name: "larry", Enabled: true}, nil
	}
	return auth.Account{}, auth.ErrUnknownAccount
}

// relevant wraps authorization data as KDCs do.
func relevant(t testing.TB, kind int32, data []byte) types.AuthorizationData {
	t.Helper()
	b, err := asn1.Marshal(types.AuthorizationData{{ADType: 143, ADData: []byte("something else")}, {ADType: kind, ADData: data}})
	if err != nil {
		t.Fatal(err)
	}
	return types.AuthorizationData{{ADType: 1, ADData: []byte("junk")}, {ADType: 1, ADData: b}}
}

func TestAccountByPAC(t *testing.T) {
	t.Parallel()
	keytab := testKeytab()
	key := keytab.filter(func(s serviceKey) bool { return s.principal == service && s.version == 3 && s.key.KeyType == AES256 })[0].key
	for _, c := range []struct {
		name  string
		realm string
		data  types.AuthorizationData
		want  string
	}{
		{"Signed", "", relevant(t, 128, makePAC(t, key, logonInfo())), "larry"},
		{"SignedForAnother", "", relevant(t, 128, makePAC(t, types.EncryptionKey{KeyType: AES256, KeyValue: make([]byte, 32)}, logonInfo())), ""},
		{"NotAPAC", "", relevant(t, 128, []byte("junk")), ""},
		{"OtherData", "", relevant(t, 129, makePAC(t, key, logonInfo())), ""},
		{"NoNames", "", relevant(t, 128, makePAC(t, key, []byte("junk that is no NDR"))), ""},
		{"ForeignRealm", "OTHER.TEST", relevant(t, 128, makePAC(t, key, logonInfo())), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tk := ticket(t, func(o *TicketOptions) {
				o.Client, o.ClientRealm, o.AuthorizationData = "S-1-5-21-nobody", c.realm, c.data
			})
			now := func() time.Time { return testNow }
			server := New(Options{Keytab: keytab, Accounts: pacAccounts{}, Now: now}).Accept()
			err := exchange(t, NewInitiator(InitiatorOptions{Ticket: tk, Now: now}), server, nil)
			if (err == nil) != (c.want != "") || server.Identity().Account != c.want {
				t.Errorf("%+v, %v", server.Identity(), err)
			}
		})
	}
}

func FuzzPAC(f *testing.F) {
	key := testKeytab().keys[0].key
	f.Add(makePAC(f, key, logonInfo()))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		n, ok := readPAC(b, key)
		if !bytes.Equal(b, before) {
			t.Fatal("reading changed the PAC")
		}
		if ok != (n.user != "") {
			t.Fatalf("%+v, %v", n, ok)
		}
	})
}
