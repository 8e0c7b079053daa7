package exec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func TestSetSearchCriteria(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.folder("Unread")
	rs := prop.AndRestriction{Parts: []prop.Restriction{unreadOnly, subjectHas("M")}}
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(rs, mapi.SearchRestart|mapi.SearchRecursive|mapi.SearchBackground|mapi.SearchNonContentIndexed, s.inbox))
	s.wantFound("before the search ran")
	if got := s.told().SearchFlags; got != mapi.SearchStateRunning|mapi.SearchStateRebuild|mapi.SearchStateRecursive {
		t.Errorf("state 0x%08X while it runs", got)
	}
	s.settle()
	s.wantFound("after it ran", "m001", "m003", "m005")
	told := s.told()
	if diff := cmp.Diff([]any{told.Restriction, told.FolderIDs, told.SearchFlags, told.LogonID}, []any{
		prop.Restriction(rs), []mapi.ID{s.inbox}, mapi.SearchStateComplete | mapi.SearchStateTWIRTotally | mapi.SearchStateRecursive, uint8(0),
	}, cmp.AllowUnexported(prop.Value{})); diff != "" {
		t.Errorf("told (-got +want):\n%s", diff)
	}
	if got := s.props(4, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagFolderType); got[0].Int() != 3 || got[1].Int() != 3 || got[2].Int() != 2 {
		t.Errorf("count, unread and type %v", got)
	}
}

func TestSetSearchCriteriaRefused(t *testing.T) {
	t.Parallel()
	s := newSearching(t, withProfile("exchange2013"))
	other := s.folder("Other")
	own := s.folder("Found")
	refuse := func(name string, want mapi.ErrorCode, req rop.Request) {
		t.Helper()
		if got := s.code(req); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	get := &rop.GetSearchCriteriaRequest{In: in(4)}
	refuse("GetBeforeTheFirst", mapi.ErrNotInitialized, get)
	refuse("NoRestrictionAtFirst", mapi.ErrNotInitialized, criteria(nil, 0, s.inbox))
	refuse("NoFoldersAtFirst", mapi.ErrNotInitialized, criteria(unreadOnly, 0))
	refuse("StopAtFirst", mapi.ErrNotInitialized, criteria(nil, mapi.SearchStop))
	refuse("OwnFolder", mapi.ErrSearchFolderScope, criteria(unreadOnly, 0, s.inbox, own))
	refuse("SearchFolder", mapi.ErrSearchFolderScope, criteria(unreadOnly, 0, other))
	refuse("UnknownFolder", mapi.ErrNotFound, criteria(unreadOnly, 0, mapi.NewID(1, 1<<40)))
	refuse("ForeignFolder", mapi.ErrNotFound, criteria(unreadOnly, 0, mapi.NewID(7, s.inbox.Counter())))
	refuse("TooManyLevels", mapi.ErrTooComplex, criteria(nested(unreadOnly, 200), 0, s.inbox))
	refuse("TooLong", mapi.ErrTooComplex, criteria(prop.PropertyRestriction{
		RelOp: prop.RelOpEQ, Tag: mapi.TagSubject.WithType(mapi.PtypString8),
		Value: prop.Tagged{Tag: mapi.TagSubject.WithType(mapi.PtypString8), Value: prop.String8(strings.Repeat("x", 30000))},
	}, 0, s.inbox))
	for _, flags := range []uint32{
		mapi.SearchStop | mapi.SearchRestart, mapi.SearchRecursive | mapi.SearchShallow, mapi.SearchForeground | mapi.SearchBackground,
		mapi.SearchContentIndexed | mapi.SearchNonContentIndexed, 0x40, 0x80000000,
	} {
		refuse("Flags", mapi.ErrInvalidParameter, criteria(unreadOnly, flags, s.inbox))
	}
	refuse("NothingWasSet", mapi.ErrNotInitialized, get)

	s.openFolder(s.inbox, 5, 0)
	refuse("NotASearchFolder", mapi.ErrNotSearchFolder, &rop.SetSearchCriteriaRequest{In: in(5), Restriction: unreadOnly, FolderIDs: []mapi.ID{s.inbox}})
	refuse("GetOfNotASearchFolder", mapi.ErrNotSearchFolder, &rop.GetSearchCriteriaRequest{In: in(5)})
	refuse("NotAFolder", mapi.ErrNoSupport, &rop.SetSearchCriteriaRequest{In: in(0), Restriction: unreadOnly, FolderIDs: []mapi.ID{s.inbox}})
	refuse("GetOfNotAFolder", mapi.ErrNoSupport, &rop.GetSearchCriteriaRequest{In: in(0)})
	s.deleteFolder(1, mapi.DeleteHardDelete, own)
	refuse("Gone", mapi.ErrNotFound, criteria(unreadOnly, 0, s.inbox))
	refuse("GetOfGone", mapi.ErrNotFound, get)
}

// TestSetSearchCriteriaByProfile: what versions refuse or pass over, [MS-OXCFOLD] 3.2.5.4 notes 16, 18 and 19.
func TestSetSearchCriteriaByProfile(t *testing.T) {
	t.Parallel()
	const running = mapi.SearchStateRunning | mapi.SearchStateRebuild
	const complete = mapi.SearchStateComplete | mapi.SearchStateTWIRTotally
	for _, tt := range []struct {
		profile         string
		unknown, self   mapi.ErrorCode
		indexed         uint32 // state of a content-indexed search while it runs
		indexedComplete uint32
	}{
		{"exchange2007", mapi.Success, mapi.Success, running | mapi.SearchStateMaybeStatic, complete | mapi.SearchStateStatic},
		{"exchange2010-rtm", mapi.ErrInvalidParameter, mapi.Success, running | mapi.SearchStateMaybeStatic, complete | mapi.SearchStateStatic},
		{"exchange2013", mapi.ErrInvalidParameter, mapi.ErrSearchFolderScope, running, complete},
		{"exchange2016", mapi.ErrInvalidParameter, mapi.ErrSearchFolderScope, running, complete},
	} {
		t.Run(tt.profile, func(t *testing.T) {
			t.Parallel()
			s := newSearching(t, withProfile(tt.profile))
			id := s.folder("Found")
			if got := s.code(criteria(unreadOnly, 0x40000000|mapi.SearchShallow, s.inbox)); got != tt.unknown {
				t.Errorf("unknown flags: %v", got)
			}
			if got := s.code(criteria(unreadOnly, mapi.SearchRecursive, id, s.inbox)); got != tt.self {
				t.Errorf("itself in its scope: %v", got)
			}
			one[*rop.SetSearchCriteriaResponse](s.world, criteria(subjectHas("m00"), mapi.SearchContentIndexed, s.inbox))
			if got := s.told().SearchFlags; got != tt.indexed {
				t.Errorf("state 0x%08X while it runs, want 0x%08X", got, tt.indexed)
			}
			s.settle()
			if got := s.told().SearchFlags; got != tt.indexedComplete {
				t.Errorf("state 0x%08X, want 0x%08X", got, tt.indexedComplete)
			}
			s.wantFound("found", "m000", "m001", "m002", "m003", "m004", "m005")
			s.folder("Plain")
			one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, mapi.SearchStatic|mapi.SearchForeground, s.inbox))
			if got := s.told().SearchFlags; got != running|mapi.SearchStateStatic|mapi.SearchStateForeground {
				t.Errorf("state 0x%08X of a static search", got)
			}
		})
	}
}

// TestGetSearchCriteriaText gives text in Unicode or in the code page of the session, whatever it was set in.
func TestGetSearchCriteriaText(t *testing.T) {
	t.Parallel()
	s := newSearching(t, withCodePage(1252))
	s.folder("Found")
	tag8 := mapi.TagSubject.WithType(mapi.PtypString8)
	content := func(tag mapi.PropTag, v prop.Value) prop.Restriction {
		return prop.ContentRestriction{Fuzzy: prop.FuzzySubstring, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
	}
	unicode, eight := content(mapi.TagSubject, prop.String("café")), content(tag8, prop.String8("caf\xE9"))
	for _, set := range []prop.Restriction{unicode, eight} {
		one[*rop.SetSearchCriteriaResponse](s.world, criteria(set, 0, s.inbox))
		for _, want := range []struct {
			unicode bool
			rs      prop.Restriction
		}{{true, unicode}, {false, eight}} {
			got := one[*rop.GetSearchCriteriaResponse](s.world, &rop.GetSearchCriteriaRequest{In: in(4), UseUnicode: want.unicode, IncludeRestriction: true})
			if diff := cmp.Diff(want.rs, got.Restriction, cmp.AllowUnexported(prop.Value{})); diff != "" || len(got.FolderIDs) != 0 {
				t.Errorf("restriction in Unicode %v (-want +got), folders %v:\n%s", want.unicode, got.FolderIDs, diff)
			}
		}
	}
	got := one[*rop.GetSearchCriteriaResponse](s.world, &rop.GetSearchCriteriaRequest{In: in(4), IncludeFolders: true})
	if got.Restriction != nil || len(got.FolderIDs) != 1 {
		t.Errorf("restriction %v and folders %v", got.Restriction, got.FolderIDs)
	}
	s.put("Café", "CAFÉ au lait", "café crème")
	s.settle()
	s.wantFound("text with an accent", "café crème")
}

// put makes unread messages in the inbox.
func (s *searching) put(list ...string) (ids []mapi.ID) {
	s.t.Helper()
	s.change("alice", func(tx store.Tx) error {
		for _, text := range list {
			m, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(s.inbox.Counter()), Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(text)}}})
			if err != nil {
				return err
			}
			ids = append(ids, mapi.NewID(1, uint64(m.ID)))
		}
		return nil
	})
	return ids
}

func TestSetSearchCriteriaKeepsWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.search("Found", unreadOnly, 0, s.inbox)
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(subjectHas("m002"), 0))
	s.settle()
	s.wantFound("other restriction, same folders", "m002")
	drafts := s.logon.FolderIDs[fidIPM]
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchRecursive, drafts))
	s.settle()
	s.wantFound("same restriction, other folders", "m002")
	if told := s.told(); len(told.FolderIDs) != 1 || told.FolderIDs[0] != drafts {
		t.Errorf("folders %v", told.FolderIDs)
	}
}

// TestPitfall23SameCriteriaDoNotRestart: clients set the criteria of their own searches again as long as those are shown
// as rebuilding, and would never see them complete.
func TestPitfall23SameCriteriaDoNotRestart(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	id := s.search("Found", unreadOnly, mapi.SearchRestart|mapi.SearchRecursive, s.inbox)
	version := func() (v uint64) {
		_ = s.store.View(t.Context(), store.Scope{}, func(r store.Reader) error {
			found, err := r.Search(store.FolderID(id.Counter()))
			v = found.Version
			return err
		})
		return v
	}
	before := version()
	for _, flags := range []uint32{mapi.SearchRecursive, mapi.SearchRestart | mapi.SearchRecursive, mapi.SearchRestart | mapi.SearchRecursive | mapi.SearchBackground} {
		for _, req := range []*rop.SetSearchCriteriaRequest{criteria(unreadOnly, flags, s.inbox), criteria(nil, flags), criteria(unreadOnly, flags)} {
			one[*rop.SetSearchCriteriaResponse](s.world, req)
			if got := s.told().SearchFlags; got != mapi.SearchStateComplete|mapi.SearchStateTWIRTotally|mapi.SearchStateRecursive {
				t.Errorf("state 0x%08X after the same criteria", got)
			}
			s.wantFound("after the same criteria", "m001", "m003", "m005")
		}
	}
	if version() != before {
		t.Error("the same criteria started the search anew")
	}
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, mapi.SearchRestart|mapi.SearchRecursive|mapi.SearchForeground, s.inbox))
	if got := s.told().SearchFlags; got&(mapi.SearchStateForeground|mapi.SearchStateComplete) != mapi.SearchStateForeground|mapi.SearchStateComplete || version() != before {
		t.Errorf("state 0x%08X after other priority", got)
	}
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, mapi.SearchShallow, s.inbox))
	if got := s.told().SearchFlags; got&mapi.SearchStateRunning == 0 || version() == before {
		t.Errorf("state 0x%08X after other criteria", got)
	}
	before = version() // and while it runs
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, mapi.SearchRestart|mapi.SearchShallow, s.inbox))
	if version() != before {
		t.Error("the same criteria started a search anew that runs")
	}
}

// TestStaticSearch is filled once, and again when it is restarted.
func TestStaticSearch(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.search("Found", unreadOnly, mapi.SearchStatic, s.inbox)
	s.wantFound("filled", "m001", "m003", "m005")
	s.put("new")
	s.settle()
	s.wantFound("not followed", "m001", "m003", "m005")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchRestart|mapi.SearchStatic))
	s.settle()
	s.wantFound("restarted", "m001", "m003", "m005", "new")
	if got := s.told().SearchFlags; got != mapi.SearchStateComplete|mapi.SearchStateTWIRTotally|mapi.SearchStateStatic {
		t.Errorf("state 0x%08X", got)
	}
}

func TestStopSearch(t *testing.T) {
	t.Parallel()
	s := newSearching(t)
	s.folder("Found")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(unreadOnly, 0, s.inbox))
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchStop))
	if got := s.told().SearchFlags; got != mapi.SearchStatePartial {
		t.Errorf("state 0x%08X after a stop", got)
	}
	s.settle()
	s.wantFound("stopped")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchRestart))
	s.settle()
	s.wantFound("restarted", "m001", "m003", "m005")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchStop))
	s.put("new")
	s.settle()
	s.wantFound("a stop of a complete search changes nothing", "m001", "m003", "m005", "new")
}

func TestSearchCriteriaOfOthers(t *testing.T) {
	t.Parallel()
	s := newSearching(t, withSeed(nil))
	id := s.search("Found", unreadOnly, 0, s.inbox)
	if err := s.store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.permit(id, "bob", mapi.RoleReviewer)
	bob := s.delegate("bob")
	if got := bob.openFolder(id, 4, 0); got != mapi.Success {
		t.Fatal(got)
	}
	if got := bob.code(criteria(unreadOnly, 0, s.inbox)); got != mapi.ErrAccessDenied {
		t.Errorf("set by a reviewer: %v", got)
	}
	if got := bob.code(&rop.GetSearchCriteriaRequest{In: in(4)}); got != mapi.Success {
		t.Errorf("read by a reviewer: %v", got)
	}
	// The folder shows a reviewer what they may read where it is, and nothing else.
	rows := func() (list []string) {
		t.Helper()
		for _, row := range bob.listed(4, 0, mapi.TagSubject) {
			list = append(list, row[0].Str())
		}
		return list
	}
	shown := len(s.listed(4, 0))
	if got := rows(); len(got) != 0 || shown == 0 {
		t.Errorf("bob sees %q of %d messages in a folder that is not his to read", got, shown)
	}
	sub := s.below("Shared", "for bob")
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(nil, mapi.SearchRecursive, s.inbox))
	s.permit(sub, "bob", mapi.RoleReviewer)
	s.settle()
	if got := rows(); len(got) != 1 || got[0] != "for bob" {
		t.Errorf("bob sees %q, want what was shared with him", got)
	}
	one[*rop.GetContentsTableResponse](bob, &rop.GetContentsTableRequest{InOut: inOut(4, 2)})
	one[*rop.SetColumnsResponse](bob, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
	bob.sort(0, prop.SortOrder{Tag: mapi.TagMessageDeliveryTime})
	one[*rop.RestrictResponse](bob, &rop.RestrictRequest{In: in(2), Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}})
	if got := one[*rop.QueryPositionResponse](bob, &rop.QueryPositionRequest{In: in(2)}); got.Denominator != 1 {
		t.Errorf("bob's table has %d rows", got.Denominator)
	}
	s.permit(sub, "bob", mapi.RoleNone)
	if got := subjects(bob.rows(10), 0); len(got) != 0 {
		t.Errorf("bob still reads %q in a table that is open", got)
	}
}

func TestSearchCriteriaOfPublicFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.publicLogon(true)
	w.openFolder(l.FolderIDs[1], 4, 0)
	if got := w.code(criteria(unreadOnly, 0, l.FolderIDs[1])); got != mapi.ErrNoSupport {
		t.Errorf("set: %v", got)
	}
	if got := w.code(&rop.GetSearchCriteriaRequest{In: in(4)}); got != mapi.ErrNoSupport {
		t.Errorf("get: %v", got)
	}
}
