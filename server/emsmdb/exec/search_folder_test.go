package exec_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// below makes a folder below the inbox, open at index 5, with a message for each subject.
func (s *searching) below(name string, subjects ...string) mapi.ID {
	s.t.Helper()
	s.openFolder(s.inbox, 5, 0)
	id := s.makeFolder(5, 5, name)
	s.change("alice", func(tx store.Tx) error {
		for i, text := range subjects {
			_, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(id.Counter()), Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(text)}, {Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(i + 1))},
				{Tag: mapi.TagSentRepresentingName, Value: prop.String("Carol")},
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// TestSearchFolderTable: rows are those of the real messages, and everything works on them that works on rows.
func TestSearchFolderTable(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	sub := s.below("Sub", "x1", "x2")
	found := s.search("Found", prop.NotRestriction{Part: subjectHas("m004")}, mapi.SearchRecursive, s.inbox)
	open := func(columns ...mapi.PropTag) uint32 {
		tab := one[*rop.GetContentsTableResponse](s.world, &rop.GetContentsTableRequest{InOut: inOut(4, 2)})
		one[*rop.SetColumnsResponse](s.world, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
		return tab.RowCount
	}
	if n := open(mapi.TagSubject, mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagParentEntryId, mapi.TagEntryId, mapi.TagInstanceKey); n != 7 {
		t.Errorf("%d rows", n)
	}
	all := s.rows(100).Rows
	parents := map[mapi.ID]prop.Value{}
	for _, id := range []mapi.ID{s.inbox, sub} {
		s.openFolder(id, 5, 0)
		parents[id] = s.props(5, mapi.TagEntryId)[0]
	}
	keys := map[string]bool{}
	for _, row := range all {
		v := row.Values
		want := s.inbox
		if v[0].Str()[0] == 'x' {
			want = sub
		}
		if v[1].ObjectID() != want || !v[4].Equal(parents[want]) || v[2].ObjectID() != v[3].ObjectID() {
			t.Errorf("row %q: folder %v, parent %X, ids %v and %v", v[0].Str(), v[1].ObjectID(), v[4].Bytes(), v[2].ObjectID(), v[3].ObjectID())
		}
		s.openAt(6, v[2].ObjectID(), 0)
		if got := s.props(6, mapi.TagEntryId, mapi.TagFolderId, mapi.TagParentEntryId); !got[0].Equal(v[5]) || !got[1].Equal(v[1]) || !got[2].Equal(v[4]) {
			t.Errorf("row %q says other ids than the message", v[0].Str())
		}
		keys[string(v[6].Bytes())] = true
	}
	if len(all) != 7 || len(keys) != 7 {
		t.Errorf("%d rows with %d instance keys", len(all), len(keys))
	}

	s.sort(0, prop.SortOrder{Tag: mapi.TagSubject, Order: prop.Descending})
	if got := subjects(s.rows(100), 0); !slices.Equal(got, []string{"x2", "x1", "m005", "m003", "m002", "m001", "m000"}) {
		t.Errorf("by subject: %q", got)
	}
	s.sort(0, prop.SortOrder{Tag: mapi.TagMessageDeliveryTime})
	if got := subjects(s.rows(2), 0); !slices.Equal(got, []string{"x1", "x2"}) {
		t.Errorf("by time: %q", got)
	}
	s.sort(0, prop.SortOrder{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending})
	one[*rop.SeekRowResponse](s.world, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkEnd, RowCount: -2})
	if got := subjects(s.rows(2), 0); !slices.Equal(got, []string{"x2", "x1"}) {
		t.Errorf("by time, the last: %q", got)
	}
	if r := one[*rop.FindRowResponse](s.world, &rop.FindRowRequest{In: in(2), Restriction: subjectHas("M003")}); r.RowData.Values[0].Str() != "m003" {
		t.Errorf("found %q", r.RowData.Values[0].Str())
	}
	one[*rop.RestrictResponse](s.world, &rop.RestrictRequest{In: in(2), Restriction: subjectHas("x")})
	if got := subjects(s.rows(100), 0); !slices.Equal(got, []string{"x2", "x1"}) {
		t.Errorf("restricted: %q", got)
	}
	one[*rop.RestrictResponse](s.world, &rop.RestrictRequest{In: in(2)})
	one[*rop.SetColumnsResponse](s.world, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagRowType, mapi.TagContentCount, mapi.TagSubject, mapi.TagFolderId}})
	one[*rop.SortTableResponse](s.world, &rop.SortTableRequest{In: in(2), CategoryCount: 1, ExpandedCount: 1, SortOrders: []prop.SortOrder{
		{Tag: mapi.TagSentRepresentingName}, {Tag: mapi.TagSubject},
	}})
	var outline []string
	for _, row := range s.rows(100).Rows {
		if row.Values[0].Int() == int64(mapi.RowTypeLeaf) {
			outline = append(outline, row.Values[2].Str())
		} else {
			if row.Values[3].ObjectID() != found {
				t.Errorf("a header's folder is %v", row.Values[3].ObjectID())
			}
			outline = append(outline, fmt.Sprint("*", row.Values[1].Int()))
		}
	}
	if !slices.Equal(outline, []string{"*5", "m000", "m001", "m002", "m003", "m005", "*2", "x1", "x2"}) {
		t.Errorf("categories: %q", outline)
	}
}

func TestSearchFolderTableFlags(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.search("Found", unreadOnly, 0, s.inbox)
	for flags, want := range map[uint8]int{0: 3, mapi.TableUseUnicode | mapi.TableDeferredErrors: 3, mapi.TableAssociated: 0, mapi.TableSoftDeletes: 0} {
		if got := len(s.listed(4, flags)); got != want {
			t.Errorf("flags 0x%02X: %d rows, want %d", flags, got, want)
		}
	}
	s.wantCountsOfSearch(3, 3)
}

// wantCountsOfSearch checks the counts of the folder at index 4, in itself and in its row of the Finder.
func (s *searching) wantCountsOfSearch(content, unread int64) {
	s.t.Helper()
	own := s.props(4, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagAssociatedContentCount, mapi.TagFolderFlags)
	if own[0].Int() != content || own[1].Int() != unread || own[2].Int() != 0 || uint32(own[3].Int())&mapi.FolderFlagSearch == 0 {
		s.t.Errorf("counts %v, want %d and %d", own, content, unread)
	}
	one[*rop.GetHierarchyTableResponse](s.world, &rop.GetHierarchyTableRequest{InOut: inOut(1, 2)})
	one[*rop.SetColumnsResponse](s.world, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagContentCount, mapi.TagContentUnreadCount}})
	row := s.rows(1).Rows[0].Values
	if row[0].Int() != content || row[1].Int() != unread {
		s.t.Errorf("counts in the hierarchy %v, want %d and %d", row, content, unread)
	}
	s.run(&rop.ReleaseRequest{In: in(2)})
}

// TestSearchFolderTableFollows: an open table shows what came and went since.
func TestSearchFolderTableFollows(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.search("Found", unreadOnly, 0, s.inbox)
	one[*rop.GetContentsTableResponse](s.world, &rop.GetContentsTableRequest{InOut: inOut(4, 2)})
	one[*rop.SetColumnsResponse](s.world, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
	s.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
	shows := func(what string, want ...string) {
		t.Helper()
		one[*rop.SeekRowResponse](s.world, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkBeginning})
		if got := subjects(s.rows(100), 0); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	shows("built", "m001", "m003", "m005")
	ids := s.put("a", "m002a")
	shows("not judged yet", "m001", "m003", "m005")
	s.settle()
	shows("new mail", "a", "m001", "m002a", "m003", "m005")
	one[*rop.SetReadFlagsResponse](s.world, &rop.SetReadFlagsRequest{In: in(4), MessageIDs: ids[:1]})
	s.wantCountsOfSearch2(5, 4)
	s.settle()
	shows("read", "m001", "m002a", "m003", "m005")
	s.change("alice", func(tx store.Tx) error {
		_, err := tx.SaveMessage(store.MessageID(ids[1].Counter()), store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{
			Set: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("z")}},
		}}})
		return err
	})
	shows("changed, at once", "m001", "m003", "m005", "z")
	s.change("alice", func(tx store.Tx) error { return tx.DeleteMessage(store.MessageID(ids[1].Counter()), false) })
	shows("deleted, at once", "m001", "m003", "m005")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(subjectHas("m000"), 0))
	shows("started anew")
	s.settle()
	shows("found anew", "m000")
	s.wantCountsOfSearch2(1, 0)
}

// wantCountsOfSearch2 is wantCountsOfSearch while a table is open at index 2.
func (s *searching) wantCountsOfSearch2(content, unread int64) {
	s.t.Helper()
	if v := s.props(4, mapi.TagContentCount, mapi.TagContentUnreadCount); v[0].Int() != content || v[1].Int() != unread {
		s.t.Errorf("counts %v, want %d and %d", v, content, unread)
	}
}

// TestSearchFolderMessages opens, reads, moves, copies and deletes messages through the search folder.
func TestSearchFolderMessages(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	found := s.search("Found", unreadOnly, 0, s.inbox)
	ids := slices.Collect(func(yield func(mapi.ID) bool) {
		for id := range s.listed(4, 0) {
			if !yield(id) {
				return
			}
		}
	})
	slices.Sort(ids)
	one[*rop.OpenMessageResponse](s.world, &rop.OpenMessageRequest{InOut: inOut(0, 6), CodePageID: 0x0FFF, FolderID: found, MessageID: ids[0]})
	if v := s.props(6, mapi.TagSubject, mapi.TagFolderId); v[0].Str() != "m001" || v[1].ObjectID() != s.inbox {
		t.Errorf("opened %v", v)
	}
	if got := one[*rop.GetMessageStatusResponse](s.world, &rop.GetMessageStatusRequest{In: in(4), MessageID: ids[0]}).MessageStatusFlags; got != 0 {
		t.Errorf("status %d", got)
	}
	drafts := s.below("Target")
	s.openFolder(drafts, 5, 0)
	one[*rop.MoveCopyMessagesResponse](s.world, transfer(4, 5, true, ids[0]))
	one[*rop.MoveCopyMessagesResponse](s.world, transfer(4, 5, false, ids[1]))
	one[*rop.DeleteMessagesResponse](s.world, &rop.DeleteMessagesRequest{In: in(4), MessageIDs: ids[2:]})
	s.settle()
	s.wantFound("after a copy, a move and a delete", "m001")
	s.openFolder(s.inbox, 6, 0)
	if v := s.props(6, mapi.TagContentCount, mapi.TagDeletedCountTotal); v[0].Int() != 4 || v[1].Int() != 1 {
		t.Errorf("the inbox has %v messages and deleted ones", v)
	}
	if got := len(s.listed(5, 0)); got != 2 {
		t.Errorf("%d messages arrived", got)
	}
	one[*rop.HardDeleteMessagesResponse](s.world, &rop.HardDeleteMessagesRequest{In: in(4), MessageIDs: ids[:1]})
	s.wantFound("after a delete for good")
	if _, err := s.message(ids[0]); err == nil {
		t.Error("the message is still there")
	}
	s.put("one", "two")
	s.settle()
	one[*rop.SetReadFlagsResponse](s.world, &rop.SetReadFlagsRequest{In: in(4)})
	s.settle()
	s.wantFound("all of them read")
}

// TestSearchFolderHoldsNothing refuses what would put something into a search folder, [MS-OXCFOLD] 3.2.5.2, 3.2.5.6 and
// 3.2.5.9.
func TestSearchFolderHoldsNothing(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	found := s.search("Found", unreadOnly, 0, s.inbox)
	s.openFolder(s.inbox, 5, 0)
	ids := s.put("m")
	s.settle()
	sub := s.below("Sub")
	s.openFolder(s.inbox, 5, 0)
	folder := func(req *rop.CreateFolderRequest) rop.Request {
		req.InOut, req.DisplayName = inOut(4, 6), "x"
		return req
	}
	for _, c := range []struct {
		name string
		want mapi.ErrorCode
		req  rop.Request
	}{
		{"CreateMessage", mapi.ErrSearchFolder, &rop.CreateMessageRequest{InOut: inOut(4, 6), CodePageID: 0x0FFF, FolderID: found}},
		{"CreateAssociatedMessage", mapi.ErrSearchFolder, &rop.CreateMessageRequest{InOut: inOut(4, 6), CodePageID: 0x0FFF, FolderID: found, AssociatedFlag: true}},
		{"CreateFolder", mapi.ErrSearchFolder, folder(&rop.CreateFolderRequest{FolderType: 1})},
		{"CreateSearchFolder", mapi.ErrSearchFolder, folder(&rop.CreateFolderRequest{FolderType: 2})},
		{"MoveMessage", mapi.ErrSearchFolder, transfer(5, 4, false, ids[0])},
		{"CopyMessage", mapi.ErrSearchFolder, transfer(5, 4, true, ids[0])},
		{"MoveFolder", mapi.ErrSearchFolder, &rop.MoveFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 5, DestHandleIndex: 4}, FolderID: sub}},
		{"CopyFolder", mapi.ErrSearchFolder, &rop.CopyFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 5, DestHandleIndex: 4}, FolderID: sub, NewFolderName: "x"}},
		{"EmptyFolder", mapi.ErrNoSupport, &rop.EmptyFolderRequest{In: in(4), WantDeleteAssociated: true}},
		{"HardDeleteAll", mapi.ErrNoSupport, &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(4)}},
	} {
		if got := s.code(c.req); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	s.wantFound("as before", "m", "m001", "m003", "m005")
}

// TestSearchFolderRemoved: messages stay where they are when a search folder goes, moves or is copied.
func TestSearchFolderRemoved(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	found := s.search("Found", unreadOnly, 0, s.inbox)
	one[*rop.CopyFolderResponse](s.world, &rop.CopyFolderRequest{
		SrcDst: rop.SrcDst{SourceHandleIndex: 1, DestHandleIndex: 1}, UseUnicode: true, FolderID: found, NewFolderName: "Copy",
	})
	s.openFolder(s.logon.FolderIDs[fidIPM], 5, 0)
	one[*rop.MoveFolderResponse](s.world, &rop.MoveFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 1, DestHandleIndex: 5}, FolderID: found})
	s.put("new")
	s.settle()
	s.wantFound("moved", "m001", "m003", "m005", "new")
	s.folder("Copy")
	s.wantFound("copied", "m001", "m003", "m005", "new")
	if told := s.told(); told.FolderIDs[0] != s.inbox || told.SearchFlags&mapi.SearchStateComplete == 0 {
		t.Errorf("criteria of the copy: %+v", told)
	}
	if r := s.deleteFolder(5, 0, found); r.PartialCompletion {
		t.Error("a search folder with messages was not deleted")
	}
	s.openFolder(s.inbox, 5, 0)
	if v := s.props(5, mapi.TagContentCount); v[0].Int() != 7 {
		t.Errorf("%v messages in the inbox", v)
	}
	s.put("later")
	s.settle()
	s.wantFound("another search goes on", "later", "m001", "m003", "m005", "new")
}

// TestSearchFolderScopes: a search follows the folders of its scope.
func TestSearchFolderScopes(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	a := s.below("A", "a1")
	b := s.below("B", "b1")
	s.search("Found", prop.ExistRestriction{Tag: mapi.TagSubject}, mapi.SearchShallow, a, b)
	s.wantFound("two folders", "a1", "b1")
	s.openFolder(s.inbox, 5, 0)
	s.deleteFolder(5, mapi.DelMessages|mapi.DelFolders|mapi.DeleteHardDelete, a)
	s.settle()
	s.wantFound("one is gone", "b1")
	if told := s.told(); len(told.FolderIDs) != 1 || told.FolderIDs[0] != b {
		t.Errorf("folders %v", told.FolderIDs)
	}
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchRecursive, s.inbox))
	s.settle()
	s.wantFound("all below", "b1", "m000", "m001", "m002", "m003", "m004", "m005")
	s.below("C", "c1")
	s.settle()
	s.wantFound("a new folder", "b1", "c1", "m000", "m001", "m002", "m003", "m004", "m005")
	s.openFolder(s.inbox, 5, 0)
	s.openFolder(s.logon.FolderIDs[fidIPM], 6, 0)
	one[*rop.MoveFolderResponse](s.world, &rop.MoveFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 5, DestHandleIndex: 6}, FolderID: b})
	s.settle()
	s.wantFound("a folder left", "c1", "m000", "m001", "m002", "m003", "m004", "m005")
}
