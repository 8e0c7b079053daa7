package keytab

import (
	"bytes"
	"testing"
	"time"

	reader "github.com/jcmturner/gokrb5/v8/keytab"
)

func TestEncodeIsReadByAnotherImplementation(t *testing.T) {
	t.Parallel()
	at := time.Unix(1767323045, 0)
	want := []Entry{
		{"alice", "MAPID.TEST", 1, RC4, bytes.Repeat([]byte{7}, 16), at},
		{"exchangeMDB/exch01.mapid.test", "MAPID.TEST", 300, AES256, bytes.Repeat([]byte{9}, 32), at},
	}
	b, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	var kt reader.Keytab
	if err := kt.Unmarshal(b); err != nil {
		t.Fatal(err)
	}
	if len(kt.Entries) != len(want) {
		t.Fatalf("%d entries", len(kt.Entries))
	}
	for i, e := range kt.Entries {
		if e.Principal.Realm != want[i].Realm || e.KVNO != want[i].Version || e.Key.KeyType != int32(want[i].Type) ||
			!bytes.Equal(e.Key.KeyValue, want[i].Key) || !e.Timestamp.Equal(at) {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	if c := kt.Entries[1].Principal.Components; len(c) != 2 || c[1] != "exch01.mapid.test" {
		t.Errorf("components %q", c)
	}
}

func TestEncodeRefusesOverlongNames(t *testing.T) {
	t.Parallel()
	if _, err := Encode([]Entry{{Principal: string(make([]byte, 70000))}}); err == nil {
		t.Error("no error")
	}
}

func TestDecodeReadsEncode(t *testing.T) {
	t.Parallel()
	want := []Entry{{"a/b", "R", 300, RC4, []byte{1, 2}, time.Unix(5, 0)}, {"c", "R", 1, AES128, nil, time.Unix(6, 0)}}
	b, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, 0xFF, 0xFF, 0xFF, 0xFD, 1, 2, 3) // a hole of three bytes
	got, err := Decode(b)
	if err != nil || len(got) != 2 || got[0].Principal != "a/b" || got[0].Version != 300 || string(got[0].Key) != "\x01\x02" || got[1].Type != AES128 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := Encode([]Entry{{"a/b", "R", 300, RC4, []byte{1, 2}, time.Unix(5, 0)}})
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := Decode(b)
		if err != nil {
			return
		}
		size := 0
		for _, e := range entries {
			size += len(e.Principal) + len(e.Realm) + len(e.Key)
		}
		if size > len(b) {
			t.Errorf("%d bytes of text from %d", size, len(b))
		}
	})
}
