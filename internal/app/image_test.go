package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestImageIsWhatASeededServerHas: a server that starts with an image shows the same folders, messages and accounts, with
// the same ids, as one that seeded itself, logs users on, and resets to the same.
func TestImageIsWhatASeededServerHas(t *testing.T) {
	t.Parallel()
	image, err := Image(t.Context(), testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	seeded := start(t, nil)
	copied := start(t, func(o *Options) {
		if err := os.WriteFile(o.Config.Store.Path, image, 0o600); err != nil {
			t.Fatal(err)
		}
	})
	same := func(when string) {
		t.Helper()
		for _, path := range []string{"users", "mailboxes/alice/folders", "mailboxes/alice/messages?limit=1000", "mailboxes/bob/messages"} {
			var want, got json.RawMessage
			seeded.must("GET", "/api/v1/"+path, "", &want)
			copied.must("GET", "/api/v1/"+path, "", &got)
			if string(got) != string(want) || len(want) < 100 {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", when, path, got, want)
			}
		}
	}
	same("at first")
	if n := len(copied.subjects(copied.mustConnect(copied.client(nil)), "alice")); n < 25 {
		t.Errorf("%d subjects", n)
	}
	copied.must("POST", "/api/v1/users", `{"name":"dave","password":"x"}`, nil)
	copied.must("POST", "/api/v1/reset", "{}", nil)
	same("after a reset")
	if err := copied.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestImageLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	cfg := testConfig(t)
	if _, err := Image(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	cfg.Seed = filepath.Join(dir, "none.yaml")
	if _, err := Image(t.Context(), cfg); err == nil {
		t.Error("an image of a seed that is not there")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
