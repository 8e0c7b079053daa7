package exec_test

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	version "github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

// The tests of this file, and those named likewise elsewhere, hold what broke Outlook against other servers (Pitfall) and
// what is easily missed in the specifications (Requirement), one line each.

// TestPitfall18ChildHandlesSurviveReleaseOfParent: whatever was made or opened below an object works on once the handles
// above it are released, down to the logon's own.
func TestPitfall18ChildHandlesSurviveReleaseOfParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	id := w.makeFolder(1, 2, "Child")
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]})
	w.attach(4, fileNamed("a.txt"))
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate})
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(2, 6)})

	w.run(&rop.ReleaseRequest{In: in(1)})
	if p := w.set(2, text(mapi.TagComment, "kept"), text(mapi.TagDisplayName, "Renamed")); len(p) != 0 {
		t.Errorf("problems %v", p)
	}
	w.makeFolder(2, 1, "Grandchild")
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(6), PropertyTags: []mapi.PropTag{mapi.TagMid}})
	one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(5), Data: []byte("data")})
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
	w.saveAttachment(4)
	mid := w.save(3)
	w.run(&rop.ReleaseRequest{In: in(3)})
	if v := w.props(4, mapi.TagAttachDataBinary)[0]; v.Str() != "data" {
		t.Errorf("the attachment has %v", v)
	}
	w.run(&rop.ReleaseRequest{In: in(2)})
	one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(6), ForwardRead: true, RowCount: 1})

	w.openAt(3, mid, mapi.OpenModeReadOnly)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: id})
	if v := w.props(2, mapi.TagDisplayName, mapi.TagComment); v[0].Str() != "Renamed" || v[1].Str() != "kept" {
		t.Errorf("the folder has %v", v)
	}
}

// TestPitfall25SeekRowKeepsTheClampedCursor: a client that empties a folder seeks back by more rows than are left, deletes
// what it reads there, and comes to an end.
func TestPitfall25SeekRowKeepsTheClampedCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 3, "Receipts")
	w.fill(folder, 0, mapi.MfNotifyRead, mapi.MfNotifyRead|mapi.MfNotifyUnread, 0, mapi.MfNotifyRead)
	one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(3, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagMid}})
	left := 5
	for round := 0; left > 0; round++ {
		if round == 5 {
			t.Fatalf("%d messages are left after %d rounds", left, round)
		}
		one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkCurrent, RowCount: -50})
		if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)}); p.Numerator != 0 || int(p.Denominator) != left {
			t.Fatalf("position %d of %d with %d messages", p.Numerator, p.Denominator, left)
		}
		var ids []mapi.ID
		for _, row := range w.rows(2).Rows {
			ids = append(ids, row.Values[0].ObjectID())
		}
		if len(ids) != min(2, left) {
			t.Fatalf("%d rows of %d", len(ids), left)
		}
		one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(3), NotifyNonRead: true, MessageIDs: ids})
		left -= len(ids)
	}
}

// TestPitfall26StaleRTFIsNotKept: who changes HTML and saves gets RTF made from it, also from a message whose RTF was
// stored.
func TestPitfall26StaleRTFIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(pack(`{\rtf1 old words}`))}, prop.Tagged{Tag: mapi.TagRtfInSync, Value: prop.Bool(true)})
	w.openAt(3, id, mapi.OpenModeReadWrite)
	w.set(3, prop.Tagged{Tag: mapi.TagHtml, Value: prop.Binary([]byte("<p>new words</p>"))})
	w.save(3)
	w.openAt(5, id, mapi.OpenModeReadOnly)
	v := w.props(5, mapi.TagRtfCompressed, mapi.TagRtfInSync, mapi.TagBody, mapi.TagNativeBody)
	if got := unpack(t, v[0].Bytes()); !strings.Contains(string(got), "new words") || strings.Contains(string(got), "old words") {
		t.Errorf("RTF %s", got)
	}
	if !v[1].Bool() || !strings.Contains(v[2].Str(), "new words") || v[3].Bits() != uint64(mapi.NativeBodyHTML) {
		t.Errorf("in sync %v, text %q, native %v", v[1], v[2].Str(), v[3])
	}
}

// TestPitfall27EveryWayToGrowSaysWhichLimit: no operation that a full mailbox refuses calls the disk full; Outlook has no
// text for that.
func TestPitfall27EveryWayToGrowSaysWhichLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.created(text(mapi.TagBody, "small"))
	w.makeFolder(1, 2, "Other")
	w.setQuota("alice", store.Quota{Receive: 1})
	w.set(3, text(mapi.TagBody, strings.Repeat("large ", 1000)))
	for name, req := range map[string]rop.Request{
		"Save": saveRequest(3, mapi.SaveKeepOpenReadWrite), "Copy": transfer(1, 2, true, id),
	} {
		resp := w.run(req)[0]
		got := resp.Head().ReturnValue
		if name == "Save" && got != mapi.ErrShutoffQuota {
			t.Errorf("%s: %v", name, got)
		}
		if r, ok := resp.(*rop.MoveCopyMessagesResponse); ok && got != mapi.ErrShutoffQuota && !(got == mapi.Success && r.PartialCompletion) {
			t.Errorf("%s: %v, %+v", name, got, r)
		}
	}
	if n := len(w.listed(2, 0)); n != 0 {
		t.Errorf("%d messages were copied", n)
	}
}

// TestPitfall28OpenStreamCreateTruncates: MAPI_CREATE on a property that has a value begins with nothing, so a shorter
// value has no tail of the longer one.
func TestPitfall28OpenStreamCreateTruncates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create()
	w.attach(4, fileNamed("a.txt"), fileData("a long value"))
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(4, 5), PropertyTag: mapi.TagAttachDataBinary, OpenModeFlags: mapi.OpenModeCreate})
	one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(5), Data: []byte("short")})
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(5)})
	if v := w.props(4, mapi.TagAttachDataBinary)[0]; v.Str() != "short" {
		t.Errorf("the value is %q", v.Str())
	}
}

// TestPitfall31RowCountIsExact: the RowCount of RopGetContentsTable is the number of rows in each of the four lists, of
// which "Recover Deleted Items" needs the deleted ones; also with DeferredErrors, though it might guess then.
func TestPitfall31RowCountIsExact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fill(folder, 0, 0, 0, 0, 0)
	fai := w.fillAssociated(folder, 4)
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: append(ids[:2:2], fai[:3]...)})
	for _, deferred := range []uint8{0, mapi.TableDeferredErrors} {
		for flags, want := range map[uint8]uint32{
			0: 3, mapi.TableAssociated: 1, mapi.TableSoftDeletes: 2, mapi.TableAssociated | mapi.TableSoftDeletes: 3,
		} {
			r := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(2, 7), TableFlags: flags | deferred})
			if rows := w.listed(2, flags|deferred); r.RowCount != want || len(rows) != int(want) {
				t.Errorf("flags %#x: RowCount %d, %d rows, want %d", flags|deferred, r.RowCount, len(rows), want)
			}
		}
	}
}

// TestRequirement05InvalidIdsAndIndexes: a reserved RopId fails the call, an invalid index only its ROP, with
// ecNullObject; a response that no buffer can hold fails the call from 2010 on, [MS-OXCROPS] 3.2.5.1 and 3.2.4.3.
func TestRequirement05InvalidIdsAndIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logOn()
	for id := range 256 {
		if rop.Lookup(rop.ID(id)) != nil {
			continue
		}
		payload := append([]byte{5, 0, byte(id), 0, 0}, make([]byte, 4)...)
		if _, err := w.raw(payload); mapiCode(err) != mapi.ErrRpcFormat {
			t.Errorf("RopId 0x%02X: %v", id, err)
		}
	}
	resps := w.run(&rop.GetPropertiesListRequest{In: in(200)}, &rop.GetPropertiesListRequest{In: in(0)})
	if a, b := resps[0].Head().ReturnValue, resps[1].Head().ReturnValue; a != mapi.ErrNullObject || b != mapi.Success {
		t.Errorf("index outside the table: %v, then %v", a, b)
	}
	names := &rop.GetNamesFromPropertyIdsRequest{In: in(0), PropertyIDs: make([]uint16, 4000)}
	if _, err := w.raw(w.payload(names)); mapiCode(err) != mapi.ErrBufferTooSmall {
		t.Errorf("a response that never fits: %v", err)
	}
}

func mapiCode(err error) mapi.ErrorCode {
	code, _ := mapi.CodeOf(err)
	return code
}

// TestRequirement06LogonOf2010: a further logon to another mailbox needs USE_PER_MDB_REPLID_MAPPING, else it is
// ecWrongServer; RopGetStoreState is ecNotImplemented.
func TestRequirement06LogonOf2010(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2010-rtm", "exchange2010-sp1"} {
		w := newWorld(t, withProfile(profile))
		w.logOn()
		req := &rop.LogonRequest{Out: rop.Out{LogonID: 1, OutputHandleIndex: 1}, LogonFlags: mapi.LogonPrivate, OpenFlags: mapi.OpenUseAdminPrivilege, Essdn: bobDN}
		if got := w.code(req); got != mapi.ErrWrongServer || uint32(got) != 0x478 {
			t.Errorf("%s: without the flag: %v", profile, got)
		}
		req.OpenFlags |= mapi.OpenUsePerMdbReplidMapping
		if got := w.code(req); got != mapi.Success {
			t.Errorf("%s: with it: %v", profile, got)
		}
		if got := w.code(&rop.GetStoreStateRequest{In: in(0)}); uint32(got) != 0x80040FFF {
			t.Errorf("%s: RopGetStoreState: %v", profile, got)
		}
	}
}

// TestRequirement07SoftDeletedReopenWithTheirFlag: folders and messages that were deleted softly open with the flag that
// asks for them and are ecNotFound without it; what lives opens either way.
func TestRequirement07SoftDeletedReopenWithTheirFlag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	ids := w.fill(folder, 0, 0)
	gone := w.makeFolder(1, 4, "Gone")
	below := w.makeFolder(4, 5, "Below")
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[:1]})
	w.deleteFolder(1, everything, gone)
	for name, want := range map[string]struct {
		id     mapi.ID
		plain  mapi.ErrorCode
		folder bool
	}{
		"DeletedFolder": {gone, mapi.ErrNotFound, true}, "FolderBelow": {below, mapi.ErrNotFound, true}, "LivingFolder": {folder, mapi.Success, true},
		"DeletedMessage": {ids[0], mapi.ErrNotFound, false}, "LivingMessage": {ids[1], mapi.Success, false},
	} {
		for flag, want2 := range map[uint8]mapi.ErrorCode{0: want.plain, mapi.OpenModeSoftDeleted: mapi.Success} {
			got := mapi.ErrorCode(0)
			if want.folder {
				got = w.openFolder(want.id, 7, flag)
			} else {
				got = w.code(openRequest(7, want.id, flag))
			}
			if got != want2 {
				t.Errorf("%s, flag %#x: %v, want %v", name, flag, got, want2)
			}
		}
	}
}

// TestRequirement07InvalidFlagBits: every ROP answers flags that it does not know in its own way.
func TestRequirement07InvalidFlagBits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		want    map[string]mapi.ErrorCode
	}{
		{"exchange2007", map[string]mapi.ErrorCode{
			"DeleteFolder": mapi.ErrInvalidParameter, "GetHierarchyTable": mapi.Success, "GetContentsTable": mapi.Success,
			"CopyTo": mapi.Success, "CopyProperties": mapi.Success,
		}},
		{"exchange2010-sp1", map[string]mapi.ErrorCode{
			"DeleteFolder": mapi.Success, "GetHierarchyTable": mapi.ErrNoSupport, "GetContentsTable": mapi.ErrInvalidParameter,
			"CopyTo": mapi.ErrInvalidParameter, "CopyProperties": mapi.ErrInvalidParameter,
		}},
	} {
		w := newWorld(t, withProfile(tt.profile))
		w.inbox()
		gone := w.makeFolder(1, 2, "Gone")
		w.create()
		one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 4), CodePageID: 0x0FFF, FolderID: gone})
		for name, req := range map[string]rop.Request{
			"OpenFolder":        &rop.OpenFolderRequest{InOut: inOut(0, 5), FolderID: gone, OpenModeFlags: 0xF0},
			"DeleteFolder":      &rop.DeleteFolderRequest{In: in(1), FolderID: w.makeFolder(1, 5, "Other"), DeleteFolderFlags: 0x20},
			"GetHierarchyTable": &rop.GetHierarchyTableRequest{InOut: inOut(1, 5), TableFlags: 0x01},
			"GetContentsTable":  &rop.GetContentsTableRequest{InOut: inOut(1, 5), TableFlags: 0x01},
			"OpenStream":        &rop.OpenStreamRequest{InOut: inOut(3, 5), PropertyTag: mapi.TagBody, OpenModeFlags: 0x40},
			"CopyTo":            &rop.CopyToRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 3, DestHandleIndex: 4}, CopyFlags: 0x40},
			"CopyProperties":    &rop.CopyPropertiesRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 3, DestHandleIndex: 4}, CopyFlags: 0x40},
			"SetReadFlags":      &rop.SetReadFlagsRequest{In: in(1), ReadFlags: 0x80},
			"ModifyPermissions": modifyPermissions(0x40),
		} {
			want, differs := tt.want[name]
			if !differs {
				want = mapi.ErrInvalidParameter
			}
			if name == "OpenFolder" {
				want = mapi.Success // "other bits are ignored"
			}
			if got := w.code(req); got != want {
				t.Errorf("%s: %s: %v, want %v", tt.profile, name, got, want)
			}
		}
	}
}

// TestRequirement08TablesBeforeAndAfterFailures: rows need columns; a failed RopSetColumns, RopSortTable or RopRestrict
// makes the table unusable until that ROP succeeds; sorting and restricting void bookmarks.
func TestRequirement08TablesBeforeAndAfterFailures(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{mapi.TagSubject}
	for name, tt := range map[string]struct{ bad, good rop.Request }{
		"SetColumns": {&rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.Tag(0x0037, 0x0099)}}, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns}},
		"SortTable": {&rop.SortTableRequest{In: in(2), CategoryCount: 2, SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject}}},
			&rop.SortTableRequest{In: in(2), SortOrders: []prop.SortOrder{{Tag: mapi.TagSubject}}}},
		"Restrict": {&rop.RestrictRequest{In: in(2), Restriction: deep(prop.MaxRestrictionDepth)}, &rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}}},
	} {
		w := newWorld(t, withSeed(numbered(5)))
		w.inbox()
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
		look := &rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}
		if got := w.code(look); got != mapi.ErrNullObject {
			t.Errorf("%s: before columns: %v", name, got)
		}
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
		b := w.bookmarkAt(2)
		if got := w.code(tt.bad); got == mapi.Success {
			t.Errorf("%s: the bad one succeeds", name)
		}
		if got := w.code(look); got != mapi.ErrNullObject {
			t.Errorf("%s: after a failure: %v", name, got)
		}
		if got := w.code(tt.good); got != mapi.Success {
			t.Errorf("%s: again: %v", name, got)
		}
		if got := w.code(look); got != mapi.Success {
			t.Errorf("%s: rows afterwards: %v", name, got)
		}
		want := mapi.ErrInvalidBookmark
		if name == "SetColumns" {
			want = mapi.Success
		}
		if got := w.code(&rop.SeekRowBookmarkRequest{In: in(2), Bookmark: b}); got != want {
			t.Errorf("%s: the bookmark: %v, want %v", name, got, want)
		}
	}
}

// TestRequirement10OneVersionThroughout: a server answers as its version in every place where versions differ, whatever
// the client claims to be.
func TestRequirement10OneVersionThroughout(t *testing.T) {
	t.Parallel()
	type answers struct {
		state, unknown, flags mapi.ErrorCode
		lock                  mapi.ErrorCode
	}
	for profile, want := range map[string]answers{
		"exchange2007":     {mapi.Success, mapi.ErrUnknownUser, mapi.Success, mapi.Success},
		"exchange2010-sp1": {mapi.ErrNotImplemented, mapi.ErrUnknownUser, mapi.ErrInvalidParameter, mapi.ErrNoSupport},
		"exchange2003":     {mapi.Success, mapi.ErrLoginFailure, mapi.Success, mapi.Success},
	} {
		for _, major := range []uint16{11, 12, 14, 16} {
			v := version.Version{Major: major, Build: 6000}
			w := newWorld(t, withProfile(profile), withClient(v), withSeed(&seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}}}))
			l := w.inbox()
			one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox]})
			one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(3, 4), PropertyTag: mapi.TagBody, OpenModeFlags: mapi.OpenModeCreate})
			got := answers{
				state: w.code(&rop.GetStoreStateRequest{In: in(0)}),
				flags: w.code(&rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: 0x01}),
				lock:  w.code(&rop.LockRegionStreamRequest{In: in(4), RegionSize: 1}),
			}
			unknown := logonRequest(dnPrefix + "Recipients/cn=nobody")
			unknown.LogonID = 1
			got.unknown = w.code(unknown)
			if got != want {
				t.Errorf("%s, client %v: %+v, want %+v", profile, v, got, want)
			}
		}
	}
}
