package mapi_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
)

// constants returns the values of the constants in files whose names start with prefix, in hex.
func constants(t *testing.T, files, prefix string) map[string]uint64 {
	t.Helper()
	paths, err := filepath.Glob(files)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", files, err)
	}
	out := map[string]uint64{}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, prefix) {
				return true
			}
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
				v, err := strconv.ParseUint(lit.Value, 0, 64)
				if err != nil {
					t.Fatal(err)
				}
				out[strings.TrimPrefix(spec.Names[0].Name, prefix)] = v
			}
			return true
		})
	}
	return out
}

var tagLine = regexp.MustCompile(`^([0-9A-F]{8}) PidTag([A-Z][A-Za-z0-9]*)$`)

// The table and the constants are two spellings of one list.
func TestTagTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("tags.txt")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]uint64{}
	last := ""
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := tagLine.FindStringSubmatch(line)
		if m == nil || line <= last {
			t.Fatalf("line %d is malformed or out of order: %q", i+1, line)
		}
		last = line
		v, _ := strconv.ParseUint(m[1], 16, 32)
		if _, twice := table[m[2]]; twice {
			t.Errorf("%s stands twice in the table", m[2])
		}
		table[m[2]] = v
		if got := mapi.PropTag(v).Name(); got != "PidTag"+m[2] {
			t.Errorf("Name of %08X = %s, want PidTag%s", v, got, m[2])
		}
	}
	if d := cmp.Diff(table, constants(t, "tag_[a-z]*.go", "Tag")); d != "" {
		t.Errorf("table and constants differ (-table +constants):\n%s", d)
	}
}

func TestTagName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tag  mapi.PropTag
		want string
	}{
		{mapi.TagSubject, "PidTagSubject (0x0037001F)"},
		{mapi.TagSubject.WithType(mapi.PtypString8), "PidTagSubject (0x0037001E)"},
		{mapi.TagSubject.WithType(mapi.PtypErrorCode), "PidTagSubject (0x0037000A)"},
		{mapi.TagBodyHtml, "PidTagBodyHtml (0x1013001F)"},
		{mapi.TagHtml, "PidTagHtml (0x10130102)"},
		{0x66FF0003, "0x66FF0003"},
	} {
		if got := c.tag.String(); got != c.want {
			t.Errorf("%08X: got %q, want %q", uint32(c.tag), got, c.want)
		}
	}
}

func TestErrorNamesAreComplete(t *testing.T) {
	t.Parallel()
	codes := constants(t, "error_code.go", "Err")
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		if mapi.ErrorCode(codes[name]).Name() == "" {
			t.Errorf("Err%s (%s) has no name", name, fmt.Sprintf("0x%08X", codes[name]))
		}
	}
	if len(codes) < 40 {
		t.Errorf("only %d codes found", len(codes))
	}
}
