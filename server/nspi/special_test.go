package nspi

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func TestGetSpecialTableHierarchy(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	a, err := s.GetSpecialTable(t.Context(), as("alice"), &GetSpecialTableRequest{Stat: stat1252()})
	if err != nil {
		t.Fatal(err)
	}
	gal := Row{
		tagged(0x0FFF0102, prop.BinaryString(permanentEntryID(dtContainer, "/"))),
		tagged(0x36000003, prop.Int32(9)), tagged(0x30050003, prop.Int32(0)), tagged(0xFFFD0003, prop.Int32(0)),
		tagged(0x3001001E, prop.String8("Global Address List")), tagged(0xFFFB000B, prop.Bool(false)),
	}
	if diff := cmp.Diff(gal, a.Rows[0]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if len(a.Rows) != len(containers) || a.Version != 0 {
		t.Fatalf("%d rows, version %d", len(a.Rows), a.Version)
	}
	above := map[string]bool{} // entry ids of rows so far
	for i, row := range a.Rows {
		id := cell(t, row, mapi.TagEntryId).Str()
		if above[id] {
			t.Errorf("row %d has the entry id of another", i)
		}
		depth := cell(t, row, mapi.TagDepth).Int()
		if (depth > 0) != (len(row) == 7) {
			t.Errorf("row %d of depth %d has %d columns", i, depth, len(row))
		}
		if depth > 0 && !above[cell(t, row, mapi.TagAddressBookParentEntryId).Str()] {
			t.Errorf("row %d stands above its parent", i)
		}
		if dn, _, _ := parseEntryID([]byte(id), s.guid); i > 0 && (!strings.HasPrefix(dn, "/guid=") || len(dn) != 38) {
			t.Errorf("row %d has the DN %q", i, dn)
		}
		above[id] = true
	}
}

func TestGetSpecialTableStrings(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	q := GetSpecialTableRequest{Flags: UnicodeStrings, Stat: Stat{CodePage: 1200}}
	a, err := s.GetSpecialTable(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	if got := cell(t, a.Rows[0], mapi.TagDisplayName).Str(); got != "Global Address List" {
		t.Errorf("name %q", got)
	}
	q.Flags = 0
	_, err = s.GetSpecialTable(t.Context(), as("alice"), &q)
	if code := codeOf(t, err); code != mapi.ErrInvalidCodepage {
		t.Errorf("8-bit strings in Unicode: %v", code)
	}
}

func TestGetSpecialTableVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		versioned bool
		has       uint32
		rows      int
		version   uint32
	}{
		{true, 0, len(containers), hierarchyVersion},
		{true, hierarchyVersion, 0, hierarchyVersion},
		{true, 99, len(containers), hierarchyVersion},
		{false, hierarchyVersion, len(containers), hierarchyVersion},
		{false, 99, len(containers), 99},
	} {
		s := newTest(t, func(o *Options) { o.Profile.SpecialTableVersioned = tt.versioned })
		a, err := s.GetSpecialTable(t.Context(), as("alice"), &GetSpecialTableRequest{Stat: stat1252(), Version: tt.has})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Rows) != tt.rows || a.Rows == nil || a.Version != tt.version {
			t.Errorf("%+v: %d rows, version %d", tt, len(a.Rows), a.Version)
		}
	}
}

func TestGetSpecialTableOfCreationTemplatesIsEmpty(t *testing.T) {
	t.Parallel()
	for _, stat := range []Stat{stat1252(), {CodePage: 1200, TemplateLocale: 0x7777}} {
		q := GetSpecialTableRequest{Flags: AddressCreationTemplates | UnicodeStrings, Stat: stat}
		a, err := newTest(t).GetSpecialTable(t.Context(), as("alice"), &q)
		if err != nil || a.Rows == nil || len(a.Rows) != 0 {
			t.Errorf("GetSpecialTable = %+v, %v", a, err)
		}
	}
}

// TestEncodeTemplate produces vector T1 from the rows it states.
func TestEncodeTemplate(t *testing.T) {
	t.Parallel()
	rows := []control{
		{kind: controlPage, text: "General"},
		{x: 6, width: 0x46, y: 10, height: 8, kind: controlLabel, text: "&Display name:"},
		{x: 0x4D, width: 0x115, y: 8, height: 12, kind: controlEdit, tag: 0x3001001E, size: 0x100, text: "*"},
		{x: 6, width: 0x46, y: 0x1C, height: 8, kind: controlLabel, text: "&Alias:"},
		{x: 0x4D, width: 0x64, y: 0x1A, height: 12, kind: controlEdit, tag: 0x3A00001E, size: 0x40, text: "*"},
	}
	if got, want := encodeTemplate(rows, 1252), readStubs(t)["T1"]; string(got) != string(want) {
		t.Errorf("template %x\n    want %x", got, want)
	}
}

// TestGetTemplateInfo reads every template the way a client does.
func TestGetTemplateInfo(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		typ   displayType
		pages []string
	}{
		{dtMailUser, []string{"General", "Organization", "Phone/Notes", "Member Of", "E-mail Addresses"}},
		{dtRemoteMailUser, []string{"General", "Organization", "Phone/Notes", "Member Of", "E-mail Addresses"}},
		{dtDistList, []string{"General", "Notes", "Member Of", "E-mail Addresses"}},
		{dtAgent, []string{"General", "Notes", "Member Of", "E-mail Addresses"}},
		{dtForum, []string{"General", "E-mail Addresses"}},
		{dtSearch, []string{"General"}},
	} {
		q := GetTemplateInfoRequest{Flags: TemplateInfo, Type: uint32(tt.typ), CodePage: 1252, LocaleID: 0x409}
		a, err := s.GetTemplateInfo(t.Context(), as("alice"), &q)
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(cell(t, a.Data, mapi.TagTemplateData).Str())
		word := func(i int) uint32 { return binary.LittleEndian.Uint32(data[4*i:]) }
		if word(0) != 1 {
			t.Fatalf("type %d: TRowSet of type %d", tt.typ, word(0))
		}
		var pages []string
		for i := range int(word(1)) {
			row := 2 + 9*i
			text, _, ended := strings.Cut(string(data[word(row+8):]), "\x00")
			if !ended {
				t.Fatalf("type %d: text of row %d has no end", tt.typ, i)
			}
			if word(row)+word(row+1) > pageWidth || word(row+2)+word(row+3) > 200 {
				t.Errorf("type %d: %q at %d+%d, %d+%d leaves the page", tt.typ, text, word(row), word(row+1), word(row+2), word(row+3))
			}
			switch tag := mapi.PropTag(word(row + 6)); word(row + 4) {
			case controlPage:
				pages = append(pages, text)
			case controlEdit, controlListBox, controlMultiList:
				if attributes.find(tag) == nil {
					t.Errorf("type %d: shows %v, which nobody has", tt.typ, tag)
				}
			}
		}
		if !slices.Equal(pages, tt.pages) {
			t.Errorf("type %d: pages %q, want %q", tt.typ, pages, tt.pages)
		}
	}
}

func TestGetTemplateInfoRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	dn, none := "/o=mapid/cn=x", ""
	for _, tt := range []struct {
		name string
		q    GetTemplateInfoRequest
		want mapi.ErrorCode
	}{
		{"UnicodeCodePage", GetTemplateInfoRequest{Flags: 1, CodePage: 1200, LocaleID: 0x409}, mapi.ErrInvalidCodepage},
		{"NoSuchType", GetTemplateInfoRequest{Flags: 1, Type: 0x100, CodePage: 1252, LocaleID: 0x409}, mapi.ErrInvalidLocale},
		{"NoSuchDN", GetTemplateInfoRequest{Flags: 1, CodePage: 1252, LocaleID: 0x409, DN: &dn}, mapi.ErrInvalidLocale},
		{"NoSuchLocale", GetTemplateInfoRequest{Flags: 1, CodePage: 1252, LocaleID: 0x3FE}, mapi.ErrInvalidLocale},
		{"EmptyDN", GetTemplateInfoRequest{Flags: 1, CodePage: 1252, LocaleID: 0x407, DN: &none}, mapi.Success},
	} {
		_, err := s.GetTemplateInfo(t.Context(), as("alice"), &tt.q)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
	}
	a, err := s.GetTemplateInfo(t.Context(), as("alice"), &GetTemplateInfoRequest{Flags: ScriptInfo, CodePage: 1252, LocaleID: 0x409})
	if err != nil || len(a.Data) != 1 || a.Data[0].Value.ErrorCode() != mapi.ErrNotFound {
		t.Errorf("script: %+v, %v", a, err)
	}
}

func TestNamedPropertiesAreUnknown(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	a, err := s.GetIDsFromNames(t.Context(), as("alice"), &GetIDsFromNamesRequest{Names: []*PropName{{ID: 1}, nil}})
	if err != nil || a.Result != mapi.WarnWithErrors || !slices.Equal(a.Tags, []mapi.PropTag{0xA, 0xA}) {
		t.Errorf("GetIDsFromNames = %+v, %v", a, err)
	}
	_, err = s.GetNamesFromIDs(t.Context(), as("alice"), &GetNamesFromIDsRequest{})
	if code := codeOf(t, err); code != mapi.ErrNoSupport {
		t.Errorf("GetNamesFromIDs: %v", code)
	}
}

// TestOrderOfNames checks the order of display names in locales that differ.
func TestOrderOfNames(t *testing.T) {
	t.Parallel()
	names := []string{"Zoe", "Öberg", "olsen", "O'Neil", "Ander", "Älg", "ander b", "Co-op", "coal", "42 Street"}
	var entries []store.Entry
	for i, n := range names {
		entries = append(entries, store.Entry{MId: 0x10 + uint32(i), Name: n, DN: recipients + n, DisplayName: n})
	}
	s := newTestWith(t, entries)
	for _, tt := range []struct {
		lcid uint32
		want []string
	}{
		{0x409, []string{"42 Street", "Älg", "Ander", "ander b", "Co-op", "coal", "O'Neil", "Öberg", "olsen", "Zoe"}},
		{0x41D, []string{"42 Street", "Ander", "ander b", "Co-op", "coal", "O'Neil", "olsen", "Zoe", "Älg", "Öberg"}},
		{0, []string{"42 Street", "Älg", "Ander", "ander b", "Co-op", "coal", "O'Neil", "Öberg", "olsen", "Zoe"}},
	} {
		q := QueryRowsRequest{Stat: Stat{SortLocale: tt.lcid}, Count: 20, Columns: []mapi.PropTag{mapi.TagDisplayName}}
		a, err := s.QueryRows(t.Context(), as("alice"), &q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range a.Rows {
			got = append(got, row[0].Value.Str())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("locale %x: %q, want %q", tt.lcid, got, tt.want)
		}
	}
}

func TestPhoneticOrder(t *testing.T) {
	t.Parallel()
	q := QueryRowsRequest{Stat: stat1252(), Count: 2, Columns: []mapi.PropTag{mapi.TagInstanceKey}}
	q.Stat.SortType = SortPhoneticDisplayName
	a, err := newTest(t).QueryRows(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	if got := rowMIds(t, a.Rows); !slices.Equal(got, []uint32{midBob, midAlice}) {
		t.Errorf("first rows %x", got)
	}
}
