package rop_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

func packed(handles []uint32, reqs ...rop.Request) []byte {
	var w wire.Writer
	mark := rop.Begin(&w)
	for _, r := range reqs {
		r.Encode(&w)
	}
	rop.End(&w, mark, handles)
	return w.Bytes()
}

func write(logon, index uint8, data string) *rop.WriteStreamExtendedRequest {
	return &rop.WriteStreamExtendedRequest{In: rop.In{LogonID: logon, InputHandleIndex: index}, Data: []byte(data)}
}

// TestAppendPacked: [MS-OXCRPC] 3.1.4.2.1.2.1.
func TestAppendPacked(t *testing.T) {
	t.Parallel()
	handles := []uint32{7, 8}
	long := packed(handles, write(0, 1, "more"))
	long[0]++
	for _, tt := range []struct {
		name    string
		last    rop.Request
		payload []byte
		want    string // data of the request; empty: refused
	}{
		{"CarriesOn", write(0, 1, "data"), packed(handles, write(0, 1, "more")), "datamore"},
		{"AtAnotherIndex", write(0, 1, "data"), packed([]uint32{8}, write(0, 0, "more")), "datamore"},
		{"OfNothing", write(0, 1, ""), packed(handles, write(0, 1, "more")), "more"},
		{"Nothing", write(0, 1, "data"), packed(handles, write(0, 1, "")), "data"},
		{"OfAHandleToCome", write(0, 5, "data"), packed(nil, write(0, 5, "more")), "datamore"},
		{"OtherROP", write(0, 1, "data"), packed(handles, &rop.WriteStreamRequest{In: rop.In{InputHandleIndex: 1}, Data: []byte("x")}), ""},
		{"AfterAnotherROP", &rop.WriteStreamRequest{In: rop.In{InputHandleIndex: 1}}, packed(handles, write(0, 1, "more")), ""},
		{"Two", write(0, 1, "data"), packed(handles, write(0, 1, "more"), write(0, 1, "more")), ""},
		{"None", write(0, 1, "data"), packed(handles), ""},
		{"OtherLogon", write(0, 1, "data"), packed(handles, write(1, 1, "more")), ""},
		{"OtherObject", write(0, 1, "data"), packed(handles, write(0, 0, "more")), ""},
		{"Reserved", write(0, 1, "data"), []byte{3, 0, 0}, ""},
		{"Cut", write(0, 1, "data"), long, ""},
		{"Empty", write(0, 1, "data"), nil, ""},
	} {
		err := rop.AppendPacked(tt.last, handles, tt.payload)
		if tt.want == "" {
			if !errors.Is(err, mapi.ErrRpcFormat) {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if got := tt.last.(*rop.WriteStreamExtendedRequest).Data; err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}

// FuzzAppendPacked: whatever comes, a refusal changes nothing, and never more is taken than was sent.
func FuzzAppendPacked(f *testing.F) {
	handles := []uint32{7, 8}
	f.Add(packed(handles, write(0, 1, "more")))
	f.Add(packed(handles, write(0, 1, "more"), write(0, 1, "more")))
	f.Add([]byte{2, 0})
	f.Fuzz(func(t *testing.T, payload []byte) {
		last := write(0, 1, "data")
		err := rop.AppendPacked(last, handles, payload)
		if n := len(last.Data) - 4; n < 0 || n > len(payload) || err != nil && n != 0 || !bytes.HasPrefix(last.Data, []byte("data")) {
			t.Errorf("%d bytes more, %v", n, err)
		}
		if err != nil && !errors.Is(err, mapi.ErrRpcFormat) {
			t.Error(err)
		}
	})
}
