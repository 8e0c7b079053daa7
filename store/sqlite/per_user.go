package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mapid/mapid/store"
)

// ReadMarks lists what an account has read in a folder.
func (r *reader) ReadMarks(account string, folder store.FolderID) ([]store.ReadMark, error) {
	var list []store.ReadMark
	const query = "SELECT mid, read_cn FROM read_state WHERE account = ? AND folder = ? ORDER BY mid"
	err := r.c.each(query, []any{fold(account), int64(folder)}, func(rows *sql.Rows) error {
		var m store.ReadMark
		err := rows.Scan(into(&m.Message), into(&m.Change))
		list = append(list, m)
		return err
	})
	return list, err
}

// PerUserFolders lists the folders of which an account has read something.
func (r *reader) PerUserFolders(account string) ([]store.FolderID, error) {
	var list []store.FolderID
	err := r.c.each("SELECT DISTINCT folder FROM read_state WHERE account = ? ORDER BY folder", []any{fold(account)}, func(rows *sql.Rows) error {
		var id store.FolderID
		err := rows.Scan(into(&id))
		list = append(list, id)
		return err
	})
	return list, err
}

// UnreadOf counts the messages of a folder that an account has not read. Only living normal messages have marks.
func (r *reader) UnreadOf(account string, folder store.FolderID) (n int64, err error) {
	err = r.c.row(`SELECT content_count - (SELECT count(*) FROM read_state WHERE account = ? AND read_state.folder = folder.id)
		FROM folder WHERE id = ?`, []any{fold(account), int64(folder)}, &n)
	if err != nil {
		return 0, fmt.Errorf("folder %d: %w", folder, err)
	}
	return n, nil
}

// HaveRead says which messages an account has read.
func (r *reader) HaveRead(account string, folder store.FolderID, messages []store.MessageID) (map[store.MessageID]bool, error) {
	have := make(map[store.MessageID]bool)
	account = fold(account)
	for _, id := range messages {
		var mark int64
		const query = "SELECT count(*) FROM read_state WHERE account = ? AND folder = ? AND mid = ?"
		if err := r.c.row(query, []any{account, int64(folder), int64(id)}, &mark); err != nil {
			return nil, err
		}
		if mark != 0 {
			have[id] = true
		}
	}
	return have, nil
}

// MarkRead marks messages of public folders for an account.
func (t *tx) MarkRead(account string, messages []store.MessageID, read bool) ([]store.MessageID, error) {
	var changed []store.MessageID
	account = fold(account)
	cn := store.ChangeNumber(0)
	public := make(map[store.MailboxID]bool, 1)
	for _, id := range messages {
		m, err := t.Message(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err == nil && !public[m.Mailbox] {
			err = t.mayMark(m.Mailbox)
			public[m.Mailbox] = true
		}
		if err != nil {
			return nil, err
		}
		if m.Associated || m.Deleted {
			continue
		}
		if cn == 0 {
			cn = store.ChangeNumber(t.counter())
		}
		var n int64
		if read {
			n, err = t.c.change("INSERT OR IGNORE INTO read_state (account, folder, mid, read_cn) VALUES (?, ?, ?, ?)", account, int64(m.Folder), int64(id), int64(cn))
		} else {
			n, err = t.c.change("DELETE FROM read_state WHERE account = ? AND folder = ? AND mid = ?", account, int64(m.Folder), int64(id))
		}
		if err != nil {
			return nil, err
		}
		if n > 0 {
			changed = append(changed, id)
			t.noteModified(m, cn, tagsOfFlags)
			t.touch(m.Mailbox, m.Folder).read = true
		}
	}
	return changed, nil
}

// mayMark checks that a mailbox is the public store, and in scope.
func (t *tx) mayMark(id store.MailboxID) error {
	if err := t.mayWrite(id); err != nil {
		return err
	}
	m, err := t.Mailbox(id)
	if err == nil && m.Kind != store.PublicMailbox {
		err = fmt.Errorf("messages of mailbox %d have one read state for all: %w", id, store.ErrDenied)
	}
	return err
}
