// Package sqlite is the store engine on SQLite: one database file, one writer that commits many updates together, and a
// few readers that never wait for it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Memory as a path makes a private temporary store that is removed when it is closed.
const Memory = ":memory:"

// Durability says what survives when.
type Durability uint8

// Durabilities: what Update has answered survives the loss of power, the end of the process, or neither.
const (
	Full Durability = iota
	Normal
	Off
)

// ParseDurability reads the words full, normal and off.
func ParseDurability(s string) (Durability, bool) {
	switch s {
	case "full":
		return Full, true
	case "normal":
		return Normal, true
	case "off":
		return Off, true
	}
	return 0, false
}

func (d Durability) pragma() string { return [...]string{"FULL", "NORMAL", "OFF"}[d] }

// Options says how to open a store.
type Options struct {
	Path       string // of the database file, or Memory
	Durability Durability
	// Replica is the replica GUID of a store that has to be made; zero takes a fixed one. An existing store keeps its own.
	Replica mapi.GUID
	Clock   func() time.Time // time.Now if nil
	Logger  *zap.Logger      // none if nil
	Readers int              // connections for reading; 0 takes 6
}

// defaultReplica stands in new stores whose creator names none.
var defaultReplica = mapi.MustGUID("6d617069-6400-4000-8000-000000000001")

const defaultReaders = 6

var errClosed = errors.New("sqlite: store is closed")

// Store is one open database. It implements store.Store and store.Directory.
type Store struct {
	path      string
	temporary string // folder to remove at the end, of Memory
	lock      *fileLock
	log       *zap.Logger
	clock     func() time.Time
	replica   mapi.GUID
	feed      store.Feed

	writeDB *sql.DB
	readDB  *sql.DB
	writer  *writer
	readers *readerPool

	directoryVersion atomic.Uint64
	directory        directoryCache

	closeOnce sync.Once
	closeErr  error
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Directory = (*Store)(nil)
)

// Open opens the store at o.Path and makes it if it is not there. What stands in the way of opening comes back as an
// *OpenError.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Store{path: o.Path, log: o.Logger, clock: o.Clock}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if o.Path == Memory {
		dir, err := os.MkdirTemp("", "mapid-*")
		if err != nil {
			return nil, fmt.Errorf("make a folder for a temporary store: %w", err)
		}
		s.temporary, s.path, o.Durability = dir, dir+"/mapid.db", Off
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	if err := prepareFile(s.path); err != nil {
		return err
	}
	var err error
	if s.lock, err = lockFile(s.path); err != nil {
		return err
	}
	if err := checkHeader(s.path); err != nil {
		return err
	}
	w, err := openWriter(ctx, s, o.Durability)
	if err != nil {
		return openFailure(s.path, err)
	}
	if err := migrate(w.conn, s.path, o.Replica, defaultReplica); err != nil {
		return openFailure(s.path, err)
	}
	if err := w.load(); err != nil {
		return openFailure(s.path, err)
	}
	if err := w.clean(); err != nil {
		return openFailure(s.path, err)
	}
	n := o.Readers
	if n <= 0 {
		n = defaultReaders
	}
	if s.readDB, err = sql.Open("sqlite", readDSN(s.path)); err != nil {
		return openFailure(s.path, err)
	}
	s.readers = newReaderPool(s.readDB, n)
	w.start()
	return nil
}

// abandon gives back what a failed open has taken.
func (s *Store) abandon() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.conn.close())
	}
	for _, db := range []*sql.DB{s.writeDB, s.readDB} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	if s.temporary != "" {
		errs = append(errs, os.RemoveAll(s.temporary))
	}
	return errors.Join(errs...)
}

// Close waits for running transactions, moves the log into the database file and closes it.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		errs := []error{s.readers.close(), s.writer.stop()}
		if s.temporary == "" {
			errs = append(errs, s.writer.conn.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
		}
		s.closeErr = errors.Join(append(errs, s.abandon())...)
	})
	return s.closeErr
}

// Changes is the feed of committed changes.
func (s *Store) Changes() *store.Feed { return &s.feed }

// ReplicaGUID is the GUID of replica id 1.
func (s *Store) ReplicaGUID() mapi.GUID { return s.replica }

// Path is the path of the database file.
func (s *Store) Path() string { return s.path }
