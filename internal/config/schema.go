package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Variable is the environment variable of the leaf key at path.
func Variable(path string) string {
	return "MAPID_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// Keys lists the paths of all leaf keys in the order of the file.
func Keys() []string { return leafPaths(reflect.TypeFor[Config](), "") }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// isSection reports whether a field is a mapping with keys of its own; everything else is a leaf.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// keys lists the keys of one section.
func keys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			out = append(out, key)
		}
	}
	return out
}

// fieldOf finds the field of a known key.
func fieldOf(t reflect.Type, key string) reflect.StructField {
	i := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return f.Tag.Get("yaml") == key })
	return t.Field(i)
}

func leafPaths(t reflect.Type, path string) []string {
	var out []string
	for _, key := range keys(t) {
		if f := fieldOf(t, key); isSection(f.Type) {
			out = append(out, leafPaths(f.Type, join(path, key))...)
		} else {
			out = append(out, join(path, key))
		}
	}
	return out
}

// leaves maps the path of every leaf below v to its value.
func leaves(v reflect.Value, path string) map[string]reflect.Value {
	out := make(map[string]reflect.Value)
	addLeaves(out, v, path)
	return out
}

func addLeaves(out map[string]reflect.Value, v reflect.Value, path string) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		switch {
		case key == "":
		case isSection(f.Type):
			addLeaves(out, v.Field(i), join(path, key))
		default:
			out[join(path, key)] = v.Field(i)
		}
	}
}

// allKeys lists leaves and sections.
func allKeys() []string {
	seen := make(map[string]bool)
	var out []string
	for _, p := range Keys() {
		for i := 0; i <= len(p); i++ {
			if (i == len(p) || p[i] == '.') && !seen[p[:i]] {
				seen[p[:i]] = true
				out = append(out, p[:i])
			}
		}
	}
	return out
}

// scalar returns the text of a single value.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// setText parses text into a leaf of scalar type.
func setText(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(text == "true")
	case reflect.Pointer: // a value or null
		if text == "" || text == "null" {
			v.SetZero()
			return nil
		}
		p := reflect.New(v.Type().Elem())
		if err := setText(p.Elem(), text); err != nil {
			return fmt.Errorf("%w nor null", err)
		}
		v.Set(p)
	default:
		panic("config: no text form for " + v.Type().String()) // a field of a new type needs a case here
	}
	return nil
}
