package mailclients

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// malformed lists the frames of a file that tshark finds fault with.
func (s *server) malformed(path string) []string {
	s.t.Helper()
	bad := s.tshark(path, "_ws.malformed or _ws.expert.severity == Error", []string{"frame.number", "_ws.col.Info"})
	// tshark 4.0 stumbles over its own definition of 8-bit multi-value strings in NSPI, whoever sends them, and says so.
	return slices.DeleteFunc(bad, func(l string) bool {
		return strings.Contains(l, "Dissector bug, protocol NSPI") && strings.Contains(l, "lppszA")
	})
}

// opnums are the numbers of the operations that trace records name, by the interface that tshark knows them under.
var opnums = map[string]map[string]int{
	"mapi": {"EcDoDisconnect": 1, "EcDoConnectEx": 10, "EcDoRpcExt2": 11},
	"nspi": {
		"NspiBind": 0, "NspiUnbind": 1, "NspiUpdateStat": 2, "NspiQueryRows": 3, "NspiSeekEntries": 4, "NspiGetMatches": 5,
		"NspiResortRestriction": 6, "NspiDNToMId": 7, "NspiGetPropList": 8, "NspiGetProps": 9, "NspiCompareMIds": 10, "NspiModProps": 11,
		"NspiGetSpecialTable": 12, "NspiGetTemplateInfo": 13, "NspiModLinkAtt": 14, "NspiQueryColumns": 16, "NspiGetNamesFromIDs": 17,
		"NspiGetIDsFromNames": 18, "NspiResolveNames": 19, "NspiResolveNamesW": 20,
	},
	"rfr": {"RfrGetNewDSA": 0, "RfrGetFQDNFromServerDN": 1},
	"epm": {"ept_lookup": 2, "ept_map": 3},
}

// TestInteropTsharkOpensEveryTrace: whatever form and filter a trace has, tshark finds nothing malformed in it, and the
// clear view of sealed sessions shows each operation of each interface as often as the server says it was called.
func TestInteropTsharkOpensEveryTrace(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	need(t, "tshark", "--version")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	s := serve(t, "testdata/seed.yaml", "MAPID_TRACE_FILE="+in("own.pcapng"))
	var ends []func()
	for name, args := range map[string][]string{
		"whole.pcapng": nil, "classic.pcap": nil, "user.pcapng": {"--user", "alice"}, "nobody.pcapng": {"--user", "carol"},
		"rows.pcapng": {"--rop", "QueryRows"}, "session.pcapng": {"--session", "1"}, "lean.pcapng": {"--no-bodies"}, "all.jsonl": nil,
	} {
		ends = append(ends, s.trace(in(name), append([]string{"--out", in(name)}, args...)...))
	}
	piped, err := os.Create(in("piped.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	defer piped.Close()
	ends = append(ends, s.traceTo(piped, piped.Name(), "--out", "-"))

	s.flow("libmapi", "--level", "privacy")
	s.flow("read", "--level", "connect", "--expect", "testdata/subjects.json")
	var book map[string]any
	s.output(s.python("bookclients/book_impacket.py", "127.0.0.1", s.ports[2], "alice", "Password1!", "MAPID", "privacy", "analysed"), &book)
	s.flow("endpoints")
	for _, end := range ends {
		end()
	}
	s.mapid("decode", in("whole.pcapng"), "--password", "Password1!", "--out", in("decoded.pcapng"))
	s.mapid("decode", in("whole.pcapng"), "--password", "Password1!", "--out", in("decoded.pcap"))

	for name, least := range map[string]int{
		"own.pcapng": 500, "whole.pcapng": 500, "piped.pcapng": 500, "lean.pcapng": 500, "classic.pcap": 200, "user.pcapng": 400,
		"decoded.pcapng": 500, "decoded.pcap": 200, "rows.pcapng": 2, "session.pcapng": 20, "nobody.pcapng": 0,
	} {
		frames := s.tshark(in(name), "frame", []string{"frame.number"})
		if len(frames) < least || least == 0 && len(frames) > 0 {
			t.Errorf("%s: %d frames, want %d", name, len(frames), least)
		}
		if bad := s.malformed(in(name)); len(bad) > 0 {
			t.Errorf("%s: malformed:\n%s", name, strings.Join(bad, "\n"))
		}
	}
	for _, name := range []string{"rows.pcapng", "session.pcapng"} { // records alone, of what was asked for
		if packets := s.tshark(in(name), "ip or ipv6", []string{"frame.number"}); len(packets) > 0 {
			t.Errorf("%s: %d packets", name, len(packets))
		}
	}
	if other := s.tshark(in("rows.pcapng"), `not frame.comment contains "RopQueryRows"`, []string{"frame.comment"}); len(other) > 0 {
		t.Errorf("rows.pcapng has %q", other)
	}
	if same := s.tshark(in("piped.pcapng"), "frame", []string{"frame.len"}); !slices.Equal(same, s.tshark(in("whole.pcapng"), "frame", []string{"frame.len"})) {
		t.Error("what went to standard output differs from the file")
	}
	s.compareOperations(in("whole.pcapng"), "ipv6", in("all.jsonl"))
	s.compareOperations(in("classic.pcap"), "ip", in("all.jsonl"))
}

// compareOperations holds the answers that tshark sees in a view against the operations that the JSON lines tell of. One
// EcDoRpcExt2 carries several ROPs.
func (s *server) compareOperations(capture, view, lines string) {
	t := s.t
	t.Helper()
	text, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	told := make(map[string]int)
	calls := make(map[string]bool) // that carried ROPs
	for line := range strings.Lines(string(text)) {
		var op struct {
			Op   string
			Conn uint64
			Call uint32
		}
		if err := json.Unmarshal([]byte(line), &op); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if call := fmt.Sprint(op.Conn, " ", op.Call); strings.HasPrefix(op.Op, "Rop") && !calls[call] {
			calls[call] = true
			told["EcDoRpcExt2"]++
		} else if !strings.HasPrefix(op.Op, "Rop") {
			told[op.Op]++
		}
	}
	for protocol, operations := range opnums {
		seen := make(map[string]int)
		for _, number := range s.tshark(capture, view+" and "+protocol+" and dcerpc.pkt_type == 2", []string{"dcerpc.opnum"}) {
			seen[number]++
		}
		if len(seen) == 0 {
			t.Errorf("%s: no %s in the view %s", filepath.Base(capture), protocol, view)
		}
		for name, number := range operations {
			if got, want := seen[fmt.Sprint(number)], told[name]; got != want {
				t.Errorf("%s: %d answers of %s %d, the server tells of %d %s", filepath.Base(capture), got, protocol, number, want, name)
			}
			delete(seen, fmt.Sprint(number))
			delete(told, name)
		}
		if len(seen) > 0 {
			t.Errorf("%s: operations of %s without a name: %v", filepath.Base(capture), protocol, seen)
		}
	}
	if len(told) > 0 {
		t.Errorf("%s: the server tells of operations that the view lacks: %v", filepath.Base(capture), told)
	}
}

// traceTo starts a trace on a file as standard output; path is what grows.
func (s *server) traceTo(out *os.File, path string, args ...string) (end func()) {
	return s.follow(path, func(cmd *exec.Cmd) { cmd.Stdout = out }, args...)
}
