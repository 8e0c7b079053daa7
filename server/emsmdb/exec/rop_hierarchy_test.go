package exec_test

import (
	"context"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// hierarchy opens the hierarchy table of a folder at index 2, with columns.
func (w *world) hierarchy(folder mapi.ID, flags uint8, columns ...mapi.PropTag) uint32 {
	w.t.Helper()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: folder})
	r := one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 2), TableFlags: flags})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
	return r.RowCount
}

func TestHierarchyTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	n := w.hierarchy(l.FolderIDs[fidIPM], 0, mapi.TagDisplayName, mapi.TagFolderId, mapi.TagParentFolderId, mapi.TagContainerClass, mapi.TagSubfolders)
	rows := w.rows(100).Rows
	if int(n) != len(rows) {
		t.Errorf("%d rows, the table said %d", len(rows), n)
	}
	var names []string
	for _, row := range rows {
		names = append(names, row.Values[0].Str())
		if row.Values[2].ObjectID() != l.FolderIDs[fidIPM] {
			t.Errorf("%s: parent %v", row.Values[0].Str(), row.Values[2].ObjectID())
		}
		if row.Values[0].Str() == "Inbox" && (row.Values[1].ObjectID() != l.FolderIDs[fidInbox] || !row.Values[4].Bool()) {
			t.Errorf("inbox: %v", row.Values)
		}
	}
	for _, want := range []string{"Inbox", "Calendar", "Contacts", "Drafts", "Sent Items", "Deleted Items", "Archive"} {
		if !slices.Contains(names, want) {
			t.Errorf("no folder %q", want)
		}
	}
	if slices.Contains(names, "Projects") {
		t.Error("a subfolder of the inbox is listed")
	}
}

func TestHierarchyTableDepth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	n := w.hierarchy(l.FolderIDs[fidIPM], mapi.TableDepth, mapi.TagDisplayName, mapi.TagDepth)
	rows := w.rows(100).Rows
	if int(n) != len(rows) {
		t.Errorf("%d rows, the table said %d", len(rows), n)
	}
	depth := make(map[string]int64)
	at := make(map[string]int)
	for i, row := range rows {
		depth[row.Values[0].Str()], at[row.Values[0].Str()] = row.Values[1].Int(), i
	}
	if depth["Inbox"] != 0 || depth["Projects"] != 1 || depth["Winter"] != 2 {
		t.Errorf("depths = %v", depth)
	}
	if at["Projects"] != at["Inbox"]+1 || at["Winter"] != at["Projects"]+1 {
		t.Errorf("a folder does not follow its parent: %v", at)
	}
}

func TestHierarchyTableRestrictAndFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	w.hierarchy(l.FolderIDs[fidIPM], 0, mapi.TagDisplayName)
	named := func(s string) prop.Restriction {
		return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagDisplayName, Value: prop.Tagged{Tag: mapi.TagDisplayName, Value: prop.String(s)}}
	}
	r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: named("drafts")})
	if r.RowData == nil || r.RowData.Values[0].Str() != "Drafts" {
		t.Errorf("found %v", r.RowData)
	}
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: named("Inbox")})
	if rows := w.rows(100).Rows; len(rows) != 1 || rows[0].Values[0].Str() != "Inbox" {
		t.Errorf("rows = %v", rows)
	}
}

func TestHierarchyTableFollowsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	n := w.hierarchy(l.FolderIDs[fidInbox], 0, mapi.TagDisplayName)
	w.rows(100)
	mailbox := w.entry("alice").Mailbox
	err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{
			Mailbox: mailbox, Parent: store.FolderID(l.FolderIDs[fidInbox].Counter()), Type: store.FolderGeneric,
			Special: store.SpecialCount, Name: "New", Class: "IPF.Note",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(2)})
	if p.Denominator != n+1 {
		t.Errorf("%d rows, were %d", p.Denominator, n)
	}
}
