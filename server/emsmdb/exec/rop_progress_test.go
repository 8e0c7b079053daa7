package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// withProgress logs on as a client that understands RopProgress and opens the inbox at index 1.
func (w *world) withProgress() *rop.LogonResponse {
	w.t.Helper()
	req := logonRequest(aliceDN)
	req.OpenFlags |= mapi.OpenSupportProgress
	l := one[*rop.LogonResponse](w, req)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
	return l
}

// TestProgress follows an operation on 250 messages: as long as it lasts RopProgress says how far it is, and its end is
// the response of the ROP that began it, [MS-OXCPRPT] 3.2.5.20.
func TestProgress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProgress()
	w.fill(w.makeFolder(1, 2, "Many"), many(250, 0)...)
	p := one[*rop.ProgressResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
	for done := uint32(100); done <= 200; done += 100 {
		if p.CompletedTaskCount != done || p.TotalTaskCount != 250 || p.LogonID != 0 || p.HandleIndex != 2 {
			t.Fatalf("progress = %+v, want %d", p, done)
		}
		if done == 200 {
			break
		}
		p = one[*rop.ProgressResponse](w, &rop.ProgressRequest{In: in(2)})
	}
	end := one[*rop.SetReadFlagsResponse](w, &rop.ProgressRequest{In: in(2)})
	if end.PartialCompletion || end.HandleIndex != 2 {
		t.Errorf("end = %+v", end)
	}
	if v := w.props(2, mapi.TagContentUnreadCount)[0]; v.Int() != 0 {
		t.Errorf("%d unread", v.Int())
	}
	if got := w.code(&rop.ProgressRequest{In: in(2)}); got != mapi.ErrNotFound {
		t.Errorf("after the end: %v", got)
	}
}

// TestProgressCancel checks that an operation that is cancelled ends with its own response, which says so.
func TestProgressCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProgress()
	w.fill(w.makeFolder(1, 2, "Many"), many(250, 0)...)
	one[*rop.ProgressResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
	if end := one[*rop.SetReadFlagsResponse](w, &rop.ProgressRequest{In: in(2), WantCancel: true}); !end.PartialCompletion {
		t.Error("what was cancelled is told to be whole")
	}
	if v := w.props(2, mapi.TagContentUnreadCount)[0]; v.Int() != 150 {
		t.Errorf("%d unread, want those that were not reached", v.Int())
	}
}

// TestProgressEndsByOtherROP checks that any other ROP of the logon ends the operation and is answered, [MS-OXCPRPT]
// 3.1.5, but not a release, which has no answer, nor what happens in another logon.
func TestProgressEndsByOtherROP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProgress()
	second := logonRequest(aliceDN)
	second.LogonID, second.OutputHandleIndex = 5, 5
	one[*rop.LogonResponse](w, second)
	w.fill(w.makeFolder(1, 2, "Many"), many(350, 0)...)
	one[*rop.ProgressResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
	w.run(&rop.ReleaseRequest{In: in(1)})
	one[*rop.GetReceiveFolderResponse](w, &rop.GetReceiveFolderRequest{In: rop.In{LogonID: 5, InputHandleIndex: 5}})
	if p := one[*rop.ProgressResponse](w, &rop.ProgressRequest{In: in(2)}); p.CompletedTaskCount != 200 {
		t.Errorf("progress = %+v", p)
	}
	if v := w.props(2, mapi.TagContentUnreadCount)[0]; v.Int() != 150 {
		t.Errorf("%d unread", v.Int())
	}
	if got := w.code(&rop.ProgressRequest{In: in(2)}); got != mapi.ErrNotFound {
		t.Errorf("afterwards: %v", got)
	}
}

// TestProgressWhoGetsIt checks differences L10, M14 and O21: who is answered by RopProgress at all.
func TestProgressWhoGetsIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		profile  string
		supports bool
		async    bool
		want     rop.ID
		progress mapi.ErrorCode // of a RopProgress without an operation
	}{
		{"Asked", "exchange2010-sp1", true, true, rop.Progress, mapi.ErrNotFound},
		{"NotAsked", "exchange2010-sp1", true, false, rop.SetReadFlags, mapi.ErrNotFound},
		{"NotSaidAtLogon", "exchange2010-sp1", false, true, rop.SetReadFlags, mapi.ErrNotFound},
		{"LogonFlagUnknown2007", "exchange2007", true, true, rop.SetReadFlags, mapi.ErrNotFound},
		{"NoProgress2010", "exchange2010-rtm", true, true, rop.SetReadFlags, mapi.ErrNoSupport},
		{"Asked2016", "exchange2016", true, true, rop.Progress, mapi.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			if tt.supports {
				w.withProgress()
			} else {
				w.inbox()
			}
			w.fill(w.makeFolder(1, 2, "Many"), many(150, 0)...)
			resp := w.run(&rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: tt.async})[0]
			if resp.RopID() != tt.want || resp.Head().ReturnValue != mapi.Success {
				t.Errorf("%T: %v", resp, resp.Head().ReturnValue)
			}
			w.props(2, mapi.TagContentCount)
			if got := w.code(&rop.ProgressRequest{In: in(2)}); got != tt.progress {
				t.Errorf("RopProgress: %v, want %v", got, tt.progress)
			}
		})
	}
}

// TestProgressBadHandle is difference O22: only from 2013 on RopProgress fails for its handle.
func TestProgressBadHandle(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrNullObject} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			w.withProgress()
			w.fill(w.makeFolder(1, 2, "Many"), many(250, 0)...)
			one[*rop.ProgressResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
			if got := w.code(&rop.ProgressRequest{In: in(7)}); got != want {
				t.Errorf("%v, want %v", got, want)
			}
			if p := w.run(&rop.ProgressRequest{In: in(2)})[0]; p.Head().ReturnValue != mapi.Success {
				t.Errorf("the operation is gone: %v", p.Head().ReturnValue)
			}
		})
	}
}

// TestProgressSmallOperation checks that what fits into one step is answered at once.
func TestProgressSmallOperation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProgress()
	w.fill(w.makeFolder(1, 2, "Few"), many(100, 0)...)
	one[*rop.SetReadFlagsResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
}
