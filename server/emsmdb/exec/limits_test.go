package exec_test

import (
	"context"
	"errors"
	"slices"
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
