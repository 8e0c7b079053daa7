package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

const searchColumns = "SELECT folder, mailbox, version, recursive, static, urgent, flags, state, restriction FROM search "

func scanSearch(row func(...any) error) (store.Search, error) {
	var s store.Search
	var data []byte
	var recursive, static, urgent uint8
	err := row(into(&s.Folder), into(&s.Mailbox), into(&s.Version), into(&recursive), into(&static), into(&urgent), into(&s.Flags), into(&s.State), &data)
	if err != nil {
		return s, err
	}
	s.Recursive, s.Static, s.Urgent = recursive != 0, static != 0, urgent != 0
	r := wire.NewReader(data)
	s.Restriction = prop.ExtendedForm.ReadRestriction(r)
	if r.Err() != nil {
		return s, fmt.Errorf("%w: restriction of search folder %d: %w", errDamaged, s.Folder, r.Err())
	}
	return s, nil
}

// Search finds the search of a folder.
func (r *reader) Search(folder store.FolderID) (store.Search, error) {
	s, err := scanSearch(func(dest ...any) error {
		return r.c.row(searchColumns+"WHERE folder = ?", []any{int64(folder)}, dest...)
	})
	if err == nil {
		err = r.scopes(&s)
	}
	if err != nil {
		return store.Search{}, fmt.Errorf("search of folder %d: %w", folder, err)
	}
	return s, nil
}

// Searches lists the searches of a mailbox.
func (r *reader) Searches(mailbox store.MailboxID) ([]store.Search, error) {
	var list []store.Search
	err := r.c.each(searchColumns+"WHERE mailbox = ? ORDER BY folder", []any{int64(mailbox)}, func(rows *sql.Rows) error {
		s, err := scanSearch(rows.Scan)
		list = append(list, s)
		return err
	})
	if err != nil || len(list) == 0 {
		return list, err
	}
	i := 0 // the scopes come in the order of the searches
	const query = "SELECT s.folder, scope.target FROM search AS s JOIN search_scope AS scope ON scope.folder = s.folder WHERE s.mailbox = ? ORDER BY s.folder, scope.n"
	err = r.c.each(query, []any{int64(mailbox)}, func(rows *sql.Rows) error {
		var folder, target store.FolderID
		if err := rows.Scan(into(&folder), into(&target)); err != nil {
			return err
		}
		for list[i].Folder != folder {
			i++
		}
		list[i].Scopes = append(list[i].Scopes, target)
		return nil
	})
	return list, err
}

func (r *reader) scopes(s *store.Search) error {
	return r.c.each("SELECT target FROM search_scope WHERE folder = ? ORDER BY n", []any{int64(s.Folder)}, func(rows *sql.Rows) error {
		var id store.FolderID
		err := rows.Scan(into(&id))
		s.Scopes = append(s.Scopes, id)
		return err
	})
}

// SearchWork lists mailboxes that have something to do.
func (r *reader) SearchWork() ([]store.MailboxID, error) {
	var list []store.MailboxID
	const query = `SELECT DISTINCT mailbox FROM search_queue UNION SELECT search.mailbox FROM search JOIN search_part USING (version) ORDER BY 1`
	err := r.c.each(query, nil, func(rows *sql.Rows) error {
		var id store.MailboxID
		err := rows.Scan(into(&id))
		list = append(list, id)
		return err
	})
	return list, err
}

const queueQuery = `SELECT message.folder, q.mid, q.ticket FROM search_queue AS q CROSS JOIN message ON message.mid = q.mid
	WHERE q.mailbox = ? ORDER BY q.ticket LIMIT ?`

// SearchQueue lists queued messages.
func (r *reader) SearchQueue(mailbox store.MailboxID, limit int) ([]store.QueuedMessage, error) {
	var list []store.QueuedMessage
	err := r.c.each(queueQuery, []any{int64(mailbox), int64(limit)}, func(rows *sql.Rows) error {
		var q store.QueuedMessage
		err := rows.Scan(into(&q.Folder), into(&q.Message), into(&q.Ticket))
		list = append(list, q)
		return err
	})
	return list, err
}

// SearchParts lists parts of searches.
func (r *reader) SearchParts(mailbox store.MailboxID, limit int) ([]store.SearchPart, error) {
	var list []store.SearchPart
	const query = `SELECT s.folder, s.mailbox, s.version, p.target, p.after, p.ticket FROM search_part AS p
		JOIN search AS s ON s.version = p.version WHERE s.mailbox = ? ORDER BY s.urgent DESC, p.ticket LIMIT ?`
	err := r.c.each(query, []any{int64(mailbox), int64(limit)}, func(rows *sql.Rows) error {
		var p store.SearchPart
		err := rows.Scan(into(&p.Search), into(&p.Mailbox), into(&p.Version), into(&p.Folder), into(&p.After), into(&p.Ticket))
		list = append(list, p)
		return err
	})
	return list, err
}

// scopeQuery finds the searches that a folder is in the scope of, by the folders above it.
const scopeQuery = `WITH RECURSIVE up(id, own) AS (SELECT id, 1 FROM folder WHERE id = ? AND deleted = 0
	UNION ALL SELECT folder.parent, 0 FROM up JOIN folder ON folder.id = up.id WHERE folder.parent <> folder.id)
	SELECT DISTINCT s.folder FROM up JOIN search_scope AS scope ON scope.target = up.id JOIN search AS s ON s.folder = scope.folder
	WHERE up.own OR s.recursive ORDER BY s.folder`

// SearchesOf lists the search folders whose scope a folder is in.
func (r *reader) SearchesOf(folder store.FolderID) ([]store.FolderID, error) {
	return r.folderIDs(scopeQuery, int64(folder))
}

func (r *reader) folderIDs(query string, args ...any) ([]store.FolderID, error) {
	var list []store.FolderID
	err := r.c.each(query, args, func(rows *sql.Rows) error {
		var id store.FolderID
		err := rows.Scan(into(&id))
		list = append(list, id)
		return err
	})
	return list, err
}

// found is the version of the search whose members a selection chooses, or 0 if it chooses messages of the folder
// itself.
func (r *reader) found(sel store.Selection) (version int64, err error) {
	if sel.Associated || sel.Deleted {
		return 0, nil
	}
	err = r.c.row("SELECT version FROM search WHERE folder = ?", []any{int64(sel.Folder)}, &version)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return version, err
}

// memberSource is where the rows of members come from.
const memberSource = "search_member AS s CROSS JOIN message ON message.folder = s.target AND message.part = 0 AND message.mid = s.mid"

// ScanAfter calls fn for some messages of the selection.
func (r *reader) ScanAfter(sel store.Selection, after store.MessageID, limit int, tags []mapi.PropTag, fn func(store.MessageID, []prop.Value) error) error {
	p := planFor(tags)
	version, err := r.found(sel)
	if err != nil {
		return err
	}
	if version != 0 {
		return r.scan(p, memberSource, " WHERE s.version = ? AND s.mid > ? ORDER BY s.mid LIMIT ?", []any{version, int64(after), int64(limit)}, fn)
	}
	const where = " WHERE message.folder = ? AND message.part = ? AND message.mid > ? ORDER BY message.mid LIMIT ?"
	return r.scan(p, "message", where, []any{int64(sel.Folder), part(sel.Associated, sel.Deleted), int64(after), int64(limit)}, fn)
}

// scan calls fn for every row of a query.
func (r *reader) scan(p *plan, from, where string, args []any, fn func(store.MessageID, []prop.Value) error) error {
	rr := newRowReader(r, p)
	out := make([]prop.Value, len(p.items))
	return r.c.each(p.query(from, where), args, func(rows *sql.Rows) error {
		id, err := rr.read(rows, out)
		if err != nil {
			return err
		}
		return fn(id, out)
	})
}
