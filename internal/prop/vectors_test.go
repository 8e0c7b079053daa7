package prop_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// unhex reads bytes as the specifications print them.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// check decodes vector, wants want, and wants the same bytes back.
func check[T any](t *testing.T, vector string, want T, read func(*wire.Reader) T, write func(*wire.Writer, T)) {
	t.Helper()
	b := unhex(t, vector)
	r := wire.NewReader(b)
	got := read(r)
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("err %v, %d bytes left", r.Err(), r.Len())
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decoded (-want +got):\n%s", d)
	}
	var w wire.Writer
	write(&w, want)
	if d := cmp.Diff(b, w.Buf); d != "" {
		t.Errorf("encoded (-want +got):\n%s", d)
	}
	for n := range b {
		r := wire.NewReader(b[:n])
		if read(r); r.Err() == nil {
			t.Errorf("prefix of %d bytes decodes", n)
		}
	}
}

func TestTaggedPropertyValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, bytes string
		want        prop.Tagged
	}{
		{"OXCSTOR4RuleSequence", "03 00 76 66 0A 00 00 00", prop.Tagged{Tag: 0x66760003, Value: prop.Int32(10)}},
		{"OXCPRPT421SubjectPrefix", "1F 00 3D 00 00 00", prop.Tagged{Tag: 0x003D001F, Value: prop.String("")}},
		{"OXCPRPT421NormalizedSubject", "1F 00 1D 0E 48 00 65 00 6C 00 6C 00 6F 00 20 00 57 00 6F 00 72 00 6C 00 64 00 00 00",
			prop.Tagged{Tag: 0x0E1D001F, Value: prop.String("Hello World")}},
		{"Error", "0A 00 37 00 0F 01 04 80", prop.Tagged{Tag: 0x0037000A, Value: prop.Error(mapi.ErrNotFound)}},
		{"Boolean", "0B 00 1B 0E 01", prop.Tagged{Tag: 0x0E1B000B, Value: prop.Bool(true)}},
		{"String8", "1E 00 01 30 E4 00", prop.Tagged{Tag: 0x3001001E, Value: prop.String8("\xE4")}},
		{"Binary", "02 01 FF 0F 02 00 AA BB", prop.Tagged{Tag: 0x0FFF0102, Value: prop.Binary([]byte{0xAA, 0xBB})}},
		{"Time", "40 00 06 0E 00 80 3E D5 DE B1 9D 01", prop.Tagged{Tag: 0x0E060040, Value: prop.Time(0x019DB1DED53E8000)}},
		{"MultiInteger32", "03 10 01 80 02 00 00 00 01 00 00 00 FF FF FF FF",
			prop.Tagged{Tag: 0x80011003, Value: prop.Multi(mapi.PtypMultiInteger32, []int32{1, -1})}},
		{"MultiString", "1F 10 08 80 02 00 00 00 61 00 00 00 00 00",
			prop.Tagged{Tag: 0x8008101F, Value: prop.Multi(mapi.PtypMultiString, []string{"a", ""})}},
		{"ServerID", "FB 00 40 67 15 00 01 01 00 00 00 00 00 00 0D 00 00 00 00 00 00 00 00 00 00 00 00",
			prop.Tagged{Tag: 0x674000FB, Value: prop.ServerID(append([]byte{1, 1, 0, 0, 0, 0, 0, 0, 0x0D}, make([]byte, 12)...))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.bytes, c.want, prop.ReadTagged, prop.WriteTagged)
			if got, want := prop.TaggedSize(c.want), len(unhex(t, c.bytes)); got != want {
				t.Errorf("TaggedSize = %d, want %d", got, want)
			}
		})
	}
}

const folder46 = "00 00 00 00 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 01 00 " +
	"10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 00 0D 00 00"

func TestMultiBinaryAdditionalRenEntryIds(t *testing.T) {
	t.Parallel()
	want := prop.Multi(mapi.PtypMultiBinary, []string{"", "", "", "", string(unhex(t, folder46))})
	check(t, "05 00 00 00 00 00 00 00 00 00 00 00 2E 00 "+folder46, want,
		func(r *wire.Reader) prop.Value { return prop.ReadValue(r, mapi.PtypMultiBinary) }, prop.WriteValue)
}

func TestPropertyRow(t *testing.T) {
	t.Parallel()
	notFound := prop.Error(mapi.ErrNotFound)
	for _, c := range []struct {
		name    string
		columns []mapi.PropTag
		bytes   string
		want    []prop.Value
	}{
		{"OXORULE422Standard", []mapi.PropTag{0x66740014, 0x66840102, 0x6682001F},
			"00 01 00 00 00 01 3F F8 56 10 00 01 00 00 00 01 00 00 00 55 55 55 55 D1 44 E3 40 50 00 72 00 6F 00 6A 00 65 00 63 00 74 00 20 00 58 00 00 00",
			[]prop.Value{prop.Int64(0x56F83F0100000001), prop.Binary([]byte{1, 0, 0, 0, 1, 0, 0, 0, 0x55, 0x55, 0x55, 0x55, 0xD1, 0x44, 0xE3, 0x40}), prop.String("Project X")}},
		{"OXCTABL4532HeaderRow", []mapi.PropTag{0x67480014, 0x674A0014, 0x674D0014, 0x674E0003, 0x0FF50003, 0x30050003, 0x3001001F},
			"01 00 01 00 00 00 00 F1 1F 32 0A 0F 01 04 80 00 01 00 00 00 00 F1 88 BD 00 00 00 00 00 00 03 00 00 00 00 00 00 00 00 0A 0F 01 04 80",
			[]prop.Value{prop.ID(mapi.NewID(1, 0xF11F32)), notFound, prop.ID(mapi.NewID(1, 0xF188BD)), prop.Int32(0), prop.Int32(3), prop.Int32(0), notFound}},
		{"FlaggedGetProperties", []mapi.PropTag{0x0E1B000B, 0x65E20102, 0x0037001F},
			"01 00 01 0A 0F 01 04 80 00 48 00 69 00 00 00", []prop.Value{prop.Bool(true), notFound, prop.String("Hi")}},
		{"UnspecifiedColumn", []mapi.PropTag{0x00370000}, "00 1F 00 48 00 69 00 00 00", []prop.Value{prop.String("Hi")}},
		{"FlaggedUnspecified", []mapi.PropTag{0x00370000, 0x0E070000}, "01 0A 00 0A 0F 01 04 80 03 00 00 01 00 00 00",
			[]prop.Value{notFound, prop.Int32(1)}},
		{"Absent", []mapi.PropTag{0x0E070003, 0x39FE001F}, "01 00 06 00 00 00 01", []prop.Value{prop.Int32(6), {}}},
		{"MultivalueInstance", []mapi.PropTag{0x8008301F}, "00 61 00 00 00", []prop.Value{prop.String("a")}},
		{"NoColumns", nil, "00", []prop.Value{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			row := prop.Row{Values: c.want}
			check(t, c.bytes, row,
				func(r *wire.Reader) prop.Row { return prop.ReadRow(r, c.columns) },
				func(w *wire.Writer, row prop.Row) { prop.WriteRow(w, c.columns, row) })
			if got, want := prop.RowSize(c.columns, row), len(unhex(t, c.bytes)); got != want {
				t.Errorf("RowSize = %d, want %d", got, want)
			}
		})
	}
}

// A value that cannot stand in its column must not make the bytes after it unreadable.
func TestWriteRowReplacesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{0x0037001F, 0x00FF0102, 0x0E070003}
	row := prop.Row{Values: []prop.Value{prop.Int32(1), prop.Binary(make([]byte, 0x10000)), prop.Int32(7)}}
	var w wire.Writer
	prop.WriteRow(&w, columns, row)
	if w.Len() != prop.RowSize(columns, row) {
		t.Errorf("RowSize = %d, wrote %d", prop.RowSize(columns, row), w.Len())
	}
	got := prop.ReadRow(wire.NewReader(w.Buf), columns)
	want := prop.Row{Values: []prop.Value{prop.Error(mapi.ErrUnexpectedType), prop.Error(mapi.ErrMemory), prop.Int32(7)}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSortOrder(t *testing.T) {
	t.Parallel()
	check(t, "1F 30 08 80 00", prop.SortOrder{Tag: 0x8008301F, Order: prop.Ascending}, prop.ReadSortOrder, prop.WriteSortOrder)
	check(t, "40 00 06 0E 01", prop.SortOrder{Tag: 0x0E060040, Order: prop.Descending}, prop.ReadSortOrder, prop.WriteSortOrder)
}

func TestPropertyProblem(t *testing.T) {
	t.Parallel()
	check(t, "02 00 1F 00 37 00 05 00 07 80", prop.Problem{Index: 2, Tag: mapi.TagSubject, Code: mapi.ErrAccessDenied},
		prop.ReadProblem, prop.WriteProblem)
}

func TestLongTermID(t *testing.T) {
	t.Parallel()
	want := prop.LongTermID{GlobalCounter: 0x0D}
	copy(want.DatabaseGUID[:], unhex(t, "10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F"))
	check(t, "10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 00 0D 00 00", want, prop.ReadLongTermID, prop.WriteLongTermID)
}

func TestTypedString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, bytes string
		want        prop.TypedString
	}{
		{"None", "00", prop.TypedString{}},
		{"Empty", "01", prop.NewTypedString("")},
		{"CodePage", "02 E4 00", prop.TypedString{Type: prop.String8Bit, Text: "\xE4"}},
		{"Reduced", "03 48 E4 00", prop.TypedString{Type: prop.StringReduced, Text: "Hä"}},
		{"Unicode", "04 48 00 69 00 00 00", prop.NewTypedString("Hi")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.bytes, c.want, prop.ReadTypedString, prop.WriteTypedString)
		})
	}
	var w wire.Writer
	prop.WriteTypedString(&w, prop.TypedString{Type: prop.StringReduced, Text: "€"})
	if d := cmp.Diff(unhex(t, "04 AC 20 00 00"), w.Buf); d != "" {
		t.Error("a character that cannot be reduced", d)
	}
}

func TestPropertyName(t *testing.T) {
	t.Parallel()
	common := mapi.MustGUID("00062008-0000-0000-c000-000000000046")
	for _, c := range []struct {
		name, bytes string
		want        prop.Name
	}{
		{"LID", "00 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 03 85 00 00", prop.Name{Kind: prop.NameLID, GUID: common, LID: 0x8503}},
		{"String", "01 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 06 61 00 62 00 00 00", prop.Name{Kind: prop.NameString, GUID: common, Text: "ab"}},
		{"None", "FF 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46", prop.Name{Kind: prop.NameNone, GUID: common}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.bytes, c.want, prop.ReadName, prop.WriteName)
		})
	}
}

func TestPropertyNameTooLong(t *testing.T) {
	t.Parallel()
	n := prop.Name{Kind: prop.NameString, Text: strings.Repeat("x", 127)}
	if n.Valid() {
		t.Error("127 characters do not fit")
	}
	var w wire.Writer
	prop.WriteName(&w, n)
	w.U32(0xDEADBEEF)
	r := wire.NewReader(w.Buf)
	if got := prop.ReadName(r); got.Text != n.Text[:126] || !got.Valid() || r.U32() != 0xDEADBEEF {
		t.Errorf("got %d characters, then err %v", len(got.Text), r.Err())
	}
}

var subjectXUnread = prop.AndRestriction{Parts: []prop.Restriction{
	prop.ContentRestriction{Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject,
		Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("X")}},
	prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: 0x0E070003, Mask: 1},
}}

func TestRestriction(t *testing.T) {
	t.Parallel()
	exist := prop.ExistRestriction{Tag: 0x00370000}
	for _, c := range []struct {
		name  string
		form  prop.Form
		bytes string
		want  prop.Restriction
	}{
		{"SubjectContainsAndUnread", prop.ROPForm, "00 02 00 03 01 00 01 00 1F 00 37 00 1F 00 37 00 58 00 00 00 06 00 03 00 07 0E 01 00 00 00", subjectXUnread},
		{"SubjectContainsAndUnreadExtended", prop.ExtendedForm, "00 02 00 00 00 03 01 00 01 00 1F 00 37 00 1F 00 37 00 58 00 00 00 06 00 03 00 07 0E 01 00 00 00", subjectXUnread},
		{"Or", prop.ROPForm, "01 01 00 08 00 00 37 00", prop.OrRestriction{Parts: []prop.Restriction{exist}}},
		{"Not", prop.ROPForm, "02 08 00 00 37 00", prop.NotRestriction{Part: exist}},
		{"Property", prop.ROPForm, "04 05 1F 10 08 80 1F 00 08 80 61 00 00 00", prop.PropertyRestriction{RelOp: prop.RelOpNE, Tag: 0x8008101F,
			Value: prop.Tagged{Tag: 0x8008001F, Value: prop.String("a")}}},
		{"CompareProps", prop.ROPForm, "05 04 1F 00 37 00 1F 00 1D 0E", prop.ComparePropsRestriction{RelOp: prop.RelOpEQ, Tag1: 0x0037001F, Tag2: 0x0E1D001F}},
		{"Size", prop.ROPForm, "07 02 02 01 FF 0F 10 00 00 00", prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: 0x0FFF0102, Size: 16}},
		{"SubObject", prop.ROPForm, "09 0D 00 12 0E 08 00 00 37 00", prop.SubObjectRestriction{SubObject: 0x0E12000D, Part: exist}},
		{"Comment", prop.ROPForm, "0A 01 03 00 76 66 0A 00 00 00 01 08 00 00 37 00", prop.CommentRestriction{
			Values: []prop.Tagged{{Tag: 0x66760003, Value: prop.Int32(10)}}, Part: exist}},
		{"CommentAlone", prop.ROPForm, "0A 00 00", prop.CommentRestriction{Values: []prop.Tagged{}}},
		{"Count", prop.ROPForm, "0B 05 00 00 00 08 00 00 37 00", prop.CountRestriction{Count: 5, Part: exist}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.bytes, c.want, c.form.ReadRestriction, c.form.WriteRestriction)
		})
	}
}

func TestRestrictionNestedTooDeep(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("\x02", prop.MaxRestrictionDepth) + "\x08\x1F\x00\x37\x00"
	r := wire.NewReader([]byte(deep))
	if prop.ReadRestriction(r) != nil || r.Err() != error(mapi.ErrTooComplex) {
		t.Errorf("err %v, want ErrTooComplex", r.Err())
	}
	r = wire.NewReader([]byte(deep[1:]))
	if prop.ReadRestriction(r) == nil || r.Err() != nil {
		t.Errorf("one level less: err %v", r.Err())
	}
}

func TestRuleActions(t *testing.T) {
	t.Parallel()
	folder := unhex(t, "01 01 00 00 00 00 00 00 0D 00 00 00 00 00 00 00 00 00 00 00 00")
	for _, c := range []struct {
		name  string
		form  prop.Form
		bytes string
		want  prop.RuleAction
	}{
		{"MoveStandard", prop.ROPForm, "01 00 24 00 01 00 00 00 00 00 00 00 00 01 01 00 00 15 00 01 01 00 00 00 00 00 00 0D 00 00 00 00 00 00 00 00 00 00 00 00",
			prop.RuleAction{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{0}, FolderEID: folder}}},
		// The rule action of PidTagExtendedRuleMessageActions after NamedPropertyInformation and RuleVersion.
		{"MoveExtended", prop.ExtendedForm, "01 00 00 00 40 00 00 00 01 00 00 00 00 00 00 00 00 01 00 00 00 00 2E 00 00 00 " + folder46,
			prop.RuleAction{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{0}, FolderEID: unhex(t, folder46)}}},
		{"Reply", prop.ROPForm, "01 00 29 00 03 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 0D 01 00 00 00 00 00 1F 04 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F",
			prop.RuleAction{Type: prop.OpReply, Flavor: 1, Data: prop.ReplyData{FolderID: mapi.NewID(1, 0x0D), MessageID: mapi.NewID(1, 0x1F04),
				TemplateGUID: mapi.GUID(unhex(t, "10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F"))}}},
		{"Defer", prop.ROPForm, "01 00 0B 00 05 00 00 00 00 00 00 00 00 AA BB", prop.RuleAction{Type: prop.OpDeferAction, Data: prop.OpaqueData{Bytes: []byte{0xAA, 0xBB}}}},
		{"Bounce", prop.ROPForm, "01 00 0D 00 06 00 00 00 00 00 00 00 00 26 00 00 00", prop.RuleAction{Type: prop.OpBounce, Data: prop.BounceData{Code: prop.BounceAccessDenied}}},
		{"Forward", prop.ROPForm,

			"01 00 1A 00 07 02 00 00 00 00 00 00 00 01 00 00 00 01 01 00 00 00 1F 00 03 30 61 00 00 00",
			prop.RuleAction{Type: prop.OpForward, Flavor: 2, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{
				{Reserved: 1, Props: []prop.Tagged{{Tag: 0x3003001F, Value: prop.String("a")}}}}}}},
		{"Tag", prop.ROPForm, "01 00 11 00 09 00 00 00 00 00 00 00 00 03 00 17 00 02 00 00 00",
			prop.RuleAction{Type: prop.OpTag, Data: prop.TagData{Value: prop.Tagged{Tag: 0x00170003, Value: prop.Int32(2)}}}},
		{"Delete", prop.ROPForm, "01 00 09 00 0A 00 00 00 00 00 00 00 00", prop.RuleAction{Type: prop.OpDelete, Data: prop.OpaqueData{Bytes: []byte{}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.bytes, prop.RuleActions{Actions: []prop.RuleAction{c.want}}, c.form.ReadRuleActions, c.form.WriteRuleActions)
		})
	}
}

func TestRuleActionsRefuseSlackInABlock(t *testing.T) {
	t.Parallel()
	r := wire.NewReader(unhex(t, "01 00 0E 00 06 00 00 00 00 00 00 00 00 26 00 00 00 00"))
	if prop.ROPForm.ReadRuleActions(r); r.Err() == nil {
		t.Error("a bounce action of five bytes decodes")
	}
}
