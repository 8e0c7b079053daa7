package sqlite

import (
	"database/sql"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// queue puts a normal message that is new or was changed on the queue of the searches of its mailbox, if there are any.
func (t *tx) queue(m store.Message) error {
	if m.Associated || m.Deleted {
		return nil
	}
	var one int64
	err := t.c.row("SELECT 1 FROM search WHERE mailbox = ? AND following = 1 LIMIT 1", []any{int64(m.Mailbox)}, &one)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.c.exec("INSERT OR REPLACE INTO search_queue (mid, mailbox, ticket) VALUES (?, ?, ?)", int64(m.ID), int64(m.Mailbox), t.ticket())
}

// membershipsQuery finds the search folders that a message is a member of.
const membershipsQuery = "SELECT s.folder FROM search_member AS m JOIN search AS s ON s.version = m.version WHERE m.mid = ?"

// requeue is queue for a message that was changed: the search folders that show it are told of it at once.
func (t *tx) requeue(before, m store.Message, tags []mapi.PropTag) error {
	if m.Associated || m.Deleted {
		return nil
	}
	in, err := t.folderIDs(membershipsQuery, int64(m.ID))
	if err != nil {
		return err
	}
	unread := int64(0)
	switch {
	case before.Flags&mfRead == m.Flags&mfRead:
	case m.Flags&mfRead == 0:
		unread = 1
	default:
		unread = -1
	}
	for _, folder := range in {
		if unread != 0 {
			if err := t.countMembers(m.Mailbox, folder, 0, unread); err != nil {
				return err
			}
		}
		t.note(store.Change{
			Kind: store.SearchMemberModified, Mailbox: m.Mailbox, Folder: folder, Message: m.ID, OldFolder: m.Folder, Tags: tags,
		})
	}
	return t.queue(m)
}

// quit takes a message that leaves its folder out of the search folders that show it, and off the queue.
func (t *tx) quit(m store.Message) error {
	in, err := t.folderIDs(membershipsQuery, int64(m.ID))
	if err != nil {
		return err
	}
	l := tally{t: t}
	for _, folder := range in {
		l.add(m.Mailbox, folder, -1, m.Flags)
		t.noteMember(store.SearchMemberRemoved, m.Mailbox, folder, m.Folder, m.ID)
	}
	if err := l.settle(); err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM search_member WHERE mid = ?", int64(m.ID)); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM search_queue WHERE mid = ?", int64(m.ID))
}

// rescan has folders scanned that came into the scope of searches, or left it.
func (t *tx) rescan(mailbox store.MailboxID, folders []store.Folder) error {
	type affected struct{ version, recursive int64 }
	var searches []affected
	err := t.c.each("SELECT version, recursive FROM search WHERE mailbox = ? AND following = 1", []any{int64(mailbox)}, func(rows *sql.Rows) error {
		var a affected
		err := rows.Scan(&a.version, &a.recursive)
		searches = append(searches, a)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range searches {
		for _, f := range folders {
			if f.Type == store.FolderSearch || f.ContentCount == 0 {
				continue
			}
			if s.recursive == 0 {
				var n int64
				err := t.c.row("SELECT count(*) FROM search_scope JOIN search USING (folder) WHERE target = ? AND version = ?", []any{int64(f.ID), s.version}, &n)
				if err != nil {
					return err
				}
				if n == 0 {
					continue
				}
			}
			if err := t.addPart(s.version, f.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropMembers takes all messages of a folder that is removed out of the search folders that show them.
func (t *tx) dropMembers(f store.Folder) error {
	if f.Type == store.FolderSearch {
		return t.dropSearch(f.ID)
	}
	l := tally{t: t}
	err := t.c.each(`SELECT s.folder, count(*), sum(message.flags & 1 = 0) FROM message JOIN search_member AS m ON m.mid = message.mid
		JOIN search AS s ON s.version = m.version WHERE message.folder = ? AND message.part = 0 GROUP BY s.folder ORDER BY s.folder`,
		[]any{int64(f.ID)}, func(rows *sql.Rows) error {
			c := tallied{mailbox: f.Mailbox}
			err := rows.Scan(into(&c.folder), &c.content, &c.unread)
			c.content, c.unread = -c.content, -c.unread
			l.list = append(l.list, c)
			return err
		})
	if err != nil {
		return err
	}
	for _, c := range l.list {
		t.note(store.Change{Kind: store.SearchChanged, Mailbox: f.Mailbox, Folder: c.folder})
	}
	if err := l.settle(); err != nil {
		return err
	}
	versions, err := t.numbers("SELECT version FROM search_part WHERE target = ?", int64(f.ID))
	if err != nil {
		return err
	}
	for _, q := range []string{
		"DELETE FROM search_member WHERE mid IN (SELECT mid FROM message WHERE folder = ?)",
		"DELETE FROM search_queue WHERE mid IN (SELECT mid FROM message WHERE folder = ?)",
		"DELETE FROM search_scope WHERE target = ?",
		"DELETE FROM search_part WHERE target = ?",
	} {
		if err := t.c.exec(q, int64(f.ID)); err != nil {
			return err
		}
	}
	for _, version := range versions {
		if err := t.complete(version); err != nil {
			return err
		}
	}
	return nil
}

// dropSearches forgets all searches of a mailbox.
func (t *tx) dropSearches(mailbox store.MailboxID) error {
	folders, err := t.folderIDs("SELECT folder FROM search WHERE mailbox = ?", int64(mailbox))
	for _, f := range folders {
		if err == nil {
			err = t.dropSearch(f)
		}
	}
	if err != nil {
		return err
	}
	return t.c.exec("DELETE FROM search_queue WHERE mailbox = ?", int64(mailbox))
}
