package config

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const examplePath = "../../config.example.yaml"

var values = cmp.Options{cmpopts.IgnoreUnexported(Config{})}

func TestExampleEqualsDefault(t *testing.T) {
	t.Parallel()
	cfg, err := Load(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), cfg, values); diff != "" {
		t.Errorf("config.example.yaml differs from Default (-default +example):\n%s", diff)
	}
	for _, path := range Keys() {
		if !cfg.IsSet(path) {
			t.Errorf("%s is not in config.example.yaml", path)
		}
	}
}

func TestExampleCommentsEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	seen, previous := 0, ""
	for n, line := range strings.Split(string(text), "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed != "" && !strings.HasPrefix(trimmed, "#") {
			seen++
			if !strings.HasPrefix(previous, "#") {
				t.Errorf("line %d: no comment above %q", n+1, trimmed)
			}
			if len(previous) < 12 {
				t.Errorf("line %d: the comment above %q says nothing", n+1, trimmed)
			}
		}
		previous = trimmed
	}
	if least := len(Keys()); seen < least {
		t.Errorf("saw %d keys, there are %d", seen, least)
	}
}
