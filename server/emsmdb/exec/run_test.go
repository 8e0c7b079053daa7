package exec_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// raw runs bytes that a client might send.
func (w *world) raw(payload []byte) ([][]byte, error) {
	return w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
}

// TestRunLogon checks every byte of a logon that is the same everywhere, [MS-OXCROPS] 2.2.3.1. The request is the one
// printed in the project's reference, for another user.
func TestRunLogon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dn := aliceDN + "\x00"
	request := "FE 00 00 01 0C040001 00000000" + fmt.Sprintf("%02x%02x", len(dn), 0) + hex.EncodeToString([]byte(dn))
	n := len(unhex(t, request)) + 2
	payload, err := w.raw(append(unhex(t, fmt.Sprintf("%02x%02x", n, 0)+request), 0xFF, 0xFF, 0xFF, 0xFF))
	if err != nil {
		t.Fatal(err)
	}
	if len(payload) != 1 || len(payload[0]) != 2+166+4 {
		t.Fatalf("answer = %x", payload)
	}
	b := payload[0]
	if got := hex.EncodeToString(b[:2+7]); got != "a800"+"fe0000000000"+"01" {
		t.Errorf("head = %s", got)
	}
	for i := range 13 {
		if id := b[9+8*i:][:8]; id[0] != 1 || id[1] != 0 {
			t.Errorf("folder %d: %x", i, id)
		}
	}
	if b[9+104] != 0x07 {
		t.Errorf("response flags = %02x", b[9+104])
	}
	if got := hex.EncodeToString(b[9+105+16+2+16:][:8]); got != "063410011e06d307" {
		t.Errorf("logon time = %s", got)
	}
	if string(b[len(b)-4:]) == "\xff\xff\xff\xff" {
		t.Error("no handle in the table")
	}
}

func TestRunEmptyBuffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.raw(unhex(t, "0200"))
	if err != nil || len(out) != 1 || hex.EncodeToString(out[0]) != "0200" {
		t.Errorf("answer = %x, %v", out, err)
	}
}

func TestRunMalformed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, payload string }{
		{"Nothing", ""},
		{"HalfASize", "02"},
		{"SizeUnderTwo", "0100"},
		{"SizeBeyondTheEnd", "0500 0100"},
		{"TableNotOfHandles", "0200 010203"},
		{"ReservedRop", "0500 000000 ffffffff"},
		{"ResponseOnlyRop", "0500 6E0000 ffffffff"},
		{"CutShort", "0500 020000 ffffffff"},
		{"ReservedOpenPublicFolderByName", "0D00 87000000 05000000 41626300 ffffffff"},
		{"ReservedAfterAGoodOne", "0800 010000 8F0000 ffffffff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if _, err := w.raw(unhex(t, tt.payload)); !errors.Is(err, mapi.ErrRpcFormat) {
				t.Errorf("error = %v, want ecRpcFormat", err)
			}
		})
	}
}

func TestPitfallAlsoUnimplementedROPAnswersForItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	resps := w.run(
		&rop.SynchronizationOpenCollectorRequest{InOut: inOut(0, 1)},
		&rop.FastTransferDestinationConfigureRequest{InOut: inOut(0, 1)},
		&rop.GetReceiveFolderRequest{In: in(0)},
	)
	want := []mapi.ErrorCode{mapi.ErrNoSupport, mapi.ErrNoSupport, mapi.Success}
	for i, code := range want {
		if got := resps[i].Head().ReturnValue; got != code {
			t.Errorf("ROP %d: %v, want %v", i, got, code)
		}
	}
	if got := w.exec.Unimplemented(); got != 2 {
		t.Errorf("%d unimplemented ROPs counted", got)
	}
	for _, g := range w.exec.Gaps() {
		if g.Kind != exec.GapROP || g.Count != 1 || g.Name != "RopSynchronizationOpenCollector" && g.Name != "RopFastTransferDestinationConfigure" {
			t.Errorf("gap %+v", g)
		}
	}
	if got := len(w.exec.Gaps()); got != 2 {
		t.Errorf("%d gaps", got)
	}
	for _, c := range w.exec.Counts() {
		if want := c.Name == "RopLogon" || c.Name == "RopGetReceiveFolder"; c.Implemented != want || (c.OK > 0) != want || (c.Failed > 0) == want {
			t.Errorf("count %+v", c)
		}
	}
	if w.handles[0] == free {
		t.Error("a failed ROP lost its input handle")
	}
}

func TestRunHandles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	logon, inbox := w.handles[0], w.handles[1]
	get := &rop.GetPropertiesSpecificRequest{In: in(1), PropertyTags: []mapi.PropTag{mapi.TagDisplayName}}
	for _, tt := range []struct {
		name    string
		prepare func()
		req     rop.Request
		want    mapi.ErrorCode
	}{
		{"Living", func() {}, get, mapi.Success},
		{"IndexOutsideTheTable", func() {}, &rop.GetPropertiesSpecificRequest{In: in(8), PropertyTags: get.PropertyTags}, mapi.ErrNullObject},
		{"OutputOutsideTheTable", func() {}, &rop.OpenFolderRequest{InOut: inOut(0, 8), FolderID: l.FolderIDs[fidInbox]}, mapi.ErrNullObject},
		{"NeverGiven", func() { w.handles[1] = 0x1234 }, get, mapi.ErrNullObject},
		{"NoHandle", func() { w.handles[1] = free }, get, mapi.ErrNullObject},
		{"Zero", func() { w.handles[1] = 0 }, get, mapi.ErrNullObject},
		{"OtherKind", func() { w.handles[1] = logon }, &rop.GetContentsTableRequest{InOut: inOut(1, 2)}, mapi.ErrNoSupport},
		{"UnknownLogonID", func() { w.handles[1] = inbox },
			&rop.GetPropertiesSpecificRequest{In: rop.In{LogonID: 9, InputHandleIndex: 1}, PropertyTags: get.PropertyTags}, mapi.ErrNullObject},
		{"Released", func() {
			w.handles[1] = inbox
			w.run(&rop.ReleaseRequest{In: in(1)})
			w.handles[1] = inbox
		}, get, mapi.ErrInvalidObject},
	} {
		tt.prepare()
		if got := w.code(tt.req); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRunHandleOfAnotherLogon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	inbox := w.handles[1]
	one[*rop.LogonResponse](w, &rop.LogonRequest{
		Out: rop.Out{LogonID: 1, OutputHandleIndex: 2}, LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000000, Essdn: aliceDN,
	})
	w.handles[1] = inbox
	req := &rop.GetPropertiesSpecificRequest{In: rop.In{LogonID: 1, InputHandleIndex: 1}, PropertyTags: []mapi.PropTag{mapi.TagDisplayName}}
	if got := w.code(req); got != mapi.ErrAccessDenied {
		t.Errorf("code = %v, want ecAccessDenied", got)
	}
}

func TestRunFailedProducerLeavesNoHandle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	resps := w.run(
		&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: mapi.NewID(1, 0xFFFFFF)}, // where the inbox stood
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMid}},
		&rop.GetReceiveFolderRequest{In: in(0)},
	)
	want := []mapi.ErrorCode{mapi.ErrNotFound, mapi.ErrNullObject, mapi.ErrNullObject, mapi.Success}
	for i, code := range want {
		if got := resps[i].Head().ReturnValue; got != code {
			t.Errorf("ROP %d: %v, want %v", i, got, code)
		}
	}
}

func TestRunChainedProducers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	columns := []mapi.PropTag{mapi.TagMid, mapi.TagSubject}
	resps := w.run(
		&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]},
		&rop.GetContentsTableRequest{InOut: inOut(1, 2)},
		&rop.SetColumnsRequest{In: in(2), PropertyTags: columns},
		&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 3},
	)
	if r := resps[3].(*rop.QueryRowsResponse); len(r.Rows) != 3 {
		t.Errorf("%d rows", len(r.Rows))
	}
}

func TestReleaseOfLogonFreesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.contents(mapi.TagMid)
	saved := slices.Clone(w.handles)
	w.run(&rop.ReleaseRequest{In: in(0)})
	if n := w.session.Stats().Handles; n != 0 {
		t.Errorf("%d handles left", n)
	}
	w.handles = saved
	if got := w.code(&rop.QueryPositionRequest{In: in(2)}); got != mapi.ErrNullObject { // the logon is unknown now
		t.Errorf("code = %v", got)
	}
}

func TestPitfall18TableSurvivesReleaseOfFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.contents(mapi.TagSubject)
	w.run(&rop.ReleaseRequest{In: in(1)})
	if r := w.rows(5); len(r.Rows) != 5 {
		t.Errorf("%d rows", len(r.Rows))
	}
}

func TestReleasedHandleInTheTable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		reqs    []rop.Request
		gone    bool // the entry becomes 0xFFFFFFFF
	}{
		{"exchange2007", []rop.Request{&rop.GetReceiveFolderRequest{In: in(0)}, &rop.ReleaseRequest{In: in(1)}}, true},
		{"exchange2010-sp1", []rop.Request{&rop.GetReceiveFolderRequest{In: in(0)}, &rop.ReleaseRequest{In: in(1)}}, false},
		{"exchange2010-sp1", []rop.Request{&rop.ReleaseRequest{In: in(1)}, &rop.GetReceiveFolderRequest{In: in(0)}}, true},
		{"exchange2010-sp1", []rop.Request{&rop.ReleaseRequest{In: in(1)}}, true},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.inbox()
		inbox := w.handles[1]
		w.run(tt.reqs...)
		if got := w.handles[1] == free; got != tt.gone {
			t.Errorf("%s: entry = %08X", tt.profile, w.handles[1])
		}
		if w.handles[1] == inbox {
			t.Errorf("%s: the released handle came back", tt.profile)
		}
	}
}

func TestRunHandleLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withHandles(2))
	l := w.inbox()
	if got := w.code(&rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidInbox]}); got != mapi.ErrOutOfResources {
		t.Errorf("code = %v", got)
	}
	if w.handles[2] != free {
		t.Error("a handle was given over the limit")
	}
}

func TestRunBufferTooSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	get := &rop.LongTermIdFromIdRequest{In: in(0), ObjectID: l.FolderIDs[fidInbox]} // 30 bytes each
	reqs := []rop.Request{get, get, get, get, get, get, get, get}
	payload := w.payload(reqs...)
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: payload, Max: 250})
	if err != nil {
		t.Fatal(err)
	}
	resps := w.decode(out[0], reqs...)
	last, ok := resps[len(resps)-1].(*rop.BufferTooSmallResponse)
	if !ok {
		t.Fatalf("last response is a %T", resps[len(resps)-1])
	}
	if len(resps) < 2 {
		t.Fatal("nothing ran")
	}
	// What comes back is the tail of the request: the ROPs that did not run and the handle table.
	rest := payload[2+(len(resps)-1)*(len(payload)-2-32)/8:]
	if !slices.Equal(last.RequestBuffers, rest) {
		t.Errorf("returned %x, want %x", last.RequestBuffers, rest)
	}
	if len(out[0]) > 250 {
		t.Errorf("answer of %d bytes", len(out[0]))
	}
}

func TestRunMutatingRopDoesNotRunWithoutRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Welcome to the demo organisation")
	before := w.props(3, mapi.TagMessageFlags)[0].Bits()
	w.handles = w.handles[:4]
	reqs := []rop.Request{
		&rop.GetPropertiesSpecificRequest{In: in(1), WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagDisplayName}}, // 19 bytes
		&rop.SetMessageReadFlagRequest{
			RespIn: rop.RespIn{InputHandleIndex: 3}, ReadFlags: mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt,
		},
	}
	const frame, first, tooSmall = 2 + 4*4, 19, 3 + 5 + 4*4
	out, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(reqs...), Max: frame + first + tooSmall})
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := w.decode(out[0], reqs...)[1].(*rop.BufferTooSmallResponse); !ok {
		t.Fatalf("the second response is a %T", r)
	}
	if got := w.props(3, mapi.TagMessageFlags)[0].Bits(); got != before {
		t.Errorf("flags = %#x, were %#x", got, before)
	}
}

func TestRunResponseTooLargeForAnyBuffer(t *testing.T) {
	t.Parallel()
	// A list of names is the one answer that no buffer can hold and that is not cut.
	req := &rop.GetNamesFromPropertyIdsRequest{In: in(0), PropertyIDs: make([]uint16, 4000)}
	for profile, wantCall := range map[string]error{"exchange2010-sp1": mapi.ErrBufferTooSmall, "exchange2007": nil} {
		w := newWorld(t, withProfile(profile))
		w.logOn()
		out, err := w.raw(w.payload(req))
		if !errors.Is(err, wantCall) {
			t.Errorf("%s: error = %v, want %v", profile, err, wantCall)
		}
		if err == nil {
			if got := w.decode(out[0], req)[0].Head().ReturnValue; got != mapi.ErrBufferTooSmall {
				t.Errorf("%s: %v", profile, got)
			}
		}
	}
}

func TestRunPanicIsContained(t *testing.T) {
	t.Parallel()
	var seen error
	watch := func(next exec.Handler) exec.Handler {
		return func(ctx context.Context, c *exec.Call, req rop.Request) (rop.Response, error) {
			resp, err := next(ctx, c, req)
			seen = err
			return resp, err
		}
	}
	w := newWorld(t, withMiddleware(watch))
	w.logOn()
	exec.PanicOn(w.exec, rop.GetStoreState)
	resps := w.run(&rop.GetStoreStateRequest{In: in(0)}, &rop.GetReceiveFolderRequest{In: in(0)})
	if len(resps) != 1 || resps[0].Head().ReturnValue != mapi.ErrGeneralFailure {
		t.Errorf("responses = %+v", resps)
	}
	if !w.session.Broken() || seen == nil {
		t.Errorf("broken = %v, the middleware saw %v", w.session.Broken(), seen)
	}
}

func TestRunMiddlewaresSeeRequestResponseAndError(t *testing.T) {
	t.Parallel()
	var seen []string
	note := func(name string) exec.Middleware {
		return func(next exec.Handler) exec.Handler {
			return func(ctx context.Context, c *exec.Call, req rop.Request) (rop.Response, error) {
				seen = append(seen, name+" before")
				resp, err := next(ctx, c, req)
				seen = append(seen, fmt.Sprintf("%s after %T %v", name, resp, err))
				return resp, err
			}
		}
	}
	w := newWorld(t, withMiddleware(note("outer"), note("inner")))
	w.logOn()
	seen = nil
	w.code(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: mapi.NewID(1, 0xFFFFFF)})
	want := []string{"outer before", "inner before", "inner after <nil> ecNotFound (0x8004010F)", "outer after <nil> ecNotFound (0x8004010F)"}
	if !slices.Equal(seen, want) {
		t.Errorf("seen %q", seen)
	}
}

func TestRunErrorsBecomeCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want mapi.ErrorCode
	}{
		{mapi.ErrTooComplex, mapi.ErrTooComplex},
		{mapi.Wrap(mapi.ErrTooBig, errors.New("why")), mapi.ErrTooBig},
		{fmt.Errorf("reading: %w", store.ErrNotFound), mapi.ErrNotFound},
		{store.ErrExists, mapi.ErrDuplicateName},
		{store.ErrConflict, mapi.ErrObjectModified},
		{store.ErrQuota, mapi.ErrQuotaExceeded},
		{store.ErrDenied, mapi.ErrAccessDenied},
		{store.ErrBusy, mapi.ErrServerBusy},
		{context.Canceled, mapi.ErrExiting},
		{errors.New("a surprise"), mapi.ErrGeneralFailure},
	} {
		fail := func(exec.Handler) exec.Handler {
			return func(_ context.Context, _ *exec.Call, req rop.Request) (rop.Response, error) {
				if req.RopID() == rop.Logon {
					return nil, tt.err
				}
				return nil, nil
			}
		}
		w := newWorld(t, withMiddleware(fail))
		if got := w.code(logonRequest(aliceDN)); got != tt.want {
			t.Errorf("%v became %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestRunStats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.code(&rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: mapi.NewID(1, 0xFFFFFF)})
	st := w.session.Stats()
	if st.ROPs != 3 || st.Failed != 1 || st.Handles != 2 || !slices.Equal(st.Logons, []string{"alice"}) {
		t.Errorf("stats = %+v", st)
	}
	if want := []string{"RopOpenFolder", "RopOpenFolder", "RopLogon"}; !slices.Equal(st.LastROPs, want) {
		t.Errorf("last ROPs = %q", st.LastROPs)
	}
}
