package exec_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// register gives names their ids.
func (w *world) register(names ...prop.Name) []uint16 {
	w.t.Helper()
	return one[*rop.GetPropertyIdsFromNamesResponse](w, &rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: mapi.NamesCreate, PropertyNames: names}).PropertyIDs
}

// TestQueryNamedProperties: those of an object, on a logon all there are, filtered by kind and property set,
// [MS-OXCPRPT] 3.2.5.6.
func TestQueryNamedProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	one1, two := mapi.MustGUID("11111111-0000-0000-0000-000000000001"), mapi.MustGUID("22222222-0000-0000-0000-000000000002")
	names := []prop.Name{
		{Kind: prop.NameString, GUID: one1, Text: "text"}, {Kind: prop.NameLID, GUID: one1, LID: 7}, {Kind: prop.NameString, GUID: two, Text: "other"},
		{Kind: prop.NameLID, GUID: two, LID: 8}, {Kind: prop.NameLID, GUID: two, LID: 9},
	}
	ids := w.register(names...)
	for i, id := range ids[:4] {
		w.set(3, tagged(id, prop.Int32(int32(i))))
	}
	has := func(list []prop.Name, n prop.Name) bool { return slices.Contains(list, n) }
	for _, tt := range []struct {
		name  string
		flags uint8
		set   *mapi.GUID
		want  [5]bool // of names, on the message; the last is on the logon only
	}{
		{"All", 0, nil, [5]bool{true, true, true, true}},
		{"NoStrings", mapi.NamesNoStrings, nil, [5]bool{false, true, false, true}},
		{"NoIDs", mapi.NamesNoIDs, nil, [5]bool{true, false, true, false}},
		{"Neither", mapi.NamesNoStrings | mapi.NamesNoIDs, nil, [5]bool{}},
		{"OfOneSet", 0, &two, [5]bool{false, false, true, true}},
		{"OfOneSetNoStrings", mapi.NamesNoStrings, &two, [5]bool{false, false, false, true}},
		{"UnknownFlagsAreIgnored", 0xFC, &one1, [5]bool{true, true}},
	} {
		for _, index := range []uint8{3, 0} {
			r := one[*rop.QueryNamedPropertiesResponse](w, &rop.QueryNamedPropertiesRequest{In: in(index), QueryFlags: tt.flags, PropertyGUID: tt.set})
			for i, n := range names {
				want := tt.want[i]
				if i == 4 {
					want = index == 0 && tt.want[3] // as its neighbour, but set on nothing
				}
				if has(r.PropertyNames, n) != want {
					t.Errorf("%s, object %d: %v is there: %v", tt.name, index, n, !want)
				}
			}
			for i, id := range r.PropertyIDs {
				if j := slices.Index(ids, id); j >= 0 && r.PropertyNames[i] != names[j] {
					t.Errorf("%s, object %d: %04x is %v", tt.name, index, id, r.PropertyNames[i])
				}
			}
		}
	}
}

// TestQueryNamedPropertiesOnLogon: not in the first versions, [MS-OXCPRPT] 2.2.9 note 1.
func TestQueryNamedPropertiesOnLogon(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2003": mapi.ErrNoSupport, "exchange2007": mapi.ErrNoSupport, "exchange2010-sp1": 0, "exchange2016": 0} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		if got := w.code(&rop.QueryNamedPropertiesRequest{In: in(0)}); got != want {
			t.Errorf("%s: %v", profile, got)
		}
		if got := w.code(&rop.QueryNamedPropertiesRequest{In: in(1)}); got != 0 {
			t.Errorf("%s, a folder: %v", profile, got)
		}
	}
}

// TestGetPropertyIdsFromNamesThatAreNone: what has no id gets 0 and the warning, in its place, [MS-OXCPRPT] 2.2.12.2; new ids are
// above 0x8000 and names of headers are lower case, 3.2.5.10.
func TestGetPropertyIdsFromNamesThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	psMAPI := mapi.MustGUID("00020328-0000-0000-c000-000000000046")
	header := prop.Name{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: "X-Some-Header"}
	names := []prop.Name{
		{Kind: prop.NameString, GUID: psMAPI, Text: "text"}, {Kind: prop.NameLID, GUID: psMAPI, LID: 0x1000}, {Kind: prop.NameLID, GUID: psMAPI, LID: 0x12345},
		{Kind: prop.NameNone, GUID: mapi.PsInternetHeaders}, header,
	}
	r := w.run(&rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: mapi.NamesCreate, PropertyNames: names})[0].(*rop.GetPropertyIdsFromNamesResponse)
	if r.ReturnValue != mapi.WarnWithErrors || len(r.PropertyIDs) != 5 || !slices.Equal(r.PropertyIDs[:4], []uint16{0, 0x1000, 0, 0}) || r.PropertyIDs[4] <= 0x8000 {
		t.Fatalf("%v %04x", r.ReturnValue, r.PropertyIDs)
	}
	lower := header
	lower.Text = "x-some-header"
	back := one[*rop.GetNamesFromPropertyIdsResponse](w, &rop.GetNamesFromPropertyIdsRequest{In: in(1), PropertyIDs: []uint16{r.PropertyIDs[4], 0x0037, 0xFFF0, 0}}).PropertyNames
	if want := []prop.Name{lower, {Kind: prop.NameLID, GUID: psMAPI, LID: 0x37}, {Kind: prop.NameNone}, {Kind: prop.NameLID, GUID: psMAPI}}; !slices.Equal(back, want) {
		t.Errorf("%+v", back)
	}
	if got := w.register(header, lower); got[0] != r.PropertyIDs[4] || got[1] != got[0] {
		t.Errorf("ids %04x", got)
	}
	// Without names only a logon lists what there is.
	if got := w.code(&rop.GetPropertyIdsFromNamesRequest{In: in(1)}); got != mapi.ErrInvalidParameter {
		t.Errorf("on a folder: %v", got)
	}
}

// TestGetPropertyIdsFromNamesLimit: no more names than there are ids, [MS-OXCPRPT] 3.2.5.10. What is there is found all the same.
func TestGetPropertyIdsFromNamesLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	set := mapi.MustGUID("33333333-0000-0000-0000-000000000003")
	var last mapi.ErrorCode
	for n := 0; n < 0x8000 && last == 0; n += 500 {
		names := make([]prop.Name, 500)
		for i := range names {
			names[i] = prop.Name{Kind: prop.NameLID, GUID: set, LID: uint32(n + i)}
		}
		last = w.code(&rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: mapi.NamesCreate, PropertyNames: names})
	}
	if last != mapi.ErrMemory {
		t.Fatalf("after all ids: %v", last)
	}
	if got := w.register(prop.Name{Kind: prop.NameLID, GUID: set, LID: 3}); got[0] <= 0x8000 {
		t.Errorf("a name that is there: %04x", got)
	}
}
