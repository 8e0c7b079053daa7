package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"

	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// Snapshots stand in a folder of the data folder.
const (
	snapshotFolder = "snapshots"
	snapshotExt    = ".db"
)

// snapshots keeps states of the store in the data folder. It implements admin.Snapshots, which checks names.
type snapshots struct {
	*App
}

func (s snapshots) path(name string) string {
	return filepath.Join(s.data.path, snapshotFolder, name+snapshotExt)
}

// List lists what is kept, by name.
func (s snapshots) List(context.Context) ([]admin.Snapshot, error) {
	entries, err := os.ReadDir(filepath.Join(s.data.path, snapshotFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []admin.Snapshot
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), snapshotExt)
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		one, err := s.describe(name)
		if errors.Is(err, store.ErrNotFound) { // removed since
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (s snapshots) describe(name string) (admin.Snapshot, error) {
	info, err := os.Stat(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return admin.Snapshot{}, fmt.Errorf("snapshot %q: %w", name, store.ErrNotFound)
	}
	if err != nil {
		return admin.Snapshot{}, err
	}
	return admin.Snapshot{Name: name, Saved: info.ModTime().UTC(), Size: info.Size()}, nil
}

// Save keeps the state as it is.
func (s snapshots) Save(ctx context.Context, name string) (admin.Snapshot, error) {
	if err := os.MkdirAll(filepath.Join(s.data.path, snapshotFolder), 0o700); err != nil {
		return admin.Snapshot{}, err
	}
	if err := s.store.SaveSnapshot(ctx, s.path(name)); err != nil {
		return admin.Snapshot{}, err
	}
	s.log.Info("snapshot saved", zap.String("snapshot", name))
	return s.describe(name)
}

// Restore brings a state back. All sessions end, but none when the snapshot can't be restored.
func (s snapshots) Restore(ctx context.Context, name string) error {
	err := s.store.CheckSnapshot(ctx, s.path(name))
	if err == nil {
		s.endSessions()
		err = s.store.LoadSnapshot(ctx, s.path(name))
	}
	if errors.Is(err, sqlite.ErrForeignSnapshot) {
		return admin.Invalid(fmt.Errorf("snapshot %q is of another store or another version of mapid: save it anew", name))
	}
	if err != nil {
		return err
	}
	s.endSessions() // who came in between has objects that are gone
	s.log.Info("snapshot restored", zap.String("snapshot", name))
	return nil
}

// Remove forgets a state.
func (s snapshots) Remove(_ context.Context, name string) error {
	err := os.Remove(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("snapshot %q: %w", name, store.ErrNotFound)
	}
	return err
}
