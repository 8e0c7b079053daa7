package notify_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/store"
)

// TestHubTellsWhomAChangeConcerns: each watch hears of a change once.
func TestHubTellsWhomAChangeConcerns(t *testing.T) {
	t.Parallel()
	var feed store.Feed
	h := notify.NewHub(&feed)
	defer h.Close()
	heard := map[string]int{}
	watch := func(name string, s notify.Scope) func() {
		return h.Watch(s, func(*store.Change) { heard[name]++ })
	}
	stop := watch("mailbox", notify.Scope{Mailbox: 1})
	watch("another mailbox", notify.Scope{Mailbox: 2})
	watch("old folder", notify.Scope{Mailbox: 1, Folder: 10})
	watch("folder", notify.Scope{Mailbox: 1, Folder: 11})
	watch("another folder", notify.Scope{Mailbox: 1, Folder: 12})
	watch("message", notify.Scope{Mailbox: 1, Folder: 10, Message: 100})
	watch("new message", notify.Scope{Message: 101})
	moved := store.Change{Kind: store.MessageMoved, Mailbox: 1, Folder: 11, Message: 101, OldFolder: 10, OldMessage: 100}
	feed.Publish([]store.Change{moved})
	want := map[string]int{"mailbox": 1, "old folder": 1, "folder": 1, "message": 1, "new message": 1}
	if fmt.Sprint(heard) != fmt.Sprint(want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
	stop()
	stop() // harmless
	feed.Publish([]store.Change{{Kind: store.MessageModified, Mailbox: 1, Folder: 12, Message: 5}})
	if heard["mailbox"] != 1 || heard["another folder"] != 1 {
		t.Errorf("after stop: %v", heard)
	}
	// What a search found is nothing that happened to the message or to the folder that it is in.
	feed.Publish([]store.Change{{Kind: store.SearchMemberAdded, Mailbox: 1, Folder: 12, OldFolder: 10, Message: 100}})
	if heard["another folder"] != 2 || heard["message"] != 1 || heard["old folder"] != 1 {
		t.Errorf("of a search: %v", heard)
	}
}

// sink has room for so many events.
type sink struct{ room, taken, woken int }

func (s *sink) Wake() { s.woken++ }
func (s *sink) Reserve() bool {
	if s.taken >= s.room {
		return false
	}
	s.taken++
	return true
}
func (s *sink) Release(n int) { s.taken -= n }

// all sees everything but one folder.
type all struct{ hidden store.FolderID }

func (a all) May(_ context.Context, f store.FolderID, _ bool) (bool, bool, error) {
	return f != a.hidden, false, nil
}
func (a all) Counts(context.Context, store.FolderID) (uint32, uint32, bool, error) {
	return 5, 3, true, nil
}
func (a all) Wide() bool { return false }

func subscribe(types uint16, room int, v all) (*notify.Subscription, *sink) {
	s := &sink{room: room}
	return notify.NewSubscription(notify.Options{Types: types, Sink: s, Viewer: v, Replica: 1}), s
}

// told fetches all events, each as its flags and its ids.
func told(t *testing.T, s *notify.Subscription) (list []string) {
	t.Helper()
	for {
		events, err := s.Events(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			return list
		}
		for _, e := range events {
			list = append(list, fmt.Sprintf("%04X %d %d", e.Flags, e.Folder.Counter(), e.Message.Counter()))
		}
		s.Told(len(events))
	}
}

const everything = mapi.NotifyObjectCreated | mapi.NotifyObjectDeleted | mapi.NotifyObjectModified | mapi.NotifyObjectMoved | mapi.NotifyObjectCopied

func TestSubscriptionTellsWhatItIsFor(t *testing.T) {
	t.Parallel()
	moved := store.Change{Kind: store.MessageMoved, Folder: 11, Message: 101, OldFolder: 10, OldMessage: 100}
	for _, c := range []struct {
		name   string
		types  uint16
		hidden store.FolderID
		change store.Change
		want   string
	}{
		{"Created", everything, 0, store.Change{Kind: store.MessageCreated, Folder: 10, Message: 100}, "8004 10 100"},
		{"NotAskedFor", mapi.NotifyObjectDeleted, 0, store.Change{Kind: store.MessageCreated, Folder: 10, Message: 100}, ""},
		{"NotToBeSeen", everything, 10, store.Change{Kind: store.MessageCreated, Folder: 10, Message: 100}, ""},
		{"Moved", everything, 0, moved, "8020 11 101"},
		{"MovedOutOfSight", everything, 11, moved, "8008 10 100"},
		{"MovedIntoSight", everything, 10, moved, "8004 11 101"},
		{"MovedOutOfSightNotAskedFor", mapi.NotifyObjectMoved, 11, moved, ""},
		{"FolderCounts", everything, 0, store.Change{Kind: store.FolderModified, Folder: 10, Total: true, Unread: true}, "3010 10 0"},
		{"DeletedWasToldWhenItWasBuried", everything, 0, store.Change{Kind: store.MessageDeleted, Folder: 10, Message: 100, Buried: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, _ := subscribe(c.types, 10, all{c.hidden})
			s.Note(&c.change)
			got := ""
			for _, e := range told(t, s) {
				got += e
			}
			if got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

// TestSubscriptionsStayWithinTheirRoom: too much becomes modifications of the folders, and all room comes back.
func TestSubscriptionsStayWithinTheirRoom(t *testing.T) {
	t.Parallel()
	for _, room := range []int{0, 1, 7} {
		s, sink := subscribe(everything, room, all{})
		for i := range 100 {
			s.Note(&store.Change{Kind: store.MessageCreated, Folder: store.FolderID(10 + i%2), Message: store.MessageID(1 + i)})
			if sink.taken > room || sink.taken < 0 {
				t.Fatalf("room %d, %d taken", room, sink.taken)
			}
		}
		got := told(t, s)
		if len(got) == 0 || len(got) > room+1 || !slices.ContainsFunc(got, func(e string) bool { return e[:4] == "3010" }) {
			t.Errorf("room %d: told %q", room, got)
		}
		if sink.taken != 0 || sink.woken != 100 {
			t.Errorf("room %d: %d are taken, %d wake-ups", room, sink.taken, sink.woken)
		}
	}
	// Who asked for deletions alone hears of the newest.
	s, sink := subscribe(mapi.NotifyObjectDeleted, 2, all{})
	for i := range 10 {
		s.Note(&store.Change{Kind: store.MessageDeleted, Folder: 10, Message: store.MessageID(1 + i)})
	}
	if got := told(t, s); len(got) == 0 || got[len(got)-1] != "8008 10 10" || sink.taken != 0 {
		t.Errorf("told %q, %d are taken", got, sink.taken)
	}
}

func TestClosedSubscriptionsGiveTheirRoomBack(t *testing.T) {
	t.Parallel()
	s, sink := subscribe(everything, 10, all{})
	for i := range 5 {
		s.Note(&store.Change{Kind: store.MessageCreated, Folder: 10, Message: store.MessageID(1 + i)})
	}
	s.Close()
	s.Note(&store.Change{Kind: store.MessageCreated, Folder: 10, Message: 9})
	if got := told(t, s); len(got) != 0 || sink.taken != 0 {
		t.Errorf("told %q, %d are taken", got, sink.taken)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	var f notify.Folders
	f.Show(map[store.FolderID]struct{}{10: {}})
	if f.Note(&store.Change{Kind: store.FolderModified, Folder: 11}, false) {
		t.Error("told of what happens in a folder that the table does not show")
	}
	if !f.Note(&store.Change{Kind: store.FolderModified, Folder: 10}, false) || f.Note(&store.Change{Kind: store.MessageCreated, Folder: 10}, false) {
		t.Error("a folder that is shown changed")
	}
	if c := f.Take(); c.Listed || c.Many || len(c.Others) != 1 {
		t.Errorf("%+v", c)
	}
	if f.Note(&store.Change{Kind: store.FolderCreated, Folder: 12}, true) {
		t.Error("told of what the client did itself")
	}
	if c := f.Take(); !c.Listed || len(c.Own) != 1 || len(c.Others) != 0 {
		t.Errorf("%+v", c)
	}
	for i := range 2000 {
		f.Note(&store.Change{Kind: store.FolderCreated, Folder: store.FolderID(i)}, false)
	}
	if c := f.Take(); !c.Many || len(c.Others) > 1024 {
		t.Errorf("many %v, %d kept", c.Many, len(c.Others))
	}
}
