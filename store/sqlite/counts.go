package sqlite

import (
	"fmt"

	"github.com/mapid/mapid/store"
)

// counts are changes of the counts of a folder and the sizes of its mailbox.
type counts struct {
	content, unread, assoc, deleted, deletedAssoc int64
	contentSize, assocSize, deletedSize           int64
}

// add counts a message n times.
func (c *counts) add(m store.Message, n int64) {
	switch part(m.Associated, m.Deleted) {
	case 0:
		c.content += n
		c.contentSize += n * m.Size
		if m.Flags&mfRead == 0 {
			c.unread += n
		}
	case 1:
		c.assoc += n
		c.assocSize += n * m.Size
	case 2:
		c.deleted += n
		c.deletedSize += n * m.Size
	default:
		c.deletedAssoc += n
		c.deletedSize += n * m.Size
	}
}

// count applies counts to a living folder after change cn in its contents, and returns its mailbox.
func (t *tx) count(folder store.FolderID, c counts, cn store.ChangeNumber) (store.MailboxID, error) {
	mailbox, deleted, err := t.countAny(folder, c, cn)
	if err == nil && deleted {
		err = fmt.Errorf("folder %d is deleted: %w", folder, store.ErrNotFound)
	}
	return mailbox, err
}

// countAny is count for folders that may be soft-deleted.
func (t *tx) countAny(folder store.FolderID, c counts, cn store.ChangeNumber) (mailbox store.MailboxID, deleted bool, err error) {
	var state int64
	var kind store.FolderType
	err = t.c.row(`UPDATE folder SET content_count = content_count + ?, unread_count = unread_count + ?, assoc_count = assoc_count + ?,
		deleted_count = deleted_count + ?, deleted_assoc = deleted_assoc + ?, content_size = content_size + ?, assoc_size = assoc_size + ?,
		deleted_size = deleted_size + ?, commit_max = max(commit_max, ?), content_cn = max(content_cn, ?)
		WHERE id = ? RETURNING mailbox, deleted, type`, []any{c.content, c.unread, c.assoc, c.deleted, c.deletedAssoc, c.contentSize, c.assocSize,
		c.deletedSize, int64(t.time), int64(cn), int64(folder)}, into(&mailbox), &state, into(&kind))
	if err != nil {
		return 0, false, fmt.Errorf("folder %d: %w", folder, err)
	}
	if kind == store.FolderSearch && c.content > 0 {
		return 0, false, fmt.Errorf("a message in search folder %d: %w", folder, store.ErrDenied)
	}
	p := t.touch(mailbox, folder)
	p.total += c.content
	p.unread += c.unread
	if state != 0 {
		return mailbox, true, t.resize(mailbox, 0, c.contentSize+c.assocSize+c.deletedSize)
	}
	return mailbox, false, t.resize(mailbox, c.contentSize+c.assocSize, c.deletedSize)
}

// resize changes the sizes of a mailbox.
func (t *tx) resize(m store.MailboxID, living, deleted int64) error {
	if living == 0 && deleted == 0 {
		return nil
	}
	return t.c.exec("UPDATE mailbox SET size = size + ?, deleted_size = deleted_size + ? WHERE id = ?", living, deleted, int64(m))
}
