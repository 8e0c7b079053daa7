package msgprops_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
)

func TestBestBody(t *testing.T) {
	t.Parallel()
	type b = msgprops.Bodies
	for _, c := range []struct {
		name string
		have b
		want uint32
	}{
		{"Nothing", b{}, mapi.NativeBodyUndefined},
		{"Plain", b{Plain: true}, mapi.NativeBodyPlainText},
		{"RTFAlone", b{RTF: true}, mapi.NativeBodyRTF},
		{"RTFAheadOfPlain", b{Plain: true, RTF: true, RTFInSync: true}, mapi.NativeBodyRTF},
		{"RTFBehindPlain", b{Plain: true, RTF: true}, mapi.NativeBodyPlainText},
		{"AllInSync", b{Plain: true, RTF: true, HTML: true, RTFInSync: true}, mapi.NativeBodyRTF},
		{"AllNotInSync", b{Plain: true, RTF: true, HTML: true}, mapi.NativeBodyHTML},
		{"HTMLAndPlain", b{Plain: true, HTML: true}, mapi.NativeBodyHTML},
		{"HTMLAndPlainWithSyncFlag", b{Plain: true, HTML: true, RTFInSync: true}, mapi.NativeBodyHTML},
	} {
		if got := c.have.Best(); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}
