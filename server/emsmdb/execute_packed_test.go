package emsmdb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb"
)

// packedBuffer seals payloads, every other one compressed and obfuscated.
func packedBuffer(t *testing.T, payloads ...[]byte) []byte {
	t.Helper()
	var w wire.Writer
	for i, p := range payloads {
		flags := []uint16{0, rop.ExtXorMagic, rop.ExtCompressed}[i%3]
		if i == len(payloads)-1 {
			flags |= rop.ExtLast
		}
		if err := rop.PutPayload(&w, p, flags, new(lzxpress.Encoder)); err != nil {
			t.Fatal(err)
		}
	}
	return w.Bytes()
}

// newStream logs on, makes a message and opens a stream of it at index 2. It returns the handles.
func (w *world) newStream(id emsmdb.SessionID) []byte {
	w.t.Helper()
	logon := w.execute(alice, executeRequest(id, buffer(4, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN})))[0].Bytes
	var l rop.LogonResponse
	l.Decode(rop.NewDecoder(logon[2:]))
	out := w.execute(alice, executeRequest(id, withHandles(logon[len(logon)-16:],
		&rop.CreateMessageRequest{InOut: rop.InOut{OutputHandleIndex: 3}, CodePageID: 0x0FFF, FolderID: l.FolderIDs[4]},
		&rop.OpenStreamRequest{InOut: rop.InOut{InputHandleIndex: 3, OutputHandleIndex: 2}, PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate},
	)))[0].Bytes
	return out[len(out)-16:]
}

func writeExtended(data []byte) *rop.WriteStreamExtendedRequest {
	return &rop.WriteStreamExtendedRequest{In: rop.In{InputHandleIndex: 2}, Data: data}
}

// TestExecutePackedWriteStream: a RopWriteStreamExtended whose data fill several payloads is one ROP with one response,
// which counts all of it, [MS-OXCRPC] 3.1.4.2.1.2.1. A server that takes them says so at connect.
func TestExecutePackedWriteStream(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2013", "exchange2016"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			conn := w.connect(alice, aliceDN)
			if !bytes.Contains(conn.AuxOut, []byte{8, 0, 1, 0x46, 2, 0, 0, 0}) {
				t.Fatalf("aux = %x", conn.AuxOut)
			}
			table := w.newStream(conn.Session)
			var want []byte
			payloads := [][]byte{framed(table, &rop.GetStreamSizeRequest{In: rop.In{InputHandleIndex: 2}}, writeExtended(piece(0, 20000)))}
			want = append(want, piece(0, 20000)...)
			for i := 1; i < 8; i++ { // more than 0x8007 bytes
				payloads = append(payloads, framed(table, writeExtended(piece(i, 30000))))
				want = append(want, piece(i, 30000)...)
			}
			out := w.execute(alice, executeRequest(conn.Session, packedBuffer(t, payloads...)))
			if len(out) != 1 {
				t.Fatalf("%d payloads", len(out))
			}
			d := rop.NewDecoder(out[0].Bytes[2:binary.LittleEndian.Uint16(out[0].Bytes)])
			var size rop.GetStreamSizeResponse
			var written rop.WriteStreamExtendedResponse
			size.Decode(d)
			written.Decode(d)
			if d.Err() != nil || d.Len() != 0 || size.StreamSize != 0 || written.ReturnValue != 0 || int(written.WrittenSize) != len(want) {
				t.Fatalf("%+v, %+v, %v", size, written, d.Err())
			}
			var got []byte
			w.execute(alice, executeRequest(conn.Session, withHandles(table, &rop.SeekStreamRequest{In: rop.In{InputHandleIndex: 2}})))
			for len(got) < len(want) {
				out := w.execute(alice, executeRequest(conn.Session, withHandles(table, &rop.ReadStreamRequest{In: rop.In{InputHandleIndex: 2}, ByteCount: 30000})))
				var r rop.ReadStreamResponse
				r.Decode(rop.NewDecoder(out[0].Bytes[2:]))
				if len(r.Data) == 0 {
					break
				}
				got = append(got, r.Data...)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes read, %d written", len(got), len(want))
			}
		})
	}
}

// piece is data that tells where it belongs.
func piece(i, n int) []byte {
	b := make([]byte, n)
	for at := range b {
		b[at] = byte(i*37 + at%251)
	}
	return b
}

// TestExecutePackedRefused: what does not carry on with the last ROP fails the call, which writes nothing of it, and the
// session goes on.
func TestExecutePackedRefused(t *testing.T) {
	t.Parallel()
	write := writeExtended([]byte("data"))
	for _, tt := range []struct {
		name, profile string
		first         []rop.Request
		more          [][]rop.Request
	}{
		{"NotOffered", "exchange2010-sp1", []rop.Request{write}, [][]rop.Request{{write}}},
		{"AfterAnotherROP", "exchange2013", []rop.Request{&rop.GetStreamSizeRequest{In: rop.In{InputHandleIndex: 2}}}, [][]rop.Request{{write}}},
		{"AfterRelease", "exchange2013", []rop.Request{write, &rop.ReleaseRequest{In: rop.In{InputHandleIndex: 3}}}, [][]rop.Request{{write}}},
		{"AfterNothing", "exchange2013", nil, [][]rop.Request{{write}}},
		{"AnotherROP", "exchange2013", []rop.Request{write}, [][]rop.Request{{write}, {&rop.WriteStreamRequest{In: rop.In{InputHandleIndex: 2}}}}},
		{"TwoInOne", "exchange2013", []rop.Request{write}, [][]rop.Request{{write, write}}},
		{"NoneInOne", "exchange2013", []rop.Request{write}, [][]rop.Request{{}}},
		{"OnAnotherObject", "exchange2013", []rop.Request{write}, [][]rop.Request{{&rop.WriteStreamExtendedRequest{In: rop.In{InputHandleIndex: 3}}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			id := w.connect(alice, aliceDN).Session
			table := w.newStream(id)
			payloads := [][]byte{framed(table, tt.first...)}
			for _, reqs := range tt.more {
				payloads = append(payloads, framed(table, reqs...))
			}
			if _, err := w.service.Execute(context.Background(), alice, executeRequest(id, packedBuffer(t, payloads...))); !errors.Is(err, mapi.ErrRpcFormat) {
				t.Errorf("error = %v", err)
			}
			out := w.execute(alice, executeRequest(id, withHandles(table, &rop.GetStreamSizeRequest{In: rop.In{InputHandleIndex: 2}})))
			var size rop.GetStreamSizeResponse
			size.Decode(rop.NewDecoder(out[0].Bytes[2:]))
			if want := tt.name == "AfterRelease"; size.ReturnValue != 0 || (size.StreamSize != 0) != want {
				t.Errorf("the stream has %+v", size)
			}
		})
	}
}
