package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Sources is where a configuration comes from, weakest first. Whatever is empty adds nothing.
type Sources struct {
	File    string   // path of a YAML file
	Environ []string // NAME=value, as of os.Environ
	Flags   []Flag
}

// Flag is a setting from the command line.
type Flag struct {
	Name  string // as the user knows it, --seed
	Path  string // the key it sets
	Value string // as an environment variable would have it
}

// Load is Load of a file alone, without environment and flags.
func Load(path string) (Config, error) { return LoadFrom(Sources{File: path}) }

// LoadFrom puts the sources over Default. The error holds every problem found, each a Problem; the configuration is
// then unusable. LoadFrom does not Validate.
func LoadFrom(src Sources) (Config, error) {
	cfg := Default()
	cfg.set = make(map[string]string)
	d := decoder{cfg: &cfg, anchors: make(map[string]ast.Node)}
	if src.File != "" {
		d.file(src.File)
	}
	known := leaves(reflect.ValueOf(&cfg).Elem(), "")
	d.environ(src.Environ, known)
	for _, f := range src.Flags {
		d.source = f.Name
		d.text(known[f.Path], f.Path, f.Value)
	}
	d.decodeServers() // last: entries start from the top level as it is by then
	return cfg, errors.Join(d.problems...)
}

// decoder collects what the sources say, and what is wrong with them.
type decoder struct {
	cfg      *Config
	source   string // what is being read: a file's path or an environment variable's name
	lines    bool   // whether source has lines
	anchors  map[string]ast.Node
	servers  ast.Node // the winning list of servers, read at the end
	from     string   // source of servers
	problems []error
}

func (d *decoder) problem(n ast.Node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{Source: d.at(n), Path: path, Text: fmt.Sprintf(format, args...)})
}

// at is where a node stands, as far as the source has lines.
func (d *decoder) at(n ast.Node) string {
	if d.lines && n != nil {
		return fmt.Sprintf("%s:%d", d.source, n.GetToken().Position.Line)
	}
	return d.source
}

func (d *decoder) file(path string) {
	d.source, d.lines = path, true
	defer func() { d.lines = false }()
	text, err := os.ReadFile(path)
	if err != nil {
		d.problem(nil, "", "cannot read the configuration: %v", errors.Unwrap(err))
		return
	}
	if body := d.parse(text); body != nil {
		d.section(reflect.ValueOf(d.cfg).Elem(), "", body)
	}
}

// parse returns the one document of text, or nil if it is empty or wrong.
func (d *decoder) parse(text []byte) ast.Node {
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		message := err.Error()
		if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
			message = syntax.Message
			if d.lines && syntax.Token != nil {
				d.problems = append(d.problems, Problem{Source: fmt.Sprintf("%s:%d", d.source, syntax.Token.Position.Line), Text: "not valid YAML: " + message})
				return nil
			}
		}
		d.problem(nil, "", "not valid YAML: %s", message)
		return nil
	}
	var body ast.Node
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			d.problem(doc.Body, "", "a second YAML document, one is allowed")
			return nil
		}
		body = doc.Body
	}
	return body
}

// maxAliases is how many aliases may stand behind each other: more go round in a circle.
const maxAliases = 16

// resolve looks through anchors and aliases.
func (d *decoder) resolve(n ast.Node) ast.Node {
	for range maxAliases {
		switch x := n.(type) {
		case *ast.AnchorNode:
			d.anchors[x.Name.GetToken().Value] = x.Value
			n = x.Value
		case *ast.AliasNode:
			target, ok := d.anchors[x.Value.GetToken().Value]
			if !ok {
				return n // no scalar, list or mapping, so whoever reads it complains
			}
			n = target
		case *ast.TagNode:
			n = x.Value
		default:
			return n
		}
	}
	return n
}

// section reads a mapping into a struct.
func (d *decoder) section(v reflect.Value, path string, n ast.Node) {
	n = d.resolve(n)
	if n.Type() == ast.NullType {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.problem(n, path, "must be a mapping of keys to values")
		return
	}
	known := keys(v.Type())
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken().Value
		at := join(path, key)
		i := slices.Index(known, key)
		if i < 0 {
			d.unknownKey(it.Key(), at, path)
			continue
		}
		field := v.FieldByIndex(fieldOf(v.Type(), key).Index)
		if isSection(field.Type()) {
			d.section(field, at, it.Value())
			continue
		}
		d.leaf(field, at, it.Value())
	}
}

// unknownKey names the nearest key of the whole schema: people misplace keys as often as they misspell them.
func (d *decoder) unknownKey(n ast.Node, at, path string) {
	all := allKeys()
	if strings.HasPrefix(path, "servers[") {
		all = nil
		for _, k := range leafPaths(reflect.TypeFor[Server](), "") {
			_, rest, nested := strings.Cut(path, "].")
			if !nested || strings.HasPrefix(k, rest) {
				all = append(all, path[:strings.Index(path, "]")+1]+"."+k)
			}
		}
	}
	d.problem(n, at, "%s", unknown(at, all))
}

// leaf reads a value into a field that is not a section.
func (d *decoder) leaf(v reflect.Value, path string, n ast.Node) {
	n = d.resolve(n)
	d.cfg.set[path] = d.at(n)
	if v.Type() == reflect.TypeFor[[]Server]() {
		d.servers, d.from = n, d.source
		return
	}
	switch v.Kind() {
	case reflect.Map:
		d.mapping(v, path, n)
	case reflect.Slice:
		if list, ok := d.list(path, n); ok {
			v.Set(reflect.ValueOf(list).Convert(v.Type()))
		}
	default:
		text, ok := scalar(n)
		if n.Type() == ast.NullType && v.Kind() == reflect.Pointer {
			v.SetZero()
			return
		}
		if !ok {
			d.problem(n, path, "must be a single value")
			return
		}
		if err := setText(v, text); err != nil {
			d.problem(n, path, "%v", err)
		}
	}
}

// list reads a sequence, or a single value as a sequence of one.
func (d *decoder) list(path string, n ast.Node) ([]string, bool) {
	n = d.resolve(n)
	out := []string{}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		text, ok := scalar(n)
		if n.Type() == ast.NullType {
			return out, true
		}
		if !ok {
			d.problem(n, path, "must be a list")
			return nil, false
		}
		return append(out, text), true
	}
	for _, item := range seq.Values {
		text, ok := scalar(d.resolve(item))
		if !ok {
			d.problem(item, path, "must be a list of single values")
			return nil, false
		}
		out = append(out, text)
	}
	return out, true
}

// mapping reads a map of names to a value or to a list of values.
func (d *decoder) mapping(v reflect.Value, path string, n ast.Node) {
	out := reflect.MakeMap(v.Type())
	m, ok := n.(ast.MapNode)
	if !ok && n.Type() != ast.NullType {
		d.problem(n, path, "must be a mapping")
		return
	}
	v.Set(out)
	if !ok {
		return
	}
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken().Value
		list, good := d.list(join(path, key), it.Value())
		if !good {
			continue
		}
		value := reflect.ValueOf(list)
		if v.Type().Elem().Kind() == reflect.String {
			if len(list) != 1 {
				d.problem(it.Value(), join(path, key), "must be a single value")
				continue
			}
			value = reflect.ValueOf(list[0])
		}
		out.SetMapIndex(reflect.ValueOf(key), value)
	}
}

// text reads a value from the environment or the command line: lists are comma-separated, maps and servers JSON.
func (d *decoder) text(v reflect.Value, path, text string) {
	switch {
	case v.Kind() == reflect.Map || v.Type() == reflect.TypeFor[[]Server]():
		if body := d.parse([]byte(text)); body != nil {
			d.leaf(v, path, body)
		}
		return
	case v.Kind() == reflect.Slice:
		list := reflect.MakeSlice(v.Type(), 0, 0)
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = reflect.Append(list, reflect.ValueOf(item))
			}
		}
		v.Set(list)
	default:
		if err := setText(v, text); err != nil {
			d.problem(nil, path, "%v", err)
			return
		}
	}
	d.cfg.set[path] = d.source
}

// foreignVariables are names that start like ours without being ours: those of the commands, and those that
// Kubernetes and Docker links set for a service that happens to be called mapid.
var foreignVariables = regexp.MustCompile(`^MAPID_(ADMIN|ADMIN_TOKEN|CONFIG|DATA|EPHEMERAL|REQUIRE_[A-Z0-9_]+|([A-Z0-9_]+_)?SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|([A-Z0-9_]+_)?PORT(_[0-9]+_(TCP|UDP)(_[A-Z]+)?)?)$`)

func (d *decoder) environ(environ []string, known map[string]reflect.Value) {
	byName := make(map[string]string, len(known))
	names := make([]string, 0, len(known))
	for path := range known {
		byName[Variable(path)] = path
		names = append(names, Variable(path))
	}
	slices.Sort(names)
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "MAPID_") {
			continue
		}
		d.source = name
		path, ok := byName[name]
		switch {
		case ok:
			d.text(known[path], path, value)
		case !foreignVariables.MatchString(name):
			d.problem(nil, "", "%s", unknownVariable(name, names))
		}
	}
}

func unknownVariable(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return "unknown environment variable, did you mean " + near + "?"
	}
	return "unknown environment variable; mapid config print lists the keys it knows"
}

// decodeServers reads the entries of servers, each over a copy of the top level.
func (d *decoder) decodeServers() {
	if d.servers == nil {
		return
	}
	d.source, d.lines = d.from, !strings.HasPrefix(d.from, "MAPID_")
	if d.servers.Type() == ast.NullType {
		return
	}
	seq, ok := d.servers.(*ast.SequenceNode)
	if !ok {
		d.problem(d.servers, "servers", "must be a list of servers")
		return
	}
	for i, n := range seq.Values {
		s := d.cfg.top()
		path := fmt.Sprintf("servers[%d]", i)
		d.section(reflect.ValueOf(&s).Elem(), path, n)
		if !d.cfg.IsSet(path + ".fqdn") { // the fqdn of the top level belongs to another name
			_, domain, _ := strings.Cut(d.cfg.Server.FQDN, ".")
			s.FQDN = strings.TrimSuffix(strings.ToLower(s.Name)+"."+domain, ".")
		}
		d.cfg.Servers = append(d.cfg.Servers, s)
	}
}
