package sqlite

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bagVector was put together by hand from the comment at the top of bagcodec.go.
const bagVector = `01 0B
	17 06 02                                     0017 Integer32 1
	1F 3C 02 C3 BC                               0036 String8 of two bytes
	01 3E 03 61 C3 BC                            0037 String "aü"
	02 80 01 01 00 00 00 00 00 00 80             0039 Time
	CE 1C 16 01                                  0E87 Boolean true
	E8 01 08 00 00 C0 3F                         0F6F Floating32 1.5
	91 01 3F 80 80 08                            1000 String apart, 131072 bytes
	13 84 04 02 FF 00                            1013 Binary of two bytes
	DE 47 28 01                                  33F1 Integer64 -1
	8F 4C 04 03                                  5A00 Integer16 -2
	80 4C BE 40 02 01 61 00                      8000 multiple String "a", ""
`

// strip takes the explanations off a vector.
func strip(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		hexPart, _, _ := strings.Cut(strings.TrimSpace(l), "   ")
		lines[i] = hexPart
	}
	return strings.Join(lines, " ")
}

func TestBagVector(t *testing.T) {
	t.Parallel()
	got, err := decodeBag(1, unhex(t, strip(bagVector)), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Property{
		{Tag: 0x00170003, Value: prop.Int32(1)},
		{Tag: 0x0036001E, Value: prop.String8("\xC3\xBC")},
		{Tag: 0x0037001F, Value: prop.String("aü")},
		{Tag: 0x00390040, Value: prop.Time(0x8000000000000001)},
		{Tag: 0x0E87000B, Value: prop.Bool(true)},
		{Tag: 0x0F6F0004, Value: prop.Float32(1.5)},
		{Tag: 0x1000001F, Size: 131072},
		{Tag: 0x10130102, Value: prop.Binary([]byte{0xFF, 0})},
		{Tag: 0x33F10014, Value: prop.Int64(-1)},
		{Tag: 0x5A000002, Value: prop.Int16(-2)},
		{Tag: 0x8000101F, Value: prop.Multi(mapi.PtypMultiString, []string{"a", ""})},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
}

func TestBagRefused(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"Empty":               "",
		"UnknownVersion":      "02 00",
		"CountTooLarge":       "01 05 01 02",
		"CountTooSmall":       "01 00 01 02",
		"CountNotShortest":    "01 80 00",
		"SameIDTwice":         "01 02 01 02 00 02",
		"IDTooLarge":          "01 01 80 80 04 02",
		"TypeTooLarge":        "01 01 01 80 80 08",
		"UnknownType":         "01 01 01 12",
		"NotBoolean":          "01 01 01 16 02",
		"Integer16TooLarge":   "01 01 01 04 80 80 04",
		"Integer32TooLarge":   "01 01 01 06 80 80 80 80 20",
		"StringTooLong":       "01 01 01 3E 05 61",
		"StringCut":           "01 01 01 3E",
		"MultipleTooLong":     "01 01 01 86 40 09 00",
		"MultipleOfUnknown":   "01 01 01 96 40 01 00",
		"ApartOfWrongType":    "01 01 01 07 05",
		"RestrictionCut":      "01 01 01 FA 03 02 08 00",
		"RestrictionWithTail": "01 01 01 FA 03 06 08 1F 00 37 00 00",
	} {
		if got, err := decodeBag(1, unhex(t, s), nil); err == nil {
			t.Errorf("%s: decoded to %v", name, got)
		}
	}
}

// toBag makes a bag that can be encoded of what a bag was decoded to.
func toBag(t *testing.T, data []byte) (bag, error) {
	g := bag{}
	b := readBag(data)
	for rec, ok := b.next(); ok; rec, ok = b.next() {
		v := bagValue{value: rec.value()}
		if rec.apart {
			v = bagValue{typ: rec.tag.Type(), size: rec.size}
		} else if v.value.Type() != rec.tag.Type() {
			t.Fatalf("property %s has a value of type 0x%04X", rec.tag, uint16(v.value.Type()))
		}
		g[rec.tag.ID()] = v
	}
	return g, b.err
}

// FuzzBag asserts that whatever decodes, encodes to the same bytes, and that decoding allocates in proportion to them.
func FuzzBag(f *testing.F) {
	f.Add(unhex(f, strip(bagVector)))
	f.Add(unhex(f, "01 01 01 FA 03 05 08 1F 00 37 00"))
	f.Add(unhex(f, "01 01 01 86 40 03 02 03 04"))
	f.Add(unhex(f, "01 01 01 90 41 01 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := toBag(t, data)
		if err != nil {
			return
		}
		again, err := g.encode()
		if err != nil {
			t.Fatalf("decoded, but can't be encoded: %v", err)
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("encoded to\n%x\nfrom\n%x", again, data)
		}
		if n := testing.AllocsPerRun(1, func() { _, _ = decodeBag(1, data, nil) }); n > float64(200+8*len(data)) {
			t.Fatalf("%v allocations for %d bytes", n, len(data))
		}
	})
}

// FuzzRecipients asserts the same of recipients.
func FuzzRecipients(f *testing.F) {
	f.Add(unhex(f, "01 01 00 01 02 01 00"))
	f.Add(unhex(f, "01 02 00 01 05 01 01 17 06 02 07 82 80 80 80 08 02 01 00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := decodeRecipients(data)
		if err != nil {
			return
		}
		again, err := encodeRecipients(list)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("encoded to\n%x (%v)\nfrom\n%x", again, err, data)
		}
	})
}
