package codepage_test

import (
	"testing"

	"github.com/mapid/mapid/internal/codepage"
)

// TestInternet checks that text of a Windows code page goes out in one that mail programs of any kind read.
func TestInternet(t *testing.T) {
	t.Parallel()
	for cp, want := range map[uint32]uint32{1252: 28591, 1251: 20866, 932: 50220, 0: 28591, 65001: 65001, 936: 936} {
		if got := codepage.Internet(cp); got != want {
			t.Errorf("%d: got %d, want %d", cp, got, want)
		}
		if !codepage.Known(codepage.Internet(cp)) {
			t.Errorf("%d: unknown page %d", cp, codepage.Internet(cp))
		}
	}
}
