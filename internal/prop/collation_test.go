package prop_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

func TestCompareText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lcid uint32
		want []string // in order, equal texts side by side
	}{
		{"English", 0x0409, []string{"", "(x", "1", "10", "2", "a", "a b", "a-b", "Ab", "äb", "ab", "b", "O'Neil", "oneil", "Zebra", "ж", "日本"}},
		{"SwedishAfterZ", 0x041D, []string{"a", "z", "å", "ä", "ö"}},
		{"GermanUmlautsAreAccents", 0x0407, []string{"a", "ä", "ab", "z"}},
		{"UnknownLocale", 0x3FFF, []string{"a", "B", "c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			order := prop.NewCollation(c.lcid)
			got := slices.Clone(c.want)
			slices.Reverse(got)
			// The reversed list has equal texts in reverse: sort by position among equals.
			slices.SortStableFunc(got, func(a, b string) int {
				if n := order.CompareText(a, b); n != 0 {
					return n
				}
				return slices.Index(c.want, a) - slices.Index(c.want, b)
			})
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCompareTextEqual(t *testing.T) {
	t.Parallel()
	order := prop.NewCollation(mapi.LocaleEnglish)
	for _, pair := range [][2]string{{"Ab", "aB"}, {"ab", "ÀB"}, {"Ａb", "ab"}} {
		if order.CompareText(pair[0], pair[1]) != 0 {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"co-op", "coop"}, {"a b", "ab"}, {"o", "p"}} {
		if order.CompareText(pair[0], pair[1]) == 0 {
			t.Errorf("%q and %q are equal", pair[0], pair[1])
		}
	}
}

// Values in ascending order; their keys must order the same way.
func TestSortKeys(t *testing.T) {
	t.Parallel()
	order := prop.NewCollation(mapi.LocaleEnglish)
	for _, c := range []struct {
		name   string
		values []prop.Value
	}{
		{"Integers", []prop.Value{{}, prop.Int32(math.MinInt32), prop.Int32(-1), prop.Int32(0), prop.Int64(1), prop.Int32(math.MaxInt32), prop.Int64(math.MaxInt64)}},
		{"Booleans", []prop.Value{{}, prop.Bool(false), prop.Bool(true)}},
		{"Times", []prop.Value{prop.Error(mapi.ErrNotFound), prop.Time(0), prop.Time(1), prop.Time(math.MaxUint64)}},
		{"Floats", []prop.Value{prop.Float64(math.NaN()), prop.Float64(math.Inf(-1)), prop.Float64(-1), prop.Float64(0), prop.Float32(0.5), prop.Float64(math.Inf(1))}},
		{"Texts", []prop.Value{{}, prop.String(""), prop.String("a"), prop.String8("aa"), prop.String("B"), prop.String("é")}},
		{"Binaries", []prop.Value{{}, prop.BinaryString(""), prop.BinaryString("\x00"), prop.BinaryString("\x00\x00"), prop.BinaryString("\x00\x01"), prop.BinaryString("\x01"), prop.BinaryString("\xFF")}},
		{"Multi", []prop.Value{{}, prop.Multi(mapi.PtypMultiInteger32, []int32{}), prop.Multi(mapi.PtypMultiInteger32, []int32{1}),
			prop.Multi(mapi.PtypMultiInteger32, []int32{1, 2}), prop.Multi(mapi.PtypMultiInteger32, []int32{2})}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for i := 1; i < len(c.values); i++ {
				a, b := c.values[i-1], c.values[i]
				if up := bytes.Compare(order.AppendSortKey(nil, a, prop.Ascending), order.AppendSortKey(nil, b, prop.Ascending)); up >= 0 {
					t.Errorf("keys of %v and %v: %d", a, b, up)
				}
				if down := bytes.Compare(order.AppendSortKey(nil, a, prop.Descending), order.AppendSortKey(nil, b, prop.Descending)); down <= 0 {
					t.Errorf("descending keys of %v and %v: %d", a, b, down)
				}
				if n, ok := order.Compare(a, b); ok && n >= 0 && !math.IsNaN(a.Float()) {
					t.Errorf("Compare(%v, %v) = %d", a, b, n)
				}
			}
		})
	}
}

// Two columns, the first text that is a beginning of another: the second column must not decide.
func TestSortKeysOfColumnsDoNotRunTogether(t *testing.T) {
	t.Parallel()
	order := prop.NewCollation(mapi.LocaleEnglish)
	key := func(s string, n int32, o uint8) []byte {
		return order.AppendSortKey(order.AppendSortKey(nil, prop.String(s), o), prop.Int32(n), prop.Ascending)
	}
	if bytes.Compare(key("a", 9, prop.Ascending), key("ab", 1, prop.Ascending)) >= 0 {
		t.Error("ascending")
	}
	if bytes.Compare(key("a", 1, prop.Descending), key("ab", 9, prop.Descending)) <= 0 {
		t.Error("descending")
	}
}

// TestTextKeysOrderAsTextDoes compares keys with what the collator says, in locales that order pairs of letters as one
// and in such that do not, of texts of all kinds of characters.
func TestTextKeysOrderAsTextDoes(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "B", "c", "ch", "d", "dz", "h", "z", "ll", "aa", "1", "10", " ", "-", "'", "_", "~", "@", "ä", "å", "é", "ø", "ß", "ж", "日", "😀", "\x00", "\t", "\u0301", "�"}
	for _, lcid := range []uint32{0x0409, 0x0405, 0x040E, 0x0406, 0x0407, 0x041D, 0x0411, 0x0404} {
		order := prop.NewCollation(lcid)
		rnd := rand.New(rand.NewPCG(uint64(lcid), 1))
		text := func() (s string) {
			for range rnd.IntN(5) {
				s += pieces[rnd.IntN(len(pieces))]
			}
			return s
		}
		for range 4000 {
			a, b := text(), text()
			keys := bytes.Compare(order.AppendSortKey(nil, prop.String(a), 0), order.AppendSortKey(nil, prop.String(b), 0))
			if got := order.CompareText(a, b); max(-1, min(1, got)) != keys {
				t.Fatalf("locale %04X: %q, %q: text %d, keys %d", lcid, a, b, got, keys)
			}
		}
	}
}

func FuzzSortKey(f *testing.F) {
	f.Add("a", "b", []byte{0}, []byte{0, 1})
	f.Add("Ab", "àB", []byte{}, []byte{0xFF})
	f.Add("a\x00b", "a", []byte{1}, []byte{1})
	order := prop.NewCollation(mapi.LocaleEnglish)
	sign := func(n int) int { return max(-1, min(1, n)) }
	f.Fuzz(func(t *testing.T, a, b string, x, y []byte) {
		text := bytes.Compare(order.AppendSortKey(nil, prop.String(a), 0), order.AppendSortKey(nil, prop.String(b), 0))
		if got := order.CompareText(a, b); sign(got) != text {
			t.Fatalf("%q, %q: CompareText %d, keys %d", a, b, got, text)
		}
		bin := bytes.Compare(order.AppendSortKey(nil, prop.Binary(x), 0), order.AppendSortKey(nil, prop.Binary(y), 0))
		if bin != bytes.Compare(x, y) {
			t.Fatalf("%x, %x: keys %d", x, y, bin)
		}
	})
}

func BenchmarkAppendSortKey(b *testing.B) {
	order := prop.NewCollation(mapi.LocaleEnglish)
	v := prop.String("Re: quarterly figures of the northern office")
	var key []byte
	b.ReportAllocs()
	for b.Loop() {
		key = order.AppendSortKey(key[:0], v, prop.Descending)
	}
}
