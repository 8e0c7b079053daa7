package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Bounds of size. A part that outgrows them wants to be redrawn, not to be excused.
const (
	maxFileLines     = 800
	maxFunctionLines = 100 // the aim is 80
	maxPackageLines  = 10_000
)

func TestSizes(t *testing.T) {
	t.Parallel()
	perPackage := make(map[string]int)
	for _, f := range goFiles(t, every) {
		lines := bytes.Count(f.text, []byte("\n"))
		if lines > maxFileLines {
			t.Errorf("%s has %d lines, at most %d", f.path, lines, maxFileLines)
		}
		if f.test() {
			continue
		}
		perPackage[f.dir()] += lines
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := f.line(fn.End()) - f.line(fn.Pos()) + 1; n > maxFunctionLines {
					t.Errorf("%s:%d: %s has %d lines, at most %d", f.path, f.line(fn.Pos()), fn.Name.Name, n, maxFunctionLines)
				}
			}
		}
	}
	for dir, lines := range perPackage {
		if lines > maxPackageLines {
			t.Errorf("package %s has %d lines, at most %d", dir, lines, maxPackageLines)
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, code) {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
					t.Errorf("%s:%d: %s has no comment", f.path, f.line(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					undocumentedSpec(t, f, d, s)
				}
			}
		}
	}
}

// undocumentedSpec accepts a comment above the group, above the name, or behind it.
func undocumentedSpec(t *testing.T, f file, d *ast.GenDecl, s ast.Spec) {
	t.Helper()
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
			t.Errorf("%s:%d: type %s has no comment", f.path, f.line(s.Pos()), s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
				t.Errorf("%s:%d: %s has no comment", f.path, f.line(s.Pos()), n.Name)
			}
		}
	}
}

// exportedReceiver reports whether fn is a function or a method of an exported type.
func exportedReceiver(fn *ast.FuncDecl) bool {
	if fn.Recv == nil {
		return true
	}
	typ := fn.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	switch x := typ.(type) {
	case *ast.IndexExpr:
		typ = x.X
	case *ast.IndexListExpr:
		typ = x.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// junkDrawers are file and package names that say nothing of what is inside.
var junkDrawers = []string{"util", "utils", "helper", "helpers", "common", "misc"}

func TestNamesSaySomething(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, every) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test")
		if slices.Contains(junkDrawers, base) || slices.Contains(junkDrawers, f.ast.Name.Name) {
			t.Errorf("%s: the name says nothing of what is inside", f.path)
		}
	}
}

func TestNoInitAndNoDotImports(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, every) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s:%d: init runs in an order nobody can read", f.path, f.line(fn.Pos()))
			}
		}
		for _, i := range f.ast.Imports {
			if i.Name != nil && i.Name.Name == "." {
				t.Errorf("%s:%d: dot import", f.path, f.line(i.Pos()))
			}
		}
	}
}

// TestPackageVariablesAreNeverWritten finds assignments to package-level variables inside functions.
func TestPackageVariablesAreNeverWritten(t *testing.T) {
	t.Parallel()
	variables := make(map[string]map[string]bool) // folder and package to names
	key := func(f file) string { return f.dir() + " " + f.ast.Name.Name }
	list := goFiles(t, code)
	for _, f := range list {
		for _, d := range f.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, s := range g.Specs {
					for _, n := range s.(*ast.ValueSpec).Names {
						if variables[key(f)] == nil {
							variables[key(f)] = make(map[string]bool)
						}
						if n.Name != "_" {
							variables[key(f)][n.Name] = true
						}
					}
				}
			}
		}
	}
	for _, f := range list {
		check := func(target ast.Expr) {
			if id := rootOf(target); id != nil && variables[key(f)][id.Name] && !local(f, id) {
				t.Errorf("%s:%d: %s is a package-level variable and is written", f.path, f.line(id.Pos()), id.Name)
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, target := range n.Lhs {
						check(target)
					}
				}
			case *ast.IncDecStmt:
				check(n.X)
			}
			return true
		})
	}
}

// rootOf is the variable that an assignment to e changes.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// local reports whether id was declared inside a function: the parser resolves names within a file.
func local(f file, id *ast.Ident) bool {
	return id.Obj != nil && f.ast.Scope.Lookup(id.Name) != id.Obj
}

// calls that are not made: package, function, where, why. An empty function stands for all of the package.
var bannedCalls = []struct {
	pkg, name string
	where     func(file) bool
	reason    string
}{
	{"zap", "L", every, "constructors take a logger"},
	{"zap", "S", every, "constructors take a logger"},
	{"zap", "ReplaceGlobals", every, "there is no global logger"},
	{"time", "Sleep", realTime, "tests wait for events, or use testing/synctest"},
	{"log", "", code, "the server logs through zap"},
	{"fmt", "Print", notCommand, "only commands print"},
	{"fmt", "Println", notCommand, "only commands print"},
	{"fmt", "Printf", notCommand, "only commands print"},
	{"os", "Exit", notCommand, "only main ends the process"},
	{"http", "HandleFunc", every, "the default mux is global"},
}

// realTime are tests whose clock is the real one: in a bubble of testing/synctest a sleep takes no time.
func realTime(f file) bool {
	return f.test() && !slices.ContainsFunc(f.ast.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
}

func notCommand(f file) bool { return !f.test() && !strings.HasPrefix(f.path, "cmd/") }

func TestBannedCalls(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, every) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			id, ok := sel.X.(*ast.Ident)
			if !ok || id.Obj != nil { // a variable that shares a package's name
				return true
			}
			for _, b := range bannedCalls {
				if id.Name == b.pkg && (b.name == "" || sel.Sel.Name == b.name) && b.where(f) {
					t.Errorf("%s:%d: %s.%s: %s", f.path, f.line(sel.Pos()), id.Name, sel.Sel.Name, b.reason)
				}
			}
			return true
		})
	}
}

// platforms are what a skip may be about: a machine on which there is nothing to test.
var platforms = regexp.MustCompile(`Windows|\broot\b|loopback|IPv6`)

// TestSkips finds tests that pass without testing anything. A known gap is an expected failure instead, which
// complains when it passes. Interop tests skip for want of a client, which MAPID_REQUIRE_INTEROP forbids.
func TestSkips(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, func(f file) bool { return f.test() && !strings.HasPrefix(f.path, "test/interop/") }) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); !ok || !slices.Contains([]string{"t", "b", "f", "tb"}, id.Name) {
				return true
			}
			if len(call.Args) == 0 || !platforms.Match(f.text[f.fset.Position(call.Pos()).Offset:f.fset.Position(call.End()).Offset]) {
				t.Errorf("%s:%d: a skip that is not about the platform", f.path, f.line(call.Pos()))
			}
			return true
		})
	}
}

// TestContextsAreNotStored lets one name pass: base is the life of a server that others' calls end with. And
// internal/late makes contexts, which have parents.
func TestContextsAreNotStored(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, func(f file) bool { return code(f) && !strings.HasPrefix(f.path, "internal/late/") }) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range s.Fields.List {
				if len(field.Names) == 1 && field.Names[0].Name == "base" {
					continue
				}
				if sel, ok := field.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Context" {
					if id, ok := sel.X.(*ast.Ident); ok && id.Name == "context" {
						t.Errorf("%s:%d: a context is a parameter, not a field", f.path, f.line(field.Pos()))
					}
				}
			}
			return true
		})
	}
}

var (
	todo = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	// numbered is a note that says where the work is tracked.
	numbered = regexp.MustCompile(`\bTODO\(#[0-9]+\)`)
	// machine is a path that exists on one developer's machine only.
	machine = regexp.MustCompile(`/(home|Users)/[a-z][a-z0-9]+/|/(wor[k]|far[m])/|[A-Z]:\\Users\\`)
)

func TestNotesCarryAnIssueNumber(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t, func(f file) bool { return f.dir() != "internal/archtest" }) {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				if todo.MatchString(c.Text) && !numbered.MatchString(c.Text) {
					t.Errorf("%s:%d: a TODO carries an issue number: TODO(#12)", f.path, f.line(c.Pos()))
				}
			}
		}
	}
}

func TestNoPathsOfAMachine(t *testing.T) {
	t.Parallel()
	for _, f := range allFiles(t) {
		if f.path == "go.sum" || bytes.IndexByte(f.text, 0) >= 0 {
			continue
		}
		for n, line := range bytes.Split(f.text, []byte("\n")) {
			if machine.Match(line) {
				t.Errorf("%s:%d: names a path of one machine: %s", f.path, n+1, machine.Find(line))
			}
		}
	}
}
