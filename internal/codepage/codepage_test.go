package codepage_test

import (
	"testing"

	"github.com/mapid/mapid/internal/codepage"
)

// The bytes are those of the Windows code page tables.
func TestConversion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		page  uint32
		text  string
		bytes string
	}{
		{"Ascii", 1252, "plain", "plain"},
		{"Western", 1252, "Grüße €", "Gr\xfc\xdfe \x80"},
		{"Cyrillic", 1251, "Привет", "\xcf\xf0\xe8\xe2\xe5\xf2"},
		{"Japanese", 932, "日本", "\x93\xfa\x96\x7b"},
		{"Chinese", 936, "中文", "\xd6\xd0\xce\xc4"},
		{"Utf8", 65001, "Grüße", "Grüße"},
		{"UnknownPageIsWestern", 4711, "ü", "\xfc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := codepage.Encode(tt.page, tt.text); got != tt.bytes {
				t.Errorf("Encode = %q, want %q", got, tt.bytes)
			}
			if got := codepage.Decode(tt.page, tt.bytes); got != tt.text {
				t.Errorf("Decode = %q, want %q", got, tt.text)
			}
		})
	}
}

func TestEncodeReplacesWhatThePageLacks(t *testing.T) {
	t.Parallel()
	for page, want := range map[uint32]string{1252: "a?b", 20127: "a?b", 932: "a\x83\xb6b"} {
		if got := codepage.Encode(page, "aΩb"); got != want {
			t.Errorf("Encode(%d) = %q, want %q", page, got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	for page, want := range map[uint32]bool{0: true, 1252: true, 932: true, 65001: true, 1200: false, 99999: false} {
		if got := codepage.Known(page); got != want {
			t.Errorf("Known(%d) = %v", page, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint32(932), "\x93\xfa\x96")
	f.Add(uint32(50220), "\x1b$B")
	f.Fuzz(func(t *testing.T, page uint32, s string) {
		out := codepage.Decode(page, s)
		if len(out) > 4*len(s)+4 {
			t.Errorf("%d bytes became %d", len(s), len(out))
		}
	})
}
