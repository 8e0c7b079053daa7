package exec_test

import (
	"slices"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/search"
)

// searching is a world with a worker that finds messages when it is told to, and the inbox of its user.
type searching struct {
	*world
	worker *search.Worker
	logon  *rop.LogonResponse
	inbox  mapi.ID
}

// newSearching opens the Finder at index 1; index 4 is for search folders, 5 for other ones.
func newSearching(t *testing.T, opts ...option) *searching {
	t.Helper()
	w := newWorld(t, append([]option{withSeed(numbered(6))}, opts...)...)
	s := &searching{world: w, worker: search.New(search.Options{Store: w.store, Logger: zaptest.NewLogger(t), Judge: w.env.Judge})}
	t.Cleanup(s.worker.Close)
	s.logon = s.logOn()
	s.inbox = s.logon.FolderIDs[fidInbox]
	if got := s.openFolder(s.logon.FolderIDs[fidFinder], 1, 0); got != mapi.Success {
		t.Fatalf("open the Finder: %v", got)
	}
	return s
}

// fidFinder is the place of the Finder in RopLogon's response.
const fidFinder = 10

// settle has the worker do all there is to do.
func (s *searching) settle() {
	s.t.Helper()
	if err := s.worker.Finish(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.Check(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// folder makes a search folder in the Finder, open at index 4.
func (s *searching) folder(name string) mapi.ID {
	s.t.Helper()
	return one[*rop.CreateFolderResponse](s.world, &rop.CreateFolderRequest{
		InOut: inOut(1, 4), FolderType: 2, UseUnicode: true, OpenExisting: true, DisplayName: name,
	}).FolderID
}

// criteria asks the folder at index 4 to search folders.
func criteria(rs prop.Restriction, flags uint32, folders ...mapi.ID) *rop.SetSearchCriteriaRequest {
	return &rop.SetSearchCriteriaRequest{In: in(4), Restriction: rs, FolderIDs: folders, SearchFlags: flags}
}

// find makes a search folder that has found what it should.
func (s *searching) search(name string, rs prop.Restriction, flags uint32, folders ...mapi.ID) mapi.ID {
	s.t.Helper()
	id := s.folder(name)
	one[*rop.SetSearchCriteriaResponse](s.world, criteria(rs, flags, folders...))
	s.settle()
	return id
}

// told is what RopGetSearchCriteria says of the folder at index 4.
func (s *searching) told() *rop.GetSearchCriteriaResponse {
	s.t.Helper()
	return one[*rop.GetSearchCriteriaResponse](s.world, &rop.GetSearchCriteriaRequest{In: in(4), UseUnicode: true, IncludeRestriction: true, IncludeFolders: true})
}

// found lists the subjects that the folder at index 4 shows, in order.
func (s *searching) found() (list []string) {
	s.t.Helper()
	t := one[*rop.GetContentsTableResponse](s.world, &rop.GetContentsTableRequest{InOut: inOut(4, 2)})
	one[*rop.SetColumnsResponse](s.world, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject}})
	list = subjects(s.rows(1000), 0)
	if int(t.RowCount) != len(list) {
		s.t.Errorf("%d rows told, %d there", t.RowCount, len(list))
	}
	s.run(&rop.ReleaseRequest{In: in(2)})
	slices.Sort(list)
	return list
}

func (s *searching) wantFound(what string, want ...string) {
	s.t.Helper()
	if got := s.found(); !slices.Equal(got, want) {
		s.t.Errorf("%s: found %q, want %q", what, got, want)
	}
}

// unreadOnly lets unread messages pass: every second of the seed's.
var unreadOnly prop.Restriction = prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}

// subjectHas lets messages pass with a text in their subject.
func subjectHas(text string) prop.Restriction {
	return prop.ContentRestriction{
		Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(text)},
	}
}
