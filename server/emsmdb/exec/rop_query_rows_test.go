package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
)

func TestQueryRowsInbox(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	n := w.contents(mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagSubject)
	r := w.rows(1000)
	if int(n) != len(r.Rows) || n < 25 {
		t.Fatalf("%d rows, the table said %d", len(r.Rows), n)
	}
	if r.Origin != mapi.BookmarkEnd {
		t.Errorf("origin = %d", r.Origin)
	}
	if got := r.Rows[0].Values[4].Str(); got != "Welcome to the demo organisation" {
		t.Errorf("first subject = %q", got)
	}
}
