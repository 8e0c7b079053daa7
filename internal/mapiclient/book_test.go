package mapiclient_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

var equal = cmp.Comparer(prop.Value.Equal)

// openBook opens a book on a server that has these operations besides NspiBind and NspiUnbind.
func openBook(t *testing.T, ops map[uint16]dcerpc.Op) *mapiclient.Book {
	t.Helper()
	ops[0] = replay(t, "NspiBind", stubN1, stubN2)
	ops[1] = replay(t, "NspiUnbind", stubN4, stubN5)
	w := newWorld(t)
	w.serve(mapiclient.NSPI, ops)
	b, err := w.connect(mapiclient.NSPI).OpenBook(t.Context(), mapiclient.NewStat())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpenBook(t *testing.T) {
	t.Parallel()
	b := openBook(t, map[uint16]dcerpc.Op{})
	if b.ServerGUID != (mapi.GUID{0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF}) {
		t.Errorf("server GUID is %v", b.ServerGUID)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpenBookRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.NSPI, map[uint16]dcerpc.Op{0: replay(t, "NspiBind", stubN1, stubN3)})
	if _, err := w.connect(mapiclient.NSPI).OpenBook(t.Context(), mapiclient.NewStat()); !errors.Is(err, mapi.ErrLoginFailure) {
		t.Errorf("error is %v, want ecLoginFailure", err)
	}
}

// n8Tags are the columns of vector N8.
var n8Tags = []mapi.PropTag{0x0FFF0102, 0x3001001F, 0x39000003}

func TestQueryRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, response string
		wantStat       mapiclient.Stat
		wantRows       []mapiclient.PropRow
		wantErr        error
	}{
		{name: "a row with every common type", response: stubN10,
			wantStat: mapiclient.Stat{CurrentRec: 2, NumPos: 1, TotalRecs: 1, CodePage: 1252, TemplateLocale: 0x409, SortLocale: 0x409},
			wantRows: []mapiclient.PropRow{{
				{Tag: 0x39000003, Value: prop.Int32(0)}, {Tag: 0x3001001E, Value: prop.String8("Ann")},
				{Tag: 0x3A00001F, Value: prop.String("ann")}, {Tag: 0x0FF60102, Value: prop.Binary([]byte{0x10, 0, 0, 0})},
				{Tag: 0x3A40000B, Value: prop.Bool(true)}, {Tag: 0x3A17000A, Value: prop.Error(mapi.ErrNotFound)},
				{Tag: 0x800F101E, Value: prop.Multi(mapi.PtypMultiString8, []string{"SMTP:ann@lab", "smtp:a@lab"})},
				{Tag: 0x30070040, Value: prop.Time(0x01D9C0DE12345678)},
			}}},
		{name: "no rows", response: stubN12,
			wantStat: mapiclient.Stat{CurrentRec: 2, CodePage: 1252, TemplateLocale: 0x409, SortLocale: 0x409}, wantRows: []mapiclient.PropRow{}},
		{name: "failure", response: stubN11, wantErr: mapi.ErrInvalidBookmark,
			wantStat: mapiclient.NewStat()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := openBook(t, map[uint16]dcerpc.Op{3: replay(t, "NspiQueryRows", n8(t), c.response)})
			stat, rows, err := b.QueryRows(t.Context(), mapiclient.NewStat(), nil, 50, n8Tags)
			if !errors.Is(err, c.wantErr) {
				t.Fatalf("error is %v, want %v", err, c.wantErr)
			}
			if d := cmp.Diff(c.wantStat, stat); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.wantRows, rows, equal); d != "" {
				t.Error(d)
			}
		})
	}
}

// n8 is vector N8 without its flag fEphID, and with a referent that counts from the first pointer.
func n8(t *testing.T) string {
	t.Helper()
	flags := len("00000000443322116655887799aabbccddeeff00")
	if stubN8[flags:flags+8] != "02000000" {
		t.Fatal("vector N8 has other flags")
	}
	return stubN8[:flags] + "00000000" + stubN8[flags+8:]
}

func TestQueryRowsOfMIds(t *testing.T) {
	t.Parallel()
	b := openBook(t, map[uint16]dcerpc.Op{3: replay(t, "NspiQueryRows", stubN9, stubN12)})
	if _, _, err := b.QueryRows(t.Context(), mapiclient.NewStat(), []uint32{0x10, 0x11}, 2, nil); err != nil {
		t.Error(err)
	}
}

func TestDNToMId(t *testing.T) {
	t.Parallel()
	b := openBook(t, map[uint16]dcerpc.Op{7: replay(t, "NspiDNToMId", stubN18, stubN19)})
	got, err := b.DNToMId(t.Context(), "/o=Lab/ou=AG/cn=Recipients/cn=ann", "/o=Lab")
	if d := cmp.Diff([]uint32{0x10, 0}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestResolveNames(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{0x3003001E, 0x8006001E}
	b := openBook(t, map[uint16]dcerpc.Op{20: replay(t, "NspiResolveNamesW", stubN24, stubN25)})
	mids, rows, err := b.ResolveNames(t.Context(), mapiclient.NewStat(), columns, "=SMTP:ann@lab")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]uint32{mapiclient.MIdResolved}, mids); d != "" {
		t.Error(d)
	}
	dn, ok := rows[0].Get(0x3003001E)
	if !ok || dn.Str() != "/o=Lab/ou=AG/cn=Recipients/cn=ann" {
		t.Errorf("rows are %v", rows)
	}
	if _, ok := rows[0].Get(0x3001001F); ok {
		t.Error("a property that the row does not have was found")
	}
	b = openBook(t, map[uint16]dcerpc.Op{20: replay(t, "NspiResolveNamesW", stubN24, stubN26)})
	mids, rows, err = b.ResolveNames(t.Context(), mapiclient.NewStat(), columns, "=SMTP:ann@lab")
	if d := cmp.Diff([]uint32{mapiclient.MIdUnresolved, mapiclient.MIdAmbiguous}, mids); d != "" || len(rows) != 0 || err != nil {
		t.Error(d, rows, err)
	}
}

func TestProps(t *testing.T) {
	t.Parallel()
	answer := func(response string) (mapiclient.PropRow, error) {
		b := openBook(t, map[uint16]dcerpc.Op{9: {Name: "NspiGetProps", Run: replay(t, "NspiGetProps", n20Request, response).Run}})
		stat := mapiclient.NewStat()
		stat.CurrentRec = 0x10
		return b.Props(t.Context(), stat, []mapi.PropTag{0x39FE001F, 0x3A17001F})
	}
	got, err := answer(stubN20) // with the warning that one value is an error
	want := mapiclient.PropRow{{Tag: 0x39FE001F, Value: prop.String("ann@lab")}, {Tag: 0x3A17000A, Value: prop.Error(mapi.ErrNotFound)}}
	if d := cmp.Diff(want, got, equal); d != "" || err != nil {
		t.Error(d, err)
	}
	got, err = answer(stubN29)
	want = mapiclient.PropRow{
		{Tag: 0x3A701102, Value: prop.Multi(mapi.PtypMultiBinary, []string{"\x01\x02\x03", "\x04"})},
		{Tag: 0x80011040, Value: prop.Multi(mapi.PtypMultiTime, []mapi.FileTime{0x01D9C0DE12345678})},
		{Tag: 0x80021003, Value: prop.Multi(mapi.PtypMultiInteger32, []int32{1, 2})},
		{Tag: 0x80031002, Value: prop.Multi(mapi.PtypMultiInteger16, []int16{3})},
		{Tag: 0x8C6D0048, Value: prop.GUID(mapi.GUID{0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF})},
		{Tag: 0x8005000D, Value: prop.Null()}, {Tag: 0x3A3A0001, Value: prop.Null()},
	}
	if d := cmp.Diff(want, got, equal); d != "" || err != nil {
		t.Error(d, err)
	}
}

// n20Request asks for SmtpAddress and Title of MId 0x10, put together by the rules of vector N8.
const n20Request = "00000000443322116655887799aabbccddeeff00" + "00000000" + "00000000" + "00000000" + "10000000" + "00000000" + "00000000" + "00000000" +
	"e4040000" + "09040000" + "09040000" + "00000200" + "03000000" + "02000000" + "00000000" + "02000000" + "1f00fe39" + "1f00173a"

func TestSpecialTable(t *testing.T) {
	t.Parallel()
	b := openBook(t, map[uint16]dcerpc.Op{12: replay(t, "NspiGetSpecialTable", stubN21, stubN22)})
	rows, err := b.SpecialTable(t.Context(), 0, mapiclient.NewStat())
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if name, ok := rows[0].Get(0x3001001E); !ok || name.Str() != "Global Address List" {
		t.Errorf("DisplayName is %v", name)
	}
}

func TestBookRefusesMalformedRows(t *testing.T) {
	t.Parallel()
	whole := unhex(t, stubN10)
	for n := 36; n < len(whole); n += 7 {
		b := openBook(t, map[uint16]dcerpc.Op{3: {Name: "NspiQueryRows", Run: replay(t, "NspiQueryRows", n8(t), stubN10[:2*n]).Run}})
		_, rows, err := b.QueryRows(t.Context(), mapiclient.NewStat(), nil, 50, n8Tags)
		if _, ok := errors.AsType[*ndr.Error](err); !ok {
			t.Fatalf("%d of %d bytes: %v, %v; want an NDR error", n, len(whole), rows, err)
		}
	}
}
