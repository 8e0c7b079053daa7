package nspi

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/ndr"
)

// messages are all stubs of the interface, with the vectors that are seeds for them.
func messages() []struct {
	value  message
	handle bool
	seeds  []string
} {
	return []struct {
		value  message
		handle bool
		seeds  []string
	}{
		{&BindRequest{}, false, []string{"N1"}}, {&bindReply{}, false, []string{"N2", "N3"}},
		{&unbindRequest{}, true, []string{"N4"}}, {&unbindReply{}, false, []string{"N5"}},
		{&UpdateStatRequest{}, true, []string{"N6"}}, {&UpdateStatResponse{}, false, []string{"N7"}},
		{&QueryRowsRequest{}, true, []string{"N8", "N9"}}, {&QueryRowsResponse{}, false, []string{"N10", "N11", "N12"}},
		{&SeekEntriesRequest{}, true, []string{"N13"}}, {&SeekEntriesResponse{}, false, []string{"N12"}},
		{&GetMatchesRequest{}, true, []string{"N14", "N16"}}, {&GetMatchesResponse{}, false, []string{"N15"}},
		{&ResortRestrictionRequest{}, true, []string{"N17"}}, {&ResortRestrictionResponse{}, false, nil},
		{&DNToMIdRequest{}, true, []string{"N18"}}, {&DNToMIdResponse{}, false, []string{"N19"}},
		{&GetPropListRequest{}, true, nil}, {&GetPropListResponse{}, false, []string{"N19"}},
		{&GetPropsRequest{}, true, nil}, {&GetPropsResponse{}, false, []string{"N20", "N29"}},
		{&CompareMIdsRequest{}, true, nil}, {&CompareMIdsResponse{}, false, nil},
		{&ModPropsRequest{}, true, nil}, {&ModPropsResponse{}, false, nil},
		{&GetSpecialTableRequest{}, true, []string{"N21"}}, {&GetSpecialTableResponse{}, false, []string{"N22"}},
		{&GetTemplateInfoRequest{}, true, []string{"N27"}}, {&GetTemplateInfoResponse{}, false, []string{"N28"}},
		{&ModLinkAttRequest{}, true, []string{"N23"}}, {&ModLinkAttResponse{}, false, nil},
		{&QueryColumnsRequest{}, true, nil}, {&QueryColumnsResponse{}, false, []string{"N19"}},
		{&GetNamesFromIDsRequest{}, true, nil}, {&GetNamesFromIDsResponse{}, false, nil},
		{&GetIDsFromNamesRequest{}, true, nil}, {&GetIDsFromNamesResponse{}, false, nil},
		{&ResolveNamesRequest{}, true, nil}, {&ResolveNamesResponse{}, false, []string{"N26"}},
		{&ResolveNamesWRequest{}, true, []string{"N24"}}, {&ResolveNamesWResponse{}, false, []string{"N25", "N26"}},
	}
}

// FuzzStubs asserts that whatever decodes has an encoding of bounded size that decodes to the same again, and that
// no part of it decodes.
func FuzzStubs(f *testing.F) {
	stubs := readStubs(f)
	all := messages()
	for i, m := range all {
		for _, id := range m.seeds {
			stub := stubs[id]
			if m.handle {
				stub = stub[20:]
			}
			f.Add(uint8(i), false, stub)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, big bool, stub []byte) {
		m := all[int(kind)%len(all)]
		first := newOf(m.value)
		r := ndr.NewReader(stub)
		if big {
			r = ndr.NewBigEndianReader(stub)
		}
		first.Decode(r)
		if r.Err() != nil {
			return
		}
		var w ndr.Writer
		first.Encode(&w)
		if len(w.Stub()) > 256+8*len(stub) {
			t.Errorf("%d bytes became %d", len(stub), len(w.Stub()))
		}
		second := newOf(m.value)
		again := ndr.NewReader(w.Stub())
		second.Decode(again)
		if again.Err() != nil || again.Len() != 0 {
			t.Fatalf("own encoding: %v, %d bytes left over", again.Err(), again.Len())
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("round trip:\n%s", diff)
		}
		for n := range min(len(w.Stub()), 64) {
			cut := ndr.NewReader(w.Stub()[:len(w.Stub())-1-n])
			newOf(m.value).Decode(cut)
			if cut.Err() == nil {
				t.Fatalf("decodes without its last %d bytes", n+1)
			}
		}
	})
}

// FuzzParseEntryID asserts that an entry id that parses names exactly one thing, and the same one when it is made
// anew.
func FuzzParseEntryID(f *testing.F) {
	for _, id := range []string{"D1", "D2", "D3"} {
		f.Add(readStubs(f)[id])
	}
	f.Fuzz(func(t *testing.T, id []byte) {
		dn, mid, ok := parseEntryID(id, testGUID)
		if !ok {
			return
		}
		made := permanentEntryID(dtMailUser, dn)
		if id[0] == entryIDEphemeral {
			made = ephemeralEntryID(testGUID, dtMailUser, mid)
		}
		dn2, mid2, ok := parseEntryID([]byte(made), testGUID)
		if !ok || mid2 != mid || toTeletex(dn2) != toTeletex(dn) {
			t.Errorf("%q, %d became %q, %d, %v", dn, mid, dn2, mid2, ok)
		}
	})
}

// FuzzTeletex asserts that text made of Teletex bytes is well-formed and keeps its meaning both ways.
func FuzzTeletex(f *testing.F) {
	f.Add("Gr\xc8u\xfbe")
	f.Add("\xc2")
	f.Fuzz(func(t *testing.T, text string) {
		decoded := fromTeletex(text)
		if again := fromTeletex(toTeletex(decoded)); again != decoded && !containsUnmapped(decoded) {
			t.Errorf("%q became %q, then %q", text, decoded, again)
		}
	})
}

// containsUnmapped reports whether text has characters that Teletex lacks.
func containsUnmapped(text string) bool {
	for _, c := range text {
		if toTeletex(string(c)) == "?" && c != '?' {
			return true
		}
	}
	return false
}
