package dcerpc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/ndr"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var emsmdbID = SyntaxID{UUID: ndr.MustUUID("a4f1db00-ca47-1067-b31f-00dd010662da"), Minor: 81}

// capturedPDUs were sent by Outlook XP, Exchange 5.5 and Windows servers, or are put together by hand from the tables
// of [C706] 12.6.4.
var capturedPDUs = []struct {
	name  string
	bytes string
	want  *PDU
	// same is false where the sender leaves bytes in gaps that this package clears
	same bool
}{
	{
		name: "BindOutlookXP", same: true, // token shortened to 4 bytes
		bytes: `05000b03 10000000 5400 0400 31000000 d016d016 00000000 01000000 0000 0100
			00dbf1a447ca6710b31f00dd010662da 00005100 045d888aeb1cc9119fe808002b104860 02000000 0a020000a8890b00 4e544c4d`,
		want: &PDU{
			Header: Header{Type: TypeBind, Flags: 3, FragLength: 84, AuthLength: 4, CallID: 0x31},
			Body: &Bind{MaxXmit: 5840, MaxRecv: 5840, Contexts: []PresContext{
				{Abstract: emsmdbID, Transfers: []SyntaxID{NDR20}},
			}},
			Trailer: &SecTrailer{Type: 10, Level: 2, ContextID: 0x000B89A8}, Token: []byte("NTLM"),
		},
	},
	{
		name: "BindAckWindowsThreeItems", same: true,
		bytes: `05000c07100000008b00170002000000d016d01656bd1005060035383737320003000000
			00000000045d888aeb1cc9119fe808002b10486002000000 020002000000000000000000000000000000000000000000
			030003000000000000000000000000000000000000000000 0905000000000000
			a1153013a0030a0103a10c060a2b06010401823702020a`,
		want: &PDU{
			Header: Header{Type: TypeBindAck, Flags: 7, FragLength: 139, AuthLength: 23, CallID: 2},
			Body: &BindAck{MaxXmit: 5840, MaxRecv: 5840, Group: 0x0510BD56, Address: "58772", Results: []PresResult{
				{Transfer: NDR20}, {Result: 2, Reason: 2}, {Result: 3, Reason: 3},
			}},
			Trailer: &SecTrailer{Type: 9, Level: 5},
			Token:   []byte("\xa1\x15\x30\x13\xa0\x03\x0a\x01\x03\xa1\x0c\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"),
		},
	},
	{
		name: "AlterRespWithoutAddress", same: true,
		bytes: `05000f03100000003800000002000000 d016d016 56bd1005 0000 0000 01000000
			00000000045d888aeb1cc9119fe808002b10486002000000`,
		want: &PDU{
			Header: Header{Type: TypeAlterResp, Flags: 3, FragLength: 56, CallID: 2},
			Body:   &BindAck{MaxXmit: 5840, MaxRecv: 5840, Group: 0x0510BD56, Results: []PresResult{{Transfer: NDR20}}},
		},
	},
	{
		name: "BindNak", same: true,
		bytes: `05000d03100000001800000001000000 0800 01 0500 000000`,
		want: &PDU{
			Header: Header{Type: TypeBindNak, Flags: 3, FragLength: 24, CallID: 1},
			Body:   &BindNak{Reason: NakAuthType},
		},
	},
	{
		name: "FaultOpnumWindows", same: true,
		bytes: `05000323100000002000000004000000 20000000 0000 00 00 0200011c 00000000`,
		want: &PDU{
			Header: Header{Type: TypeFault, Flags: 0x23, FragLength: 32, CallID: 4},
			Body:   &FaultBody{AllocHint: 32, Status: StatusOpRange},
		},
	},
	{
		name: "RequestWithObject", same: true,
		bytes: `05000083100000002c00000005000000 04000000 0100 0700 33221100554477668899aabbccddeeff 01020304`,
		want: &PDU{
			Header: Header{Type: TypeRequest, Flags: 0x83, FragLength: 44, CallID: 5},
			Body: &Request{
				AllocHint: 4, ContextID: 1, Opnum: 7,
				Object: ndr.MustUUID("00112233-4455-6677-8899-aabbccddeeff"), Stub: []byte{1, 2, 3, 4},
			},
		},
	},
	{
		name:  "RequestBigEndian", // comes back little-endian
		bytes: `05000083000000000 02c0000 00000005 00000004 0001 0007 00112233445566778899aabbccddeeff 01020304`,
		want: &PDU{
			Header: Header{Type: TypeRequest, Flags: 0x83, BigEndian: true, FragLength: 44, CallID: 5},
			Body: &Request{
				AllocHint: 4, ContextID: 1, Opnum: 7,
				Object: ndr.MustUUID("00112233-4455-6677-8899-aabbccddeeff"), Stub: []byte{1, 2, 3, 4},
			},
		},
	},
	{
		name: "ResponseConnectVerifier", same: true, // the shape of every answer of Exchange 5.5 at connect level
		bytes: `05000203100000004000100006000000 04000000 0000 00 00 01020304000000000000000000000000
			0a020c00a8890b00 01000000000000000000000000000000`,
		want: &PDU{
			Header: Header{Type: TypeResponse, Flags: 3, FragLength: 64, AuthLength: 16, CallID: 6},
			Body: &Response{
				AllocHint: 4, Stub: []byte{1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
			},
			Trailer: &SecTrailer{Type: 10, Level: 2, PadLength: 12, ContextID: 0x000B89A8},
			Token:   []byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		},
	},
	{
		name: "Auth3", same: true,
		bytes: `050010031000000020000400 31000000 00000000 0a020000a8890b00 4e544c4d`,
		want: &PDU{
			Header:  Header{Type: TypeAuth3, Flags: 3, FragLength: 32, AuthLength: 4, CallID: 0x31},
			Body:    &Empty{Pad: 4},
			Trailer: &SecTrailer{Type: 10, Level: 2, ContextID: 0x000B89A8}, Token: []byte("NTLM"),
		},
	},
	{
		name: "Shutdown", same: true,
		bytes: `05001103100000001000000000000000`,
		want:  &PDU{Header: Header{Type: TypeShutdown, Flags: 3, FragLength: 16}, Body: &Empty{}},
	},
	{
		name: "Cancel", same: true,
		bytes: `05001203100000001000000009000000`,
		want:  &PDU{Header: Header{Type: TypeCancel, Flags: 3, FragLength: 16, CallID: 9}, Body: &Empty{}},
	},
	{
		name: "Orphaned", same: true,
		bytes: `05001303100000001000000009000000`,
		want:  &PDU{Header: Header{Type: TypeOrphaned, Flags: 3, FragLength: 16, CallID: 9}, Body: &Empty{}},
	},
}

func TestPDUCaptured(t *testing.T) {
	t.Parallel()
	for _, tt := range capturedPDUs {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := unhex(t, tt.bytes)
			got, err := DecodePDU(b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatalf("decoded (-want +got):\n%s", diff)
			}
			encoded := got.Encode()
			if tt.same != bytes.Equal(b, encoded) {
				t.Errorf("encoded\n%x, came as\n%x", encoded, b)
			}
			again, err := DecodePDU(encoded)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("second time (-first +second):\n%s", diff)
			}
		})
	}
}

// TestPDUCutShort cuts every PDU at every byte; only where a stub or padding is cut can the rest stand as a PDU.
func TestPDUCutShort(t *testing.T) {
	t.Parallel()
	for _, tt := range capturedPDUs {
		whole := unhex(t, tt.bytes)
		for n := range whole {
			b := bytes.Clone(whole[:n])
			if _, err := DecodePDU(b); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s cut to %d bytes: %v", tt.name, n, err)
			}
		}
	}
}

func TestPDUMalformed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		bytes string
		want  error
	}{
		{"Version4", `04001103100000001000000000000000`, errVersion},
		{"Minor1", `05011103100000001000000000000000`, errVersion},
		{"EBCDIC", `05001103110000001000000000000000`, ErrMalformed},
		{"VAXFloat", `05001103100100001000000000000000`, ErrMalformed},
		{"ReservedRepresentation", `05001103100000011000000000000000`, ErrMalformed},
		{"FragmentShorterThanHeader", `05001103100000000f00000000000000`, ErrMalformed},
		{"FragmentIsNotLength", `05001103100000001100000000000000`, ErrMalformed},
		{"TokenDoesNotFit", `05001203100000001800010009000000 0a02000000000000`, ErrMalformed},
		{"ConnectionlessType", `05000103100000001000000000000000`, ErrMalformed},
		{"TypeOutOfRange", `0500ff03100000001000000000000000`, ErrMalformed},
		{"BindCountsTooManyContexts", `05000b03100000001c00000001000000 d016d016 00000000 ff000000`, ErrMalformed},
		{"BindAckAddressTooLong", `05000c03100000001c00000001000000 d016d016 00000000 ff7f0000`, ErrMalformed},
		{"RequestWithoutObject", `05000083100000001800000001000000 00000000 0000 0000`, ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := DecodePDU(unhex(t, tt.bytes)); !errors.Is(err, tt.want) {
				t.Errorf("err = %v, want %v", err, tt.want)
			}
		})
	}
}

// FuzzDecodePDU checks that what decodes also encodes, that it decodes to the same again, and that the encoding is
// stable.
func FuzzDecodePDU(f *testing.F) {
	for _, tt := range capturedPDUs {
		f.Add(unhex(f, tt.bytes))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := DecodePDU(b)
		if err != nil {
			return
		}
		once := first.Encode()
		second, err := DecodePDU(once)
		if err != nil {
			t.Fatalf("own encoding does not decode: %v\n%x", err, once)
		}
		_, padding := first.Body.(*Empty)
		if diff := cmp.Diff(first.Body, second.Body); diff != "" && !padding {
			t.Errorf("body changed:\n%s", diff)
		}
		if diff := cmp.Diff(first.Trailer, second.Trailer); diff != "" {
			t.Errorf("trailer changed:\n%s", diff)
		}
		if !bytes.Equal(first.Token, second.Token) {
			t.Errorf("token changed: %x, %x", first.Token, second.Token)
		}
		if twice := second.Encode(); !bytes.Equal(once, twice) {
			t.Errorf("encoding is not stable:\n%x\n%x", once, twice)
		}
		if len(once) > len(b)+8 {
			t.Errorf("%d bytes became %d", len(b), len(once))
		}
	})
}
