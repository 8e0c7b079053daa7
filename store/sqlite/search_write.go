package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// ticket is a number that no other row of a queue has or had.
func (t *tx) ticket() int64 { return int64(t.newBag()) }

// SetSearch starts a search.
func (t *tx) SetSearch(d store.SearchDefinition) error {
	f, err := t.livingFolder(d.Folder)
	if err != nil {
		return err
	}
	if f.Type != store.FolderSearch {
		return fmt.Errorf("folder %d is no search folder: %w", d.Folder, store.ErrDenied)
	}
	for _, id := range d.Scopes {
		scope, err := t.Folder(id)
		if err == nil && (scope.Deleted || scope.Mailbox != f.Mailbox) {
			err = store.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("scope %d of search folder %d: %w", id, d.Folder, err)
		}
	}
	if err := t.dropSearch(d.Folder); err != nil {
		return err
	}
	var w wire.Writer
	prop.ExtendedForm.WriteRestriction(&w, d.Restriction)
	version, number := t.ticket(), map[bool]int64{true: 1}
	err = t.c.exec(`INSERT INTO search (folder, mailbox, version, recursive, static, urgent, flags, state, following, restriction)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, int64(d.Folder), int64(f.Mailbox), version, number[d.Recursive], number[d.Static], number[d.Urgent],
		int64(d.Flags), int64(store.SearchBuilding), number[!d.Static], w.Bytes())
	for i, id := range d.Scopes {
		if err == nil {
			err = t.c.exec("INSERT INTO search_scope (folder, n, target) VALUES (?, ?, ?)", int64(d.Folder), int64(i), int64(id))
		}
	}
	if err != nil {
		return fmt.Errorf("search of folder %d: %w", d.Folder, err)
	}
	covered, err := t.folderIDs(`WITH RECURSIVE down(id) AS (SELECT target FROM search_scope WHERE folder = ?1
		UNION SELECT folder.id FROM down JOIN folder ON folder.parent = down.id WHERE ?2 AND folder.deleted = 0 AND folder.id <> folder.parent)
		SELECT folder.id FROM down JOIN folder ON folder.id = down.id WHERE folder.type <> ?3 AND folder.content_count > 0 ORDER BY folder.id`,
		int64(d.Folder), number[d.Recursive], int64(store.FolderSearch))
	for _, id := range covered {
		if err == nil {
			err = t.addPart(version, id)
		}
	}
	if err != nil {
		return fmt.Errorf("scope of search folder %d: %w", d.Folder, err)
	}
	if f.ContentCount != 0 {
		if err := t.countMembers(f.Mailbox, d.Folder, -f.ContentCount, -f.UnreadCount); err != nil {
			return err
		}
	}
	t.note(store.Change{Kind: store.SearchChanged, Mailbox: f.Mailbox, Folder: d.Folder})
	return t.complete(version)
}

// addPart puts a folder on the list of what is to be scanned for a search, from its beginning.
func (t *tx) addPart(version int64, target store.FolderID) error {
	return t.c.exec("INSERT OR REPLACE INTO search_part (version, target, after, ticket) VALUES (?, ?, 0, ?)", version, int64(target), t.ticket())
}

// dropSearch forgets the search of a folder, if there is one. Its members are removed little by little.
func (t *tx) dropSearch(folder store.FolderID) error {
	var version int64
	err := t.c.row("DELETE FROM search WHERE folder = ? RETURNING version", []any{int64(folder)}, &version)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.w.garbage = true
	for _, q := range []struct {
		text string
		arg  int64
	}{
		{"INSERT INTO search_stale (version) VALUES (?)", version},
		{"DELETE FROM search_part WHERE version = ?", version},
		{"DELETE FROM search_scope WHERE folder = ?", int64(folder)},
	} {
		if err := t.c.exec(q.text, q.arg); err != nil {
			return err
		}
	}
	return nil
}

// countMembers changes the counts of a search folder.
func (t *tx) countMembers(m store.MailboxID, folder store.FolderID, content, unread int64) error {
	p := t.touch(m, folder)
	p.total += content
	p.unread += unread
	return t.c.exec("UPDATE folder SET content_count = content_count + ?, unread_count = unread_count + ?, commit_max = max(commit_max, ?) WHERE id = ?",
		content, unread, int64(t.time), int64(folder))
}

// complete completes a search that is building and has no parts left.
func (t *tx) complete(version int64) error {
	var mailbox store.MailboxID
	var folder store.FolderID
	err := t.c.row(`UPDATE search SET state = ?2 WHERE version = ?1 AND state = ?3 AND NOT EXISTS (SELECT 1 FROM search_part WHERE version = ?1)
		RETURNING mailbox, folder`, []any{version, int64(store.SearchComplete), int64(store.SearchBuilding)}, into(&mailbox), into(&folder))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		t.note(store.Change{Kind: store.SearchCompleted, Mailbox: mailbox, Folder: folder})
	}
	return err
}

// searchToChange finds a search that may be written.
func (t *tx) searchToChange(folder store.FolderID) (store.Search, error) {
	s, err := t.Search(folder)
	if err != nil {
		return s, err
	}
	return s, t.mayWrite(s.Mailbox)
}

// TuneSearch changes how urgent a search is, and its flags.
func (t *tx) TuneSearch(folder store.FolderID, urgent bool, flags uint32) error {
	if _, err := t.searchToChange(folder); err != nil {
		return err
	}
	number := map[bool]int64{true: 1}
	return t.c.exec("UPDATE search SET urgent = ?, flags = ? WHERE folder = ?", number[urgent], int64(flags), int64(folder))
}

// StopSearch ends a search that is not complete.
func (t *tx) StopSearch(folder store.FolderID) error {
	s, err := t.searchToChange(folder)
	if err != nil || s.State != store.SearchBuilding {
		return err
	}
	if err := t.c.exec("UPDATE search SET state = ?, following = 0 WHERE folder = ?", int64(store.SearchStopped), int64(folder)); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM search_part WHERE version = ?", int64(s.Version))
}

// tally collects how the counts of search folders change.
type tally struct {
	t    *tx
	list []tallied
}

type tallied struct {
	mailbox         store.MailboxID
	folder          store.FolderID
	content, unread int64
}

func (l *tally) add(m store.MailboxID, folder store.FolderID, n int64, flags uint32) {
	i := slices.IndexFunc(l.list, func(c tallied) bool { return c.folder == folder })
	if i < 0 {
		i = len(l.list)
		l.list = append(l.list, tallied{mailbox: m, folder: folder})
	}
	l.list[i].content += n
	if flags&mfRead == 0 {
		l.list[i].unread += n
	}
}

func (l *tally) settle() error {
	for _, c := range l.list {
		if err := l.t.countMembers(c.mailbox, c.folder, c.content, c.unread); err != nil {
			return err
		}
	}
	return nil
}

// noteMember tells of a member of a search folder.
func (t *tx) noteMember(kind store.ChangeKind, m store.MailboxID, search, in store.FolderID, id store.MessageID) {
	t.note(store.Change{Kind: kind, Mailbox: m, Folder: search, Message: id, OldFolder: in})
}

// join makes a message a member, unless it is gone from its folder.
func (t *tx) join(s *store.Search, in store.FolderID, id store.MessageID, l *tally) error {
	var flags uint32
	err := t.c.row("SELECT flags FROM message WHERE folder = ? AND part = 0 AND mid = ?", []any{int64(in), int64(id)}, into(&flags))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = t.c.exec("INSERT INTO search_member (version, mid, target) VALUES (?, ?, ?)", int64(s.Version), int64(id), int64(in))
	}
	if err != nil {
		return err
	}
	l.add(s.Mailbox, s.Folder, 1, flags)
	t.noteMember(store.SearchMemberAdded, s.Mailbox, s.Folder, in, id)
	return nil
}

// expel takes away what join gave.
func (t *tx) expel(s *store.Search, in store.FolderID, id store.MessageID, l *tally) error {
	var flags uint32
	err := t.c.row("SELECT flags FROM message WHERE folder = ? AND part = 0 AND mid = ?", []any{int64(in), int64(id)}, into(&flags))
	if err == nil {
		err = t.c.exec("DELETE FROM search_member WHERE version = ? AND mid = ?", int64(s.Version), int64(id))
	}
	if err != nil {
		return notThere(err)
	}
	l.add(s.Mailbox, s.Folder, -1, flags)
	t.noteMember(store.SearchMemberRemoved, s.Mailbox, s.Folder, in, id)
	return nil
}

// SettleMessages takes verdicts on queued messages.
func (t *tx) SettleMessages(searches []store.Search, verdicts []store.SearchVerdict) error {
	current, err := t.current(searches)
	if err != nil {
		return err
	}
	l := tally{t: t}
	for _, v := range verdicts {
		n, err := t.c.change("DELETE FROM search_queue WHERE mid = ? AND ticket = ?", int64(v.Message), int64(v.Ticket))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		m, err := t.Message(v.Message)
		if err != nil {
			return notThere(err)
		}
		have, err := t.numbers("SELECT version FROM search_member WHERE mid = ?", int64(v.Message)) // of earlier searches too
		if err != nil {
			return err
		}
		for i := range searches {
			s := &searches[i]
			switch had := slices.Contains(have, int64(s.Version)); {
			case !current[i] || had == v.Members[i]:
			case had:
				err = t.expel(s, m.Folder, m.ID, &l)
			default:
				err = t.join(s, m.Folder, m.ID, &l)
			}
			if err != nil {
				return err
			}
		}
	}
	return l.settle()
}

// current says which searches are still those that they were, and follow.
func (t *tx) current(searches []store.Search) ([]bool, error) {
	current := make([]bool, len(searches))
	versions := make(map[store.MailboxID][]int64)
	for i := range searches {
		m := searches[i].Mailbox
		if _, ok := versions[m]; !ok {
			if err := t.mayWrite(m); err != nil {
				return nil, err
			}
			list, err := t.numbers("SELECT version FROM search WHERE mailbox = ? AND following = 1", int64(m))
			if err != nil {
				return nil, err
			}
			versions[m] = list
		}
		current[i] = slices.Contains(versions[m], int64(searches[i].Version))
	}
	return current, nil
}

// numbers reads the only column of a query.
func (t *tx) numbers(query string, arg int64) (list []int64, err error) {
	err = t.c.each(query, []any{arg}, func(rows *sql.Rows) error {
		var v int64
		err := rows.Scan(into(&v))
		list = append(list, v)
		return err
	})
	return list, err
}

// SettleParts takes verdicts on parts.
func (t *tx) SettleParts(verdicts []store.PartVerdict) error {
	l := tally{t: t}
	for i := range verdicts {
		if err := t.settlePart(&verdicts[i], &l); err != nil {
			return fmt.Errorf("folder %d for search folder %d: %w", verdicts[i].Part.Folder, verdicts[i].Part.Search, err)
		}
	}
	return l.settle()
}

func (t *tx) settlePart(v *store.PartVerdict, l *tally) error {
	p := &v.Part
	if err := t.mayWrite(p.Mailbox); err != nil {
		return err
	}
	query, args := "UPDATE search_part SET after = ?4 WHERE version = ?1 AND target = ?2 AND ticket = ?3 AND after = ?5",
		[]any{int64(p.Version), int64(p.Folder), int64(p.Ticket), int64(v.UpTo), int64(p.After)}
	if v.Done {
		query = "DELETE FROM search_part WHERE version = ?1 AND target = ?2 AND ticket = ?3 AND after = ?5 AND ?4 >= 0"
	}
	if n, err := t.c.change(query, args...); err != nil || n == 0 {
		return err
	}
	s := &store.Search{SearchDefinition: store.SearchDefinition{Folder: p.Search}, Mailbox: p.Mailbox, Version: p.Version}
	had := make(map[store.MessageID]bool)
	err := t.c.each("SELECT mid FROM search_member WHERE version = ? AND mid > ? AND mid <= ? AND target = ?",
		[]any{int64(p.Version), int64(p.After), int64(v.UpTo), int64(p.Folder)}, func(rows *sql.Rows) error {
			var id store.MessageID
			err := rows.Scan(into(&id))
			had[id] = true
			return err
		})
	if err != nil {
		return err
	}
	for _, id := range v.Found {
		if had[id] {
			delete(had, id)
			continue
		}
		if err := t.join(s, p.Folder, id, l); err != nil {
			return err
		}
	}
	lost := make([]store.MessageID, 0, len(had))
	for id := range had {
		lost = append(lost, id)
	}
	slices.Sort(lost)
	for _, id := range lost {
		if err := t.expel(s, p.Folder, id, l); err != nil {
			return err
		}
	}
	return t.complete(int64(p.Version))
}
