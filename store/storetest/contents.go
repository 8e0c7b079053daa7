package storetest

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// row is one row of a scan.
type row struct {
	ID     store.MessageID
	Values []prop.Value
}

func (f *fixture) scan(sel store.Selection, tags ...mapi.PropTag) (list []row) {
	f.Helper()
	f.read(func(r store.Reader) error {
		return r.Scan(sel, tags, func(id store.MessageID, values []prop.Value) error {
			list = append(list, row{id, append([]prop.Value(nil), values...)})
			return nil
		})
	})
	return list
}

func testContents(t *testing.T, open Open) {
	t.Run("Selections", func(t *testing.T) { testContentsSelections(t, open) })
	t.Run("Fields", func(t *testing.T) { testContentsFields(t, open) })
	t.Run("MissingFields", func(t *testing.T) { testContentsMissingFields(t, open) })
	t.Run("Values", func(t *testing.T) { testContentsValues(t, open) })
	t.Run("Rows", func(t *testing.T) { testContentsRows(t, open) })
	t.Run("ScanInsideScan", func(t *testing.T) { testContentsScanInsideScan(t, open) })
	t.Run("ScanStops", func(t *testing.T) { testContentsScanStops(t, open) })
	t.Run("Pages", func(t *testing.T) { testContentsPages(t, open) })
}

func testContentsSelections(t *testing.T, open Open) {
	f := newFixture(t, open)
	a, b := f.message(), f.message()
	c := f.create(store.NewMessage{Folder: f.inbox, Associated: true})
	f.create(store.NewMessage{Folder: f.child(f.inbox, "other").ID})
	f.same("normal", f.scan(store.Selection{Folder: f.inbox}), []row{{a.ID, nil}, {b.ID, nil}})
	f.same("associated", f.scan(store.Selection{Folder: f.inbox, Associated: true}), []row{{c.ID, nil}})
	f.same("soft-deleted", f.scan(store.Selection{Folder: f.inbox, Deleted: true}), []row(nil))
	f.same("no such folder", f.scan(store.Selection{Folder: 4711}), []row(nil))
}

func testContentsFields(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{
		Folder: f.inbox, Associated: true, Flags: 0x41, Attachments: make([]store.NewAttachment, 1),
		Props: []prop.Tagged{tagged(mapi.TagMessageDeliveryTime, prop.Time(99)), tagged(mapi.TagMessageStatus, prop.Int32(0x2000))},
	})
	for _, c := range []struct {
		tag  mapi.PropTag
		want prop.Value
	}{
		{mapi.TagMid, prop.ID(mapi.NewID(1, uint64(m.ID)))},
		{mapi.TagFolderId, prop.ID(mapi.NewID(1, uint64(f.inbox)))},
		{mapi.TagChangeNumber, prop.ID(mapi.NewID(1, uint64(m.Change)))},
		{mapi.TagMessageFlags, prop.Int32(0x41)},
		{mapi.TagMessageStatus, prop.Int32(0x2000)},
		{mapi.TagMessageSize, prop.Int32(int32(m.Size))},
		{mapi.TagMessageSizeExtended, prop.Int64(m.Size)},
		{mapi.TagHasAttachments, prop.Bool(true)},
		{mapi.TagAssociated, prop.Bool(true)},
		{mapi.TagMessageDeliveryTime, prop.Time(99)},
		{mapi.TagCreationTime, prop.Time(m.Created)},
		{mapi.TagLastModificationTime, prop.Time(m.Modified)},
	} {
		sel := store.Selection{Folder: f.inbox, Associated: true}
		f.same(c.tag.String(), f.scan(sel, c.tag), []row{{m.ID, []prop.Value{c.want}}})
		if c.tag != mapi.TagMessageSizeExtended {
			f.same(c.tag.String()+" of any type", f.scan(sel, c.tag.WithType(mapi.PtypUnspecified)), []row{{m.ID, []prop.Value{c.want}}})
		}
		f.same(c.tag.String()+" of another type", f.scan(sel, c.tag.WithType(mapi.PtypGuid)), []row{{m.ID, []prop.Value{none}}})
	}
}

func testContentsMissingFields(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	f.same("row", f.scan(store.Selection{Folder: f.inbox}, mapi.TagMessageDeliveryTime, mapi.TagHasAttachments, mapi.TagAssociated),
		[]row{{m.ID, []prop.Value{none, prop.Bool(false), prop.Bool(false)}}})
}

// none stands in rows for a value that is not there.
var none prop.Value

// rowValues are properties that engines may keep in columns, in the forms that fit one and those that do not, and what
// rows show of them.
var rowValues = []struct {
	name  string
	props []prop.Tagged
	tag   mapi.PropTag
	want  prop.Value
}{
	{"Subject", []prop.Tagged{subject("Grüße")}, mapi.TagSubject, prop.String("Grüße")},
	{"SubjectEmpty", []prop.Tagged{subject("")}, mapi.TagSubject, prop.String("")},
	{"SubjectMissing", nil, mapi.TagSubject, none},
	{"SubjectAsString8", []prop.Tagged{subject("x")}, mapi.TagSubject.WithType(mapi.PtypString8), prop.String("x")},
	{"SubjectOfAnyType", []prop.Tagged{subject("x")}, mapi.TagSubject.WithType(mapi.PtypUnspecified), prop.String("x")},
	{"SubjectInString8", []prop.Tagged{tagged(mapi.TagSubject.WithType(mapi.PtypString8), prop.String8("\xFC"))}, mapi.TagSubject, prop.String8("\xFC")},
	{"SubjectTooLong", []prop.Tagged{subject(strings.Repeat("€", 1000))}, mapi.TagSubject, prop.String(strings.Repeat("€", 682))},
	{"SubjectApart", []prop.Tagged{subject(strings.Repeat("🎉", 20000))}, mapi.TagSubject, prop.String(strings.Repeat("🎉", 512))},
	{"SubjectApartInString8", []prop.Tagged{tagged(mapi.TagSubject.WithType(mapi.PtypString8), prop.String8(strings.Repeat("a", 40000)))},
		mapi.TagSubject, prop.String8(strings.Repeat("a", 2048))},
	{"Normalized", []prop.Tagged{subject("RE: x"), tagged(mapi.TagSubjectPrefix, prop.String("RE: ")), tagged(mapi.TagNormalizedSubject, prop.String("x"))},
		mapi.TagNormalizedSubject, prop.String("x")},
	{"NormalizedOtherwise", []prop.Tagged{subject("RE: x"), tagged(mapi.TagNormalizedSubject, prop.String("y"))}, mapi.TagNormalizedSubject, prop.String("y")},
	{"NormalizedMissing", []prop.Tagged{subject("RE: x")}, mapi.TagNormalizedSubject, none},
	{"NormalizedAlone", []prop.Tagged{tagged(mapi.TagNormalizedSubject, prop.String("x"))}, mapi.TagNormalizedSubject, prop.String("x")},
	{"Class", []prop.Tagged{tagged(mapi.TagMessageClass, prop.String("IPM.Note"))}, mapi.TagMessageClass, prop.String("IPM.Note")},
	{"Importance", []prop.Tagged{tagged(mapi.TagImportance, prop.Int32(-1))}, mapi.TagImportance, prop.Int32(-1)},
	{"ImportanceInInt16", []prop.Tagged{tagged(mapi.TagImportance.WithType(mapi.PtypInteger16), prop.Int16(2))}, mapi.TagImportance, none},
	{"ImportanceOfAnyType", []prop.Tagged{tagged(mapi.TagImportance.WithType(mapi.PtypInteger16), prop.Int16(2))},
		mapi.TagImportance.WithType(mapi.PtypUnspecified), prop.Int16(2)},
	{"SubmitTime", []prop.Tagged{tagged(mapi.TagClientSubmitTime, prop.Time(5))}, mapi.TagClientSubmitTime, prop.Time(5)},
	{"SubmitTimeHuge", []prop.Tagged{tagged(mapi.TagClientSubmitTime, prop.Time(math.MaxUint64))}, mapi.TagClientSubmitTime, prop.Time(math.MaxUint64)},
	{"Body", []prop.Tagged{tagged(mapi.TagBody, prop.String("b"))}, mapi.TagBody, prop.String("b")},
	{"BodyTooLong", []prop.Tagged{tagged(mapi.TagBody, prop.String("a"+strings.Repeat("ü", 2000)))}, mapi.TagBody, prop.String("a" + strings.Repeat("ü", 1023))},
	{"BodyApart", []prop.Tagged{tagged(mapi.TagBody, prop.String("a"+strings.Repeat("ü", 200000)))}, mapi.TagBody, prop.String("a" + strings.Repeat("ü", 1023))},
	{"HTMLApart", []prop.Tagged{tagged(mapi.TagHtml, prop.BinaryString(strings.Repeat("\x00\xFF", 100000)))},
		mapi.TagHtml, prop.BinaryString(strings.Repeat("\x00\xFF", 1024))},
	{"Multiple", []prop.Tagged{tagged(0x8001101F, prop.Multi(mapi.PtypMultiString, []string{"a", ""}))}, 0x8001101F, prop.Multi(mapi.PtypMultiString, []string{"a", ""})},
}

func testContentsValues(t *testing.T, open Open) {
	for _, c := range rowValues {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, open)
			m := f.create(store.NewMessage{Folder: f.inbox, Props: c.props})
			sel := store.Selection{Folder: f.inbox}
			f.same("alone", f.scan(sel, c.tag), []row{{m.ID, []prop.Value{c.want}}})
			// Together with a property that is in no column, and twice.
			f.same("with others", f.scan(sel, 0x7FFF0003, c.tag, mapi.TagMid, c.tag),
				[]row{{m.ID, []prop.Value{none, c.want, prop.ID(mapi.NewID(1, uint64(m.ID))), c.want}}})
		})
	}
}

func testContentsRows(t *testing.T, open Open) {
	f := newFixture(t, open)
	a, b, c := f.message(subject("a")), f.message(subject("b")), f.message(subject("c"))
	other := f.create(store.NewMessage{Folder: f.inbox, Associated: true})
	var got [][]prop.Value
	f.read(func(r store.Reader) (err error) {
		got, err = r.Rows(store.Selection{Folder: f.inbox}, []store.MessageID{c.ID, 4711, a.ID, other.ID, b.ID, a.ID}, []mapi.PropTag{mapi.TagSubject, 0x7FFF0003})
		return err
	})
	is := func(s string) []prop.Value { return []prop.Value{prop.String(s), none} }
	f.same("rows", got, [][]prop.Value{is("c"), nil, is("a"), nil, is("b"), is("a")})
	var near [][]prop.Value // no id far from the others, and one between them left out
	f.read(func(r store.Reader) (err error) {
		near, err = r.Rows(store.Selection{Folder: f.inbox}, []store.MessageID{c.ID, a.ID + 1, a.ID, other.ID, c.ID}, []mapi.PropTag{mapi.TagSubject, 0x7FFF0003})
		return err
	})
	f.same("rows of neighbours", near, [][]prop.Value{is("c"), nil, is("a"), nil, is("c")})
	for i, r := range got {
		if (r == nil) != (i == 1 || i == 3) {
			t.Fatalf("row %d is nil: %v", i, r == nil)
		}
	}
	f.read(func(r store.Reader) (err error) {
		got, err = r.Rows(store.Selection{Folder: f.inbox}, nil, []mapi.PropTag{mapi.TagSubject})
		return err
	})
	f.same("no rows", len(got), 0)
	f.read(func(r store.Reader) (err error) {
		got, err = r.Rows(store.Selection{Folder: f.inbox}, []store.MessageID{a.ID, 4711}, nil)
		return err
	})
	if len(got) != 2 || got[0] == nil || got[1] != nil {
		t.Fatalf("rows without columns: %#v", got)
	}
}

func testContentsScanInsideScan(t *testing.T, open Open) {
	f := newFixture(t, open)
	for i := range 3 {
		f.message(subject(fmt.Sprint(i)))
	}
	var pairs []string
	sel, tags := store.Selection{Folder: f.inbox}, []mapi.PropTag{mapi.TagSubject}
	f.read(func(r store.Reader) error {
		return r.Scan(sel, tags, func(_ store.MessageID, outer []prop.Value) error {
			return r.Scan(sel, tags, func(_ store.MessageID, inner []prop.Value) error {
				pairs = append(pairs, outer[0].Str()+inner[0].Str())
				return nil
			})
		})
	})
	f.same("pairs", pairs, strings.Fields("00 01 02 10 11 12 20 21 22"))
}

func testContentsScanStops(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.message()
	f.message()
	enough, n := errors.New("enough"), 0
	err := f.s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		return r.Scan(store.Selection{Folder: f.inbox}, nil, func(store.MessageID, []prop.Value) error { n++; return enough })
	})
	if !errors.Is(err, enough) || n != 1 {
		t.Fatalf("error %v after %d messages", err, n)
	}
}

func testContentsPages(t *testing.T, open Open) {
	f := newFixture(t, open)
	var want []store.Position
	for _, at := range []mapi.FileTime{0, 5, 5, 9} {
		var props []prop.Tagged
		if at != 0 {
			props = []prop.Tagged{tagged(mapi.TagMessageDeliveryTime, prop.Time(at))}
		}
		want = append(want, store.Position{Received: at, ID: f.message(props...).ID})
	}
	page := func(after store.Position, descending bool, limit int) (list []store.Position) {
		f.read(func(r store.Reader) (err error) {
			list, err = r.Page(store.Selection{Folder: f.inbox}, after, descending, limit)
			return err
		})
		return list
	}
	f.same("all", page(store.Position{}, false, 10), want)
	f.same("first two", page(store.Position{}, false, 2), want[:2])
	f.same("after the second", page(want[1], false, 10), want[2:])
	f.same("backwards", page(store.Position{}, true, 10), []store.Position{want[3], want[2], want[1], want[0]})
	f.same("backwards from the third", page(want[2], true, 1), []store.Position{want[1]})
	f.same("none", page(store.Position{}, false, 0), []store.Position(nil))
}
