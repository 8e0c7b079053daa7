package admin

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/mapid/mapid/store"
)

// Snapshots keeps states of the store under names, in the data folder.
type Snapshots interface {
	List(ctx context.Context) ([]Snapshot, error)
	// Save keeps the state as it is. A snapshot of that name is replaced.
	Save(ctx context.Context, name string) (Snapshot, error)
	// Restore brings a state back and ends all sessions, or returns store.ErrNotFound.
	Restore(ctx context.Context, name string) error
	// Remove forgets a state, or returns store.ErrNotFound.
	Remove(ctx context.Context, name string) error
}

// Snapshot is a state of the store that was kept.
type Snapshot struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved"`
	Size  int64     `json:"size"` // bytes
}

// SnapshotList is the answer to what snapshots there are, by name.
type SnapshotList struct {
	Snapshots []Snapshot `json:"snapshots"`
}

// SnapshotName names a snapshot to make.
type SnapshotName struct {
	Name string `json:"name"`
}

// snapshotName is what can be the name of a file everywhere.
var snapshotName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func checkSnapshotName(name string) error {
	if !snapshotName.MatchString(name) {
		return problemf(http.StatusBadRequest, "%q cannot be the name of a snapshot: use up to 64 letters, digits, dots, hyphens and underscores", name)
	}
	return nil
}

func (s *Server) listSnapshots(r *http.Request) (SnapshotList, error) {
	list, err := s.opts.Snapshots.List(r.Context())
	if list == nil {
		list = []Snapshot{}
	}
	return SnapshotList{list}, err
}

func (s *Server) saveSnapshot(r *http.Request, n SnapshotName) (Snapshot, error) {
	if err := checkSnapshotName(n.Name); err != nil {
		return Snapshot{}, err
	}
	return s.opts.Snapshots.Save(r.Context(), n.Name)
}

func (s *Server) restoreSnapshot(r *http.Request, _ Nothing) (Done, error) {
	if err := checkSnapshotName(r.PathValue("name")); err != nil {
		return Done{}, err
	}
	if err := s.opts.Snapshots.Restore(r.Context(), r.PathValue("name")); err != nil {
		return Done{}, noSnapshot(r, err)
	}
	return Done{true}, nil
}

func (s *Server) removeSnapshot(r *http.Request) error {
	if err := checkSnapshotName(r.PathValue("name")); err != nil {
		return err
	}
	return noSnapshot(r, s.opts.Snapshots.Remove(r.Context(), r.PathValue("name")))
}

// noSnapshot says in words that there is no snapshot of the name.
func noSnapshot(r *http.Request, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return problemf(http.StatusNotFound, "there is no snapshot %q", r.PathValue("name"))
	}
	return err
}
