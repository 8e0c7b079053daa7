package exec_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// TestEightSessionsSaveInOneMailbox: each makes messages of its own, with recipients and attachments, and counts up one
// that all share, trying again when another was faster. No save is lost, and the folder counts every message.
func TestEightSessionsSaveInOneMailbox(t *testing.T) {
	t.Parallel()
	const sessions, rounds = 8, 6
	w := newWorld(t, withProfile("exchange2007"), withHandles(5000)) // it tells a client of a conflict
	shared := w.created(text(mapi.TagSubject, "counter"), text(mapi.TagBody, "0"))
	before := w.contents(mapi.TagMid)
	worlds := make([]*world, sessions)
	for i := range worlds {
		worlds[i] = w.with("alice")
	}
	var group sync.WaitGroup
	for i, s := range worlds {
		group.Go(func() {
			for n := range rounds {
				s.create()
				s.set(3, text(mapi.TagSubject, fmt.Sprintf("message %d of session %d", n, i)))
				s.modify(nil, to(1, "Ann"), to(2, "Ben"))
				s.attach(4, fileNamed("a.txt"), fileData("data"))
				s.saveAttachment(4)
				s.save(3)
				s.countUp(shared)
			}
		})
	}
	group.Wait()
	w.openAt(4, shared, mapi.OpenModeReadOnly)
	if got := w.props(4, mapi.TagBody)[0].Str(); got != strconv.Itoa(sessions*rounds) {
		t.Errorf("the counter is %s, want %d: an update is lost", got, sessions*rounds)
	}
	if got := w.contents(mapi.TagSubject, mapi.TagHasAttachments, mapi.TagDisplayTo); got != before+sessions*rounds {
		t.Errorf("%d messages, want %d", got, before+sessions*rounds)
	}
	seen := make(map[string]bool)
	for _, row := range w.rows(1000).Rows {
		if row.Values[1].Bool() && row.Values[2].Str() == "Ann; Ben" {
			seen[row.Values[0].Str()] = true
		}
	}
	if len(seen) != sessions*rounds {
		t.Errorf("%d whole messages, want %d", len(seen), sessions*rounds)
	}
	if err := w.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// countUp adds one to the number in the body of a message, as often as it takes.
func (w *world) countUp(id mapi.ID) {
	w.t.Helper()
	for {
		w.openAt(5, id, mapi.OpenModeReadWrite)
		n, err := strconv.Atoi(w.props(5, mapi.TagBody)[0].Str())
		if err != nil {
			w.t.Error(err)
			return
		}
		w.set(5, text(mapi.TagBody, strconv.Itoa(n+1)))
		got := w.code(saveRequest(5, mapi.SaveKeepOpenReadWrite))
		w.run(&rop.ReleaseRequest{In: in(5)})
		switch got {
		case mapi.Success:
			return
		case mapi.ErrObjectModified:
		default:
			w.t.Errorf("save: %v", got)
			return
		}
	}
}

// TestSaveChangesMessageOverQuota: a save that does not fit leaves mailbox and handle as they were, and works once there
// is room.
func TestSaveChangesMessageOverQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagBody, "small"))
	quota := func(kib uint32) {
		w.setQuota("alice", store.Quota{Receive: kib})
	}
	quota(1)
	w.set(3, text(mapi.TagBody, fmt.Sprintf("%5000d", 7)))
	w.attach(4, fileNamed("a.txt"))
	w.saveAttachment(4)
	for range 2 {
		if got := w.code(saveRequest(3, mapi.SaveKeepOpenReadWrite)); got != mapi.ErrShutoffQuota {
			t.Errorf("save: %v", got)
		}
	}
	w.openAt(5, id, mapi.OpenModeReadOnly)
	if v := w.props(5, mapi.TagBody, mapi.TagHasAttachments); v[0].Str() != "small" || v[1].Bool() {
		t.Errorf("the message has changed: %v", v)
	}
	if v := w.props(3, mapi.TagBody, mapi.TagHasAttachments, mapi.TagAccessLevel); len(v[0].Str()) != 5000 || !v[1].Bool() || v[2].Int() != 1 {
		t.Errorf("the handle has lost its changes: %v", v[1:])
	}
	quota(0)
	w.save(3)
	if v := w.props(5, mapi.TagBody, mapi.TagHasAttachments); len(v[0].Str()) != 5000 || !v[1].Bool() {
		t.Errorf("the message has not changed: %v", v[1])
	}
}

// setQuota limits a user's mailbox.
func (w *world) setQuota(user string, q store.Quota) {
	w.t.Helper()
	e := *w.entry(user)
	e.Quota = q
	err := w.store.Update(w.t.Context(), store.Scope{Directory: true}, func(tx store.Tx) error {
		_, err := tx.PutEntry(e)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestSaveChangesMessageTooBig: a message does not grow beyond its limit, and one that is beyond it may shrink.
func TestSaveChangesMessageTooBig(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLimits(object.Limits{MessageSize: 8000}))
	id := w.created(text(mapi.TagBody, "small"))
	big := prop.Tagged{Tag: mapi.TagBody, Value: prop.String(fmt.Sprintf("%9000d", 7))}
	w.set(3, big)
	if got := w.code(saveRequest(3, mapi.SaveForce)); got != mapi.ErrMessageTooBig {
		t.Errorf("growing: %v", got)
	}
	w.change("alice", func(tx store.Tx) error {
		_, err := tx.SaveMessage(store.MessageID(id.Counter()), store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{big}}}})
		return err
	})
	w.openAt(3, id, mapi.OpenModeReadWrite)
	w.set(3, text(mapi.TagBody, fmt.Sprintf("%8500d", 7)))
	w.save(3)
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: w.props(1, mapi.TagFolderId)[0].ObjectID()})
	w.set(3, big)
	if got := w.code(saveRequest(3, 0)); got != mapi.ErrMessageTooBig {
		t.Errorf("a new one: %v", got)
	}
}
