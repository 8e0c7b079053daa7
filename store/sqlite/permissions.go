package sqlite

import (
	"database/sql"

	"github.com/mapid/mapid/store"
)

// Permissions lists the permissions of a folder.
func (r *reader) Permissions(folder store.FolderID) ([]store.Permission, error) {
	var list []store.Permission
	err := r.c.each("SELECT member, account, rights FROM permission WHERE folder = ? ORDER BY member", []any{int64(folder)}, func(rows *sql.Rows) error {
		var p store.Permission
		err := rows.Scan(into(&p.Member), &p.Account, into(&p.Rights))
		list = append(list, p)
		return err
	})
	return list, err
}

// SetPermissions replaces the permissions of a folder.
func (t *tx) SetPermissions(folder store.FolderID, permissions []store.Permission) error {
	f, err := t.livingFolder(folder)
	if err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM permission WHERE folder = ?", int64(folder)); err != nil {
		return err
	}
	var next int64
	if err := t.c.row("SELECT next_member FROM folder WHERE id = ?", []any{int64(folder)}, &next); err != nil {
		return err
	}
	for _, p := range permissions {
		if p.Member == store.MemberDefault && p.Account != "" {
			p.Member = next
		}
		next = max(next, p.Member+1)
		err := t.c.exec("INSERT INTO permission (folder, member, account, rights) VALUES (?, ?, ?, ?)", int64(folder), p.Member, p.Account, int64(p.Rights))
		if err != nil {
			return err
		}
	}
	cn, err := t.changeFolder(f, store.Edit{})
	if err != nil {
		return err
	}
	t.note(store.Change{Kind: store.FolderModified, Mailbox: f.Mailbox, Folder: folder, Number: cn})
	return t.c.exec("UPDATE folder SET next_member = ? WHERE id = ?", next, int64(folder))
}
