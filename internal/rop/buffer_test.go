package rop_test

import (
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// unhex reads hex digits grouped in any way.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == '|' || c == '\n' || c == '\t' }), ""))
	if err != nil {
		t.Fatalf("%v in %q", err, s)
	}
	return b
}

func TestParseBuffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex string
		want      rop.Buffer
	}{
		{"empty list, as polling clients send it", "02 00", rop.Buffer{}},
		{"notification without handles (P18)", "0c 00 | 2a150000000000810100", rop.Buffer{ROPs: unhex(t, "2a150000000000810100")}},
		{"rules table (A20)", "07 00 | 3f 00 00 01 40 | 23 02 00 00 FF FF FF FF",
			rop.Buffer{ROPs: []byte{0x3F, 0, 0, 1, 0x40}, Handles: []uint32{0x223, rop.NoHandle}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			payload := unhex(t, c.hex)
			got, err := rop.ParseBuffer(payload)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got, equal); d != "" {
				t.Error(d)
			}
			var w wire.Writer
			mark := rop.Begin(&w)
			w.Put(got.ROPs)
			rop.End(&w, mark, got.Handles)
			if d := cmp.Diff(payload, w.Bytes()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseBufferRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hex string }{
		{"nothing", ""},
		{"half a RopSize", "02"},
		{"RopSize that does not count itself", "01 00"},
		{"list cut short", "04 00 01"},
		{"handle cut short", "02 00 01 02 03"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := rop.ParseBuffer(unhex(t, c.hex)); !errors.Is(err, mapi.ErrRpcFormat) {
				t.Errorf("error is %v, want ecRpcFormat", err)
			}
		})
	}
}

// e11 is the payload of an Execute of Outlook 2007, vector E11.
const e11 = `64010500000102120001000d001400486714004a6714004d6703004e671f00370003003468480033681f00067003003a68030007700300416802014268400008304f000100980000050004041f001a001f001a00490050004d002e004d006900630072006f0073006f00660074002e0046006f006c00640065007200440065007300690067006e002e004e0061006d00650064005600690065007700000006000300346801000000040403003a6803003a68080000000601030034680002000003000000001f0037001f0037004d00650073007300610067006500730000000000000200020301000000003351090002000204010000000000273b0029000205780000010000000000273b0000000000000000070004000001001200140049670300f40f020172661f00e5361f00e6361f0001300300013603000236030003360b000a361f001336020116360300de360201df360201e0360300e1360201da3603002d6775000000ffffffff71000000ffffffffffffffffffffffff`

// e11Ext is how it travelled: rgbIn of the call.
const e11Ext = `000005004a017c010008000064010500000102120001000d001400486714004a18004d6703004e671f0037000302200000003468480033681f00067003003a680300073800416802014268400008304fc80198082020000000050004041f001a001900490050004d002e18006900630072006f007318006600742082a8a098004648006c00640065b80044280073180167006ec8004e0061006d880064005698006500770000b07a14290006f2030148000404e3033a6808b90001b900000200f8000000390519004d8202734002674a0002000200020350710085090200335109610004620000273b002900020578e8077d000400070004a100127008493008f40f02014110400072661f00e5361f00e61800013003000136030002180003360b000a9800133602011678003f404555de3800df1800e05800e13800da38002d6775a002ff0000713c00ffffffffffffffff`

func TestRequestsOfOutlook2007(t *testing.T) {
	t.Parallel()
	b, err := rop.ParseBuffer(unhex(t, e11))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]uint32{0x75, rop.NoHandle, 0x71, rop.NoHandle, rop.NoHandle, rop.NoHandle}, b.Handles); d != "" {
		t.Error("handles:", d)
	}
	var again wire.Writer
	var names []string
	for r := rop.NewRequests(b.ROPs, nil); ; {
		req, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, req.RopID().String())
		req.Encode(&again)
	}
	want := []string{"RopGetContentsTable", "RopSetColumns", "RopFindRow", "RopOpenFolder", "RopOpenFolder",
		"RopRegisterNotification", "RopGetPropertiesSpecific"}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(b.ROPs, again.Bytes()); d != "" {
		t.Error("encoded again:", d)
	}
}

func TestRequestsTail(t *testing.T) {
	t.Parallel()
	list := unhex(t, "01 00 00 | 16 00 01 | 17 00 02")
	r := rop.NewRequests(list, nil)
	for i, want := range []string{"01 00 00 16 00 01 17 00 02", "16 00 01 17 00 02", "17 00 02"} {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(unhex(t, want), r.Tail()); d != "" {
			t.Errorf("after request %d: %s", i, d)
		}
	}
	if r.More() {
		t.Error("there is more after the last")
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("error after the last is %v, want io.EOF", err)
	}
}

func TestRequestsUnreadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex string
		want      rop.UnreadableError
	}{
		{"reserved", "01 00 00 28 00 00", rop.UnreadableError{ID: 0x28, Offset: 3, Err: rop.ErrReserved}},
		{"a response", "2a 00 00", rop.UnreadableError{ID: rop.Notify, Err: rop.ErrResponseOnly}},
		{"cut short", "16 00 01 02 00 00 01 00", rop.UnreadableError{ID: rop.OpenFolder, Offset: 3, Err: wire.ErrShort}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rop.NewRequests(unhex(t, c.hex), nil)
			var err error
			for err == nil {
				_, err = r.Next()
			}
			if code, _ := mapi.CodeOf(err); code != mapi.ErrRpcFormat {
				t.Errorf("code is %v, want ecRpcFormat", code)
			}
			got, ok := errors.AsType[*rop.UnreadableError](err)
			if !ok || got.ID != c.want.ID || got.Offset != c.want.Offset || !errors.Is(got, c.want.Err) {
				t.Errorf("error is %#v, want %#v", got, c.want)
			}
			if _, err := r.Next(); !errors.Is(err, mapi.ErrRpcFormat) {
				t.Errorf("the error does not last: %v", err)
			}
		})
	}
}

// A logon that an earlier request of the same buffer made decides how a later request reads.
func TestRequestsAskForLogonKindLate(t *testing.T) {
	t.Parallel()
	public := false
	r := rop.NewRequests(unhex(t, "16 00 00 | 11 00 00 01 05 | 000102030405060708090A0B0C0D0E0F1011121314151617 | 16 00 00"),
		func(uint8) bool { return public })
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	public = true
	req, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got := req.(*rop.SetMessageReadFlagRequest); got.ClientData == nil || got.ClientData[23] != 0x17 {
		t.Errorf("ClientData is %v", got.ClientData)
	}
	if _, err := r.Next(); err != nil {
		t.Error(err)
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{0x67480014}
	r := rop.NewResponses(unhex(t, "16 01 00000000 00 | 15 02 00000000 02 0100 00 010000000000000D | 6e 0201"))
	if id, index, ok := r.Peek(); id != rop.GetStatus || index != 1 || !ok {
		t.Errorf("Peek = %v, %d, %v", id, index, ok)
	}
	var names []string
	for {
		resp, err := r.Next(columns)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, resp.RopID().String())
	}
	if d := cmp.Diff([]string{"RopGetStatus", "RopQueryRows", "RopPending"}, names); d != "" {
		t.Error(d)
	}
	if _, _, ok := r.Peek(); ok {
		t.Error("Peek sees more after the last")
	}
}

func TestResponsesUnreadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex string
		want      error
	}{
		{"a ROP without response", "01 00 00", rop.ErrReserved},
		{"cut short", "16 01 00 00", wire.ErrShort},
		{"rows without columns", "15 02 00000000 02 0100 00", rop.ErrNoColumns},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if resp, err := rop.NewResponses(unhex(t, c.hex)).Next(nil); !errors.Is(err, c.want) || resp != nil {
				t.Errorf("Next = %v, %v; want %v", resp, err, c.want)
			}
		})
	}
}

func TestFailureTakesTheFormOfTheROP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		req  rop.Request
		code mapi.ErrorCode
		want string
	}{
		{"nothing follows", &rop.OpenFolderRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}}, mapi.ErrNotFound,
			"02 02 0F010480"},
		{"no response", &rop.ReleaseRequest{}, mapi.ErrNullObject, ""},
		{"logon", &rop.LogonRequest{Out: rop.Out{OutputHandleIndex: 3}}, mapi.ErrLoginFailure, "FE 03 11010480"},
		{"response index apart from the object", &rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 4, InputHandleIndex: 5}},
			mapi.ErrNullObject, "0C 04 B9040000"},
		{"partial completion", &rop.DeleteFolderRequest{}, mapi.ErrAccessDenied, "1D 00 05000780 00"},
		{"destination, with partial completion (B25)", &rop.MoveCopyMessagesRequest{SrcDst: rop.SrcDst{DestHandleIndex: 1}},
			mapi.ErrDstNullObject, "33 00 03050000 01000000 00"},
		{"destination of any other code", &rop.MoveCopyMessagesRequest{SrcDst: rop.SrcDst{DestHandleIndex: 1}},
			mapi.ErrNullObject, "33 00 B9040000 00"},
		{"destination alone", &rop.CopyToRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 2, DestHandleIndex: 7}},
			mapi.ErrDstNullObject, "39 02 03050000 07000000"},
		{"destination, with counts", &rop.CopyToStreamRequest{SrcDst: rop.SrcDst{DestHandleIndex: 1}},
			mapi.ErrDstNullObject, "3A 00 03050000 01000000 0000000000000000 0000000000000000"},
		{"counts", &rop.CopyToStreamRequest{}, mapi.ErrNoSupport, "3A 00 02010480 0000000000000000 0000000000000000"},
		{"stream data", &rop.ReadStreamRequest{}, mapi.ErrNullObject, "2C 00 B9040000 0000"},
		{"written size", &rop.WriteStreamExtendedRequest{}, mapi.ErrNullObject, "A3 00 B9040000 00000000"},
		{"transfer buffer", &rop.FastTransferSourceGetBufferRequest{}, mapi.ErrNoSupport, "4E 00 02010480 0000 0000 0000 00 0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var w wire.Writer
			if resp := rop.Failure(c.req, c.code); resp != nil {
				resp.Encode(&w)
			}
			if d := cmp.Diff(unhex(t, c.want), w.Bytes(), equal); d != "" {
				t.Error(d)
			}
		})
	}
}
