package sqlite

import (
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// dsn makes a file URI of a path.
func dsn(path string, q url.Values) string {
	p := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		p = "///" + p
	}
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(p) + "?" + q.Encode()
}

// writeDSN opens for writing: WAL, so that readers go on; the cache holds the working set of a busy mailbox.
func writeDSN(path string, d Durability) string {
	return dsn(path, url.Values{
		"mode":    {"rw"},
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(2000)", "synchronous(" + d.pragma() + ")", "journal_mode(WAL)", "cache_size(-8000)", "temp_store(MEMORY)", "journal_size_limit(67108864)"},
	})
}

// readDSN opens for reading only. Every statement inside a read transaction sees the same snapshot.
func readDSN(path string) string {
	return dsn(path, url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(2000)", "query_only(1)", "cache_size(-4000)", "temp_store(MEMORY)"},
	})
}
