package bookclients

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	recipients = "/o=" + organization + "/ou=" + adminGroup + "/cn=Recipients/cn="
	serverDN   = "/o=" + organization + "/ou=" + adminGroup + "/cn=Configuration/cn=Servers/cn=EXCH01"
)

// Codes as impacket reads them.
const (
	notFound     = 0x8004010F
	logonFailed  = 0x80040111
	notSupported = 0x80040102
	someErrors   = 0x00040380
)

// column returns one column of rows as text.
func column(rows []row, tag string) []string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprint(r[tag]))
	}
	return out
}

// TestInteropImpacketBook goes through every call of both interfaces that impacket has types for, at each level.
func TestInteropImpacketBook(t *testing.T) {
	t.Parallel()
	port, _ := serve(t)
	for _, level := range []string{"connect", "integrity", "privacy"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			checkBook(t, impacket(t, port, "alice", level))
		})
	}
}

func checkBook(t *testing.T, r result) {
	t.Helper()
	same := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	same("RfrGetNewDSA", fqdn, r.NewDSA)
	same("RfrGetFQDNFromServerDN", fqdn, r.FQDN)
	same("RfrGetFQDNFromServerDN of a stranger", uint32(notFound), r.UnknownServer)

	lists := []string{"Global Address List", "All Address Lists", "All Contacts", "All Groups", "All Rooms", "All Users", "Public Folders"}
	same("hierarchy", lists, column(r.Special, "3001001e"))
	same("hierarchy by impacket's helper", lists, column(r.SpecialHelper, "3001001f"))

	names := []string{"Alice Adams", "Announcements", "Bob Brown", "Carol Clark", "Everyone", "Outside Person", "The Team"}
	same("address list", names, column(r.GAL, "3001001f"))
	same("position behind the address list", []int{2, len(names), len(names)}, r.GALStat)
	last := len(names) - 1
	same("last row", fmt.Sprint(r.GALMIds[last], last, len(names), -1), fmt.Sprint(r.Last.MId, r.Last.Pos, r.Last.Total, r.Last.Moved))
	same("default columns", row{
		"fffd0003": 0.0, "0ffe0003": 6.0, "39000003": 0.0, "3001001e": "Alice Adams", "3a1a001e": "+1 555 0100", "3a18001e": "R&D", "3a19001e": "12",
	}, r.DefaultColumns[0])

	if r.DNToMId[0] != r.GALMIds[0] || r.DNToMId[1] != 0 || r.DNToMId[2] < 0x10 {
		t.Errorf("NspiDNToMId: %x", r.DNToMId)
	}
	same("explicit rows", []row{
		{"3001001e": "Alice Adams", "3003001f": recipients + "alice", "8006001e": serverDN + "/cn=Microsoft Private MDB"},
		{"3001001e": "EXCH01", "3003001f": serverDN, "8006000a": float64(notFound)},
	}, r.Explicit)
	same("NspiSeekEntries", fmt.Sprint(2, names[2:]), fmt.Sprint(r.Seek.Pos, column(r.Seek.Rows, "3001001f")))
	same("NspiGetMatches", r.GALMIds[:1], r.Matches.MIds)
	same("rows of NspiGetMatches", []string{recipients + "alice"}, column(r.Matches.Rows, "3003001e"))
	same("NspiResortRestriction", r.GALMIds, r.Resorted)
	same("NspiCompareMIds", -1, r.Compare)

	proxies := []any{"SMTP:alice@mapid.test", "smtp:a.adams@mapid.test"}
	for tag, want := range map[string]any{"3001001f": "Alice Adams", "3a00001e": "alice", "39fe001f": "alice@mapid.test", "3a40000b": 1.0, "800f101f": proxies, "800f101e": proxies} {
		same("NspiGetProps "+tag, want, r.Props[tag])
	}
	if len(r.Props) != 8 || r.PropList < 20 || r.Columns < 90 {
		t.Errorf("%d properties, %d in the list, %d columns", len(r.Props), r.PropList, r.Columns)
	}
	addresses, _ := r.NetworkAddress["8170101e"].([]any)
	if !slices.Contains(addresses, any("ncacn_ip_tcp:"+fqdn)) {
		t.Errorf("network address %v", r.NetworkAddress)
	}
	same("missing object", fmt.Sprint(someErrors, row{"3001000a": float64(notFound)}), fmt.Sprint(r.Missing.Code, r.Missing.Row))

	for what, got := range map[string]resolved{"NspiResolveNames": r.Resolve, "NspiResolveNamesW": r.ResolveW} {
		same(what, []int{2, 0, 2, 0}, got.MIds)
		same("rows of "+what, []string{recipients + "alice", recipients + "alice"}, column(got.Rows, "3003001e"))
		for _, id := range column(got.Rows, "0fff0102") {
			if !strings.HasPrefix(id, "00000000dca740c8c042101ab4b908002b2fe182") {
				t.Errorf("%s: entry id %s is not permanent", what, id)
			}
		}
	}
	if r.Template["00010102"] < 36 {
		t.Errorf("template %v", r.Template)
	}
	same("NspiGetNamesFromIDs", uint32(notSupported), r.NamesFromIDs)
	same("NspiUnbind", 1, r.Unbind)
}

// TestInteropImpacketUnauthenticated: a client without credentials may call NspiBind and is told that it has to log
// on; the referral faults.
func TestInteropImpacketUnauthenticated(t *testing.T) {
	t.Parallel()
	port, _ := serve(t)
	r := impacket(t, port, "alice", "none")
	if r.Refused != logonFailed {
		t.Errorf("NspiBind: %x, want %x", r.Refused, logonFailed)
	}
	if !strings.Contains(r.RFRRefused, "access_denied") {
		t.Errorf("RfrGetNewDSA: %q", r.RFRRefused)
	}
}
