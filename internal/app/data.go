package app

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mapid/mapid/internal/config"
)

// Names of files in the data folder.
const (
	addressesFile = "addresses.json"
	tokenFile     = "admin.token"
)

// dataDir is the data folder.
type dataDir struct {
	path      string
	database  string // path of the database file
	temporary string // folder to remove at the end, or empty
	written   bool   // addresses.json is ours
}

// openData makes the data folder if it is not there, for its owner alone: the hashes inside log on.
func openData(cfg *config.Config, override string) (*dataDir, error) {
	d := &dataDir{path: override, database: cfg.Store.Path}
	if cfg.Store.Path == config.Memory {
		dir, err := os.MkdirTemp("", "mapid-")
		if err != nil {
			return nil, fmt.Errorf("cannot make a temporary folder for the database: %w", err)
		}
		d.temporary, d.database = dir, filepath.Join(dir, "mapid.db")
	}
	if d.path == "" {
		d.path = filepath.Dir(d.database)
	}
	for _, dir := range []string{d.path, filepath.Dir(d.database)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, errors.Join(fmt.Errorf("cannot make the data folder %s (%w): choose another one with --data or store.path", dir, reason(err)), d.close())
		}
	}
	return d, nil
}

// reason is the part of a file system's error that is not the path.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// writeAddresses writes addresses.json in one step, so that whoever waits for it never reads a part.
func (d *dataDir) writeAddresses(a Addresses) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	err = d.write(addressesFile, append(text, '\n'))
	d.written = err == nil
	return err
}

func (d *dataDir) write(name string, text []byte) error {
	f, err := os.CreateTemp(d.path, name+".*") // of mode 0600
	if err == nil {
		_, err = f.Write(text)
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Rename(f.Name(), filepath.Join(d.path, name))
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}
	if err != nil {
		return fmt.Errorf("cannot write %s in the data folder %s (%w): make the folder writable or choose another one with --data", name, d.path, reason(err))
	}
	return nil
}

// token reads the bearer token of the admin API. Without a file of its own it is kept in the data folder, and made
// if it is not there.
func (d *dataDir) token(file string) (string, error) {
	own := file == ""
	if own {
		file = filepath.Join(d.path, tokenFile)
	}
	text, err := os.ReadFile(file)
	if own && errors.Is(err, fs.ErrNotExist) {
		text = []byte(rand.Text())
		err = d.write(tokenFile, append(text, '\n'))
	}
	if err != nil {
		return "", fmt.Errorf("cannot read the token of the admin API from %s (%w): check admin.token_file", file, reason(err))
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("the token of the admin API in %s is empty: put one in or remove the file", file)
	}
	return token, nil
}

// close removes what must not outlive the process.
func (d *dataDir) close() error {
	var err error
	if d.written {
		err = os.Remove(filepath.Join(d.path, addressesFile))
	}
	if d.temporary != "" {
		err = errors.Join(err, os.RemoveAll(d.temporary))
	}
	return err
}
