package decode

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/trace"
)

// bind is a bind of EMSMDB without authentication.
var bind = []byte{
	5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0, 0xD0, 0x16, 0xD0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0,
	0x00, 0xDB, 0xF1, 0xA4, 0x47, 0xCA, 0x67, 0x10, 0xB3, 0x1F, 0x00, 0xDD, 0x01, 0x06, 0x62, 0xDA, 0, 0, 0x51, 0,
	0x04, 0x5D, 0x88, 0x8A, 0xEB, 0x1C, 0xC9, 0x11, 0x9F, 0xE8, 0x08, 0x00, 0x2B, 0x10, 0x48, 0x60, 2, 0, 0, 0,
}

// capture is a classic capture of one connection, its segments in the order given.
func capture(t testing.TB, order ...int) []byte {
	t.Helper()
	conversation := trace.NewConversation(netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.2:59532"))
	packets := conversation.Open()
	for _, part := range [][]byte{bind[:20], bind[20:50], bind[50:]} {
		packets = append(packets, conversation.Data(trace.ToServer, part)...)
	}
	var out bytes.Buffer
	w := trace.NewPcapWriter(&out)
	for _, i := range order {
		w.Packet(time.Unix(1, 0), packets[i])
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRunJoinsSegmentsInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		order []int
		whole bool
	}{
		{"InOrder", []int{0, 1, 2, 3, 4, 5}, true},
		{"Swapped", []int{0, 1, 2, 5, 4, 3}, true},
		{"Repeated", []int{0, 1, 2, 3, 3, 4, 5, 4}, true},
		{"Missing", []int{0, 1, 2, 3, 5}, false},
	} {
		var out bytes.Buffer
		report, err := Run(&out, bytes.NewReader(capture(t, c.order...)), Options{Trace: trace.Options{Format: trace.Pcap}})
		if err != nil || report.Connections != 1 {
			t.Errorf("%s: %+v, %v", c.name, report, err)
		}
		if got := bytes.Contains(out.Bytes(), bind); got != c.whole {
			t.Errorf("%s: the PDU is there whole: %v", c.name, got)
		}
	}
}

func TestRunRefusesWhatIsNoCapture(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{nil, []byte("PK\x03\x04 something else that is long enough")} {
		if _, err := Run(io.Discard, bytes.NewReader(b), Options{}); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", b, err)
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add(capture(f, 0, 1, 2, 3, 4, 5))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		report, err := Run(&out, bytes.NewReader(b), Options{Trace: trace.Options{Format: trace.Text}})
		if err == nil && report.Operations == 0 && out.Len() > 0 {
			t.Errorf("text of %d bytes about no operation", out.Len())
		}
	})
}
