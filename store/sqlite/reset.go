package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/mapid/mapid/store"
)

// Reset removes everything.
func (s *Store) Reset(ctx context.Context) error {
	return s.Update(ctx, store.Scope{}, func(t store.Tx) error { return t.Clear() })
}

// Clear removes everything and starts the counters again. The version of the directory goes on, so that nobody takes
// an old one for the new.
func (t *tx) Clear() error {
	if _, err := t.emptyTables(); err != nil {
		return err
	}
	version := t.w.next.directory
	t.w.next = firstCounters
	t.w.next.directory = version + 1
	t.made, t.touched, t.changes = nil, nil, nil
	t.note(store.Change{Kind: store.StoreReset})
	return initialise(t.c, t.s.replica, t.w.next)
}

// emptyTables removes every row and returns the names of the tables.
func (t *tx) emptyTables() ([]string, error) {
	var tables []string
	err := t.c.each("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		tables = append(tables, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range tables { // without a condition SQLite frees whole trees
		if err := t.c.exec("DELETE FROM " + name); err != nil {
			return nil, fmt.Errorf("clear %s: %w", name, err)
		}
	}
	return tables, nil
}

// Check reads the whole database and compares the counts it keeps with what is there.
func (s *Store) Check(ctx context.Context) error {
	return s.View(ctx, store.Scope{}, func(r store.Reader) error {
		c := r.(*reader).c
		var problems []string
		err := c.each("PRAGMA integrity_check(20)", nil, func(rows *sql.Rows) error {
			var line string
			err := rows.Scan(&line)
			if line != "ok" {
				problems = append(problems, line)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, check := range checks {
			err := c.each(check.query, nil, func(rows *sql.Rows) error {
				var id int64
				err := rows.Scan(&id)
				problems = append(problems, fmt.Sprintf("%s %d", check.text, id))
				return err
			})
			if err != nil {
				return err
			}
		}
		if len(problems) > 0 {
			return fmt.Errorf("%w: %s", errDamaged, strings.Join(problems, "; "))
		}
		return nil
	})
}

// checks find ids of rows that contradict others.
var checks = []struct{ text, query string }{
	{"wrong counts in folder", `SELECT folder.id FROM folder LEFT JOIN (
		SELECT folder, sum(part = 0) AS content, sum(part = 0 AND flags & 1 = 0) AS unread, sum(part = 1) AS assoc, sum(part = 2) AS gone, sum(part = 3) AS gone_assoc,
			sum(CASE part WHEN 0 THEN size ELSE 0 END) AS content_size, sum(CASE part WHEN 1 THEN size ELSE 0 END) AS assoc_size,
			sum(CASE WHEN part >= 2 THEN size ELSE 0 END) AS deleted_size, max(max(cn), max(read_cn)) AS newest
		FROM message GROUP BY folder) AS m ON m.folder = folder.id
		WHERE content_count <> ifnull(content, 0) OR unread_count <> ifnull(unread, 0) OR assoc_count <> ifnull(assoc, 0)
			OR deleted_count <> ifnull(gone, 0) OR deleted_assoc <> ifnull(gone_assoc, 0) OR folder.deleted_size <> ifnull(m.deleted_size, 0)
			OR content_cn < ifnull(newest, 0) OR folder.content_size <> ifnull(m.content_size, 0) OR folder.assoc_size <> ifnull(m.assoc_size, 0)`},
	{"wrong number of children in folder", `SELECT folder.id FROM folder LEFT JOIN (
		SELECT parent, sum(deleted = 0) AS living, sum(deleted <> 0) AS gone FROM folder WHERE id <> parent GROUP BY parent) AS child ON child.parent = folder.id
		WHERE child_count <> ifnull(living, 0) OR gone_children <> ifnull(gone, 0)`},
	{"wrongly deleted or living folder", `SELECT folder.id FROM folder JOIN folder AS above ON above.id = folder.parent AND above.id <> folder.id
		WHERE CASE folder.deleted WHEN 0 THEN above.deleted <> 0 WHEN 2 THEN above.deleted = 0 ELSE folder.deleted <> 1 END`},
	{"wrong size of mailbox", `SELECT mailbox.id FROM mailbox LEFT JOIN (
		SELECT folder.mailbox, sum(CASE deleted WHEN 0 THEN content_size + assoc_size ELSE 0 END) AS living,
			sum(deleted_size + CASE deleted WHEN 0 THEN 0 ELSE content_size + assoc_size END) AS gone
		FROM folder GROUP BY folder.mailbox) AS f ON f.mailbox = mailbox.id
		WHERE size <> ifnull(living, 0) OR mailbox.deleted_size <> ifnull(gone, 0)`},
	{"another mailbox than its folder has message", `SELECT mid FROM message JOIN folder ON folder.id = message.folder WHERE message.mailbox <> folder.mailbox`},
	{"wrong number of attachments of message", `SELECT mid FROM message WHERE attachments <> (SELECT count(*) FROM attachment WHERE attachment.bag = message.bag)`},
	{"no bag for message", `SELECT mid FROM message WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no bag for folder", `SELECT id FROM folder WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no bag for an attachment of bag", `SELECT bag FROM attachment WHERE own_bag NOT IN (SELECT id FROM bag)
		OR embedded <> 0 AND embedded NOT IN (SELECT id FROM bag)`},
	{"nothing to which belongs bag", `SELECT id FROM bag WHERE id NOT IN (SELECT bag FROM mailbox UNION SELECT bag FROM folder UNION SELECT bag FROM rule
		UNION SELECT bag FROM message UNION SELECT own_bag FROM attachment UNION SELECT embedded FROM attachment)`},
	{"no bag for large values of bag", `SELECT DISTINCT bag FROM large WHERE bag NOT IN (SELECT id FROM bag)`},
	{"nothing to which belong chunks of value", `SELECT DISTINCT value FROM chunk WHERE value NOT IN (SELECT value FROM large)
		AND value NOT IN (SELECT value FROM stage) AND value NOT IN (SELECT value FROM garbage)`},
	{"more than one owner of value", `SELECT value FROM (SELECT DISTINCT value FROM large UNION ALL SELECT value FROM stage UNION ALL SELECT value FROM garbage)
		GROUP BY value HAVING count(*) > 1`},
	{"no bag for recipients of bag", `SELECT bag FROM recipients WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no bag with attachments of bag", `SELECT DISTINCT bag FROM attachment WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no folder for message", `SELECT mid FROM message WHERE folder NOT IN (SELECT id FROM folder)`},
	{"no mailbox for folder", `SELECT id FROM folder WHERE mailbox NOT IN (SELECT id FROM mailbox)`},
	{"counter behind the ids of the store", `SELECT id FROM store WHERE next_counter <= (SELECT ifnull(max(id), 0) FROM folder)
		OR next_counter <= (SELECT ifnull(max(mid), 0) FROM message) OR next_bag <= (SELECT ifnull(max(id), 0) FROM bag)
		OR next_bag <= (SELECT ifnull(max(value), 0) FROM chunk)`},
}
