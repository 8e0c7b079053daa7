package sqlite

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mapid/mapid/store"
)

// tombstone is a row of the table.
type tombstone struct {
	folder store.FolderID
	id     uint64
	kind   int64
}

// TestTombstones looks at what is left of objects that are gone from a folder, for synchronisation to tell.
func TestTombstones(t *testing.T) {
	t.Parallel()
	s, scope, root := openAt(t, filepath.Join(t.TempDir(), "store.db"), Off)
	var last store.ChangeNumber
	buried := func() (list []tombstone) {
		t.Helper()
		newest := last
		must(t, s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
			query := "SELECT folder, cn, id, kind FROM tombstone WHERE cn > ? ORDER BY cn, folder, id"
			return r.(*reader).c.each(query, []any{int64(last)}, func(rows *sql.Rows) error {
				var one tombstone
				err := rows.Scan(into(&one.folder), into(&newest), into(&one.id), &one.kind)
				list = append(list, one)
				return err
			})
		}))
		last = newest
		return list
	}
	var m, associated store.Message
	var d, below store.Folder
	child := func(tx store.Tx, parent store.FolderID, name string) (f store.Folder, err error) {
		return tx.CreateFolder(store.NewFolder{Mailbox: scope.Mailboxes[0], Parent: parent, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name})
	}
	create := func(tx store.Tx) (err error) {
		if m, err = tx.CreateMessage(store.NewMessage{Folder: root}); err != nil {
			return err
		}
		associated, err = tx.CreateMessage(store.NewMessage{Folder: root, Associated: true})
		return err
	}
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) (err error) {
		if d, err = child(tx, root, "d"); err != nil {
			return err
		}
		if below, err = child(tx, d.ID, "below"); err != nil {
			return err
		}
		return create(tx)
	}))
	for _, step := range []struct {
		name string
		fn   func(store.Tx) error
		want func() []tombstone
	}{
		{"Saved", func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, store.MessageEdit{}); return err }, func() []tombstone { return nil }},
		{"Copied", func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, d.ID); return err }, func() []tombstone { return nil }},
		{"DeletedSoftly", func(tx store.Tx) error { return tx.DeleteMessage(m.ID, false) }, func() []tombstone { return []tombstone{{root, uint64(m.ID), tombMessage}} }},
		{"ThenForGood", func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) }, func() []tombstone { return nil }},
		{"AssociatedForGood", func(tx store.Tx) error { return tx.DeleteMessage(associated.ID, true) },
			func() []tombstone { return []tombstone{{root, uint64(associated.ID), tombAssociated}} }},
		{"Again", create, func() []tombstone { return nil }},
		{"Moved", func(tx store.Tx) error { _, err := tx.MoveMessage(m.ID, d.ID); return err }, func() []tombstone { return []tombstone{{root, uint64(m.ID), tombMessage}} }},
		{"AssociatedMoved", func(tx store.Tx) error { _, err := tx.MoveMessage(associated.ID, below.ID); return err },
			func() []tombstone { return []tombstone{{root, uint64(associated.ID), tombAssociated}} }},
		{"FolderRenamed", func(tx store.Tx) error {
			_, err := tx.MoveFolder(below.ID, store.FolderMove{Parent: d.ID, Name: "x"})
			return err
		}, func() []tombstone { return nil }},
		{"FolderMoved", func(tx store.Tx) error { _, err := tx.MoveFolder(below.ID, store.FolderMove{Parent: root}); return err },
			func() []tombstone { return []tombstone{{d.ID, uint64(below.ID), tombFolder}} }},
		{"FolderDeleted", func(tx store.Tx) error { return tx.DeleteFolder(below.ID, false) }, func() []tombstone { return []tombstone{{root, uint64(below.ID), tombFolder}} }},
		{"FolderBack", func(tx store.Tx) error { _, err := tx.MoveFolder(below.ID, store.FolderMove{Parent: d.ID}); return err }, func() []tombstone { return nil }},
		{"TreeForGood", func(tx store.Tx) error { return tx.DeleteFolder(d.ID, true) }, func() []tombstone { return []tombstone{{root, uint64(d.ID), tombFolder}} }},
	} {
		must(t, s.Update(t.Context(), scope, step.fn))
		if got, want := buried(), step.want(); !slices.Equal(got, want) {
			t.Errorf("%s: tombstones %v, want %v", step.name, got, want)
		}
	}
	must(t, s.Check(t.Context()))
}
