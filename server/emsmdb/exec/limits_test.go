package exec_test

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// deep is a restriction of many levels.
func deep(levels int) prop.Restriction {
	var rs prop.Restriction = prop.ExistRestriction{Tag: mapi.TagSubject}
	for range levels {
		rs = prop.NotRestriction{Part: rs}
	}
	return rs
}

// TestRestrictionTooDeep: it is that ROP's ecTooComplex; the rest of the buffer runs, and the table can't be read
// until a RopRestrict succeeds, [MS-OXCTABL] 3.2.5.4.
func TestRestrictionTooDeep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	w.contents(mapi.TagSubject)
	query := &rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 10}
	resps := w.run(
		&rop.FindRowRequest{In: in(2), Restriction: deep(prop.MaxRestrictionDepth)}, query,
		&rop.RestrictRequest{In: in(2), Restriction: deep(prop.MaxRestrictionDepth)}, query,
		&rop.RestrictRequest{In: in(2), Restriction: deep(prop.MaxRestrictionDepth - 2)}, query,
		&rop.RestrictRequest{In: in(5), Restriction: deep(prop.MaxRestrictionDepth)},
		&rop.RestrictRequest{In: in(0), Restriction: deep(prop.MaxRestrictionDepth)},
	)
	var got []mapi.ErrorCode
	for _, r := range resps {
		got = append(got, r.Head().ReturnValue)
	}
	want := []mapi.ErrorCode{
		mapi.ErrTooComplex, mapi.Success, mapi.ErrTooComplex, mapi.ErrNullObject, mapi.Success, mapi.Success, mapi.ErrNullObject, mapi.ErrNoSupport,
	}
	if !slices.Equal(got, want) {
		t.Errorf("codes %v", got)
	}
}

// TestRunWholeBufferReturned: with no room for anything, everything comes back to be sent again.
func TestRunWholeBufferReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	get := &rop.LongTermIdFromIdRequest{In: in(0), ObjectID: l.FolderIDs[fidInbox]}
	payload := w.payload(get, get)
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: len(payload) + 3 + 4*len(w.handles)})
	if err != nil {
		t.Fatal(err)
	}
	resps := w.decode(out[0], get, get)
	last, ok := resps[0].(*rop.BufferTooSmallResponse)
	if !ok || len(resps) != 1 || !slices.Equal(last.RequestBuffers, payload[2:]) || last.SizeNeeded != rop.MaxPayload {
		t.Errorf("responses %+v", resps)
	}
}

// TestRunEveryROPWaitsForRoom: a ROP that changes something never runs with less room than its largest response takes:
// it comes back whole, or the call fails and nothing ran.
func TestRunEveryROPWaitsForRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	for _, codec := range rop.Codecs {
		if codec.NewRequest == nil || codec.NewResponse == nil || !slices.Contains(exec.Implemented(), codec.ID) {
			continue
		}
		req := codec.NewRequest()
		most, _ := exec.MaxResponse(req)
		frame := 2 + 4*len(w.handles)
		// Room for one byte less than the first response, beside the requests that may have to come back.
		out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(req, req), Max: frame + most - 1})
		if errors.Is(err, mapi.ErrBufferTooSmall) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", codec.Name, err)
		} else if resp := w.decode(out[0], req, req)[0]; resp.RopID() != rop.BufferTooSmall {
			t.Errorf("%s was answered by %T without room for it", codec.Name, resp)
		}
	}
}

// TestRunLogonLimit: the number of logons on a session is limited like that of handles.
func TestRunLogonLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLogons(2))
	for id, want := range []mapi.ErrorCode{mapi.Success, mapi.Success, mapi.ErrOutOfResources} {
		req := logonRequest(aliceDN)
		req.Out = rop.Out{LogonID: uint8(id), OutputHandleIndex: uint8(id)}
		if got := w.code(req); got != want {
			t.Errorf("logon %d: %v, want %v", id, got, want)
		}
	}
	again := logonRequest(aliceDN)
	again.Out = rop.Out{LogonID: 1, OutputHandleIndex: 1}
	if got := w.code(again); got != mapi.Success {
		t.Errorf("replacing one at the limit: %v", got)
	}
}

// TestRunHandlesAreGivenBack: what was released makes room again, whichever way it went.
func TestRunHandlesAreGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withHandles(3))
	l := w.inbox()
	open := &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidRoot]}
	for range 10 {
		if got := w.code(open); got != mapi.Success {
			t.Fatalf("code = %v", got)
		}
		w.run(&rop.ReleaseRequest{In: in(2)})
	}
	if got := w.session.Stats().Handles; got != 2 {
		t.Errorf("%d handles are left", got)
	}
}

// TestRunImpossibleCounts: counts of elements that are not there fail the call as malformed, whatever the ROP; nothing
// ran, memory stays small, and the session goes on.
func TestRunImpossibleCounts(t *testing.T) { // not parallel: it measures what is allocated
	w := newWorld(t)
	w.open("Welcome to the demo organisation")
	handles := slices.Clone(w.handles)
	for _, tt := range []struct{ name, rops string }{
		{"SetProperties", "0A 00 03 FFFF FFFF"},
		{"SetPropertiesManyValues", "0A 00 03 0A00 0100 0310 1168 FFFFFFFF"},
		{"SetPropertiesLongBinary", "0A 00 03 0A00 0100 0201 1268 FFFF 00"},
		{"DeleteProperties", "0B 00 03 FFFF"},
		{"GetPropertiesSpecific", "07 00 03 0000 0000 FFFF 1F003700"},
		{"ModifyRecipientsColumns", "0E 00 03 FFFF 1F000130"},
		{"ModifyRecipientsRows", "0E 00 03 0000 FFFF 00000000 01 0000"},
		{"ModifyRecipientsLongRow", "0E 00 03 0000 0100 00000000 01 FFFF 0006"},
		{"DeleteMessages", "1E 00 01 00 00 FFFF 0100000000000001"},
		{"MoveCopyMessages", "33 00 01 01 FFFF 0100000000000001 00 00"},
		{"SetReadFlags", "66 00 01 00 01 FFFF 0100000000000001"},
		{"SetColumns", "12 00 02 00 FFFF 1F003700"},
		{"SortTable", "13 00 02 00 FFFF 0000 0000 1F0037 00"},
		{"RestrictAndOfMany", "14 00 02 00 0300 00 FFFF"},
		{"RestrictLongerThanTheBuffer", "14 00 02 00 FFFF 08 1F003700"},
		{"CopyTo", "39 00 03 03 00 01 00 FFFF"},
		{"CopyProperties", "67 00 03 03 00 00 FFFF"},
		{"WriteStream", "2D 00 03 FFFF 00"},
		{"GetPropertyIdsFromNames", "56 00 00 02 FFFF 00"},
		{"GetNamesFromPropertyIds", "55 00 00 FFFF 0080"},
		{"WritePerUserInformation", "64 00 00 " + strings.Repeat("00", 24) + " 01 00000000 FFFF"},
		{"LogonWithALongName", "FE 01 04 01 0C040001 00000000 FFFF 2F"},
	} {
		list := unhex(t, tt.rops)
		payload := binary.LittleEndian.AppendUint16(nil, uint16(2+len(list)))
		payload = append(payload, list...)
		for _, h := range handles {
			payload = binary.LittleEndian.AppendUint32(payload, h)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := w.raw(payload)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, mapi.ErrRpcFormat) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
			t.Errorf("%s: %d bytes allocated", tt.name, n)
		}
		w.handles = slices.Clone(handles)
		if v := w.props(3, mapi.TagSubject)[0]; v.Str() != "Welcome to the demo organisation" {
			t.Errorf("%s: the session afterwards: %v", tt.name, v)
		}
	}
}
