package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// listed returns the ids in a contents table of the folder at an index, which it opens at index 7, with the values of
// further columns.
func (w *world) listed(index, flags uint8, columns ...mapi.PropTag) map[mapi.ID][]prop.Value {
	w.t.Helper()
	t := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(index, 7), TableFlags: flags})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: append([]mapi.PropTag{mapi.TagMid}, columns...)})
	list := make(map[mapi.ID][]prop.Value)
	for {
		r := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: true, RowCount: 500})
		if len(r.Rows) == 0 {
			break
		}
		for _, row := range r.Rows {
			list[row.Values[0].ObjectID()] = row.Values[1:]
		}
	}
	if int(t.RowCount) != len(list) {
		w.t.Errorf("%d rows, the table said %d", len(list), t.RowCount)
	}
	return list
}

// fillAssociated puts associated messages into a folder of alice's.
func (w *world) fillAssociated(folder mapi.ID, n int) (ids []mapi.ID) {
	w.t.Helper()
	w.change("alice", func(tx store.Tx) error {
		ids = nil
		for range n {
			m, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(folder.Counter()), Associated: true, Flags: mapi.MfRead,
				Props: []prop.Tagged{{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Configuration.Test")}},
			})
			if err != nil {
				return err
			}
			ids = append(ids, mapi.NewID(1, uint64(m.ID)))
		}
		return nil
	})
	return ids
}

// wantCounts checks what a folder tells of its contents, which must always be exact.
func (w *world) wantCounts(index uint8, content, unread, associated, deleted int64) {
	w.t.Helper()
	v := w.props(index, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagAssociatedContentCount, mapi.TagDeletedCountTotal,
		mapi.TagMessageSizeExtended, mapi.TagNormalMessageSizeExtended, mapi.TagAssociatedMessageSizeExtended)
	for i, want := range []int64{content, unread, associated, deleted} {
		if v[i].Int() != want {
			w.t.Errorf("count %d = %d, want %d", i, v[i].Int(), want)
		}
	}
	if v[4].Int() != v[5].Int()+v[6].Int() || v[5].Int() > 0 != (content > 0) || v[6].Int() > 0 != (associated > 0) {
		w.t.Errorf("sizes = %v", v[4:])
	}
}

func TestDeleteMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fill(folder, 0, mapi.MfRead, 0)
	w.wantCounts(2, 3, 2, 0, 0)
	if r := one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[:2]}); r.PartialCompletion {
		t.Error("partial")
	}
	w.wantCounts(2, 1, 1, 0, 2)
	if list := w.listed(2, 0); len(list) != 1 || list[ids[2]] == nil {
		t.Errorf("left: %v", list)
	}
	gone := w.listed(2, mapi.TableSoftDeletes, mapi.TagDeletedOn, mapi.TagSubject)
	if len(gone) != 2 || gone[ids[0]] == nil || gone[ids[1]] == nil {
		t.Fatalf("soft-deleted: %v", gone)
	}
	if v := gone[ids[1]]; v[0].Type() != mapi.PtypTime || v[1].Str() != "B" {
		t.Errorf("row = %v", v)
	}
	open := &rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: ids[0]}
	if got := w.code(open); got != mapi.ErrNotFound {
		t.Errorf("opening it: %v", got)
	}
	open.OpenModeFlags = mapi.OpenModeSoftDeleted
	one[*rop.OpenMessageResponse](w, open)
	if v := w.props(3, mapi.TagSubject)[0]; v.Str() != "A" {
		t.Errorf("subject = %v", v)
	}
	if r := one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[:1]}); !r.PartialCompletion {
		t.Error("deleting it again is whole")
	}
}

func TestHardDeleteMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fill(folder, 0, mapi.MfRead, 0)
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[:1]})
	// One that was deleted softly before is among them.
	if r := one[*rop.HardDeleteMessagesResponse](w, &rop.HardDeleteMessagesRequest{In: in(2), MessageIDs: ids[:2]}); r.PartialCompletion {
		t.Error("partial")
	}
	w.wantCounts(2, 1, 1, 0, 0)
	if gone := w.listed(2, mapi.TableSoftDeletes); len(gone) != 0 {
		t.Errorf("soft-deleted: %v", gone)
	}
	open := &rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: ids[0], OpenModeFlags: mapi.OpenModeSoftDeleted}
	if got := w.code(open); got != mapi.ErrNotFound {
		t.Errorf("opening it: %v", got)
	}
}

func TestDeleteMessagesAssociated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fillAssociated(folder, 2)
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[:1]})
	w.wantCounts(2, 0, 0, 1, 0)
	if gone := w.listed(2, mapi.TableAssociated|mapi.TableSoftDeletes); len(gone) != 1 || gone[ids[0]] == nil {
		t.Errorf("soft-deleted: %v", gone)
	}
	if left := w.listed(2, mapi.TableAssociated); len(left) != 1 || left[ids[1]] == nil {
		t.Errorf("left: %v", left)
	}
}

// TestDeleteMessagesPartial checks that what can't be deleted is told and keeps nothing else from being deleted,
// [MS-OXCFOLD] 3.2.5.11, in every version.
func TestDeleteMessagesPartial(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2007", "exchange2010-sp1", "exchange2016"} {
		for _, hard := range []bool{false, true} {
			w := newWorld(t, withProfile(profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			folder := w.makeFolder(1, 2, "Box")
			ids, elsewhere := w.fill(folder, 0, 0), w.fill(inbox, 0)
			list := []mapi.ID{ids[0], elsewhere[0], mapi.NewID(1, 0xFFFFFF), 0, mapi.NewID(9, ids[1].Counter())}
			var partial bool
			if hard {
				partial = one[*rop.HardDeleteMessagesResponse](w, &rop.HardDeleteMessagesRequest{In: in(2), MessageIDs: list}).PartialCompletion
			} else {
				partial = one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: list}).PartialCompletion
			}
			if !partial {
				t.Errorf("%s: not partial", profile)
			}
			if left := w.listed(2, 0); len(left) != 1 || left[ids[1]] == nil {
				t.Errorf("%s: left %v", profile, left)
			}
			if w.mustMessage(elsewhere[0]).Deleted {
				t.Errorf("%s: a message of another folder is gone", profile)
			}
		}
	}
}

func TestDeleteMessagesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	for _, req := range []rop.Request{
		&rop.DeleteMessagesRequest{In: in(0)}, &rop.HardDeleteMessagesRequest{In: in(0)},
		&rop.EmptyFolderRequest{In: in(0)}, &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(0)},
	} {
		if got := w.code(req); got != mapi.ErrNoSupport {
			t.Errorf("%T: %v", req, got)
		}
	}
}

// TestDeleteMessagesReceipts checks that a message that was never read and whose sender wants to know owes nothing any
// more, whether the receipt was sent or the client wanted none.
func TestDeleteMessagesReceipts(t *testing.T) {
	t.Parallel()
	const pending = mapi.MfNotifyRead | mapi.MfNotifyUnread
	for _, tt := range []struct {
		name   string
		notify bool
		flags  uint32
		want   uint32
	}{
		{"Due", true, pending, mapi.MfNotifyRead},
		{"NotWanted", false, pending, mapi.MfNotifyRead},
		{"Read", false, pending | mapi.MfRead, pending | mapi.MfRead},
		{"NotAskedFor", true, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inbox()
			ids := w.fill(w.makeFolder(1, 2, "Box"), tt.flags)
			one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), NotifyNonRead: tt.notify, MessageIDs: ids})
			if m := w.mustMessage(ids[0]); !m.Deleted || m.Flags != tt.want {
				t.Errorf("deleted %v, flags %x, want %x", m.Deleted, m.Flags, tt.want)
			}
		})
	}
}

// TestDeleteMessagesAsynchronous checks both forms on more messages than one step takes.
func TestDeleteMessagesAsynchronous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fill(folder, many(230, 0)...)
	p := one[*rop.ProgressResponse](w, &rop.DeleteMessagesRequest{In: in(2), WantAsynchronous: true, MessageIDs: ids})
	if p.CompletedTaskCount != 100 || p.TotalTaskCount != 230 {
		t.Errorf("progress = %+v", p)
	}
	one[*rop.ProgressResponse](w, &rop.ProgressRequest{In: in(2)})
	if end := one[*rop.DeleteMessagesResponse](w, &rop.ProgressRequest{In: in(2)}); end.PartialCompletion {
		t.Error("partial")
	}
	w.wantCounts(2, 0, 0, 0, 230)
	one[*rop.HardDeleteMessagesResponse](w, &rop.HardDeleteMessagesRequest{In: in(2), MessageIDs: ids})
	w.wantCounts(2, 0, 0, 0, 0)
}

// TestDeleteMessagesByRight checks what a delegate may delete: with DeleteAny everything, with DeleteOwned what they
// made, [MS-OXCPERM] 2.2.7.
func TestDeleteMessagesByRight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		rights      uint32
		own, others bool // are deleted
	}{
		{"Reviewer", mapi.RoleReviewer, false, false},
		{"Author", mapi.RoleAuthor, true, false},
		{"Editor", mapi.RoleEditor, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inbox()
			folder := w.makeFolder(1, 2, "Box")
			w.permit(folder, "bob", tt.rights)
			others := w.fill(folder, 0)
			var own mapi.ID
			w.change("alice", func(tx store.Tx) error {
				m, err := tx.CreateMessage(store.NewMessage{
					Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{{Tag: mapi.TagCreatorEntryId, Value: w.addressOf("bob")}},
				})
				own = mapi.NewID(1, uint64(m.ID))
				return err
			})
			bob := w.delegate("bob")
			if got := bob.openFolder(folder, 1, 0); got != mapi.Success {
				t.Fatal(got)
			}
			r := one[*rop.DeleteMessagesResponse](bob, &rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{own, others[0]}})
			if r.PartialCompletion != !(tt.own && tt.others) {
				t.Errorf("partial = %v", r.PartialCompletion)
			}
			if got := w.mustMessage(own).Deleted; got != tt.own {
				t.Errorf("own message deleted: %v", got)
			}
			if got := w.mustMessage(others[0]).Deleted; got != tt.others {
				t.Errorf("other message deleted: %v", got)
			}
		})
	}
}

// TestDeleteMessagesShowsInOpenTables checks that a table that is open in another session loses its row, and that one
// of the deleted messages gets it.
func TestDeleteMessagesShowsInOpenTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 1, "Watched")
	ids := w.fill(folder, 0, 0, 0)
	w.contents(mapi.TagMid)
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 3), TableFlags: mapi.TableSoftDeletes})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagMid}})
	w.rows(10)
	other := w.with("alice")
	other.logOn()
	if got := other.openFolder(folder, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	one[*rop.DeleteMessagesResponse](other, &rop.DeleteMessagesRequest{In: in(1), MessageIDs: ids[1:2]})
	for index, want := range map[uint8]uint32{2: 2, 3: 1} {
		if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(index)}); p.Denominator != want {
			t.Errorf("table %d: %d rows, want %d", index, p.Denominator, want)
		}
	}
}
