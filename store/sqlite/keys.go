package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mapid/mapid/store"
)

// Credentials reads the password hashes of a database by name, while a server may be using it. It is how keys are
// exported to analysers: whoever may read the file has the hashes already.
func Credentials(ctx context.Context, path string) ([]store.Credential, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database at %s: start mapid once, or name its data folder", path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the database %s (%w): run as the user that runs the server", path, errors.Unwrap(err))
	}
	f.Close()
	db, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, "SELECT name, nthash FROM credential ORDER BY folded")
	if err != nil {
		return nil, fmt.Errorf("cannot read the keys in %s (%w): is it a database of mapid?", path, err)
	}
	defer rows.Close()
	var out []store.Credential
	for rows.Next() {
		var c store.Credential
		var hash []byte
		if err := rows.Scan(&c.Name, &hash); err != nil {
			return nil, fmt.Errorf("read a key: %w", err)
		}
		copy(c.NTHash[:], hash)
		out = append(out, c)
	}
	return out, rows.Err()
}
