package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/mapid/mapid/store"
)

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
		if len(problems) > 0 {
			return fmt.Errorf("%w: %s", errDamaged, strings.Join(problems, "; "))
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
		if len(problems) == 0 {
			problems, err = checkContents(c)
		}
		if len(problems) > 0 {
			return fmt.Errorf("%w: %s", errDamaged, strings.Join(problems, "; "))
		}
		return err
	})
}

// checks find ids of rows that contradict others.
var checks = []struct{ text, query string }{
	{"wrong counts in folder", `SELECT folder.id FROM folder LEFT JOIN (
		SELECT folder, sum(part = 0) AS content, sum(part = 0 AND flags & 1 = 0) AS unread, sum(part = 1) AS assoc, sum(part = 2) AS gone, sum(part = 3) AS gone_assoc,
			sum(CASE part WHEN 0 THEN size ELSE 0 END) AS content_size, sum(CASE part WHEN 1 THEN size ELSE 0 END) AS assoc_size,
			sum(CASE WHEN part >= 2 THEN size ELSE 0 END) AS deleted_size, max(max(cn), max(read_cn)) AS newest
		FROM (SELECT folder, part, flags, size, cn, read_cn FROM message UNION ALL
			SELECT search.folder, 0, message.flags, 0, 0, 0 FROM search JOIN search_member AS s ON s.version = search.version
			JOIN message ON message.folder = s.target AND message.part = 0 AND message.mid = s.mid) GROUP BY folder) AS m ON m.folder = folder.id
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
	{"nothing to which belongs bag", `SELECT id FROM bag WHERE id NOT IN (SELECT bag FROM mailbox UNION SELECT bag FROM folder
		UNION SELECT bag FROM message UNION SELECT own_bag FROM attachment UNION SELECT embedded FROM attachment
		UNION SELECT bag FROM outbox)`},
	{"no bag for large values of bag", `SELECT DISTINCT bag FROM large WHERE bag NOT IN (SELECT id FROM bag)`},
	{"nothing to which belong chunks of value", `SELECT DISTINCT value FROM chunk WHERE value NOT IN (SELECT value FROM large)
		AND value NOT IN (SELECT value FROM stage) AND value NOT IN (SELECT value FROM garbage)`},
	{"something has value that is garbage", `SELECT value FROM garbage WHERE value IN (SELECT value FROM large) OR value IN (SELECT value FROM stage)`},
	{"no bag for recipients of bag", `SELECT bag FROM recipients WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no bag with attachments of bag", `SELECT DISTINCT bag FROM attachment WHERE bag NOT IN (SELECT id FROM bag)`},
	{"no living message for a read mark of message", `SELECT mid FROM read_state WHERE NOT EXISTS
		(SELECT 1 FROM message WHERE message.mid = read_state.mid AND message.folder = read_state.folder AND part = 0)`},
	{"no living message of its mailbox, and no content, for submission", `SELECT id FROM outbox WHERE CASE mid WHEN 0 THEN bag NOT IN (SELECT id FROM bag)
		ELSE NOT EXISTS (SELECT 1 FROM message WHERE message.mid = outbox.mid AND message.mailbox = outbox.mailbox AND part < 2) END`},
	{"no mailbox for submission", `SELECT id FROM outbox WHERE mailbox NOT IN (SELECT id FROM mailbox)`},
	{"no submission for the recipients of submission", `SELECT DISTINCT outbox FROM outbox_recipient WHERE outbox NOT IN (SELECT id FROM outbox)`},
	{"no living message for a member of search", `SELECT search.folder FROM search JOIN search_member AS s ON s.version = search.version WHERE NOT EXISTS
		(SELECT 1 FROM message WHERE message.folder = s.target AND message.part = 0 AND message.mid = s.mid)`},
	{"no search that is or was for members of version", `SELECT DISTINCT version FROM search_member
		WHERE version NOT IN (SELECT version FROM search UNION SELECT version FROM search_stale)`},
	{"no search folder for search", `SELECT folder FROM search WHERE NOT EXISTS
		(SELECT 1 FROM folder WHERE folder.id = search.folder AND folder.mailbox = search.mailbox AND folder.type = 2)`},
	{"no search for part", `SELECT target FROM search_part WHERE version NOT IN (SELECT version FROM search) OR target NOT IN (SELECT id FROM folder)`},
	{"no search for scope", `SELECT target FROM search_scope WHERE folder NOT IN (SELECT folder FROM search) OR target NOT IN (SELECT id FROM folder)`},
	{"no living message to be judged", `SELECT mid FROM search_queue WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.mid = search_queue.mid AND part = 0)`},
	{"no folder for message", `SELECT mid FROM message WHERE folder NOT IN (SELECT id FROM folder)`},
	{"no folder for rule", `SELECT id FROM rule WHERE folder NOT IN (SELECT id FROM folder)`},
	{"no mailbox for folder", `SELECT id FROM folder WHERE mailbox NOT IN (SELECT id FROM mailbox)`},
	{"counter behind the ids of the store", `SELECT id FROM store WHERE next_counter <= (SELECT ifnull(max(id), 0) FROM folder)
		OR next_counter <= (SELECT ifnull(max(mid), 0) FROM message) OR next_counter <= (SELECT ifnull(max(id), 0) FROM rule)
		OR next_bag <= (SELECT ifnull(max(id), 0) FROM bag) OR next_bag <= (SELECT ifnull(max(value), 0) FROM chunk) OR next_bag <= (SELECT ifnull(max(id), 0) FROM stage)`},
}

// contentCheck compares what is encoded in bags with the rows beside them.
type contentCheck struct {
	c        *conn
	problems []string
	chunks   map[int64]int64                 // of each value
	apart    map[store.BagID]map[int64]int64 // sizes of large values in bags that no row was found for yet
	size     map[store.BagID]int64           // of bags with recipients and attachments
	people   map[store.BagID]int64           // numbers of recipients
}

// checkContents decodes every bag and every list of recipients.
func checkContents(c *conn) ([]string, error) {
	k := &contentCheck{
		c: c, chunks: make(map[int64]int64), apart: make(map[store.BagID]map[int64]int64), size: make(map[store.BagID]int64), people: make(map[store.BagID]int64),
	}
	err := errors.Join(k.readChunks(), k.readBags(), k.readValues(), k.readSizes(), k.readRules())
	return k.problems, err
}

func (k *contentCheck) found(format string, args ...any) {
	if len(k.problems) < 20 {
		k.problems = append(k.problems, fmt.Sprintf(format, args...))
	}
}

func (k *contentCheck) readChunks() error {
	return k.c.each("SELECT value, count(*), max(n), max(length(data)) FROM chunk WHERE value NOT IN (SELECT value FROM garbage) GROUP BY value", nil, func(rows *sql.Rows) error {
		var value, n, last, longest int64
		err := rows.Scan(&value, &n, &last, &longest)
		if last != n-1 || longest > chunkSize {
			k.found("wrong chunks of value %d", value)
		}
		k.chunks[value] = n
		return err
	})
}

func (k *contentCheck) readBags() error {
	err := k.c.each("SELECT id, data FROM bag", nil, func(rows *sql.Rows) error {
		var id store.BagID
		var data sql.RawBytes
		if err := rows.Scan(into(&id), &data); err != nil {
			return err
		}
		k.size[id] = int64(len(data))
		b := readBag(data)
		for rec, ok := b.next(); ok; rec, ok = b.next() {
			if rec.apart {
				k.size[id] += rec.size
				if k.apart[id] == nil {
					k.apart[id] = make(map[int64]int64)
				}
				k.apart[id][int64(rec.tag.ID())] = rec.size
			}
		}
		if b.err != nil {
			k.found("malformed bag %d", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return k.c.each("SELECT bag, data FROM recipients", nil, func(rows *sql.Rows) error {
		var id store.BagID
		var data sql.RawBytes
		if err := rows.Scan(into(&id), &data); err != nil {
			return err
		}
		list, err := decodeRecipients(data)
		if err != nil {
			k.found("malformed recipients of bag %d", id)
		}
		k.size[id] += int64(len(data))
		k.people[id] = int64(len(list))
		return nil
	})
}

// readValues looks at the owners of large values.
func (k *contentCheck) readValues() error {
	err := k.c.each("SELECT bag, prop, value FROM large", nil, func(rows *sql.Rows) error {
		var bag store.BagID
		var prop, value int64
		if err := rows.Scan(into(&bag), &prop, &value); err != nil {
			return err
		}
		if size, ok := k.apart[bag][prop]; !ok || k.chunks[value] != chunksOf(size) {
			k.found("wrong value %d of bag %d", value, bag)
		}
		delete(k.apart[bag], prop)
		return nil
	})
	for bag, left := range k.apart {
		if len(left) > 0 {
			k.found("no large value in bag %d", bag)
		}
	}
	if err != nil {
		return err
	}
	return k.c.each("SELECT id, value, size FROM stage", nil, func(rows *sql.Rows) error {
		var id, value, size int64
		err := rows.Scan(&id, &value, &size)
		if k.chunks[value] != chunksOf(size) {
			k.found("wrong value %d of stage %d", value, id)
		}
		return err
	})
}

// readSizes adds up attachments and messages.
func (k *contentCheck) readSizes() error {
	type attachment struct {
		bag, own, embedded store.BagID
		number, size       int64
	}
	var all []attachment
	err := k.c.each("SELECT bag, own_bag, embedded, number, size FROM attachment", nil, func(rows *sql.Rows) error {
		var a attachment
		err := rows.Scan(into(&a.bag), into(&a.own), into(&a.embedded), &a.number, &a.size)
		k.size[a.bag] += a.size
		all = append(all, a)
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.size != k.size[a.own]+k.size[a.embedded] {
			k.found("wrong size of attachment %d of bag %d", a.number, a.bag)
		}
	}
	return k.c.each("SELECT mid, bag, size, recipients FROM message", nil, func(rows *sql.Rows) error {
		var bag store.BagID
		var mid, size, recipients int64
		err := rows.Scan(&mid, into(&bag), &size, &recipients)
		if size != k.size[bag] {
			k.found("wrong size of message %d", mid)
		}
		if recipients != k.people[bag] {
			k.found("wrong number of recipients of message %d", mid)
		}
		return err
	})
}

// readRules looks at rules.
func (k *contentCheck) readRules() error {
	return k.c.each("SELECT id, data FROM rule", nil, func(rows *sql.Rows) error {
		var id int64
		var data sql.RawBytes
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		if _, err := decodeRule(data); err != nil {
			k.found("malformed rule %d", id)
		}
		return nil
	})
}
