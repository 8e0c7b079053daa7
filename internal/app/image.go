package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store/sqlite"
)

// Image is the database of a server that was just seeded, as a file: a server of the same organisation and seed that
// finds it at store.path starts with it instead of seeding.
func Image(ctx context.Context, cfg config.Config) (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "mapid-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for an image: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a := &App{cfg: cfg, log: zap.NewNop(), data: &dataDir{database: filepath.Join(dir, "mapid.db")}, demo: sync.OnceValue(seed.Demo)}
	a.store, err = sqlite.Open(ctx, sqlite.Options{
		Path: a.data.database, Durability: sqlite.Off, Replica: a.organization().ReplicaGUID(), Clock: time.Now, Logger: a.log,
	})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(a.seedIfEmpty(ctx), a.store.Close()); err != nil { // closing writes everything into the one file
		return nil, err
	}
	return os.ReadFile(a.data.database)
}
