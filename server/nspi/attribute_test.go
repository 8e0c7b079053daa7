package nspi

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// everyObject are the properties each object must have, [MS-OXNSPI] 3.1.4.2.
var everyObject = []mapi.PropTag{
	mapi.TagDisplayName, mapi.TagEntryId, mapi.TagTemplateId, mapi.TagRecordKey, mapi.TagSearchKey, mapi.TagInstanceKey,
	mapi.TagAddressBookDisplayNamePrintable, mapi.TagTransmittableDisplayName, mapi.TagObjectType, mapi.TagDisplayType,
	mapi.TagAddressType, mapi.TagEmailAddress, mapi.TagAddressBookObjectDistinguishedName, mapi.TagMappingSignature,
	mapi.TagInitialDetailsPane, mapi.TagAddressBookContainerId,
}

func getProps(t testing.TB, s *Service, mid uint32, flags uint32, tags ...mapi.PropTag) *GetPropsResponse {
	t.Helper()
	q := GetPropsRequest{Flags: flags, Stat: stat1252(), Tags: tags}
	q.Stat.CurrentRec = mid
	a, err := s.GetProps(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEveryObjectHasWhatItMust(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, mid := range append([]uint32{midGhost, midServers, midServers + 1}, inOrder...) {
		a := getProps(t, s, mid, 0, everyObject...)
		if a.Result != mapi.Success || len(a.Row) != len(everyObject) {
			t.Errorf("MId %x: %v %v", mid, a.Result, a.Row)
		}
	}
	for _, mid := range []uint32{midTeam, midEveryone} {
		if a := getProps(t, s, mid, 0, mapi.TagContainerContents, mapi.TagContainerFlags); a.Result != mapi.Success {
			t.Errorf("list %x: %v %v", mid, a.Result, a.Row)
		}
	}
}

func TestGetPropsOfUser(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	dn := recipients + "alice"
	permanent := prop.BinaryString(permanentEntryID(dtMailUser, dn))
	want := Row{
		tagged(0x3001001F, prop.String("Alice Adams")),
		tagged(0x3001001E, prop.String8("Alice Adams")),
		tagged(0x0FFF0102, permanent),
		tagged(0x39020102, permanent),
		tagged(0x0FF90102, permanent),
		tagged(0x300B0102, prop.BinaryString("EX:/O=MAPID/OU=FIRST ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=ALICE\x00")),
		tagged(0x0FF60102, prop.BinaryString("\x10\x00\x00\x00")),
		tagged(0x39FF001E, prop.String8("Alice Adams")),
		tagged(0x39FF001F, prop.String("Alice Adams")),
		tagged(0x0FFE0003, prop.Int32(6)),
		tagged(0x39000003, prop.Int32(0)),
		tagged(0x39050003, prop.Int32(0x40000000)),
		tagged(0x3002001F, prop.String("EX")),
		tagged(0x3003001E, prop.String8(dn)),
		tagged(0x803C001F, prop.String(dn)),
		tagged(0x3A40000B, prop.Bool(true)),
		tagged(0x3A00001F, prop.String("alice")),
		tagged(0x39FE001F, prop.String("alice@mapid.test")),
		tagged(0x800F101F, prop.Multi(mapi.PtypMultiString, []string{"SMTP:alice@mapid.test", "smtp:a.adams@mapid.test", "X500:/o=Old/ou=Site/cn=Recipients/cn=aadams"})),
		tagged(0x800F101E, prop.Multi(mapi.PtypMultiString8, []string{"SMTP:alice@mapid.test", "smtp:a.adams@mapid.test", "X500:/o=Old/ou=Site/cn=Recipients/cn=aadams"})),
		tagged(0x0FF80102, prop.BinaryString(string(providerUID[:]))),
		tagged(0x3F080003, prop.Int32(0)),
		tagged(0x3A08001F, prop.String("+1 555 0100")),
		tagged(0x3A1B001F, prop.String("+1 555 0101")),
		tagged(0x3A1B101F, prop.Multi(mapi.PtypMultiString, []string{"+1 555 0101"})),
		tagged(0x3A09001F, prop.String("+1 555 0200")),
		tagged(0x3A2F101E, prop.Multi(mapi.PtypMultiString8, []string{"+1 555 0201", "+1 555 0202"})),
		tagged(0x8005001F, prop.String(recipients+"bob")),
		tagged(0x8005000D, prop.ObjectNumber(0)),
		tagged(0x8006001E, prop.String8("/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH01/cn=Microsoft Private MDB")),
		tagged(0x8C6A1102, prop.Multi(mapi.PtypMultiBinary, []string{"\x30\x01\x02"})),
		tagged(0x8C6D0102, prop.BinaryString("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff")),
		tagged(0x30070040, prop.Time(0x01D9C0DE00000000)),
		tagged(0x8008000D, prop.ObjectNumber(0)),
		tagged(0x8015000D, prop.ObjectNumber(0)),
		tagged(0x8024000D, prop.ObjectNumber(0)),
		tagged(0x3A17001F, prop.String("Engineer")),
		tagged(0x3A17001F, prop.String("Engineer")),
		tagged(0x3001001F, prop.String("Alice Adams")),
	}
	var tags []mapi.PropTag
	for _, v := range want {
		tags = append(tags, v.Tag)
	}
	tags[len(tags)-1] = 0x30010000 // no type: the native one
	a := getProps(t, s, midAlice, 0, tags...)
	if a.Result != mapi.Success {
		t.Errorf("result %v", a.Result)
	}
	if diff := cmp.Diff(want, a.Row); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestGetPropsByKind(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	missing := prop.Error(mapi.ErrNotFound)
	for _, tt := range []struct {
		mid                      uint32
		object, display, extType prop.Value
		home, target             prop.Value
	}{
		{midBob, prop.Int32(6), prop.Int32(0), prop.Int32(0x40000000), prop.String(testServer.DatabaseDN()), missing},
		{midTeam, prop.Int32(8), prop.Int32(1), prop.Int32(1), missing, missing},
		{midEveryone, prop.Int32(8), prop.Int32(3), prop.Int32(3), missing, missing},
		{midOutside, prop.Int32(6), prop.Int32(6), prop.Int32(6), missing, prop.String("SMTP:someone@elsewhere.test")},
		{midFolder, prop.Int32(3), prop.Int32(2), prop.Int32(2), missing, missing},
		{midRoom, prop.Int32(6), prop.Int32(0), prop.Int32(7), prop.String(testServer.DatabaseDN()), missing},
	} {
		row := getProps(t, s, tt.mid, 0, mapi.TagObjectType, mapi.TagDisplayType, mapi.TagDisplayTypeEx,
			mapi.TagAddressBookHomeMessageDatabase, mapi.TagAddressBookTargetAddress).Row
		got := []prop.Value{row[0].Value, row[1].Value, row[2].Value, row[3].Value, row[4].Value}
		if diff := cmp.Diff([]prop.Value{tt.object, tt.display, tt.extType, tt.home, tt.target}, got); diff != "" {
			t.Errorf("MId %x (-want +got):\n%s", tt.mid, diff)
		}
	}
}

func TestGetPropsEphemeral(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	row := getProps(t, s, midTeam, EphemeralID, mapi.TagEntryId, mapi.TagTemplateId).Row
	if got := row[0].Value.Str(); got != ephemeralEntryID(s.guid, dtDistList, midTeam) {
		t.Errorf("entry id %x", got)
	}
	if got := row[1].Value.Str(); got != permanentEntryID(dtDistList, recipients+"team") {
		t.Errorf("template id %x is not permanent", got)
	}
}

func TestGetPropsMissing(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for name, mid := range map[string]uint32{"NoSuchValue": midBob, "NoSuchObject": 0x4711, "BeginningOfTable": 0, "EndOfTable": 2} {
		a := getProps(t, s, mid, 0, mapi.TagTitle, mapi.TagMobileTelephoneNumber.WithType(mapi.PtypString8))
		want := Row{tagged(0x3A17000A, prop.Error(mapi.ErrNotFound)), tagged(0x3A1C000A, prop.Error(mapi.ErrNotFound))}
		if diff := cmp.Diff(want, a.Row); diff != "" || a.Result != mapi.WarnWithErrors {
			t.Errorf("%s: %v\n%s", name, a.Result, diff)
		}
	}
}

func TestGetPropsRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name string
		req  GetPropsRequest
		want mapi.ErrorCode
	}{
		{"UnknownContainer", GetPropsRequest{Stat: Stat{ContainerID: 0x20, CodePage: 1252}}, mapi.ErrInvalidBookmark},
		{"String8InUnicode", GetPropsRequest{Stat: Stat{CodePage: 1200}, Tags: []mapi.PropTag{0x3001001E}}, mapi.ErrInvalidCodepage},
		{"UnicodeNeedsNoCodePage", GetPropsRequest{Stat: Stat{CodePage: 1200, CurrentRec: midBob}, Tags: []mapi.PropTag{0x3001001F}}, mapi.Success},
		{"TooMany", GetPropsRequest{Tags: make([]mapi.PropTag, maxColumns+1)}, mapi.ErrTableTooBig},
	} {
		_, err := s.GetProps(t.Context(), as("alice"), &tt.req)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
	}
}

// TestGetPropsWithoutTags gives what GetPropList lists, every value present.
func TestGetPropsWithoutTags(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, flags := range []uint32{0, SkipObjects} {
		list, err := s.GetPropList(t.Context(), as("alice"), &GetPropListRequest{Flags: flags, MId: midAlice, CodePage: 1252})
		if err != nil {
			t.Fatal(err)
		}
		a := getProps(t, s, midAlice, flags)
		var tags []mapi.PropTag
		for _, v := range a.Row {
			tags = append(tags, v.Tag)
		}
		if !slices.Equal(tags, list.Tags) || a.Result != mapi.Success {
			t.Errorf("flags %d: %v\n%v\nwant %v", flags, a.Result, tags, list.Tags)
		}
		objects := slices.ContainsFunc(tags, func(tag mapi.PropTag) bool { return tag.Type() == mapi.PtypObject })
		if objects != (flags&SkipObjects == 0) {
			t.Errorf("flags %d: objects %v", flags, objects)
		}
		for _, tag := range tags {
			if prop.UnicodeType(tag.Type()) == tag.Type() && string8Type(tag.Type()) != tag.Type() {
				t.Errorf("%v is a Unicode string", tag)
			}
		}
	}
}

func TestGetPropListOfNobody(t *testing.T) {
	t.Parallel()
	a, err := newTest(t).GetPropList(t.Context(), as("alice"), &GetPropListRequest{MId: 0x999, CodePage: 1252})
	if err != nil || len(a.Tags) != 0 {
		t.Errorf("GetPropList = %v, %v", a, err)
	}
	_, err = newTest(t).GetPropList(t.Context(), as("alice"), &GetPropListRequest{MId: midAlice, CodePage: 1200})
	if code := codeOf(t, err); code != mapi.ErrInvalidCodepage {
		t.Errorf("Unicode code page: %v", code)
	}
}

func TestQueryColumns(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		flags      uint32
		has, hasNo []mapi.PropTag
	}{
		{0, []mapi.PropTag{0x3001001E, 0x800F101E, 0x8009000D}, []mapi.PropTag{0x3001001F, 0x800F101F}},
		{UnicodeProptypes, []mapi.PropTag{0x3001001F, 0x800F101F, 0x39FF001F, 0x8009000D}, []mapi.PropTag{0x3001001E, 0x39FF001E}},
	} {
		a, err := s.QueryColumns(t.Context(), as("alice"), &QueryColumnsRequest{Flags: tt.flags})
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range tt.has {
			if !slices.Contains(a.Columns, tag) {
				t.Errorf("flags %x: %v is missing", tt.flags, tag)
			}
		}
		for _, tag := range tt.hasNo {
			if slices.Contains(a.Columns, tag) {
				t.Errorf("flags %x: %v is there", tt.flags, tag)
			}
		}
	}
}

// TestAttributesGoOut checks that every attribute has a type the interface can carry and a type of its own under its
// property id.
func TestAttributesGoOut(t *testing.T) {
	t.Parallel()
	seen := make(map[mapi.PropTag]bool)
	for _, a := range attributes.list {
		native := a.tag.WithType(prop.UnicodeType(a.tag.Type()))
		if seen[native] {
			t.Errorf("%v stands twice", a.tag)
		}
		seen[native] = true
		if a.tag.Type() == mapi.PtypNull || a.tag.Type() == mapi.PtypUnspecified {
			t.Errorf("%v has no type", a.tag)
		}
	}
	s := newTest(t)
	for _, mid := range append([]uint32{midServers, midContainers + 1}, inOrder...) {
		b, err := s.current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		subject, _ := b.subject(mid, false)
		for _, a := range attributes.list {
			if a.on&subject.kind == 0 {
				continue
			}
			if v := a.get(subject); !v.IsZero() && (v.Type() != a.tag.Type() || wireType(v) != v.Type()) {
				t.Errorf("%v of %x has type %x", a.tag, mid, v.Type())
			}
		}
	}
}

func TestServerObjects(t *testing.T) {
	t.Parallel()
	peer := Server{Organization: "mapid", AdminGroup: "First Administrative Group", Name: "EXCH02", FQDN: "exch02.mapid.test"}
	host := ""
	s := newTest(t, func(o *Options) { o.Peers, o.AdvertisedHost = []Server{peer}, func() string { return host } })
	q := DNToMIdRequest{Names: []string{testServer.DN(), strings.ToUpper(testServer.DatabaseDN()), peer.DN(), testServer.DN() + "x"}}
	a, err := s.DNToMId(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	if a.MIds[0] < 0x10 || a.MIds[1] < 0x10 || a.MIds[2] < 0x10 || a.MIds[3] != 0 {
		t.Fatalf("MIds %x", a.MIds)
	}
	addresses := func(mid uint32) []string {
		return prop.Elements[string](cell(t, getProps(t, s, mid, 0, 0x8170101E).Row, 0x8170101E))
	}
	if got, want := addresses(a.MIds[0]), []string{"ncacn_ip_tcp:exch01.mapid.test", "netbios:EXCH01"}; !slices.Equal(got, want) {
		t.Errorf("network address %q, want %q", got, want)
	}
	if got, want := addresses(a.MIds[2]), []string{"ncacn_ip_tcp:exch02.mapid.test", "netbios:EXCH02"}; !slices.Equal(got, want) {
		t.Errorf("peer's network address %q, want %q", got, want)
	}
	host = "lab.example"
	if got, want := addresses(a.MIds[1]), []string{"ncacn_ip_tcp:lab.example", "ncacn_ip_tcp:exch01.mapid.test", "netbios:EXCH01"}; !slices.Equal(got, want) {
		t.Errorf("advertised network address %q, want %q", got, want)
	}
}

func TestDNToMId(t *testing.T) {
	t.Parallel()
	q := DNToMIdRequest{Names: []string{
		recipients + "bob", strings.ToUpper(recipients + "bob"), recipients + "nobody", "", recipients + "ghost",
		"/o=old/ou=site/cn=recipients/cn=AADAMS", "/", containers[2].dn(),
	}}
	a, err := newTest(t).DNToMId(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint32{midBob, midBob, 0, 0, midGhost, midAlice, 0, containers[2].mid}; !slices.Equal(a.MIds, want) {
		t.Errorf("MIds %x, want %x", a.MIds, want)
	}
}

// TestStringConversion follows [MS-OXNSPI] 3.1.4.3.3: Unicode to the caller's code page, 8-bit to Unicode from
// Teletex whatever the code page.
func TestStringConversion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		value prop.Value
		typ   mapi.PropType
		page  uint32
		want  prop.Value
	}{
		{"Western", prop.String("Müller"), mapi.PtypString8, 1252, prop.String8("M\xfcller")},
		{"Dos", prop.String("Müller"), mapi.PtypString8, 850, prop.String8("M\x81ller")},
		{"Teletex", prop.String("Müller"), mapi.PtypString8, 20261, prop.String8("M\xc8uller")},
		{"Lacking", prop.String("Ωmega"), mapi.PtypString8, 1252, prop.String8("?mega")},
		{"Default", prop.String("Müller"), mapi.PtypString8, 0, prop.String8("M\xfcller")},
		{"FromTeletex", prop.String8("M\xc8uller"), mapi.PtypString, 1252, prop.String("Müller")},
		{"Same8Bit", prop.String8("M\xc8uller"), mapi.PtypString8, 1252, prop.String8("M\xc8uller")},
		{"CutAtNUL", prop.String("a\x00b"), mapi.PtypString8, 1252, prop.String8("a")},
		{"NotExpressible", prop.Int32(1), mapi.PtypString, 1252, prop.Value{}},
	} {
		if got := convert(tt.value, tt.typ, tt.page); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPrintableName(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for mid, want := range map[uint32]string{midCarol: "Carol Celik", midEmil: "Emil Muller", midServers: "EXCH01"} {
		got := cell(t, getProps(t, s, mid, 0, 0x39FF001E).Row, 0x39FF001E).Str()
		if got != want {
			t.Errorf("MId %x: %q, want %q", mid, got, want)
		}
	}
	entries := testEntries()
	entries[0].DisplayName = "Алиса"
	s = newTestWith(t, entries)
	if got := cell(t, getProps(t, s, midAlice, 0, 0x39FF001E).Row, 0x39FF001E).Str(); got != "alice" {
		t.Errorf("Cyrillic name: %q", got)
	}
}

// TestIdentifiers checks the vectors of entry ids and search keys.
func TestIdentifiers(t *testing.T) {
	t.Parallel()
	stubs := readStubs(t)
	for id, got := range map[string]string{
		"D1": permanentEntryID(dtMailUser, annDN),
		"D2": permanentEntryID(dtContainer, "/"),
		"D3": ephemeralEntryID(testGUID, dtMailUser, 0x10),
		"D4": searchKey(annDN),
	} {
		if got != string(stubs[id]) {
			t.Errorf("%s: %x, want %x", id, got, stubs[id])
		}
	}
	if dn, _, ok := parseEntryID(stubs["D1"], testGUID); !ok || dn != annDN {
		t.Errorf("D1 parses as %q, %v", dn, ok)
	}
	if _, mid, ok := parseEntryID(stubs["D3"], testGUID); !ok || mid != 0x10 {
		t.Errorf("D3 parses as %x, %v", mid, ok)
	}
	if _, _, ok := parseEntryID(stubs["D3"], mapi.GUID{1}); ok {
		t.Error("an ephemeral entry id of another server parses")
	}
	for n := range stubs["D1"] {
		if _, _, ok := parseEntryID(stubs["D1"][:n], testGUID); ok {
			t.Errorf("D1 parses cut to %d bytes", n)
		}
	}
}
