package rop_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

func TestReadPayloads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex string
		want      []rop.Payload
	}{
		{"Outlook 2007, compressed (E11)", e11Ext, []rop.Payload{{Bytes: unhex(t, e11), Flags: rop.ExtCompressed | rop.ExtLast}}},
		{"auxiliary buffer of Outlook 2007, obfuscated (E11)",
			"0000 0600 2800 2800 ada5a4a4a4a5b9a5b5a5a4a9f7a5a5a5a5a5a5a5bea5a5a5b5a5a4a9eaa5a5a5eba5a5a5bea5a5a5",
			[]rop.Payload{{Bytes: unhex(t, "0800010101001c00 1000010c52000000000000001b000000 1000010c4f0000004e0000001b000000"),
				Flags: rop.ExtXorMagic | rop.ExtLast}}},
		{"polling (E12)", "0000 0400 0200 0200 0200", []rop.Payload{{Bytes: []byte{2, 0}, Flags: rop.ExtLast}}},
		{"header alone (A8)", "0000 0400 0000 0000", []rop.Payload{{Flags: rop.ExtLast}}},
		{"notification (P19)", "0000 0400 0c00 0c00 0c002a150000000000810100",
			[]rop.Payload{{Bytes: unhex(t, "0c002a150000000000810100"), Flags: rop.ExtLast}}},
		{"compressed and obfuscated", "0000 0700 0700 0a00 5a5a5ada c4 a3a5",
			[]rop.Payload{{Bytes: []byte("aaaaaaaaaa"), Flags: rop.ExtCompressed | rop.ExtXorMagic | rop.ExtLast}}},
		{"chain, each its own way", "0000 0000 0200 0200 0200 | 0000 0002 0200 0200 0300 | 0000 0600 0200 0200 a1a5 | ffff",
			[]rop.Payload{{Bytes: []byte{2, 0}}, {Bytes: []byte{3, 0}, Flags: 0x200}, {Bytes: []byte{4, 0}, Flags: rop.ExtXorMagic | rop.ExtLast}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := unhex(t, c.hex)
			before := bytes.Clone(b)
			got, err := rop.ReadPayloads(b, rop.MaxPayload)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, equal); d != "" {
				t.Error(d)
			}
			if !bytes.Equal(b, before) {
				t.Error("the input changed")
			}
		})
	}
}

func TestReadPayloadsRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hex string }{
		{"nothing", ""},
		{"half a header", "0000 0400"},
		{"payload cut short", "0000 0400 0300 0300 0200"},
		{"another version", "0100 0400 0200 0200 0200"},
		{"sizes that disagree", "0000 0400 0200 0300 0200"},
		{"corrupt compression", "0000 0500 0500 0a00 0000000061"},
		{"no last payload", "0000 0000 0200 0200 0200"},
		{"more than the limit", "0000 0500 0700 1000 ffffff7f61 0700"},
		{"more than the limit in all", "0000 0000 0900 0900 000000000000000000 | 0000 0400 0100 0100 00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := rop.ReadPayloads(unhex(t, c.hex), 9); !errors.Is(err, mapi.ErrRpcFormat) || got != nil {
				t.Errorf("ReadPayloads = %v, %v; want ecRpcFormat", got, err)
			}
		})
	}
}

func TestPutPayload(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("a"), 281)
	for _, c := range []struct {
		name    string
		payload []byte
		flags   uint16
		want    string
	}{
		{"in clear", []byte{2, 0}, rop.ExtLast, "0000 0400 0200 0200 0200"},
		{"not the last", []byte{2, 0}, 0, "0000 0000 0200 0200 0200"},
		{"obfuscated", []byte{2, 0}, rop.ExtXorMagic | rop.ExtLast, "0000 0600 0200 0200 a7a5"},
		{"compressed", long, rop.ExtCompressed | rop.ExtLast, "0000 0500 0b00 1901 ffffff7f6107000fff1501"},
		{"compressed, so not obfuscated", long, rop.ExtCompressed | rop.ExtXorMagic | rop.ExtLast, "0000 0500 0b00 1901 ffffff7f6107000fff1501"},
		{"not smaller, so not compressed", []byte{2, 0}, rop.ExtCompressed | rop.ExtXorMagic | rop.ExtLast, "0000 0600 0200 0200 a7a5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := wire.Writer{Buf: []byte("before")}
			if err := rop.PutPayload(&w, c.payload, c.flags, new(lzxpress.Encoder)); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(append([]byte("before"), unhex(t, c.want)...), w.Bytes()); d != "" {
				t.Error(d)
			}
		})
	}
	if err := rop.PutPayload(new(wire.Writer), make([]byte, 65536), 0, nil); err == nil {
		t.Error("a payload over 65,535 bytes was accepted")
	}
}

func FuzzReadPayloads(f *testing.F) {
	f.Add(unhex(f, e11Ext))
	f.Add(unhex(f, "0000 0000 0200 0200 0200 | 0000 0600 0200 0200 a1a5"))
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 16
		payloads, err := rop.ReadPayloads(b, limit)
		if err != nil {
			if payloads != nil {
				t.Fatal("payloads beside an error")
			}
			return
		}
		sum := 0
		var w wire.Writer
		for _, p := range payloads {
			sum += len(p.Bytes)
			if err := rop.PutPayload(&w, p.Bytes, p.Flags, new(lzxpress.Encoder)); err != nil {
				t.Fatal(err)
			}
		}
		if sum > limit {
			t.Fatalf("%d bytes of payload over the limit", sum)
		}
		again, err := rop.ReadPayloads(w.Bytes(), limit)
		if err != nil || len(again) != len(payloads) {
			t.Fatalf("written again: %d payloads, %v", len(again), err)
		}
		for i := range again {
			if !bytes.Equal(again[i].Bytes, payloads[i].Bytes) {
				t.Fatalf("payload %d changed", i)
			}
		}
	})
}
