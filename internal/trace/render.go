package trace

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Renderer turns typed requests and responses into readable text. The zero Renderer leaves out bodies.
type Renderer struct {
	// Bodies shows message text, attachment and stream data; otherwise only their size is told.
	Bodies bool
	cache  *layouts // of one sink; nil asks reflection every time
}

// Limits of one rendered value, so that a record stays readable and bounded.
const (
	maxText  = 200
	maxBytes = 64
	maxList  = 100
	maxDepth = 12
)

// Fields renders the exported fields of a message as lines "Name: value", nested structures indented. Fields named in
// skip are left out at the top level.
func (r Renderer) Fields(message any, skip ...string) []string {
	v := reflect.ValueOf(message)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	var out lines
	r.structFields(&out, v, 0, skip)
	if len(out.buf) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out.buf), "\n"), "\n")
}

// appendFields appends what Fields returns, each line indented by four blanks and ended.
func (r Renderer) appendFields(b []byte, message any, skip ...string) []byte {
	v := reflect.ValueOf(message)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return b
	}
	out := lines{buf: b, indent: 2}
	r.structFields(&out, v, 0, skip)
	return out.buf
}

// lines collects lines of text in one buffer.
type lines struct {
	buf    []byte
	indent int // levels that every line is deeper
}

func (l *lines) add(depth int, name, value string) {
	for range depth + l.indent {
		l.buf = append(l.buf, "  "...)
	}
	l.buf = append(l.buf, name...)
	l.buf = append(l.buf, ": "...)
	l.buf = append(l.buf, value...)
	l.buf = append(l.buf, '\n')
}

// layout is what rendering a struct type needs to know of it.
type layout struct {
	fields  []field
	columns int // index of the field that names the columns of rows, -1 if there is none
}

type field struct {
	index    int
	name     string
	embedded bool
	secret   bool
}

// layouts caches the layout of every type once met; types are few and never go away.
type layouts map[reflect.Type]*layout

func (r Renderer) layoutOf(t reflect.Type) *layout {
	if r.cache != nil {
		if l := (*r.cache)[t]; l != nil {
			return l
		}
	}
	l := &layout{columns: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
		if !f.IsExported() && !embedded {
			continue
		}
		if (f.Name == "Columns" || f.Name == "RecipientColumns") && f.Type == reflect.TypeFor[[]mapi.PropTag]() {
			l.columns = i
		}
		l.fields = append(l.fields, field{i, f.Name, embedded, secret(f.Name)})
	}
	if r.cache != nil {
		(*r.cache)[t] = l
	}
	return l
}

func (r Renderer) structFields(out *lines, v reflect.Value, depth int, skip []string) {
	l := r.layoutOf(v.Type())
	var columns []mapi.PropTag
	if l.columns >= 0 {
		columns, _ = v.Field(l.columns).Interface().([]mapi.PropTag)
	}
	for _, f := range l.fields {
		fv := v.Field(f.index)
		switch {
		case f.embedded:
			r.structFields(out, fv, depth, skip)
		case contains(skip, f.name):
		case f.secret:
			out.add(depth, f.name, "(not shown)")
		case f.name == "Columns" && columns != nil: // their names stand at the values
		case r.rows(out, f.name, fv, columns, depth):
		default:
			r.field(out, f.name, fv, depth)
		}
	}
}

// rows renders rows with the names of their columns; false means the field holds none.
func (r Renderer) rows(out *lines, name string, v reflect.Value, columns []mapi.PropTag, depth int) bool {
	if columns == nil || !v.CanInterface() {
		return false
	}
	switch x := v.Interface().(type) {
	case prop.Row:
		out.add(depth, name, "")
		r.row(out, columns, x, depth+1)
	case *prop.Row:
		if x == nil {
			out.add(depth, name, "none")
			return true
		}
		out.add(depth, name, "")
		r.row(out, columns, *x, depth+1)
	case []prop.Row:
		out.add(depth, name, strconv.Itoa(len(x)))
		for i, row := range x[:min(len(x), maxList)] {
			out.add(depth+1, fmt.Sprintf("[%d]", i), "")
			r.row(out, columns, row, depth+2)
		}
		if len(x) > maxList {
			out.add(depth+1, "…", fmt.Sprintf("%d more", len(x)-maxList))
		}
	default:
		return false
	}
	return true
}

func (r Renderer) row(out *lines, columns []mapi.PropTag, row prop.Row, depth int) {
	for i, v := range row.Values {
		name := fmt.Sprintf("[%d]", i)
		var tag mapi.PropTag
		if i < len(columns) {
			tag = columns[i]
			name = tag.String()
		}
		out.add(depth, name, r.Value(tag, v))
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// secret reports whether a field or property must never be shown; bulk whether it counts as a body.
func secret(name string) bool {
	n := strings.ToLower(name)
	return strings.Contains(n, "password") || strings.Contains(n, "secret") || strings.Contains(n, "nthash")
}

func bulk(name string) bool {
	switch name {
	case "Data", "TransferBuffer", "TransferData", "StreamData", "RequestBuffers":
		return true
	}
	return false
}

func (r Renderer) field(out *lines, name string, v reflect.Value, depth int) {
	if depth > maxDepth {
		out.add(depth, name, "…")
		return
	}
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			out.add(depth, name, "none")
			return
		}
		if s, ok := r.scalar(name, v.Interface()); ok {
			out.add(depth, name, s)
			return
		}
		v = v.Elem()
	}
	if v.CanInterface() {
		if s, ok := r.scalar(name, v.Interface()); ok {
			out.add(depth, name, s)
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		out.add(depth, name, "")
		r.structFields(out, v, depth+1, nil)
	case reflect.Slice, reflect.Array:
		r.list(out, name, v, depth)
	case reflect.Bool:
		out.add(depth, name, strconv.FormatBool(v.Bool()))
	case reflect.String:
		out.add(depth, name, quote(v.String()))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		out.add(depth, name, number(name, v.Uint()))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		out.add(depth, name, strconv.FormatInt(v.Int(), 10))
	}
}

func (r Renderer) list(out *lines, name string, v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		if bulk(name) && !r.Bodies {
			out.add(depth, name, fmt.Sprintf("(%d bytes)", len(b)))
			return
		}
		out.add(depth, name, hexdump(b))
		return
	}
	out.add(depth, name, fmt.Sprintf("%d", v.Len()))
	for i := range min(v.Len(), maxList) {
		r.field(out, fmt.Sprintf("[%d]", i), v.Index(i), depth+1)
	}
	if v.Len() > maxList {
		out.add(depth+1, "…", fmt.Sprintf("%d more", v.Len()-maxList))
	}
}

// scalar renders the types that have a form of their own.
func (r Renderer) scalar(name string, v any) (string, bool) {
	switch x := v.(type) {
	case prop.Value:
		return r.Value(0, x), true
	case prop.Tagged:
		return x.Tag.String() + " = " + r.Value(x.Tag, x.Value), true
	case mapi.FileTime:
		return fileTime(x), true
	case time.Duration:
		return x.String(), true
	case mapi.GUID:
		return x.String(), true
	case fmt.Stringer:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return "none", true
		}
		return x.String(), true
	}
	return "", false
}

// Value renders a property value; tag 0 stands for a column that is named elsewhere.
func (r Renderer) Value(tag mapi.PropTag, v prop.Value) string {
	switch v.Type() {
	case mapi.PtypUnspecified:
		return "(none)"
	case mapi.PtypNull:
		return "(null)"
	case mapi.PtypObject:
		return "(object)"
	case mapi.PtypErrorCode:
		return v.ErrorCode().String()
	case mapi.PtypBoolean:
		return strconv.FormatBool(v.Bool())
	case mapi.PtypInteger16, mapi.PtypInteger32:
		return fmt.Sprintf("%d (0x%X)", v.Int(), v.Bits())
	case mapi.PtypInteger64:
		if idTag(tag) {
			return v.ObjectID().String()
		}
		return strconv.FormatInt(v.Int(), 10)
	case mapi.PtypCurrency:
		return fmt.Sprintf("%.4f", float64(v.Int())/10000)
	case mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypFloatingTime:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case mapi.PtypTime:
		return fileTime(v.FileTime())
	case mapi.PtypString, mapi.PtypString8:
		if bodyTag(tag) && !r.Bodies {
			return fmt.Sprintf("(%d bytes of text)", len(v.Str()))
		}
		return quote(v.Str())
	case mapi.PtypGuid:
		return v.GUID().String()
	case mapi.PtypBinary, mapi.PtypServerId:
		if bodyTag(tag) && !r.Bodies {
			return fmt.Sprintf("(%d bytes)", len(v.Str()))
		}
		return hexdump([]byte(v.Str()))
	}
	return multi(v)
}

func multi(v prop.Value) string {
	var parts []string
	switch {
	case prop.Elements[string](v) != nil:
		for _, s := range prop.Elements[string](v) {
			if v.Type() == mapi.PtypMultiBinary {
				parts = append(parts, hexdump([]byte(s)))
			} else {
				parts = append(parts, quote(s))
			}
		}
	case prop.Elements[mapi.FileTime](v) != nil:
		for _, f := range prop.Elements[mapi.FileTime](v) {
			parts = append(parts, fileTime(f))
		}
	case prop.Elements[mapi.GUID](v) != nil:
		for _, g := range prop.Elements[mapi.GUID](v) {
			parts = append(parts, g.String())
		}
	case prop.Elements[int16](v) != nil:
		parts = numbers(prop.Elements[int16](v))
	case prop.Elements[int32](v) != nil:
		parts = numbers(prop.Elements[int32](v))
	case prop.Elements[int64](v) != nil:
		parts = numbers(prop.Elements[int64](v))
	case prop.Elements[float32](v) != nil:
		parts = numbers(prop.Elements[float32](v))
	case prop.Elements[float64](v) != nil:
		parts = numbers(prop.Elements[float64](v))
	}
	if len(parts) > maxList {
		parts = append(parts[:maxList:maxList], "…")
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func numbers[E any](list []E) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = fmt.Sprint(e)
	}
	return out
}

// idTag tells FIDs, MIDs and change numbers from other 64-bit integers.
func idTag(tag mapi.PropTag) bool {
	switch tag.ID() {
	case 0x6748, 0x6749, 0x674A, 0x674D, 0x67A4, 0x6674, 0x6671:
		return true
	}
	return false
}

// bodyTag tells what the switch for bodies leaves out: text, HTML, RTF and attachment data.
func bodyTag(tag mapi.PropTag) bool {
	switch tag.ID() {
	case 0x1000, 0x1009, 0x1013, 0x1014, 0x3701, 0x3702, 0x007D:
		return true
	}
	return false
}

// number shows flags, indexes of operations and handles in hexadecimal and counts in decimal.
func number(name string, n uint64) string {
	if strings.Contains(name, "Flags") || strings.Contains(name, "Handle") && !strings.Contains(name, "Index") || strings.HasSuffix(name, "Types") {
		return fmt.Sprintf("0x%X", n)
	}
	return strconv.FormatUint(n, 10)
}

func fileTime(f mapi.FileTime) string {
	if f == 0 {
		return "0"
	}
	return f.Time().Format("2006-01-02T15:04:05.0000000Z")
}

func quote(s string) string {
	cut := len(s) > maxText
	if cut {
		n := maxText
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	plain := true
	for _, c := range s {
		if c == utf8.RuneError || c == '"' || c == '\\' || !unicode.IsPrint(c) {
			plain = false
			break
		}
	}
	if plain {
		s = `"` + s + `"`
	} else {
		s = strconv.Quote(s)
	}
	if cut {
		s += "…"
	}
	return s
}

func hexdump(b []byte) string {
	if len(b) > maxBytes {
		return fmt.Sprintf("%d bytes %s…", len(b), hex.EncodeToString(b[:maxBytes]))
	}
	return fmt.Sprintf("%d bytes %s", len(b), hex.EncodeToString(b))
}
