package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapiclient"
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

// TestRestoreThatFailsLeavesSessions: an unknown snapshot and one of another store are refused before anything ends.
func TestRestoreThatFailsLeavesSessions(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	before := r.subjects(s, "alice")
	other := start(t, func(o *Options) { o.Config.Organization.Name = "elsewhere" })
	other.must("POST", "/api/v1/snapshots", `{"name":"theirs"}`, nil)
	text, err := os.ReadFile(filepath.Join(other.Addresses().Data, "snapshots", "theirs.db"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(r.Addresses().Data, "snapshots")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"theirs": text, "torn": text[:len(text)/2], "garbage": []byte(strings.Repeat("no database ", 500))} {
		if err := os.WriteFile(filepath.Join(folder, name+".db"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int{"theirs": 400, "torn": 400, "garbage": 400, "none": 404} {
		var p admin.Problem
		if status := r.api("POST", "/api/v1/snapshots/"+name+"/restore", "{}", &p); status != want || !strings.Contains(p.Detail, name) {
			t.Errorf("%s: status %d, %q", name, status, p.Detail)
		}
	}
	if got := r.subjects(s, "alice"); !slices.Equal(got, before) {
		t.Errorf("the session reads %q, before %q", got, before)
	}
}

// TestSnapshotOutlivesARestart: what one process saved another brings back.
func TestSnapshotOutlivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mapid.db")
	same := func(o *Options) { o.Config.Store.Path = path }
	r := start(t, same)
	r.must("POST", "/api/v1/users", `{"name":"dave","password":"x"}`, nil)
	r.must("POST", "/api/v1/snapshots", `{"name":"with-dave"}`, nil)
	r.must("DELETE", "/api/v1/users/dave", "", nil)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, same)
	if status := again.api("GET", "/api/v1/users/dave", "", nil); status != 404 {
		t.Errorf("dave before: status %d", status)
	}
	again.must("POST", "/api/v1/snapshots/with-dave/restore", "{}", nil)
	again.must("GET", "/api/v1/users/dave", "", nil)
	as := again.client(func(o *mapiclient.Options) { o.User, o.Password = "dave", "x" })
	if got := again.subjects(again.mustConnect(as), "dave"); len(got) != 0 {
		t.Errorf("dave has %q", got)
	}
	if err := again.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSnapshotWhileClientsWork: saving disturbs nobody who reads, and what it saved is whole.
func TestSnapshotWhileClientsWork(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for range 4 {
		s := r.mustConnect(r.client(nil))
		clients.Go(func() {
			for ctx.Err() == nil {
				if _, _, err := s.Logon(t.Context(), dn("alice")); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 5 {
		r.must("POST", "/api/v1/users", fmt.Sprintf(`{"name":"u%d","password":"x"}`, i), nil)
		r.must("POST", "/api/v1/snapshots", `{"name":"busy"}`, nil) // replaces the one before
	}
	stop()
	clients.Wait()
	r.must("POST", "/api/v1/snapshots/busy/restore", "{}", nil)
	r.must("GET", "/api/v1/users/u4", "", nil)
	if err := r.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
