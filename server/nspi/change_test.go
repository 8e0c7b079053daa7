package nspi

import (
	"context"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// entryOf returns an entry as the directory has it now.
func entryOf(t testing.TB, s *Service, mid uint32) *store.Entry {
	t.Helper()
	b, err := s.current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b.snap.ByMId(mid)
}

func TestModLinkAttMembers(t *testing.T) {
	t.Parallel()
	s := newTest(t, func(o *Options) { o.Profile.ModifiesLinks = true })
	ids := func(ids ...string) [][]byte {
		var out [][]byte
		for _, id := range ids {
			out = append(out, []byte(id))
		}
		return out
	}
	outside := ephemeralEntryID(s.guid, dtMailUser, midOutside)
	bob := permanentEntryID(dtMailUser, recipients+"BOB")
	for _, step := range []struct {
		name  string
		flags uint32
		ids   [][]byte
		want  []string
	}{
		{"Add", 0, ids(outside), []string{"carol", "alice", "bob", "nobody", "ext1"}},
		{"AddAgain", 0, ids(outside, bob), []string{"carol", "alice", "bob", "nobody", "ext1"}},
		{"Remove", DeleteLinks, ids(bob, outside), []string{"carol", "alice", "nobody"}},
		{"RemoveAgain", DeleteLinks, ids(bob), []string{"carol", "alice", "nobody"}},
		{"RemoveUnknown", DeleteLinks, ids(permanentEntryID(dtMailUser, "/o=x")), []string{"carol", "alice", "nobody"}},
	} {
		q := ModLinkAttRequest{Flags: step.flags, Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: step.ids}
		if _, err := s.ModLinkAtt(t.Context(), as("alice"), &q); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := entryOf(t, s, midTeam).Members; !slices.Equal(got, step.want) {
			t.Errorf("%s: members %q, want %q", step.name, got, step.want)
		}
	}
}

func TestModLinkAttDelegates(t *testing.T) {
	t.Parallel()
	s := newTest(t, func(o *Options) { o.Profile.ModifiesLinks = true })
	q := ModLinkAttRequest{Tag: mapi.TagAddressBookPublicDelegates, MId: midAlice, EntryIDs: [][]byte{[]byte(permanentEntryID(0, recipients+"bob"))}}
	if _, err := s.ModLinkAtt(t.Context(), as("alice"), &q); err != nil {
		t.Fatal(err)
	}
	if got := entryOf(t, s, midAlice).Attributes["delegates"]; !slices.Equal(got, []string{"carol", "bob"}) {
		t.Errorf("delegates %q", got)
	}
	if title := entryOf(t, s, midAlice).Attributes["title"]; !slices.Equal(title, []string{"Engineer"}) {
		t.Errorf("title became %q", title)
	}
}

func TestModLinkAttRefused(t *testing.T) {
	t.Parallel()
	id := [][]byte{[]byte(permanentEntryID(0, recipients+"bob"))}
	writes := func(o *Options) { o.Profile.ModifiesLinks = true }
	for _, tt := range []struct {
		name   string
		change func(*Options)
		who    string
		q      ModLinkAttRequest
		want   mapi.ErrorCode
	}{
		{"OtherProperty", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookManager, MId: midAlice, EntryIDs: id}, mapi.ErrNotFound},
		{"NoSuchObject", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: 0x999, EntryIDs: id}, mapi.ErrInvalidParameter},
		{"MembersOfUser", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midAlice, EntryIDs: id}, mapi.ErrAccessDenied},
		{"MembersOfDynamicList", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midEveryone, EntryIDs: id}, mapi.ErrAccessDenied},
		{"DelegatesOfList", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookPublicDelegates, MId: midTeam, EntryIDs: id}, mapi.ErrAccessDenied},
		{"NotTheOwner", writes, "carol", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: id}, mapi.ErrAccessDenied},
		{"OthersDelegates", writes, "carol", ModLinkAttRequest{Tag: mapi.TagAddressBookPublicDelegates, MId: midAlice, EntryIDs: id}, mapi.ErrAccessDenied},
		{"UnknownMember", writes, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: [][]byte{{1, 2}}}, mapi.ErrAccessDenied},
		{"ReadOnlyDirectory", func(o *Options) { o.Profile.ModifiesLinks, o.Update = true, nil }, "bob",
			ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: id}, mapi.ErrAccessDenied},
		{"From2013", func(o *Options) {}, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: id}, mapi.ErrGeneralFailure},
		{"StoreRefuses", func(o *Options) {
			o.Profile.ModifiesLinks = true
			o.Update = func(context.Context, func(store.DirectoryTx) error) error { return store.ErrConflict }
		}, "bob", ModLinkAttRequest{Tag: mapi.TagAddressBookMember, MId: midTeam, EntryIDs: id}, mapi.ErrAccessDenied},
	} {
		s := newTest(t, tt.change)
		_, err := s.ModLinkAtt(t.Context(), as(tt.who), &tt.q)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
		if got := entryOf(t, s, midTeam).Members; len(got) != 4 {
			t.Errorf("%s: members became %q", tt.name, got)
		}
	}
}

func TestModProps(t *testing.T) {
	t.Parallel()
	two := prop.Multi(mapi.PtypMultiBinary, []string{"\x30\x02", "\x01"})
	both := []mapi.PropTag{mapi.TagAddressBookX509Certificate, mapi.TagUserX509Certificate}
	for _, tt := range []struct {
		name string
		adds bool
		add  Row
		want Row
	}{
		{"Remove", true, Row{}, Row{tagged(0x8C6A000A, prop.Error(mapi.ErrNotFound)), tagged(0x3A70000A, prop.Error(mapi.ErrNotFound))}},
		{"Replace", true, Row{tagged(both[0], two), tagged(both[1], two)}, Row{tagged(both[0], two), tagged(both[1], two)}},
		{"AddsNothingFrom2010", false, Row{tagged(both[0], two)}, Row{tagged(0x8C6A000A, prop.Error(mapi.ErrNotFound)), tagged(0x3A70000A, prop.Error(mapi.ErrNotFound))}},
	} {
		s := newTest(t, func(o *Options) { o.Profile.ModifiesCertificates = tt.adds })
		q := ModPropsRequest{Stat: stat1252(), Remove: both, Add: tt.add}
		q.Stat.CurrentRec = midAlice
		if _, err := s.ModProps(t.Context(), as("alice"), &q); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := getProps(t, s, midAlice, 0, both...).Row
		for i := range tt.want {
			if got[i].Tag != tt.want[i].Tag || !got[i].Value.Equal(tt.want[i].Value) {
				t.Errorf("%s: %v, want %v", tt.name, got[i], tt.want[i])
			}
		}
	}
}

func TestModPropsRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	own := []mapi.PropTag{mapi.TagUserX509Certificate}
	for _, tt := range []struct {
		name   string
		who    string
		mid    uint32
		remove []mapi.PropTag
		add    Row
		page   uint32
		want   mapi.ErrorCode
	}{
		{"NoTags", "alice", midAlice, nil, Row{}, 1252, mapi.ErrInvalidParameter},
		{"NoObject", "alice", 0x999, own, Row{}, 1252, mapi.ErrInvalidParameter},
		{"List", "alice", midTeam, own, Row{}, 1252, mapi.ErrInvalidObject},
		{"Contact", "bob", midOutside, own, Row{}, 1252, mapi.ErrInvalidObject},
		{"Other", "carol", midAlice, own, Row{}, 1252, mapi.ErrAccessDenied},
		{"OtherProperty", "alice", midAlice, []mapi.PropTag{mapi.TagTitle}, Row{}, 1252, mapi.ErrAccessDenied},
		{"AddOtherProperty", "alice", midAlice, own, Row{tagged(mapi.TagTitle, prop.String("x"))}, 1252, mapi.ErrAccessDenied},
		{"UnicodeCodePage", "alice", midAlice, own, Row{}, 1200, mapi.ErrInvalidCodepage},
	} {
		q := ModPropsRequest{Stat: Stat{CurrentRec: tt.mid, CodePage: tt.page}, Remove: tt.remove, Add: tt.add}
		_, err := s.ModProps(t.Context(), as(tt.who), &q)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
	}
	if got := len(entryOf(t, s, midAlice).Certificates); got != 1 {
		t.Errorf("%d certificates", got)
	}
}
