package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/mapid/mapid"

// root is the top folder of the repository, as seen from this package.
const root = "../.."

// pkg is what go list says of a package; paths below the module are relative to it.
type pkg struct {
	ImportPath string
	Doc        string
	GoFiles    []string
	Imports    []string
}

var packages = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,GoFiles,Imports", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.New("go list: " + err.Error() + ": " + stderr.String())
	}
	var list []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		p.ImportPath = strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		list = append(list, p)
	}
})

func listPackages(t *testing.T) []pkg {
	t.Helper()
	list, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 5 {
		t.Fatalf("go list found only %d packages", len(list))
	}
	return list
}

// file is one file of the repository.
type file struct {
	path string // from the top, with slashes
	text []byte
	fset *token.FileSet
	ast  *ast.File // nil if it is not Go
}

func (f file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f file) dir() string { return path.Dir(f.path) }

func (f file) line(p token.Pos) int { return f.fset.Position(p).Line }

// skippedDirs are folders that hold no source.
var skippedDirs = map[string]bool{".git": true, "bin": true, "mapid-data": true, "__pycache__": true, "node_modules": true}

var files = sync.OnceValues(func() ([]file, error) {
	var list []file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skippedDirs[d.Name()] {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || d.Name() == ".git" { // a worktree has a file of that name
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(strings.TrimPrefix(p, root+string(filepath.Separator))), text: text}
		if strings.HasSuffix(p, ".go") {
			f.fset = token.NewFileSet()
			if f.ast, err = parser.ParseFile(f.fset, f.path, text, parser.ParseComments); err != nil {
				return err
			}
		}
		list = append(list, f)
		return nil
	})
	return list, err
})

// goFiles are the Go files that keep accepts; generated ones are left out.
func goFiles(t *testing.T, keep func(file) bool) []file {
	t.Helper()
	var out []file
	for _, f := range allFiles(t) {
		if f.ast != nil && !ast.IsGenerated(f.ast) && keep(f) {
			out = append(out, f)
		}
	}
	return out
}

func allFiles(t *testing.T) []file {
	t.Helper()
	list, err := files()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Fatalf("found only %d files", len(list))
	}
	return list
}

func every(file) bool { return true }

func code(f file) bool { return !f.test() }
