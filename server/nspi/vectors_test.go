package nspi

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

// readStubs returns the stubs of testdata/stubs.txt by id.
func readStubs(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/stubs.txt")
	if err != nil {
		t.Fatal(err)
	}
	stubs := make(map[string][]byte)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		field := strings.Split(strings.TrimSpace(line), "\t")
		b, err := hex.DecodeString(field[len(field)-1])
		if err != nil {
			t.Fatalf("%s: %v", field[0], err)
		}
		stubs[field[0]] = b
	}
	return stubs
}

var (
	testHandle = ndr.ContextHandle{UUID: ndr.UUID(mapi.MustGUID("11223344-5566-7788-99aa-bbccddeeff00"))}
	testGUID   = mapi.GUID{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf}
	testTime   = mapi.FileTime(0x01D9C0DE12345678)
)

const (
	annDN  = "/o=Lab/ou=AG/cn=Recipients/cn=ann"
	homeDN = "/o=Lab/ou=AG/cn=Configuration/cn=Servers/cn=EX1/cn=Microsoft Private MDB"
)

func stat1252() Stat { return Stat{CodePage: 1252, TemplateLocale: 0x409, SortLocale: 0x409} }

func tagged(tag mapi.PropTag, v prop.Value) prop.Tagged { return prop.Tagged{Tag: tag, Value: v} }

func int32p(n int32) *int32 { return &n }

// TestStubs decodes every vector to the values it states and produces its bytes from equal values.
func TestStubs(t *testing.T) {
	t.Parallel()
	stubs := readStubs(t)
	moved := stat1252()
	moved.CurrentRec, moved.NumPos, moved.TotalRecs = 0x17, 7, 12
	end := stat1252()
	end.CurrentRec, end.Delta = MidEndOfTable, -5
	after := stat1252()
	after.CurrentRec, after.NumPos, after.TotalRecs = MidEndOfTable, 1, 1
	empty := stat1252()
	empty.CurrentRec = MidEndOfTable
	permanentAnn := permanentEntryID(dtMailUser, annDN)
	for _, tt := range []struct {
		id     string
		handle bool // a context handle stands in front
		value  message
	}{
		{"N1", false, &BindRequest{Stat: stat1252(), ServerGUID: &mapi.GUID{}}},
		{"N2", false, &bindReply{BindResponse: BindResponse{ServerGUID: &testGUID}, Handle: testHandle}},
		{"N3", false, &bindReply{BindResponse: BindResponse{ServerGUID: &mapi.GUID{}, Result: mapi.ErrLoginFailure}}},
		{"N4", true, &unbindRequest{}},
		{"N5", false, &unbindReply{Result: UnbindSuccess}},
		{"N6", true, &UpdateStatRequest{Stat: end, Delta: int32p(0)}},
		{"N7", false, &UpdateStatResponse{Stat: moved, Delta: int32p(-5)}},
		{"N8", true, &QueryRowsRequest{Flags: EphemeralID, Stat: stat1252(), Count: 50, Columns: []mapi.PropTag{0x0FFF0102, 0x3001001F, 0x39000003}}},
		{"N9", true, &QueryRowsRequest{Stat: stat1252(), Explicit: []uint32{0x10, 0x11}, Count: 2}},
		{"N10", false, &QueryRowsResponse{Stat: after, Rows: []Row{{
			tagged(0x39000003, prop.Int32(0)),
			tagged(0x3001001E, prop.String8("Ann")),
			tagged(0x3A00001F, prop.String("ann")),
			tagged(0x0FF60102, prop.Binary([]byte{0x10, 0, 0, 0})),
			tagged(0x3A40000B, prop.Bool(true)),
			tagged(0x3A17000A, prop.Error(mapi.ErrNotFound)),
			tagged(0x800F101E, prop.Multi(mapi.PtypMultiString8, []string{"SMTP:ann@lab", "smtp:a@lab"})),
			tagged(0x30070040, prop.Time(testTime)),
		}}}},
		{"N11", false, &QueryRowsResponse{Stat: stat1252(), Result: mapi.ErrInvalidBookmark}},
		{"N12", false, &QueryRowsResponse{Stat: empty, Rows: []Row{}}},
		{"N13", true, &SeekEntriesRequest{Stat: stat1252(), Target: tagged(0x3001001F, prop.String("B"))}},
		{"N14", true, &GetMatchesRequest{
			Stat: stat1252(), Requested: 5000, Columns: []mapi.PropTag{0x3001001E},
			Filter: prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: 0x360C001F, Value: tagged(0x360C001F, prop.String("ann"))},
		}},
		{"N15", false, &GetMatchesResponse{Stat: stat1252(), MIds: []uint32{0x10}, Rows: []Row{{tagged(0x3001001E, prop.String8("Ann"))}}}},
		{"N16", true, &GetMatchesRequest{Stat: stat1252(), Requested: 100, Filter: prop.AndRestriction{Parts: []prop.Restriction{
			prop.OrRestriction{Parts: []prop.Restriction{
				prop.ContentRestriction{Fuzzy: 0x00010002, Tag: 0x3001001F, Value: tagged(0x3001001F, prop.String("a"))},
				prop.ExistRestriction{Tag: 0x39FE001F},
			}},
			prop.NotRestriction{Part: prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: 0x39000003, Mask: 1}},
		}}}},
		{"N17", true, &ResortRestrictionRequest{Stat: stat1252(), In: []uint32{0x12, 0x10, 0x11}}},
		{"N18", true, &DNToMIdRequest{Names: []string{annDN, "/o=Lab"}}},
		{"N19", false, &DNToMIdResponse{MIds: []uint32{0x10, 0}}},
		{"N20", false, &GetPropsResponse{
			Row:    Row{tagged(0x39FE001F, prop.String("ann@lab")), tagged(0x3A17000A, prop.Error(mapi.ErrNotFound))},
			Result: mapi.WarnWithErrors,
		}},
		{"N21", true, &GetSpecialTableRequest{Stat: stat1252()}},
		{"N22", false, &GetSpecialTableResponse{Version: 1, Rows: []Row{{
			tagged(0x0FFF0102, prop.BinaryString(permanentEntryID(dtContainer, "/"))),
			tagged(0x36000003, prop.Int32(9)), tagged(0x30050003, prop.Int32(0)), tagged(0xFFFD0003, prop.Int32(0)),
			tagged(0x3001001E, prop.String8("Global Address List")), tagged(0xFFFB000B, prop.Bool(false)),
		}}}},
		{"N23", true, &ModLinkAttRequest{Flags: DeleteLinks, Tag: 0x8009000D, MId: 0x20, EntryIDs: [][]byte{[]byte(permanentAnn)}}},
		{"N24", true, &ResolveNamesWRequest{Stat: stat1252(), Columns: []mapi.PropTag{0x3003001E, 0x8006001E}, Names: []string{"=SMTP:ann@lab"}}},
		{"N25", false, &ResolveNamesWResponse{MIds: []uint32{MidResolved}, Rows: []Row{{
			tagged(0x3003001E, prop.String8(annDN)), tagged(0x8006001E, prop.String8(homeDN)),
		}}}},
		{"N26", false, &ResolveNamesWResponse{MIds: []uint32{MidUnresolved, MidAmbiguous}, Rows: []Row{}}},
		{"N27", true, &GetTemplateInfoRequest{Flags: TemplateInfo, CodePage: 1252, LocaleID: 0x409}},
		{"N28", false, &GetTemplateInfoResponse{Result: mapi.ErrInvalidLocale}},
		{"N29", false, &GetPropsResponse{Row: Row{
			tagged(0x3A701102, prop.Multi(mapi.PtypMultiBinary, []string{"\x01\x02\x03", "\x04"})),
			tagged(0x80011040, prop.Multi(mapi.PtypMultiTime, []mapi.FileTime{testTime})),
			tagged(0x80021003, prop.Multi(mapi.PtypMultiInteger32, []int32{1, 2})),
			tagged(0x80031002, prop.Multi(mapi.PtypMultiInteger16, []int16{3})),
			tagged(0x8C6D0048, prop.GUID(testGUID)),
			tagged(0x8005000D, prop.ObjectNumber(0x10)),
			tagged(0x3A3A0001, prop.Null()),
		}}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			stub := stubs[tt.id]
			if stub == nil {
				t.Fatal("no such vector")
			}
			r := ndr.NewReader(stub)
			if tt.handle {
				if h := r.ContextHandle(); h != testHandle {
					t.Errorf("handle %v", h)
				}
			}
			got := newOf(tt.value)
			got.Decode(r)
			if r.Err() != nil {
				t.Fatalf("Decode: %v", r.Err())
			}
			if r.Len() != 0 {
				t.Errorf("%d bytes left over", r.Len())
			}
			if diff := cmp.Diff(tt.value, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			var w ndr.Writer
			if tt.handle {
				w.ContextHandle(testHandle)
			}
			tt.value.Encode(&w)
			if diff := cmp.Diff(hex.EncodeToString(stub), hex.EncodeToString(w.Stub())); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
		})
	}
}
