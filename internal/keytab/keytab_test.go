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
