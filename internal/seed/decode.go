package seed

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decode reads YAML into s and notes every key and value that does not belong there. It returns an error only for text
// that is not YAML.
func decode(data []byte, s *Seed) error {
	list, problem := tokens(data)
	if problem != nil {
		return &Error{s.source.name, []Problem{*problem}}
	}
	file, err := parser.Parse(list, 0)
	if err != nil {
		p := Problem{Text: strings.TrimSpace(err.Error()) + ": correct the YAML"}
		if ye, ok := errors.AsType[yaml.Error](err); ok {
			p.Text = ye.GetMessage() + ": correct the YAML"
			if t := ye.GetToken(); t != nil {
				p.Line = t.Position.Line
			}
		}
		return &Error{s.source.name, []Problem{p}}
	}
	d := decoder{source: s.source, anchors: map[string]ast.Node{}}
	for i, doc := range file.Docs {
		if i > 0 && doc.Body != nil {
			return &Error{s.source.name, []Problem{{Line: line(doc.Body), Text: "a second document begins here: keep one seed in a file"}}}
		}
		if doc.Body != nil {
			d.value(doc.Body, reflect.ValueOf(s).Elem(), "", 0)
		}
	}
	return nil
}

const (
	maxDepth = 20     // of nodes within nodes
	maxNodes = 200000 // visited, aliases counted each time
)

// decoder fills Go values from nodes.
type decoder struct {
	source  *source
	anchors map[string]ast.Node
	nodes   int
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

var timeType = reflect.TypeFor[time.Time]()

// value decodes n into v.
func (d *decoder) value(n ast.Node, v reflect.Value, path string, depth int) {
	if d.nodes++; depth > maxDepth || d.nodes > maxNodes {
		if d.nodes <= maxNodes+1 {
			d.problem(n, path, "the text is nested too deeply or repeats too much: write it out")
		}
		return
	}
	if n = d.resolve(n, path); n == nil {
		return
	}
	if path != "" {
		d.source.lines[path] = line(n)
	}
	if _, ok := n.(*ast.NullNode); ok {
		return
	}
	switch {
	case v.Type() == timeType:
		d.time(n, v, path)
	case v.Type() == reflect.TypeFor[Attributes]():
		d.attributes(n, v.Addr().Interface().(*Attributes), path)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path, depth+1)
	case v.Kind() == reflect.Struct:
		d.mapping(n, v, path, depth)
	case v.Kind() == reflect.Slice:
		d.sequence(n, v, path, depth)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) problem(n ast.Node, path, format string, args ...any) {
	d.source.problems = append(d.source.problems, Problem{line(n), path, fmt.Sprintf(format, args...)})
}

// resolve follows anchors, aliases and tags to the node with the value.
func (d *decoder) resolve(n ast.Node, path string) ast.Node {
	for range maxDepth {
		switch x := n.(type) {
		case *ast.AnchorNode:
			d.anchors[x.Name.String()] = x.Value
			n = x.Value
		case *ast.AliasNode:
			target, ok := d.anchors[x.Value.String()]
			if !ok {
				d.problem(n, path, "there is no anchor &%s before this: write the value out", x.Value)
				return nil
			}
			n = target
		case *ast.TagNode:
			n = x.Value
		default:
			return n
		}
	}
	d.problem(n, path, "the aliases go round in a circle: write the value out")
	return nil
}

// entries are the keys and values of a mapping.
func (d *decoder) entries(n ast.Node, path string) []*ast.MappingValueNode {
	switch x := n.(type) {
	case *ast.MappingNode:
		return x.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{x}
	}
	d.problem(n, path, "here belong keys with values, not %s: write \"key: value\"", kind(n))
	return nil
}

// kind names what a node is.
func kind(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", text(n))
}

// text is the text of a scalar as it stands, without quotes.
func text(n ast.Node) string {
	switch x := n.(type) {
	case *ast.LiteralNode:
		return x.Value.Value
	case *ast.StringNode:
		return x.Value
	}
	if t := n.GetToken(); t != nil {
		return t.Value
	}
	return ""
}

func isScalar(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.MergeKeyNode:
		return false
	}
	return true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string, depth int) {
	fields := map[string]int{}
	var known []string
	for i := range v.NumField() {
		if name, ok := v.Type().Field(i).Tag.Lookup("yaml"); ok && name != "-" {
			fields[name] = i
			known = append(known, name)
		}
	}
	for _, e := range d.entries(n, path) {
		key := text(e.Key)
		at := join(path, key)
		i, ok := fields[key]
		if !ok {
			d.problem(e.Key, at, "unknown key: %s", nearest(key, known))
			continue
		}
		d.value(e.Value, v.Field(i), at, depth+1)
	}
}

func (d *decoder) sequence(n ast.Node, v reflect.Value, path string, depth int) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.problem(n, path, "here belongs a list, not %s: write [%s]", kind(n), strings.TrimSpace(text(n)))
		return
	}
	list := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, e := range seq.Values {
		d.value(e, list.Index(i), fmt.Sprintf("%s[%d]", path, i), depth+1)
	}
	v.Set(list)
}

func (d *decoder) time(n ast.Node, v reflect.Value, path string) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text(n)); err == nil && isScalar(n) && t.Year() >= 1601 {
			v.Set(reflect.ValueOf(t.UTC()))
			return
		}
	}
	d.problem(n, path, "%s is not a time: write it as 2026-01-02T03:04:05Z", kind(n))
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		if !isScalar(n) {
			d.problem(n, path, "here belongs a text, not %s", kind(n))
			return
		}
		v.SetString(text(n))
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.problem(n, path, "%s is neither true nor false", kind(n))
			return
		}
		v.SetBool(b.Value)
	case reflect.Uint32:
		i, ok := n.(*ast.IntegerNode)
		number, unsigned := uint64(0), false
		if ok {
			number, unsigned = i.Value.(uint64)
		}
		if !unsigned || number > math.MaxUint32 {
			d.problem(n, path, "%s is not a whole number from 0 to %d", kind(n), uint32(math.MaxUint32))
			return
		}
		v.SetUint(number)
	default:
		panic("seed: no decoding for " + v.Type().String())
	}
}

// nearest says which key was probably meant.
func nearest(key string, known []string) string {
	best, distance := "", len(key)/2+1
	for _, k := range known {
		if n := editDistance(key, k); n <= distance && (best == "" || n < distance) {
			best, distance = k, n
		}
	}
	if best == "" {
		return "the keys here are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance counts the characters to insert, remove or replace.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
