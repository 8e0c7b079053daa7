package ics_test

import (
	"encoding/hex"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/ics"
	"github.com/mapid/mapid/internal/mapi"
)

var replica = mapi.MustGUID("80818283-8485-8687-8889-8a8b8c8d8e8f")

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestParseIDSet reads every command, [MS-OXCFXICS] 2.2.2.6.
func TestParseIDSet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, globset string
		want          []ics.Range
	}{
		{"Singleton", "06 00000000002A 00", []ics.Range{{0x2A, 0x2A}}},
		{"Range", "52 000000000001 00000000002A 00", []ics.Range{{1, 0x2A}}},
		{"BitmaskPushPopAndRange", "05 0000000000 42 0D 06 50 04 00000000 52 0100 01FF 50 00", []ics.Range{{0x0D, 0x0D}, {0x0F, 0x10}, {0x100, 0x1FF}}},
		{"SingletonsUnderACommonPrefix", "05 0000000001 01 02 01 04 50 00", []ics.Range{{0x102, 0x102}, {0x104, 0x104}}},
		{"TouchingRangesBecomeOne", "06 000000000003 06 000000000002 00", []ics.Range{{2, 3}}},
		{"Empty", "00", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := ics.ParseIDSet(append(replica[:], unhex(t, tt.globset)...))
			if err != nil || !reflect.DeepEqual(s, ics.IDSet{{GUID: replica, Ranges: tt.want}}) {
				t.Errorf("%v, %v", s, err)
			}
			if s.Contains(replica, 0x101) != (tt.name == "BitmaskPushPopAndRange") || s.Contains(mapi.GUID{}, 0x2A) {
				t.Error("Contains is wrong")
			}
		})
	}
}

func TestParseIDSetRefused(t *testing.T) {
	t.Parallel()
	for name, globset := range map[string]string{
		"NoEnd": "06 00000000002A", "CutShort": "06 0000", "UnknownCommand": "07 00000000002A00 00", "PopOfNothing": "50 00",
		"PopAfterASingleton": "06 00000000002A 50 00", "BitmaskWithoutPrefix": "42 0D 06 00", "BitmaskPastTheByte": "05 0000000000 42 FE 06 50 00",
		"TooManyPushed": "05 0000000000 02 0102 00", "RangeUpsideDown": "52 00000000002A 000000000001 00", "Zero": "06 000000000000 00", "Nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s, err := ics.ParseIDSet(append(replica[:], unhex(t, globset)...)); !errors.Is(err, ics.ErrFormat) {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
	twice := append(append(append(replica[:], 0), replica[:]...), 0)
	if s, err := ics.ParseIDSet(twice); !errors.Is(err, ics.ErrFormat) {
		t.Errorf("one replica twice: %v, %v", s, err)
	}
}

// TestIDSetRoundTrip: what is written is read again, and holds just what was put in.
func TestIDSetRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counters := rapid.SliceOf(rapid.Uint64Range(1, 1<<48-1)).Draw(t, "counters")
		counters = append(counters, rapid.SliceOf(rapid.Uint64Range(1, 40)).Draw(t, "near")...)
		s := ics.IDSet{{GUID: replica, Ranges: ics.Ranges(counters)}}
		back, err := ics.ParseIDSet(s.Bytes())
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Fatalf("%v became %v, %v", s, back, err)
		}
		for _, c := range counters {
			if !back.Contains(replica, c) {
				t.Fatalf("%d is missing", c)
			}
		}
		total := uint64(0)
		for _, r := range back[0].Ranges {
			total += r.High - r.Low + 1
		}
		distinct := make(map[uint64]bool)
		for _, c := range counters {
			distinct[c] = true
		}
		if total != uint64(len(distinct)) {
			t.Fatalf("%d counters became %d", len(distinct), total)
		}
	})
}

// FuzzParseIDSet: a set that is read is written so that it reads the same, and reading takes memory in proportion.
func FuzzParseIDSet(f *testing.F) {
	f.Add([]byte{})
	f.Add(ics.IDSet{{GUID: replica, Ranges: ics.Ranges([]uint64{1, 2, 3, 9})}}.Bytes())
	f.Add(append(replica[:], 5, 0, 0, 0, 0, 0, 0x42, 0x0D, 0x06, 0x50, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := ics.ParseIDSet(b)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16+uint64(len(b))*512 {
			t.Errorf("%d bytes allocated for %d", n, len(b))
		}
		if err != nil {
			return
		}
		back, err := ics.ParseIDSet(s.Bytes())
		if err != nil || len(back) != len(s) {
			t.Fatalf("%v became %v, %v", s, back, err)
		}
		for i := range s {
			if len(s[i].Ranges) > 0 && !back.Contains(s[i].GUID, s[i].Ranges[0].Low) {
				t.Errorf("%v became %v", s, back)
			}
		}
	})
}
