package sqlite

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// magic starts every SQLite database.
const magic = "SQLite format 3\x00"

// prepareFile makes the folder (0700) and the file (0600) if they are not there: the hashes inside log on.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unreadable(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unreadable(path, err)
	}
	if err := f.Close(); err != nil {
		return unreadable(path, err)
	}
	return nil
}

// checkHeader refuses what is not a SQLite database, before SQLite touches it.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer f.Close()
	var head [len(magic)]byte
	n, err := io.ReadFull(f, head[:])
	switch {
	case errors.Is(err, io.EOF): // empty: about to be made
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && !bytes.Equal(head[:n], []byte(magic)):
		return &OpenError{Path: path, Problem: Foreign, Detail: "its first bytes are not those of a database"}
	case err != nil:
		return unreadable(path, err)
	}
	return nil
}

// unreadable says what the file system refused, without repeating the path.
func unreadable(path string, err error) error {
	detail := err.Error()
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		detail = pe.Op + ": " + pe.Err.Error()
		if pe.Path != path {
			detail = pe.Op + " " + pe.Path + ": " + pe.Err.Error()
		}
	}
	return &OpenError{Path: path, Problem: Unreadable, Err: err, Detail: detail}
}
