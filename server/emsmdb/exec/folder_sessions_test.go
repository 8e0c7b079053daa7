package exec_test

import (
	"context"
	"encoding/binary"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// TestEightSessionsOnThreeFolders lets eight sessions move, copy, mark and delete the same messages at once. Whoever
// comes first wins, nothing happens twice or half, and all counts are right at the end.
func TestEightSessionsOnThreeFolders(t *testing.T) {
	t.Parallel()
	const sessions, messages = 8, 120
	w := newWorld(t)
	w.inbox()
	folders := []mapi.ID{w.makeFolder(1, 2, "One"), w.makeFolder(1, 3, "Two"), w.makeFolder(1, 4, "Three")}
	ids := w.fill(folders[0], many(messages, 0)...)
	open := func(at uint8, id mapi.ID) rop.Request {
		return &rop.OpenFolderRequest{InOut: inOut(0, at), FolderID: id}
	}
	var wg sync.WaitGroup
	for n := range sessions {
		o := w.with("alice")
		o.logOn()
		o.run(open(1, folders[0]), open(2, folders[1]), open(3, folders[2]))
		var reqs []rop.Request
		for i := 0; i < messages; i += 10 {
			part := ids[i : i+10]
			switch (n + i/10) % 4 {
			case 0:
				reqs = append(reqs, transfer(1, 2, false, part...))
			case 1:
				reqs = append(reqs, transfer(1, 3, false, part...))
			case 2:
				reqs = append(reqs, &rop.SetReadFlagsRequest{In: in(1), MessageIDs: part})
			default:
				reqs = append(reqs, &rop.HardDeleteMessagesRequest{In: in(1), MessageIDs: part[:5]})
			}
		}
		payload := o.payload(reqs...)
		wg.Go(func() {
			out, err := w.exec.Run(context.Background(), o.session, exec.Input{Payload: payload, Max: rop.MaxPayload})
			if err != nil {
				t.Error(err)
				return
			}
			d := rop.NewDecoder(out[0][2:binary.LittleEndian.Uint16(out[0])])
			for _, req := range reqs {
				resp := newResponse(t, req.RopID())
				if resp.Decode(d); d.Err() != nil || resp.Head().ReturnValue != mapi.Success {
					t.Errorf("%T: %v, %v", req, resp.Head(), d.Err())
				}
			}
		})
	}
	wg.Wait()
	for at := uint8(2); at <= 4; at++ {
		unread := int64(0)
		rows := w.listed(at, 0, mapi.TagMessageFlags)
		for _, row := range rows {
			if row[0].Int()&int64(mapi.MfRead) == 0 {
				unread++
			}
		}
		w.wantCounts(at, int64(len(rows)), unread, 0, 0)
	}
	if left := w.listed(2, 0); len(left) != 0 { // every message was moved or deleted by one session
		t.Errorf("%d messages left in the first folder", len(left))
	}
	if err := w.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCopyMessagesOverQuota checks that a copy into a mailbox that has no room is refused and leaves nothing there.
func TestCopyMessagesOverQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(&seed.Seed{Users: []seed.User{
		{Name: "alice", Password: "x", Admin: new(true)}, {Name: "bob", Password: "x", Quota: &seed.Quota{Receive: 20}},
	}}))
	w.twoLogons()
	folder := w.folderID(2)
	ids := w.fill(folder, many(130, 0)...)
	w.change("alice", func(tx store.Tx) error {
		for range 12 { // none of them is too large on its own
			m, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{text(mapi.TagBody, strings.Repeat("x", 4<<10))},
			})
			if err != nil {
				return err
			}
			ids = append(ids, mapi.NewID(1, uint64(m.ID)))
		}
		return nil
	})
	r := w.run(transfer(2, 5, true, ids...))[0].(*rop.MoveCopyMessagesResponse)
	if r.ReturnValue != mapi.ErrShutoffQuota || !r.PartialCompletion {
		t.Errorf("response = %+v", r)
	}
	if n := w.countOf(5); n != 100 {
		t.Errorf("%d messages arrived, want those of the step that had room", n)
	}
}
