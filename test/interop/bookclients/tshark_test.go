package bookclients

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/trace"
)

// save writes everything that passed over the connections as a capture file and returns its path.
func (r *recorder) save(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.pcap")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	capture := trace.NewPcapWriter(file)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, c := range r.conns {
		c.mu.Lock()
		conversation := trace.NewConversation(
			netip.AddrPortFrom(netip.MustParseAddr("192.0.2.10"), uint16(50000+i)), netip.MustParseAddrPort("192.0.2.1:59532"))
		packets := conversation.Open()
		at := c.parts[0].at
		for _, p := range c.parts {
			dir := trace.ToServer
			if p.fromServer {
				dir = trace.ToClient
			}
			packets = append(packets, conversation.Data(dir, p.data)...)
		}
		for _, p := range append(packets, conversation.Close(trace.ToServer)...) {
			capture.Packet(at, p)
		}
		c.mu.Unlock()
	}
	if err := capture.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// tshark returns one field of the frames a filter selects.
func tshark(t *testing.T, path, filter, field string, options ...string) []string {
	t.Helper()
	args := append([]string{"-r", path, "-Y", filter, "-T", "fields", "-e", field}, options...)
	out, err := exec.CommandContext(t.Context(), "tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark %s: %v", filter, err)
	}
	return strings.Fields(strings.ReplaceAll(string(out), ",", "\n"))
}

// TestInteropTsharkBook: an analyser sees every call and its answer, in clear and unsealed with the password, and
// finds nothing wrong with them.
func TestInteropTsharkBook(t *testing.T) {
	t.Parallel()
	need(t, "tshark", "tshark", "--version")
	for _, tt := range []struct {
		level   string
		options []string
	}{
		{"connect", nil},
		{"integrity", nil},
		{"privacy", []string{"-o", "ntlmssp.nt_password:" + password}},
	} {
		t.Run(tt.level, func(t *testing.T) {
			t.Parallel()
			port, traffic := serve(t)
			impacket(t, port, "alice", tt.level, "analysed")
			path := traffic.save(t)
			if bad := tshark(t, path, "_ws.malformed || _ws.expert.severity == error", "frame.number", tt.options...); len(bad) > 0 {
				t.Errorf("frames with errors: %v", bad)
			}
			seen := tshark(t, path, "nspi && dcerpc.pkt_type == 2", "nspi.opnum", tt.options...)
			for _, opnum := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13", "16", "17", "19", "20"} {
				if !slices.Contains(seen, opnum) {
					t.Errorf("no answer of opnum %s among %v", opnum, seen)
				}
			}
			seen = tshark(t, path, "rfr && dcerpc.pkt_type == 2", "rfr.opnum", tt.options...)
			if !slices.Equal(seen, []string{"0", "1", "1"}) {
				t.Errorf("answers of RFR: %v", seen)
			}
			status := tshark(t, path, "nspi.opnum == 0 && dcerpc.pkt_type == 2", "nspi.MAPISTATUS_status", tt.options...)
			if !slices.Equal(status, []string{"0x00000000"}) {
				t.Errorf("status of NspiBind: %v", status)
			}
		})
	}
}
