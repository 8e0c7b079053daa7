package exec_test

import (
	"context"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// TestKeptRowsAreThoseOfTheSession reads the same row of the same columns in sessions that must not see the same, in
// turns: what is kept for one is not for the other.
func TestKeptRowsAreThoseOfTheSession(t *testing.T) {
	t.Parallel()
	owner := newWorld(t)
	owner.inbox()
	folder := owner.makeFolder(1, 1, "Shared")
	owner.putSubject(folder, "für alle")
	owner.permit(folder, "bob", mapi.RightReadAny|mapi.RightFolderVisible)
	delegate := owner.delegate("bob")
	delegate.openFolder(folder, 1, 0)
	set := owner.setup
	set.codePage = 437
	dos := *owner
	dos.columns = make(map[int][]mapi.PropTag)
	dos.connect(set)
	dos.inbox()
	dos.openFolder(folder, 1, 0)

	columns := []mapi.PropTag{mapi.TagSubject.WithType(mapi.PtypString8), mapi.TagAccess, mapi.TagDepth}
	all := uint32(mapi.AccessModify | mapi.AccessRead | mapi.AccessDelete)
	for round := range 3 {
		for _, tt := range []struct {
			name       string
			w          *world
			subject    string
			access     uint32
			categories int
			depth      int32
		}{
			{"Owner", owner, "f\xFCr alle", all, 0, 0},
			{"Delegate", delegate, "f\xFCr alle", mapi.AccessRead, 0, 0},
			{"OtherCodePage", &dos, "f\x81r alle", all, 0, 0},
			{"Categories", owner, "f\xFCr alle", all, 1, 1},
		} {
			tt.w.contents(columns...)
			if tt.categories > 0 {
				tt.w.sort(1, prop.SortOrder{Tag: mapi.TagMessageClass})
			}
			rows := tt.w.rows(10).Rows
			if len(rows) != 1+tt.categories {
				t.Fatalf("%s: %d rows", tt.name, len(rows))
			}
			row := rows[tt.categories].Values
			if got := row[0].Str(); got != tt.subject {
				t.Errorf("%s, round %d: subject %q, want %q", tt.name, round, got, tt.subject)
			}
			if got := uint32(row[1].Bits()); got != tt.access {
				t.Errorf("%s, round %d: access %#x, want %#x", tt.name, round, got, tt.access)
			}
			if got := int32(row[2].Int()); got != tt.depth {
				t.Errorf("%s, round %d: depth %d, want %d", tt.name, round, got, tt.depth)
			}
		}
	}
}

// putSubject stores a message with a subject and a class, and nothing else.
func (w *world) putSubject(folder mapi.ID, subject string) {
	w.t.Helper()
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}}
	err := w.store.Update(context.Background(), scope, func(tx store.Tx) error {
		_, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{
			{Tag: mapi.TagSubject, Value: prop.String(subject)}, {Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")},
		}})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestKeptRowsFollowTheMessage changes a message between two looks at its row.
func TestKeptRowsFollowTheMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(3)))
	w.inbox()
	w.contents(mapi.TagMid, mapi.TagSubject)
	id := w.rows(1).Rows[0].Values[0].ObjectID()
	for _, subject := range []string{"first", "second"} {
		w.openAt(3, id, mapi.OpenModeReadWrite)
		w.set(3, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(subject)})
		w.save(3)
		one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
		if got := w.rows(1).Rows[0].Values[1].Str(); got != subject {
			t.Errorf("subject %q, want %q", got, subject)
		}
	}
}
