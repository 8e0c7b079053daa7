package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func lockRequest(id mapi.ID, state uint8) *rop.SpoolerLockMessageRequest {
	return &rop.SpoolerLockMessageRequest{In: in(0), MessageID: id, LockState: state}
}

// spooled is a message that waits for the client to send it.
func (w *world) spooled(to ...rop.ModifyRecipientRow) mapi.ID {
	w.t.Helper()
	one[*rop.SetSpoolerResponse](w, &rop.SetSpoolerRequest{In: in(0)})
	w.compose(nil, to...)
	id := w.save(3)
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNeedsSpooler))
	w.send(epoch)
	if n := len(w.in("bob", store.SpecialInbox)); n != 0 {
		w.t.Fatalf("the server sent it, bob has %d messages", n)
	}
	return id
}

func TestSpoolerLockMessageFinished(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.spooled(internal(0, 1, "bob"))
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerLock))
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerLock)) // it has it already
	if code := w.code(abortRequest(w.special(store.SpecialOutbox), id)); code != mapi.ErrUnableToAbort {
		t.Errorf("abort of a locked message: %v", code)
	}
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerFinished))
	w.send(epoch)
	w.sole("alice", store.SpecialSentItems)
	if n := len(w.in("bob", store.SpecialInbox)); n != 0 { // the client has sent it on its own way
		t.Errorf("bob has %d messages", n)
	}
}

func TestSpoolerLockMessageUnlocked(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.spooled(internal(0, 1, "bob"))
	other := w.with("alice")
	other.logOn()
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerLock))
	for state, want := range map[uint8]mapi.ErrorCode{
		mapi.SpoolerLock: mapi.ErrAccessDenied, mapi.SpoolerUnlock: mapi.ErrNotInQueue, mapi.SpoolerFinished: mapi.ErrNotInQueue,
	} {
		if code := other.code(lockRequest(id, state)); code != want {
			t.Errorf("state %d by somebody else: %v, want %v", state, code, want)
		}
	}
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerUnlock))
	one[*rop.SpoolerLockMessageResponse](other, lockRequest(id, mapi.SpoolerLock))
	other.run(&rop.ReleaseRequest{In: in(0)}) // whoever goes leaves nothing locked
	one[*rop.AbortSubmitResponse](w, abortRequest(w.special(store.SpecialOutbox), id))
}

func TestSpoolerLockMessageRefused(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.spooled(internal(0, 1, "bob"))
	w.compose(nil, internal(0, 1, "bob"))
	saved := w.save(3)
	for name, c := range map[string]struct {
		message mapi.ID
		state   uint8
		want    mapi.ErrorCode
	}{
		"NotSubmitted": {saved, mapi.SpoolerLock, mapi.ErrNotInQueue}, "NoMessage": {mapi.NewID(1, 0xFFFFFF), mapi.SpoolerLock, mapi.ErrNotFound},
		"NotLocked": {id, mapi.SpoolerFinished, mapi.ErrNotInQueue}, "UnknownState": {id, 3, mapi.ErrInvalidParameter},
	} {
		if code := w.code(lockRequest(c.message, c.state)); code != c.want {
			t.Errorf("%s: %v, want %v", name, code, c.want)
		}
	}
	p := mailWorld(t)
	p.publicLogon(false)
	if code := p.code(lockRequest(1, mapi.SpoolerLock)); code != mapi.ErrNoSupport {
		t.Errorf("in public folders: %v", code)
	}
}

// TestSubmitMessageNeedsSpoolerWithoutSpooler has the server send what nobody else said they would.
func TestSubmitMessageNeedsSpoolerWithoutSpooler(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.compose(nil, internal(0, 1, "bob"))
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNeedsSpooler))
	w.send(epoch)
	w.sole("bob", store.SpecialInbox)
}

func TestTransportSend(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.compose(nil, internal(0, 1, "bob"))
	r := one[*rop.TransportSendResponse](w, &rop.TransportSendRequest{In: in(3)})
	sender := ""
	for _, p := range r.PropertyValues {
		if p.Tag == mapi.TagSenderName {
			sender = p.Value.Str()
		}
	}
	if r.NoPropertiesReturned || sender != "Alice Adams" {
		t.Errorf("got %+v", r)
	}
	w.send(epoch)
	w.sole("bob", store.SpecialInbox)
	w.sole("alice", store.SpecialSentItems)
}

// TestTransportSendOfALockedMessage is what a client does that takes a message out of its spooler's queue to have the
// server send it.
func TestTransportSendOfALockedMessage(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.spooled(internal(0, 1, "bob"))
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerLock))
	one[*rop.TransportSendResponse](w, &rop.TransportSendRequest{In: in(3)})
	w.send(epoch)
	one[*rop.SpoolerLockMessageResponse](w, lockRequest(id, mapi.SpoolerFinished))
	w.sole("bob", store.SpecialInbox)
	w.sole("alice", store.SpecialSentItems)
}

func TestTransportSendRefused(t *testing.T) {
	t.Parallel()
	w := mailWorld(t, withProfile("exchange2007"))
	if code := w.code(&rop.TransportSendRequest{In: in(0)}); code != mapi.ErrNullObject {
		t.Errorf("of a logon: %v", code)
	}
	w.compose(nil)
	if code := w.code(&rop.TransportSendRequest{In: in(3)}); code != mapi.ErrNoRecipients {
		t.Errorf("to nobody: %v", code)
	}
	w.compose([]prop.Tagged{{Tag: mapi.TagSenderName, Value: prop.String("x")}}, internal(0, 1, "bob"))
	id := w.save(3)
	w.openAt(3, id, mapi.OpenModeReadOnly)
	if code := w.code(&rop.TransportSendRequest{In: in(3)}); code != mapi.ErrAccessDenied {
		t.Errorf("of a message that is open for reading: %v", code)
	}
}

func TestTransportNewMail(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: w.special(store.SpecialInbox)})
	id := w.save(3)
	var told []store.Change
	t.Cleanup(w.store.Changes().Subscribe(func(changes []store.Change) { told = append(told, changes...) }))
	request := func(folder, message mapi.ID) *rop.TransportNewMailRequest {
		return &rop.TransportNewMailRequest{In: in(0), FolderID: folder, MessageID: message, MessageClass: "IPM.Note"}
	}
	one[*rop.TransportNewMailResponse](w, request(w.special(store.SpecialInbox), id))
	if len(told) != 1 || told[0].Kind != store.NewMail || uint64(told[0].Message) != id.Counter() {
		t.Errorf("told of %+v", told)
	}
	for name, c := range map[string]struct{ folder, message mapi.ID }{
		"OtherFolder": {w.special(store.SpecialOutbox), id}, "NoMessage": {w.special(store.SpecialInbox), mapi.NewID(1, 0xFFFFFF)},
	} {
		if code := w.code(request(c.folder, c.message)); code != mapi.ErrNotFound {
			t.Errorf("%s: %v", name, code)
		}
	}
	p := mailWorld(t)
	p.publicLogon(false)
	if code := p.code(request(1, 1)); code != mapi.ErrNoSupport {
		t.Errorf("in public folders: %v", code)
	}
}

func TestGetTransportFolder(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	if r := one[*rop.GetTransportFolderResponse](w, &rop.GetTransportFolderRequest{In: in(0)}); r.FolderID != w.special(store.SpecialOutbox) {
		t.Errorf("got %v", r.FolderID)
	}
	w.publicLogon(false)
	if code := w.code(&rop.GetTransportFolderRequest{In: in(0)}); code != mapi.ErrNoSupport {
		t.Errorf("in public folders: %v", code)
	}
}

func TestOptionsData(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]struct {
		info    int
		unknown mapi.ErrorCode
	}{
		"exchange2007": {1, mapi.Success}, "exchange2010-sp1": {1, mapi.ErrNotFound}, "exchange2016": {0, mapi.ErrNotFound},
	} {
		w := mailWorld(t, withProfile(profile))
		for _, kind := range []string{"SMTP", "ex"} {
			if r := one[*rop.OptionsDataResponse](w, &rop.OptionsDataRequest{In: in(0), AddressType: kind}); len(r.OptionsInfo) != want.info || len(r.HelpFile) != 0 {
				t.Errorf("%s, %s: %+v", profile, kind, r)
			}
		}
		if code := w.code(&rop.OptionsDataRequest{In: in(0), AddressType: "FAX", WantWin32: true}); code != want.unknown {
			t.Errorf("%s: %v, want %v", profile, code, want.unknown)
		}
	}
}

func TestSetSpoolerOfPublicFolders(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	w.publicLogon(false)
	if code := w.code(&rop.SetSpoolerRequest{In: in(0)}); code != mapi.ErrNoSupport {
		t.Errorf("got %v", code)
	}
}
