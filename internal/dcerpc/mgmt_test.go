package dcerpc

import (
	"encoding/hex"
	"testing"

	"github.com/mapid/mapid/auth"
)

func TestMgmt(t *testing.T) {
	t.Parallel()
	const ok, denied = "00000000", "05000000"
	tests := []struct {
		name    string
		opnum   uint16
		request string
		want    string
	}{
		{
			"InqIfIDs", 0, "",
			"00000200 02000000 02000000 04000200 08000200" +
				"c55ea160e84dd711a637005056a20182 0100 0200" + "785734123412cdabef000123456789ac 0100 0000" + ok,
		},
		// one call and two PDUs arrived, one PDU was sent, nothing was answered yet
		{"InqStats", 1, "04000000", "04000000 04000000 01000000 00000000 02000000 01000000" + ok},
		{"InqStatsTwoWords", 1, "0400000004000000", "04000000 04000000 01000000 00000000 02000000 01000000" + ok},
		{"InqStatsLittleRoom", 1, "01000000", "01000000 01000000 01000000" + ok},
		{"InqStatsNoRoom", 1, "00000000", "00000000 00000000" + ok},
		{"IsServerListening", 2, "", ok + "01000000"},
		{"StopServerListening", 3, "", denied},
		{"InqPrincName", 4, "10000000 40000000", "40000000 00000000 0a000000 686f73742f6578303100 0000" + ok},
		{"InqPrincNameExactRoom", 4, "10000000 0a000000", "0a000000 00000000 0a000000 686f73742f6578303100 0000" + ok},
		{"InqPrincNameLittleRoom", 4, "10000000 09000000", "09000000 00000000 01000000 00 000000 7a000000"},
		{"InqPrincNameNoRoom", 4, "10000000 00000000", "00000000 00000000 00000000 7a000000"},
		{"InqPrincNameUnknownService", 4, "0a000000 40000000", "40000000 00000000 01000000 00 000000 d3060000"},
		{"InqPrincNameStrangeService", 4, "10010000 40000000", "40000000 00000000 01000000 00 000000 d3060000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{
				Mechanisms: []auth.Mechanism{toy{service: auth.ServiceKerberos}},
				Principal:  func(auth.Service) string { return "host/ex01" },
			})
			p := w.peer()
			p.bind(0, Offer(0, MgmtID))
			p.send(requestPDU(2, flagsWhole, tt.opnum, unhex(t, tt.request)))
			r, isResponse := p.recv().Body.(*Response)
			if !isResponse {
				t.Fatal("no response")
			}
			if got, want := hex.EncodeToString(r.Stub), hex.EncodeToString(unhex(t, tt.want)); got != want {
				t.Errorf("stub = %s,\nwant   %s", got, want)
			}
		})
	}
}
