package sqlite_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
	"github.com/mapid/mapid/store/storetest"
)

// open opens a new store for one test.
func open(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off, Logger: zaptest.NewLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t) })
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	storetest.RunDirectory(t, func(t *testing.T) (store.Directory, store.Store) {
		s := open(t)
		return s, s
	})
}

func TestCrash(t *testing.T) {
	storetest.RunCrash(t, func(dir string) (store.Store, error) {
		return sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "store.db"), Durability: sqlite.Normal})
	})
}
