package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	inCode    = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")
	inText    = regexp.MustCompile("`(mapid [^`]+)`")
	inside    = regexp.MustCompile(`(?m)docker exec .* /(mapid [a-z].*)$`) // of a container
	beginning = regexp.MustCompile(`^(mapid [a-z].*|go run ./cmd/mapid.*)$`)
)

// documented lists the command lines of mapid that the documentation shows, with the file each stands in. Records of
// decisions also tell of commands that are still to come, so they are left out.
func documented(t *testing.T) (commands [][2]string) {
	t.Helper()
	files := []string{"../../README.md"}
	err := filepath.WalkDir("../../docs", func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Name() == "adr" {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, block := range inCode.FindAllStringSubmatch(string(text), -1) {
			found = append(found, strings.Split(block[1], "\n")...)
		}
		for _, inline := range inText.FindAllStringSubmatch(string(text), -1) {
			found = append(found, strings.ReplaceAll(inline[1], "\n", " "))
		}
		for _, exec := range inside.FindAllStringSubmatch(string(text), -1) {
			found = append(found, exec[1])
		}
		for _, line := range found {
			line, _, _ = strings.Cut(line, " #")
			line, _, _ = strings.Cut(line, " |")
			line = strings.TrimSpace(line)
			if beginning.MatchString(line) && !strings.Contains(line, "…") {
				commands = append(commands, [2]string{filepath.Base(file), line})
			}
		}
	}
	return commands
}

// arguments are those of a command line of the documentation, and the file that is its standard input.
func arguments(line string) (args []string, stdin string) {
	line, stdin, _ = strings.Cut(line, " < ")
	return strings.Fields(strings.TrimPrefix(strings.TrimPrefix(line, "go run ./cmd/"), "mapid")), strings.TrimSpace(stdin)
}

// TestDocumentedCommandsAreUnderstood: no page shows a command or a flag that does not exist.
func TestDocumentedCommandsAreUnderstood(t *testing.T) {
	t.Parallel()
	commands := documented(t)
	if len(commands) < 15 {
		t.Fatalf("only %d commands found", len(commands))
	}
	for _, c := range commands {
		args, _ := arguments(c[1])
		if slices.Contains(args, "--help") {
			continue
		}
		parser, err := newParser(&environment{stdout: new(strings.Builder), stderr: new(strings.Builder)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("%s: %s: %v", c[0], c[1], err)
		}
	}
}
