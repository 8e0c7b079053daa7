package exec_test

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func abortRequest(folder, message mapi.ID) *rop.AbortSubmitRequest {
	return &rop.AbortSubmitRequest{In: in(0), FolderID: folder, MessageID: message}
}

func TestAbortSubmit(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.submit([]prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: prop.Time(mapi.NewFileTime(epoch.Add(time.Hour)))}}, internal(0, 1, "bob"))
	one[*rop.AbortSubmitResponse](w, abortRequest(w.special(store.SpecialOutbox), id))
	if m := w.sole("alice", store.SpecialOutbox); m.Flags&(mapi.MfSubmitted|mapi.MfUnsent) != mapi.MfUnsent {
		t.Errorf("flags %X", m.Flags)
	}
	w.send(epoch.Add(2 * time.Hour))
	if n := len(w.in("bob", store.SpecialInbox)); n != 0 {
		t.Errorf("bob has %d messages", n)
	}
	if code := w.code(abortRequest(w.special(store.SpecialOutbox), id)); code != mapi.ErrNotInQueue {
		t.Errorf("again: %v", code)
	}
	w.openAt(3, id, mapi.OpenModeReadWrite)
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNone))
	w.send(epoch.Add(2 * time.Hour))
	w.sole("bob", store.SpecialInbox)
}

func TestAbortSubmitRefused(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.submit([]prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: prop.Time(mapi.NewFileTime(epoch.Add(time.Hour)))}}, internal(0, 1, "bob"))
	w.compose(nil, internal(0, 1, "bob"))
	saved := w.save(3)
	outbox := w.special(store.SpecialOutbox)
	for name, c := range map[string]struct {
		folder, message mapi.ID
		want            mapi.ErrorCode
	}{
		"NotSubmitted": {outbox, saved, mapi.ErrNotInQueue}, "OtherFolder": {w.special(store.SpecialInbox), id, mapi.ErrNotFound},
		"NoMessage": {outbox, mapi.NewID(1, 0xFFFFFF), mapi.ErrNotFound}, "NoID": {outbox, 0, mapi.ErrNotFound},
	} {
		if code := w.code(abortRequest(c.folder, c.message)); code != c.want {
			t.Errorf("%s: %v, want %v", name, code, c.want)
		}
	}
	w.send(epoch.Add(time.Hour))
	sent := w.sole("alice", store.SpecialSentItems)
	if code := w.code(abortRequest(w.special(store.SpecialSentItems), mapi.NewID(1, uint64(sent.ID)))); code != mapi.ErrNotInQueue {
		t.Errorf("after it was sent: %v", code)
	}
	p := mailWorld(t)
	p.publicLogon(false)
	if code := p.code(abortRequest(1, 1)); code != mapi.ErrNoSupport {
		t.Errorf("in public folders: %v", code)
	}
}

// TestAbortSubmitByADelegate lets those abort who may send in the mailbox's name, and nobody else.
func TestAbortSubmitByADelegate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		delegates []string
		want      mapi.ErrorCode
	}{"SendsOnBehalf": {[]string{"bob"}, mapi.Success}, "Reader": {nil, mapi.ErrAccessDenied}} {
		w := mailWorld(t)
		w.setAttribute("alice", "delegates", c.delegates...)
		w.permit(w.special(store.SpecialOutbox), "bob", mapi.RoleEditor)
		id := w.submit([]prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: prop.Time(mapi.NewFileTime(epoch.Add(time.Hour)))}}, internal(0, 1, "carol"))
		outbox := w.special(store.SpecialOutbox)
		bob := w.delegate("bob")
		if code := bob.code(abortRequest(outbox, id)); code != c.want {
			t.Errorf("%s: %v, want %v", name, code, c.want)
		}
	}
}
