package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mapid/mapid/server/admin"
)

func TestSnapshotsAreSavedAndRestored(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	before := r.subjects(s, "alice")
	var one admin.Snapshot
	r.must("POST", "/api/v1/snapshots", `{"name":"before.the-storm_1"}`, &one)
	if info, err := os.Stat(filepath.Join(r.Addresses().Data, "snapshots", "before.the-storm_1.db")); err != nil || info.Mode().Perm() != 0o600 || info.Size() != one.Size {
		t.Errorf("%+v: %v", one, err)
	}
	r.must("POST", "/api/v1/users", `{"name":"dave","password":"x"}`, nil)
	r.must("PATCH", "/api/v1/users/alice", `{"password":"changed"}`, nil)
	r.must("POST", "/api/v1/snapshots/before.the-storm_1/restore", "{}", nil)
	if _, _, err := s.Logon(t.Context(), dn("alice")); err == nil {
		t.Error("the session survived")
	}
	if status := r.api("GET", "/api/v1/users/dave", "", nil); status != 404 {
		t.Errorf("dave: status %d", status)
	}
	if got := r.subjects(r.mustConnect(r.client(nil)), "alice"); !slices.Equal(got, before) {
		t.Errorf("%q, before %q", got, before)
	}
	var list admin.SnapshotList
	if r.must("GET", "/api/v1/snapshots", "", &list); len(list.Snapshots) != 1 || list.Snapshots[0] != one {
		t.Errorf("%+v, want %+v", list, one)
	}
	r.must("DELETE", "/api/v1/snapshots/before.the-storm_1", "", nil)
	list = admin.SnapshotList{}
	if r.must("GET", "/api/v1/snapshots", "", &list); len(list.Snapshots) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestSnapshotsThatCannotBe(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for _, name := range []string{"", ".hidden", "../escape", "a/b", `a\\b`, "a b", "ä"} {
		if status := r.api("POST", "/api/v1/snapshots", `{"name":"`+name+`"}`, nil); status != 400 {
			t.Errorf("%q: status %d", name, status)
		}
	}
	for _, path := range []string{"/api/v1/snapshots/..%2fmapid/restore", "/api/v1/snapshots/%2e%2e%2fmapid/restore"} {
		if status := r.api("POST", path, "{}", nil); status != 400 {
			t.Errorf("%s: status %d", path, status)
		}
	}
	if status := r.api("POST", "/api/v1/snapshots/none/restore", "{}", nil); status != 404 {
		t.Errorf("none: status %d", status)
	}
	if status := r.api("DELETE", "/api/v1/snapshots/none", "", nil); status != 404 {
		t.Errorf("none: status %d", status)
	}
}
