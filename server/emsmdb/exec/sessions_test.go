package exec_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
)

// besideTest is a testing.TB for a goroutine of a test: what is fatal ends the goroutine.
type besideTest struct{ testing.TB }

func (b besideTest) Fatal(args ...any) {
	b.Helper()
	b.Error(args...)
	runtime.Goexit()
}

func (b besideTest) Fatalf(format string, args ...any) {
	b.Helper()
	b.Errorf(format, args...)
	runtime.Goexit()
}

// tagCounter is a property of the client's own.
const tagCounter mapi.PropTag = 0x68120003

// TestEightSessionsOneMailbox: sessions that change the same message by conflict detection, and the same folders, at the
// same time. No change is lost, every count is right, and all of them come to an end.
func TestEightSessionsOneMailbox(t *testing.T) {
	t.Parallel()
	const sessions, rounds = 8, 10
	w := newWorld(t, withProfile("exchange2007"), withHandles(1000), withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}}}))
	w.inbox()
	shared, target := w.makeFolder(1, 2, "shared"), w.makeFolder(1, 3, "target")
	counter := w.saveNew(shared, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("counter")}, prop.Tagged{Tag: tagCounter, Value: prop.Int32(0)})
	var wg sync.WaitGroup
	for n := range sessions {
		session := w.with("alice")
		session.t = besideTest{t}
		wg.Go(func() {
			s := session
			s.logOn()
			for round := range rounds {
				s.increment(shared, counter)
				s.busy(shared, target, n, round)
			}
		})
	}
	wg.Wait()

	p := w.with("alice")
	p.logOn()
	if got := p.counter(shared, counter); got != sessions*rounds {
		t.Errorf("the counter stands at %d, want %d", got, sessions*rounds)
	}
	want := map[string]int{"counter": 1}
	wantTarget := map[string]int{}
	for n := range sessions {
		for round := range rounds {
			name := fmt.Sprintf("%d-%d", n, round)
			switch round % 3 {
			case 0: // it stayed
				want[name]++
			case 1: // it moved
				wantTarget[name]++
			case 2: // it was copied, and the original deleted
				wantTarget[name]++
			}
		}
	}
	for _, f := range []struct {
		id     mapi.ID
		want   map[string]int
		unread int64
	}{{shared, want, 0}, {target, wantTarget, int64(len(wantTarget))}} {
		p.open1(f.id)
		got := make(map[string]int)
		p.contents(mapi.TagSubject)
		for _, row := range p.rows(1000).Rows {
			got[row.Values[0].Str()]++
		}
		if !maps.Equal(got, f.want) {
			t.Errorf("folder %v holds %v, want %v", f.id, got, f.want)
		}
		v := p.props(1, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagFolderChildCount)
		if v[0].Int() != int64(len(f.want)) || v[1].Int() != f.unread {
			t.Errorf("folder %v counts %v", f.id, v)
		}
	}
	p.open1(target)
	if v := p.props(1, mapi.TagFolderChildCount, mapi.TagSubfolders); v[0].Int() != rounds || !v[1].Bool() {
		t.Errorf("%v folders were made, want %d", v[0], rounds)
	}
}

// open1 opens a folder at index 1.
func (w *world) open1(id mapi.ID) {
	w.t.Helper()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: id})
}

// saveNew saves a new message and returns its id.
func (w *world) saveNew(folder mapi.ID, props ...prop.Tagged) mapi.ID {
	w.t.Helper()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(0, 4), CodePageID: 0x0FFF, FolderID: folder})
	one[*rop.SetPropertiesResponse](w, &rop.SetPropertiesRequest{In: in(4), PropertyValues: props})
	saved := one[*rop.SaveChangesMessageResponse](w, &rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 4, InputHandleIndex: 4}})
	w.run(&rop.ReleaseRequest{In: in(4)})
	return saved.MessageID
}

// counter reads the counter of a message.
func (w *world) counter(folder, id mapi.ID) int64 {
	w.t.Helper()
	one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{InOut: inOut(0, 4), CodePageID: 0x0FFF, FolderID: folder, MessageID: id})
	v := w.props(4, tagCounter)[0].Int()
	w.run(&rop.ReleaseRequest{In: in(4)})
	return v
}

// increment adds one to the counter of a message, as often as somebody else was faster.
func (w *world) increment(folder, id mapi.ID) {
	w.t.Helper()
	for {
		one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
			InOut: inOut(0, 4), CodePageID: 0x0FFF, FolderID: folder, MessageID: id, OpenModeFlags: mapi.OpenModeReadWrite,
		})
		v := w.props(4, tagCounter)[0].Int()
		one[*rop.SetPropertiesResponse](w, &rop.SetPropertiesRequest{In: in(4), PropertyValues: []prop.Tagged{{Tag: tagCounter, Value: prop.Int32(int32(v) + 1)}}})
		code := w.code(&rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 4, InputHandleIndex: 4}})
		w.run(&rop.ReleaseRequest{In: in(4)})
		switch code {
		case mapi.Success:
			return
		case mapi.ErrObjectModified:
		default:
			w.t.Fatalf("saving: %v", code)
		}
	}
}

// busy makes a message and lets it stay, moves it unread, or copies it unread and deletes it; and makes a folder that
// every session makes.
func (w *world) busy(shared, target mapi.ID, n, round int) {
	w.t.Helper()
	id := w.saveNew(shared, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("%d-%d", n, round))})
	w.open1(shared)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: target})
	if round%3 > 0 {
		one[*rop.SetReadFlagsResponse](w, &rop.SetReadFlagsRequest{
			In: in(1), ReadFlags: mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt, MessageIDs: []mapi.ID{id},
		})
		one[*rop.MoveCopyMessagesResponse](w, &rop.MoveCopyMessagesRequest{
			SrcDst: rop.SrcDst{SourceHandleIndex: 1, DestHandleIndex: 2}, MessageIDs: []mapi.ID{id}, WantCopy: round%3 == 2,
		})
	}
	if round%3 == 2 {
		one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{id}})
	}
	folder := newFolderRequest(2, 3, fmt.Sprintf("round %d", round))
	folder.OpenExisting = true
	one[*rop.CreateFolderResponse](w, folder)
	for _, index := range slices.Backward([]uint8{1, 2, 3}) {
		w.run(&rop.ReleaseRequest{In: in(index)})
	}
}
