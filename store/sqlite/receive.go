package sqlite

import (
	"database/sql"
	"fmt"

	"github.com/mapid/mapid/store"
)

// ReceiveFolders lists the receive folder table.
func (r *reader) ReceiveFolders(id store.MailboxID) ([]store.ReceiveFolder, error) {
	var list []store.ReceiveFolder
	err := r.c.each("SELECT class, folder, modified FROM receive_folder WHERE mailbox = ? ORDER BY folded", []any{int64(id)}, func(rows *sql.Rows) error {
		var f store.ReceiveFolder
		err := rows.Scan(&f.Class, into(&f.Folder), into(&f.Modified))
		list = append(list, f)
		return err
	})
	return list, err
}

// SetReceiveFolder sets or removes a row of the receive folder table.
func (t *tx) SetReceiveFolder(id store.MailboxID, class string, folder store.FolderID) error {
	if err := t.mayWrite(id); err != nil {
		return err
	}
	if folder == 0 {
		n, err := t.c.change("DELETE FROM receive_folder WHERE mailbox = ? AND folded = ?", int64(id), fold(class))
		if err == nil && n == 0 {
			err = fmt.Errorf("receive folder of class %q: %w", class, store.ErrNotFound)
		}
		return err
	}
	f, err := t.Folder(folder)
	if err != nil {
		return err
	}
	if f.Mailbox != id || f.Deleted {
		return fmt.Errorf("folder %d in mailbox %d: %w", folder, id, store.ErrNotFound)
	}
	return t.c.exec("INSERT OR REPLACE INTO receive_folder (mailbox, folded, class, folder, modified) VALUES (?, ?, ?, ?, ?)",
		int64(id), fold(class), class, int64(folder), int64(t.time))
}
