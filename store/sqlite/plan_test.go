package sqlite

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
)

// TestQueryPlans asks SQLite how it would answer the queries that run all the time: by a key or an index, in its order,
// never by reading or sorting a whole table.
func TestQueryPlans(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scan := planFor([]mapi.PropTag{mapi.TagSubject})
	bagged := planFor([]mapi.PropTag{mapi.TagBody})
	const selection = " WHERE message.folder = ? AND message.part = ? ORDER BY message.mid"
	const given = "json_each(?) AS j CROSS JOIN message ON message.folder = ? AND message.part = ? AND message.mid = j.value"
	for _, c := range []struct{ query, want string }{
		{folderColumns + "WHERE id = ?", "SEARCH folder USING INTEGER PRIMARY KEY (rowid=?)"},
		{folderColumns + "WHERE parent = ? AND folded = ? AND deleted = 0 AND id <> parent", "SEARCH folder USING INDEX folder_name (parent=? AND folded=?)"},
		{folderColumns + "WHERE parent = ? AND deleted = 0 AND id <> parent ORDER BY folded, id", "SEARCH folder USING INDEX folder_name (parent=?)"},
		{"SELECT special, id FROM folder WHERE mailbox = ? AND special IS NOT NULL", "SEARCH folder USING COVERING INDEX folder_special (mailbox=? AND special>?)"},
		{mailboxColumns + "WHERE kind = 0 AND folded = ?", "SEARCH mailbox USING INDEX mailbox_account (folded=?)"},
		{mailboxColumns + "WHERE kind = ?", "SCAN mailbox"}, // a few rows, once per logon
		{messageColumns + "WHERE mid = ?", "SEARCH message USING INDEX message_mid (mid=?)"},
		{"SELECT data FROM bag WHERE id = ?", "SEARCH bag USING INTEGER PRIMARY KEY (rowid=?)"},
		{"SELECT data FROM chunk WHERE value = ? AND n = ?", "SEARCH chunk USING INDEX chunk_place (value=? AND n=?)"},
		{"SELECT value FROM large WHERE bag = ? AND prop = ?", "SEARCH large USING PRIMARY KEY (bag=? AND prop=?)"},
		{"SELECT value FROM large WHERE value = ?", "SEARCH large USING COVERING INDEX large_value (value=?)"},
		{"SELECT count(*) FROM stage WHERE value = ?", "SEARCH stage USING COVERING INDEX stage_value (value=?)"},
		{"DELETE FROM chunk WHERE value = ? AND n >= ?", "SEARCH chunk USING INDEX chunk_place (value=? AND n>?)"},
		{"SELECT rowid FROM chunk WHERE value = ? LIMIT ?", "SEARCH chunk USING COVERING INDEX chunk_place (value=?)"},
		{updateMessage, "SEARCH message USING COVERING INDEX message_mid (mid=?)"},
		{copyMessage, "SEARCH message USING INDEX message_mid (mid=?)"},
		{folderColumns + "WHERE parent = ? AND deleted <> 0", "SEARCH folder USING INDEX folder_deleted (parent=?)"},
		{"SELECT count(*) FROM folder WHERE parent = ? AND deleted = 0 AND id <> parent", "SEARCH folder USING COVERING INDEX folder_name (parent=?)"},
		{"SELECT mid, read_cn FROM read_state WHERE account = ? AND folder = ? ORDER BY mid", "SEARCH read_state USING PRIMARY KEY (account=? AND folder=?)"},
		{"SELECT DISTINCT folder FROM read_state WHERE account = ? ORDER BY folder", "SEARCH read_state USING PRIMARY KEY (account=?)"},
		{"DELETE FROM read_state WHERE mid = ?", "SEARCH read_state USING INDEX read_state_mid (mid=?)"},
		{"DELETE FROM search_member WHERE mid = ?", "SEARCH search_member USING INDEX search_member_mid (mid=?)"},
		{queueQuery, "SEARCH q USING COVERING INDEX search_queue_turn (mailbox=?); SEARCH message USING COVERING INDEX message_mid (mid=?)"},
		{"SELECT DISTINCT mailbox FROM search_queue", "SCAN search_queue USING COVERING INDEX search_queue_turn"},
		{membershipsQuery, "SEARCH m USING COVERING INDEX search_member_mid (mid=?); SEARCH s USING COVERING INDEX search_version (version=?)"},
		{"SELECT 1 FROM search WHERE mailbox = ? AND following = 1 LIMIT 1", "SEARCH search USING COVERING INDEX search_mailbox (mailbox=? AND following=?)"},
		{scan.query(memberSource, " WHERE s.version = ? ORDER BY s.mid"), "SEARCH s USING PRIMARY KEY (version=?); SEARCH message USING PRIMARY KEY (folder=? AND part=? AND mid=?)"},
		{"SELECT data FROM recipients WHERE bag = ?", "SEARCH recipients USING INTEGER PRIMARY KEY (rowid=?)"},
		{"SELECT number, own_bag, method, embedded, size FROM attachment WHERE bag = ? ORDER BY number", "SEARCH attachment USING PRIMARY KEY (bag=?)"},
		{scan.query("message", selection), "SEARCH message USING PRIMARY KEY (folder=? AND part=?)"},
		{bagged.query("message", selection), "SEARCH message USING PRIMARY KEY (folder=? AND part=?); SEARCH b USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"},
		{scan.query(given, ""), "SCAN j VIRTUAL TABLE INDEX 1:; SEARCH message USING PRIMARY KEY (folder=? AND part=? AND mid=?)"},
		{"SELECT received, mid FROM message WHERE folder = ? AND part = ? AND (received, mid) > (?, ?) ORDER BY received, mid",
			"SEARCH message USING COVERING INDEX message_received (folder=? AND part=? AND (received,mid)>(?,?))"},
		{"SELECT received, mid FROM message WHERE folder = ? AND part = ? AND (received, mid) < (?, ?) ORDER BY received DESC, mid DESC",
			"SEARCH message USING COVERING INDEX message_received (folder=? AND part=? AND (received,mid)<(?,?))"},
		{"SELECT mid FROM message WHERE folder = ? AND part = ? AND received = ?", "SEARCH message USING COVERING INDEX message_received (folder=? AND part=? AND received=?)"},
		{"SELECT mid FROM message WHERE folder = ? AND part = ? AND search_key IN (?, 0)",
			"SEARCH message USING COVERING INDEX message_search_key (folder=? AND part=? AND search_key=?)"},
		{"SELECT id FROM name WHERE guid = ? AND kind = ? AND lid = ? AND folded = ?", "SEARCH name USING COVERING INDEX name_value (guid=? AND kind=? AND lid=? AND folded=?)"},
		{"SELECT member, account, rights FROM permission WHERE folder = ? ORDER BY member", "SEARCH permission USING PRIMARY KEY (folder=?)"},
		{"SELECT EXISTS (SELECT 1 FROM rule WHERE folder = ?)", "SCAN CONSTANT ROW; SCALAR SUBQUERY 1; SEARCH rule USING PRIMARY KEY (folder=?)"},
		{"SELECT name, nthash FROM credential WHERE folded = ?", "SEARCH credential USING PRIMARY KEY (folded=?)"},
	} {
		var steps []string
		args := make([]any, strings.Count(c.query, "?"))
		err := s.writer.conn.each("EXPLAIN QUERY PLAN "+c.query, args, func(rows *sql.Rows) error {
			var id, parent, unused int
			var step string
			err := rows.Scan(&id, &parent, &unused, &step)
			steps = append(steps, step)
			return err
		})
		if got := strings.Join(steps, "; "); got != c.want || err != nil {
			t.Errorf("%s\nis answered by %s (%v)\nwant            %s", c.query, got, err, c.want)
		}
	}
}
