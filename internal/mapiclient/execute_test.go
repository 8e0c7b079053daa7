package mapiclient_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// call is one EcDoRpcExt2 as a store sees it.
type call struct {
	flags  uint32
	header uint16 // flags of RPC_HEADER_EXT
	buffer rop.Buffer
	maxOut uint32
	aux    []byte
}

// answer is what the store of a test says.
type answer struct {
	code     mapi.ErrorCode
	payloads [][]byte // each a ROP buffer
	flags    uint16   // how the payloads are sent
	gone     bool     // the session is over
}

// store is a session with a mailbox store that answers as a test says.
func store(t *testing.T, run func(c call) answer) *mapiclient.Session {
	t.Helper()
	w := newWorld(t)
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{
		10: replay(t, "EcDoConnectEx", stubE1, stubE2),
		11: {Name: "EcDoRpcExt2", Run: func(_ context.Context, rpc *dcerpc.Call) ([]byte, error) {
			c, err := readCall(rpc.Reader())
			if err != nil {
				t.Error(err)
			}
			return run(c).encode()
		}},
	})
	s, _, err := w.connect(mapiclient.EMSMDB).Connect(t.Context(), janeDow)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readCall(r *ndr.Reader) (c call, err error) {
	if h := r.ContextHandle(); h != theHandle {
		return c, errors.New("another context handle")
	}
	c.flags = r.U32()
	in := r.ConformantBytes(0x40000)
	if int(r.U32()) != len(in) {
		return c, errors.New("cbIn differs from the size of rgbIn")
	}
	c.maxOut = r.U32()
	c.aux = r.ConformantBytes(mapiclient.MaxAux)
	if int(r.U32()) != len(c.aux) || r.U32() != mapiclient.MaxAux || r.Err() != nil || r.Len() != 0 {
		return c, errors.New("malformed auxiliary buffer")
	}
	payloads, err := rop.ReadPayloads(in, 1<<16)
	if err != nil {
		return c, err
	}
	c.header = payloads[0].Flags
	c.buffer, err = rop.ParseBuffer(payloads[0].Bytes)
	return c, err
}

func (a answer) encode() ([]byte, error) {
	var out wire.Writer
	for i, p := range a.payloads {
		flags := a.flags
		if i == len(a.payloads)-1 {
			flags |= rop.ExtLast
		}
		if err := rop.PutPayload(&out, p, flags, new(lzxpress.Encoder)); err != nil {
			return nil, err
		}
	}
	var w ndr.Writer
	if a.gone {
		w.ContextHandle(ndr.ContextHandle{})
	} else {
		w.ContextHandle(theHandle)
	}
	w.U32(0)
	w.ConformantVaryingBytes(out.Len(), out.Bytes())
	w.U32(uint32(out.Len()))
	w.ConformantVaryingBytes(0, nil)
	w.U32(0)
	w.U32(3)
	w.U32(uint32(a.code))
	return w.Stub(), nil
}

// buffer makes a ROP buffer.
func buffer(handles []uint32, responses ...rop.Response) []byte {
	var w wire.Writer
	mark := rop.Begin(&w)
	for _, r := range responses {
		r.Encode(&w)
	}
	rop.End(&w, mark, handles)
	return w.Bytes()
}

func ok(index uint8) rop.ResponseHead { return rop.ResponseHead{HandleIndex: index} }

var (
	tableColumns = []mapi.PropTag{0x674A0014, 0x0037001F}
	aRow         = prop.Row{Values: []prop.Value{prop.ID(mapi.NewID(1, 0x4A)), prop.String("Hello")}}
	anotherRow   = prop.Row{Values: []prop.Value{prop.ID(mapi.NewID(1, 0x4B)), prop.Error(mapi.ErrNotFound)}}
)

func rowsOf(index uint8, rows ...prop.Row) *rop.QueryRowsResponse {
	return &rop.QueryRowsResponse{ResponseHead: ok(index), Columns: tableColumns, Rows: rows}
}

func TestExecuteSendsWhatOutlookSends(t *testing.T) {
	t.Parallel()
	var seen call
	s := store(t, func(c call) answer {
		seen = c
		return answer{payloads: [][]byte{buffer([]uint32{0x11, rop.NoHandle, 0x12}, &rop.OpenFolderResponse{ResponseHead: ok(2)})}}
	})
	s.Options = mapiclient.ExecuteOptions{Flags: mapiclient.Chain, XorMagic: true, Aux: []byte{}}
	req := &rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 2}, FolderID: mapi.NewID(1, 5)}
	reply, err := s.Execute(t.Context(), []rop.Request{req}, 0x11)
	if err != nil {
		t.Fatal(err)
	}
	want := call{flags: 4, header: rop.ExtXorMagic | rop.ExtLast, maxOut: 0x8007, aux: unhex(t, "0000040000000000"), buffer: rop.Buffer{
		ROPs: unhex(t, "02 00 00 02 0100000000000005 00"), Handles: []uint32{0x11, rop.NoHandle, rop.NoHandle}}}
	if d := cmp.Diff(want, seen, cmp.AllowUnexported(call{})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]uint32{0x11, rop.NoHandle, 0x12}, reply.Handles); d != "" {
		t.Error(d)
	}
}

// Columns set in one call are those of the rows in later calls, through whatever index the table is used.
func TestExecuteTracksColumns(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	s := store(t, func(call) answer {
		switch calls.Add(1) {
		case 1:
			return answer{payloads: [][]byte{buffer([]uint32{1, 2}, &rop.GetContentsTableResponse{ResponseHead: ok(1), RowCount: 2},
				&rop.SetColumnsResponse{ResponseHead: ok(1)}, rowsOf(1, aRow))}}
		default:
			return answer{payloads: [][]byte{buffer([]uint32{2}, rowsOf(0, anotherRow))}}
		}
	})
	ctx := t.Context()
	reply, err := s.Execute(ctx, []rop.Request{
		&rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: tableColumns},
		&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 1}, RowCount: 1},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]prop.Row{aRow}, reply.Responses[2].(*rop.QueryRowsResponse).Rows, equal); d != "" {
		t.Error(d)
	}
	rows, _, err := mapiclient.Do[*rop.QueryRowsResponse](ctx, s, &rop.QueryRowsRequest{RowCount: 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]prop.Row{anotherRow}, rows.Rows, equal); d != "" {
		t.Error(d)
	}
	if err := s.Release(ctx, 2); err == nil {
		t.Error("rows of a call that only releases were accepted")
	}
	if _, _, err := mapiclient.Do[*rop.QueryRowsResponse](ctx, s, &rop.QueryRowsRequest{RowCount: 1}, 3); !errors.Is(err, rop.ErrNoColumns) {
		t.Errorf("error for another table is %v, want ErrNoColumns", err)
	}
}

func TestExecuteForgetsColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		forget rop.Request
		answer rop.Response
	}{
		{"reset", &rop.ResetTableRequest{}, &rop.ResetTableResponse{}},
		{"released", &rop.ReleaseRequest{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			s := store(t, func(call) answer {
				switch calls.Add(1) {
				case 1:
					return answer{payloads: [][]byte{buffer([]uint32{2}, &rop.SetColumnsResponse{})}}
				case 2:
					var responses []rop.Response
					if c.answer != nil {
						responses = append(responses, c.answer)
					}
					return answer{payloads: [][]byte{buffer([]uint32{2}, responses...)}}
				default:
					return answer{payloads: [][]byte{buffer([]uint32{2}, rowsOf(0, aRow))}}
				}
			})
			for _, req := range []rop.Request{&rop.SetColumnsRequest{PropertyTags: tableColumns}, c.forget} {
				if _, err := s.Execute(t.Context(), []rop.Request{req}, 2); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Execute(t.Context(), []rop.Request{&rop.QueryRowsRequest{}}, 2); !errors.Is(err, rop.ErrNoColumns) {
				t.Errorf("error is %v, want ErrNoColumns", err)
			}
		})
	}
}

// The recipients of a message stand under the columns that opening it told.
func TestExecuteTracksRecipientColumns(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{0x39FE001F}
	recipient := rop.RecipientRow{Properties: prop.Row{Values: []prop.Value{prop.String("a@x")}}}
	s := store(t, func(call) answer {
		return answer{payloads: [][]byte{buffer([]uint32{1, 2},
			&rop.OpenMessageResponse{ResponseHead: ok(1), OpenedMessage: rop.OpenedMessage{RecipientCount: 1, RecipientColumns: columns}},
			&rop.ReadRecipientsResponse{ResponseHead: ok(1), Columns: columns, RecipientRows: []rop.ReadRecipientRow{{RecipientRow: recipient}}})}}
	})
	reply, err := s.Execute(t.Context(), []rop.Request{
		&rop.OpenMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}}, &rop.ReadRecipientsRequest{In: rop.In{InputHandleIndex: 1}},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := reply.Responses[1].(*rop.ReadRecipientsResponse).RecipientRows[0].RecipientRow
	if d := cmp.Diff(recipient, got, equal); d != "" {
		t.Error(d)
	}
}

func TestExecuteSeveralKindsOfResponse(t *testing.T) {
	t.Parallel()
	s := store(t, func(call) answer {
		return answer{payloads: [][]byte{buffer([]uint32{1, rop.NoHandle},
			&rop.GetPropertiesSpecificResponse{Columns: tableColumns, RowData: anotherRow},
			&rop.OpenFolderResponse{ResponseHead: rop.ResponseHead{HandleIndex: 1, ReturnValue: mapi.ErrNotFound}},
			&rop.ProgressResponse{CompletedTaskCount: 1, TotalTaskCount: 2},
			&rop.NotifyResponse{NotificationHandle: 7, NotificationData: rop.NotificationData{NotificationFlags: 0x8100, TableEventType: 1}},
			&rop.PendingResponse{SessionIndex: 0x102})}}
	})
	reply, err := s.Execute(t.Context(), []rop.Request{
		&rop.ReleaseRequest{In: rop.In{InputHandleIndex: 1}},
		&rop.GetPropertiesSpecificRequest{PropertyTags: tableColumns},
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}},
		&rop.DeleteMessagesRequest{WantAsynchronous: true},
		&rop.ReleaseRequest{},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(reply.Responses) != 3 || reply.Responses[1].Head().ReturnValue != mapi.ErrNotFound || reply.Responses[2].RopID() != rop.Progress {
		t.Errorf("responses are %v", reply.Responses)
	}
	if d := cmp.Diff(anotherRow, reply.Responses[0].(*rop.GetPropertiesSpecificResponse).RowData, equal); d != "" {
		t.Error(d)
	}
	if len(reply.Notifications) != 1 || reply.Notifications[0].NotificationHandle != 7 || !reply.Pending {
		t.Errorf("notifications are %v, pending is %v", reply.Notifications, reply.Pending)
	}
}

func TestExecuteChainedPayloads(t *testing.T) {
	t.Parallel()
	for _, flags := range []uint16{0, rop.ExtXorMagic, rop.ExtCompressed} {
		s := store(t, func(call) answer {
			return answer{flags: flags, payloads: [][]byte{
				buffer([]uint32{2}, &rop.SetColumnsResponse{}, rowsOf(0, aRow, aRow, aRow, aRow, aRow, aRow)),
				buffer([]uint32{2}, rowsOf(0, anotherRow)),
				buffer([]uint32{2}, rowsOf(0)),
			}}
		})
		s.Options.Flags = mapiclient.Chain
		reply, err := s.Execute(t.Context(), []rop.Request{
			&rop.SetColumnsRequest{PropertyTags: tableColumns}, &rop.QueryRowsRequest{QueryRowsFlags: 2, RowCount: 50},
		}, 2)
		if err != nil {
			t.Fatal(err)
		}
		var rows []prop.Row
		for _, r := range reply.Responses[1:] {
			rows = append(rows, r.(*rop.QueryRowsResponse).Rows...)
		}
		if d := cmp.Diff([]prop.Row{aRow, aRow, aRow, aRow, aRow, aRow, anotherRow}, rows, equal); d != "" {
			t.Error(d)
		}
		if len(reply.Payloads) != 3 || reply.Payloads[0].Flags != flags {
			t.Errorf("%d payloads, first with flags %#x", len(reply.Payloads), reply.Payloads[0].Flags)
		}
	}
}

func TestExecuteBufferTooSmall(t *testing.T) {
	t.Parallel()
	s := store(t, func(call) answer {
		return answer{payloads: [][]byte{buffer(nil, &rop.GetStatusResponse{}, &rop.BufferTooSmallResponse{SizeNeeded: 0x8000, RequestBuffers: []byte{0x17, 0, 0}})}}
	})
	reply, err := s.Execute(t.Context(), []rop.Request{&rop.GetStatusRequest{}, &rop.QueryPositionRequest{}}, 1)
	if err != nil || len(reply.Responses) != 2 || reply.Responses[1].RopID() != rop.BufferTooSmall {
		t.Errorf("reply is %v, %v", reply, err)
	}
}

func TestExecuteUnexpectedResponse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		resp rop.Response
	}{
		{"another ROP", &rop.QueryPositionResponse{}},
		{"another index", &rop.GetStatusResponse{ResponseHead: ok(1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := store(t, func(call) answer { return answer{payloads: [][]byte{buffer(nil, c.resp)}} })
			if _, err := s.Execute(t.Context(), []rop.Request{&rop.GetStatusRequest{}}, 1); !errors.Is(err, mapiclient.ErrUnexpected) {
				t.Errorf("error is %v, want ErrUnexpected", err)
			}
		})
	}
}

func TestExecuteFailsAsAWhole(t *testing.T) {
	t.Parallel()
	s := store(t, func(call) answer { return answer{code: mapi.ErrRpcFormat, gone: true} })
	_, err := s.ExecuteRaw(t.Context(), []byte{5, 0, 0x28, 0, 0})
	if code, _ := mapi.CodeOf(err); code != mapi.ErrRpcFormat {
		t.Errorf("error is %v, want ecRpcFormat", err)
	}
	if !s.Handle().IsZero() {
		t.Error("the session still has its handle")
	}
}

func TestDoReturnsTheCode(t *testing.T) {
	t.Parallel()
	s := store(t, func(call) answer {
		return answer{payloads: [][]byte{buffer([]uint32{rop.NoHandle}, &rop.LogonResponse{
			ResponseHead: rop.ResponseHead{ReturnValue: mapi.ErrWrongServer}, LogonFlags: 1, ServerName: "/o=L/cn=S2"})}}
	})
	resp, handle, err := s.Logon(t.Context(), "/o=L/cn=bob")
	if !errors.Is(err, mapi.ErrWrongServer) || handle != rop.NoHandle || resp.ServerName != "/o=L/cn=S2" {
		t.Errorf("Logon = %v, %v, %v", resp, handle, err)
	}
}

func TestLogon(t *testing.T) {
	t.Parallel()
	var list []byte
	s := store(t, func(c call) answer {
		list = c.buffer.ROPs
		return answer{payloads: [][]byte{buffer([]uint32{0x22}, &rop.LogonResponse{LogonFlags: 1, ReplID: 1})}}
	})
	resp, handle, err := s.Logon(t.Context(), "/o=L/ou=E/cn=Recipients/cn=bob")
	if err != nil || handle != 0x22 || resp.ReplID != 1 {
		t.Errorf("Logon = %v, %#x, %v", resp, handle, err)
	}
	// Vector B22.
	if d := cmp.Diff(unhex(t, "FE0000010C040001000000001F002F6F3D4C2F6F753D452F636E3D526563697069656E74732F636E3D626F6200"), list); d != "" {
		t.Error(d)
	}
}
