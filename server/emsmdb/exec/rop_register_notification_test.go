package exec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// allEvents are all types of events that a subscription can be about.
const allEvents = mapi.NotifyNewMail | mapi.NotifyObjectCreated | mapi.NotifyObjectDeleted | mapi.NotifyObjectModified | mapi.NotifyObjectMoved |
	mapi.NotifyObjectCopied | mapi.NotifySearchCompleted | mapi.NotifyTableModified

// subscribe registers for events at an index; folder 0 is the whole store.
func (w *world) subscribe(index uint8, types uint16, folder, message mapi.ID) {
	w.t.Helper()
	one[*rop.RegisterNotificationResponse](w, &rop.RegisterNotificationRequest{
		InOut: inOut(0, index), NotificationTypes: types, WantWholeStore: folder == 0, FolderID: folder, MessageID: message,
	})
}

// poll fetches what there is to tell, by empty buffers, and returns all since the last call.
func (w *world) poll() []*rop.NotifyResponse {
	w.t.Helper()
	for {
		if out := w.run(); len(out) != 0 {
			w.t.Fatalf("an empty buffer was answered by %T", out[0])
		}
		if !w.pending {
			break
		}
	}
	told := w.told
	w.told = nil
	return told
}

// events are the data of what poll returns.
func (w *world) events() (out []rop.NotificationData) {
	w.t.Helper()
	for _, n := range w.poll() {
		out = append(out, n.NotificationData)
	}
	return out
}

// expect compares what is told with what should be.
func (w *world) expect(what string, want ...rop.NotificationData) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.events(), cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func messageOf(id store.MessageID) mapi.ID { return mapi.NewID(1, uint64(id)) }
func folderOf(id store.FolderID) mapi.ID   { return mapi.NewID(1, uint64(id)) }

// Flags of events of messages.
const (
	newMail         = mapi.NotifyNewMail | mapi.NotifyMessage
	messageCreated  = mapi.NotifyObjectCreated | mapi.NotifyMessage
	messageDeleted  = mapi.NotifyObjectDeleted | mapi.NotifyMessage
	messageModified = mapi.NotifyObjectModified | mapi.NotifyMessage
	messageMoved    = mapi.NotifyObjectMoved | mapi.NotifyMessage
	messageCopied   = mapi.NotifyObjectCopied | mapi.NotifyMessage
)

// TestRegisterNotificationEvents goes through all events of messages and folders, as a subscription to the whole store
// tells of them.
func TestRegisterNotificationEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	l := w.logOn()
	inbox, ipm := l.FolderIDs[fidInbox], l.FolderIDs[fidIPM]
	to := store.FolderID(ipm.Counter())
	in := store.FolderID(inbox.Counter())
	w.subscribe(1, allEvents, 0, 0)
	if got := w.events(); len(got) != 0 {
		t.Fatalf("told before anything happened: %v", got)
	}
	var id, copied store.MessageID
	counts := func(folder mapi.ID, flags uint16, total, unread uint32) rop.NotificationData {
		tags := []mapi.PropTag{mapi.TagLocalCommitTimeMax}
		if flags&mapi.NotifyTotalChanged != 0 {
			tags = append(tags, mapi.TagContentCount)
		}
		if flags&mapi.NotifyUnreadChanged != 0 {
			tags = append(tags, mapi.TagContentUnreadCount)
		}
		return rop.NotificationData{
			NotificationFlags: mapi.NotifyObjectModified | flags, FolderID: folder, Tags: tags, TotalMessageCount: total, UnreadMessageCount: unread,
		}
	}
	const both = mapi.NotifyTotalChanged | mapi.NotifyUnreadChanged
	w.change("alice", func(tx store.Tx) error {
		m, err := tx.CreateMessage(store.NewMessage{Folder: in, Props: []prop.Tagged{text(mapi.TagSubject, "a")}})
		id = m.ID
		return err
	})
	w.expect("a message created", rop.NotificationData{NotificationFlags: messageCreated, FolderID: inbox, MessageID: messageOf(id)}, counts(inbox, both, 1, 1))
	w.change("alice", func(tx store.Tx) error {
		_, err := tx.SaveMessage(id, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{text(mapi.TagSubject, "b")}}}})
		return err
	})
	w.expect("a message saved", rop.NotificationData{NotificationFlags: messageModified, FolderID: inbox, MessageID: messageOf(id), Tags: []mapi.PropTag{mapi.TagSubject}},
		counts(inbox, 0, 0, 0))
	w.change("alice", func(tx store.Tx) error { _, err := tx.SetMessageFlags(id, mapi.MfRead, mapi.MfRead); return err })
	w.expect("a message read", rop.NotificationData{NotificationFlags: messageModified, FolderID: inbox, MessageID: messageOf(id), Tags: []mapi.PropTag{mapi.TagMessageFlags}},
		counts(inbox, mapi.NotifyUnreadChanged, 0, 0))
	w.change("alice", func(tx store.Tx) error { m, err := tx.CopyMessage(id, to); copied = m.ID; return err })
	w.expect("a message copied", rop.NotificationData{NotificationFlags: messageCopied, FolderID: ipm, MessageID: messageOf(copied), OldFolderID: inbox, OldMessageID: messageOf(id)},
		counts(ipm, mapi.NotifyTotalChanged, 1, 0))
	old := id
	w.change("alice", func(tx store.Tx) error { m, err := tx.MoveMessage(id, to); id = m.ID; return err })
	w.expect("a message moved", rop.NotificationData{NotificationFlags: messageMoved, FolderID: ipm, MessageID: messageOf(id), OldFolderID: inbox, OldMessageID: messageOf(old)},
		counts(ipm, mapi.NotifyTotalChanged, 2, 0), counts(inbox, mapi.NotifyTotalChanged, 0, 0))
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(id, false) })
	w.expect("a message deleted", rop.NotificationData{NotificationFlags: messageDeleted, FolderID: ipm, MessageID: messageOf(id)},
		counts(ipm, mapi.NotifyTotalChanged, 1, 0))

	w.change("alice", func(tx store.Tx) error { m, err := tx.MoveMessage(id, in); id = m.ID; return err })
	w.expect("a message brought back", rop.NotificationData{NotificationFlags: messageCreated, FolderID: inbox, MessageID: messageOf(id)},
		counts(inbox, mapi.NotifyTotalChanged, 1, 0), counts(ipm, 0, 0, 0))
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(id, false) })
	w.expect("a message deleted softly", rop.NotificationData{NotificationFlags: messageDeleted, FolderID: inbox, MessageID: messageOf(id)},
		counts(inbox, mapi.NotifyTotalChanged, 0, 0))
	w.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(id, true) })
	w.expect("the same for good", counts(inbox, 0, 0, 0))

	var d, e store.Folder
	w.change("alice", func(tx store.Tx) (err error) {
		d, err = tx.CreateFolder(store.NewFolder{Mailbox: w.entry("alice").Mailbox, Parent: in, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "d"})
		return err
	})
	w.expect("a folder created", rop.NotificationData{NotificationFlags: mapi.NotifyObjectCreated, FolderID: folderOf(d.ID), ParentFolderID: inbox}, counts(inbox, 0, 0, 0))
	w.change("alice", func(tx store.Tx) (err error) {
		e, err = tx.CreateFolder(store.NewFolder{Mailbox: w.entry("alice").Mailbox, Parent: to, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "e", CopyOf: d.ID})
		return err
	})
	w.expect("a folder copied", rop.NotificationData{NotificationFlags: mapi.NotifyObjectCopied, FolderID: folderOf(e.ID), ParentFolderID: ipm, OldFolderID: folderOf(d.ID), OldParentFolderID: inbox},
		counts(ipm, 0, 0, 0))
	w.change("alice", func(tx store.Tx) error {
		return tx.SetFolderProps(d.ID, []prop.Tagged{text(mapi.TagDisplayName, "f")}, nil)
	})
	w.expect("a folder renamed", rop.NotificationData{NotificationFlags: mapi.NotifyObjectModified, FolderID: folderOf(d.ID), Tags: []mapi.PropTag{mapi.TagDisplayName}})
	w.change("alice", func(tx store.Tx) error { _, err := tx.MoveFolder(d.ID, store.FolderMove{Parent: to}); return err })
	w.expect("a folder moved", rop.NotificationData{NotificationFlags: mapi.NotifyObjectMoved, FolderID: folderOf(d.ID), ParentFolderID: ipm, OldFolderID: folderOf(d.ID), OldParentFolderID: inbox},
		counts(inbox, 0, 0, 0), counts(ipm, 0, 0, 0))
	w.change("alice", func(tx store.Tx) error { return tx.DeleteFolder(d.ID, true) })
	w.expect("a folder deleted", rop.NotificationData{NotificationFlags: mapi.NotifyObjectDeleted, FolderID: folderOf(d.ID), ParentFolderID: ipm}, counts(ipm, 0, 0, 0))

	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: inbox})
	w.run(&rop.ReleaseRequest{In: rop.In{InputHandleIndex: 1}})
	w.change("alice", func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: in}); return err })
	w.expect("a release")
}
