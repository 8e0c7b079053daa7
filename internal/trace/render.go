package trace

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// renderer turns typed requests and responses into readable text. Everything is appended to one buffer, and reflection
// is asked about a type once. It is not safe for concurrent use.
type renderer struct {
	bodies  bool // shows message text, attachment and stream data; otherwise only their size is told
	layouts map[reflect.Type]*layout
	tags    map[mapi.PropTag]string
	columns []string // names of the columns of the rows that are rendered
}

// newRenderer returns a renderer for one sink.
func newRenderer(bodies bool) *renderer {
	return &renderer{bodies: bodies, layouts: make(map[reflect.Type]*layout), tags: make(map[mapi.PropTag]string)}
}

// Limits of one rendered value, so that a record stays readable and bounded.
const (
	maxText  = 200
	maxBytes = 64
	maxList  = 100
	maxDepth = 12
	maxTags  = 4096 // whose names are kept
)

// shape says how the values of a type are rendered.
type shape uint8

const (
	unshown shape = iota
	aStruct
	aList
	aByteList
	aPointer
	anInterface
	aBool
	aString
	aUint
	anInt
	aValue
	aTagged
	aFileTime
	aTag
	anID
	aCode
	aStringer
)

// layout is what rendering a type needs to know of it.
type layout struct {
	shape   shape
	elem    *layout // of pointers and lists
	fields  []field
	columns int // index of the field that names the columns of rows, -1 if there is none
}

type field struct {
	index    int
	name     string
	layout   *layout
	embedded bool
	secret   bool
	hex      bool // of a number
	bulk     bool // counts as a body
}

// special are the types that have a form of their own.
var special = map[reflect.Type]shape{
	reflect.TypeFor[prop.Value](): aValue, reflect.TypeFor[prop.Tagged](): aTagged, reflect.TypeFor[mapi.FileTime](): aFileTime,
	reflect.TypeFor[mapi.PropTag](): aTag, reflect.TypeFor[mapi.ID](): anID, reflect.TypeFor[mapi.ErrorCode](): aCode,
}

var stringer = reflect.TypeFor[fmt.Stringer]()

// layoutOf returns the layout of a type; types are few and never go away.
func (r *renderer) layoutOf(t reflect.Type) *layout {
	if l := r.layouts[t]; l != nil {
		return l
	}
	l := &layout{shape: shapeOf(t), columns: -1}
	r.layouts[t] = l // before its parts, which may hold it again
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		l.elem = r.layoutOf(t.Elem())
	case reflect.Struct: // whatever its shape: messages and embedded structs are shown by their fields
		for i := range t.NumField() {
			f := t.Field(i)
			embedded := f.Anonymous && f.Type.Kind() == reflect.Struct
			if !f.IsExported() && !embedded {
				continue
			}
			if (f.Name == "Columns" || f.Name == "RecipientColumns") && f.Type == reflect.TypeFor[[]mapi.PropTag]() {
				l.columns = i
			}
			l.fields = append(l.fields, field{i, f.Name, r.layoutOf(f.Type), embedded, secret(f.Name), hexNumber(f.Name), bulk(f.Name)})
		}
	}
	return l
}

func shapeOf(t reflect.Type) shape {
	if s, ok := special[t]; ok {
		return s
	}
	if t.Kind() == reflect.Interface {
		return anInterface
	}
	if t.Kind() == reflect.Pointer && special[t.Elem()] != unshown {
		return aPointer
	}
	if t.Implements(stringer) {
		return aStringer
	}
	switch t.Kind() {
	case reflect.Pointer:
		return aPointer
	case reflect.Struct:
		return aStruct
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return aByteList
		}
		return aList
	case reflect.Bool:
		return aBool
	case reflect.String:
		return aString
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		return aUint
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		return anInt
	}
	return unshown
}

// appendFields appends the exported fields of a message, each as a line "Name: value" that is indented by four blanks,
// nested structures by more. The field named skip is left out at the top level.
func (r *renderer) appendFields(b []byte, message any, skip string) []byte {
	v := reflect.ValueOf(message)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return b
	}
	out := lines{b}
	r.structFields(&out, addressable(v), r.layoutOf(v.Type()), baseDepth, skip)
	return out.buf
}

// addressable returns v, or a copy of it whose address can be taken: values are read through pointers, which costs no
// memory.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	p := reflect.New(v.Type()).Elem()
	p.Set(v)
	return p
}

// baseDepth is how far the fields of a message are indented.
const baseDepth = 2

// lines collects lines of text in one buffer.
type lines struct {
	buf []byte
}

// name begins a line.
func (l *lines) name(depth int, name string) {
	const blanks = "                                                                "
	l.buf = append(l.buf, blanks[:min(2*depth, len(blanks))]...)
	l.buf = append(append(l.buf, name...), ": "...)
}

// index begins the line of an element.
func (l *lines) index(depth, i int) {
	l.name(depth, "[")
	l.buf = strconv.AppendInt(l.buf[:len(l.buf)-2], int64(i), 10)
	l.buf = append(l.buf, "]: "...)
}

// end ends a line with the rest of it.
func (l *lines) end(rest string) { l.buf = append(append(l.buf, rest...), '\n') }

func (r *renderer) structFields(out *lines, v reflect.Value, l *layout, depth int, skip string) {
	var columns []mapi.PropTag
	if l.columns >= 0 {
		columns = *v.Field(l.columns).Addr().Interface().(*[]mapi.PropTag)
	}
	for i := range l.fields {
		f := &l.fields[i]
		switch {
		case f.embedded:
			r.structFields(out, v.Field(f.index), f.layout, depth, skip)
		case f.name == skip:
		case f.secret:
			out.name(depth, f.name)
			out.end("(not shown)")
		case f.name == "Columns" && columns != nil: // their names stand at the values
		case columns != nil && r.rows(out, f.name, v.Field(f.index).Addr().Interface(), columns, depth):
		default:
			out.name(depth, f.name)
			r.value(out, f, v.Field(f.index), f.layout, depth)
		}
	}
}

// rows renders rows with the names of their columns; false means that v points to none.
func (r *renderer) rows(out *lines, name string, v any, columns []mapi.PropTag, depth int) bool {
	r.columns = r.columns[:0]
	switch v.(type) {
	case *prop.Row, **prop.Row, *[]prop.Row:
		for _, t := range columns {
			r.columns = append(r.columns, r.tagName(t))
		}
	}
	switch x := v.(type) {
	case *prop.Row:
		out.name(depth, name)
		out.end("")
		r.row(out, columns, *x, depth+1)
	case **prop.Row:
		out.name(depth, name)
		if *x == nil {
			out.end("none")
			return true
		}
		out.end("")
		r.row(out, columns, **x, depth+1)
	case *[]prop.Row:
		out.name(depth, name)
		out.end(strconv.Itoa(len(*x)))
		for i, row := range (*x)[:min(len(*x), maxList)] {
			out.index(depth+1, i)
			out.end("")
			r.row(out, columns, row, depth+2)
		}
		r.more(out, len(*x), depth+1)
	default:
		return false
	}
	return true
}

// more tells how many elements of a list are not shown.
func (r *renderer) more(out *lines, n, depth int) {
	if n > maxList {
		out.name(depth, "…")
		out.end(strconv.Itoa(n-maxList) + " more")
	}
}

func (r *renderer) row(out *lines, columns []mapi.PropTag, row prop.Row, depth int) {
	for i, v := range row.Values {
		var tag mapi.PropTag
		if i < len(columns) {
			tag = columns[i]
			out.name(depth, r.columns[i])
		} else {
			out.index(depth, i)
		}
		out.buf = append(r.appendValue(out.buf, tag, v), '\n')
	}
}

// tagName is the tag's text form.
func (r *renderer) tagName(t mapi.PropTag) string {
	s, ok := r.tags[t]
	if !ok {
		s = t.String()
		if len(r.tags) < maxTags {
			r.tags[t] = s
		}
	}
	return s
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

// hexNumber reports whether a number is shown in hexadecimal: flags, handles and types are; indexes and counts are not.
func hexNumber(name string) bool {
	return strings.Contains(name, "Flags") || strings.Contains(name, "Handle") && !strings.Contains(name, "Index") || strings.HasSuffix(name, "Types")
}

// value renders what stands behind a name, and the lines below it. f tells of the field that it is of.
func (r *renderer) value(out *lines, f *field, v reflect.Value, l *layout, depth int) {
	if depth > maxDepth+baseDepth {
		out.end("…")
		return
	}
	switch l.shape {
	case aPointer:
		if v.IsNil() {
			out.end("none")
			return
		}
		r.value(out, f, v.Elem(), l.elem, depth)
		return
	case anInterface:
		if v.IsNil() {
			out.end("none")
			return
		}
		v = addressable(v.Elem())
		r.value(out, f, v, r.layoutOf(v.Type()), depth)
		return
	case aStruct:
		out.end("")
		r.structFields(out, v, l, depth+1, "")
		return
	case aList:
		n := v.Len()
		out.end(strconv.Itoa(n))
		for i := range min(n, maxList) {
			out.index(depth+1, i)
			r.value(out, f, v.Index(i), l.elem, depth+1)
		}
		r.more(out, n, depth+1)
		return
	}
	out.buf = append(r.appendScalar(out.buf, f, v, l), '\n')
}

// appendScalar appends a value that takes one line.
func (r *renderer) appendScalar(b []byte, f *field, v reflect.Value, l *layout) []byte {
	switch l.shape {
	case aValue:
		return r.appendValue(b, 0, *v.Addr().Interface().(*prop.Value))
	case aTagged:
		t := v.Addr().Interface().(*prop.Tagged)
		b = append(append(b, r.tagName(t.Tag)...), " = "...)
		return r.appendValue(b, t.Tag, t.Value)
	case aFileTime:
		return appendFileTime(b, mapi.FileTime(v.Uint()))
	case aTag:
		return append(b, r.tagName(mapi.PropTag(v.Uint()))...)
	case anID:
		return appendID(b, mapi.ID(v.Uint()))
	case aCode:
		return appendCode(b, mapi.ErrorCode(v.Uint()))
	case aStringer:
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return append(b, "none"...)
			}
			return append(b, v.Interface().(fmt.Stringer).String()...)
		}
		return append(b, v.Addr().Interface().(fmt.Stringer).String()...)
	case aByteList:
		bytes := bytesOf(v)
		if f.bulk && !r.bodies {
			return appendSize(b, len(bytes), " bytes)")
		}
		return appendHexdump(b, bytes)
	case aBool:
		return strconv.AppendBool(b, v.Bool())
	case aString:
		return appendQuote(b, v.String())
	case aUint:
		if f.hex {
			return appendHex(b, v.Uint(), 0)
		}
		return strconv.AppendUint(b, v.Uint(), 10)
	case anInt:
		return strconv.AppendInt(b, v.Int(), 10)
	}
	return b
}

// bytesOf is a slice or an array of bytes, whose elements may be of a type of their own.
func bytesOf(v reflect.Value) []byte {
	if v.Kind() == reflect.Slice || v.Type().Elem() == reflect.TypeFor[byte]() {
		return v.Bytes()
	}
	b := make([]byte, v.Len())
	for i := range b {
		b[i] = byte(v.Index(i).Uint())
	}
	return b
}

// appendRequest appends the two parts of a request: a line, and a line per field.
func (r *renderer) appendRequest(b []byte, o *Op) []byte {
	return r.appendRequestFields(append(appendRequestHead(b, o), '\n'), o)
}

// appendRequestHead appends "> Name" with the handle.
func appendRequestHead(b []byte, o *Op) []byte {
	b = append(append(b, "> "...), o.Name...)
	if o.IsROP {
		b = appendHex(append(b, " handle="...), uint64(o.Input), 0)
	}
	return b
}

func (r *renderer) appendRequestFields(b []byte, o *Op) []byte {
	return r.appendFields(b, o.Request, "")
}

// appendResponse appends the two parts of a response.
func (r *renderer) appendResponse(b []byte, o *Op) []byte {
	return r.appendResponseFields(append(appendResponseHead(b, o), '\n'), o)
}

// appendResponseHead appends "< Name result" with the time it took.
func appendResponseHead(b []byte, o *Op) []byte {
	b = append(append(b, "< "...), o.Name...)
	if o.Fault {
		b = appendHex(append(b, " fault "...), uint64(o.Code), 8)
	} else {
		b = appendCode(append(b, ' '), o.Code)
	}
	if o.Output != 0 {
		b = appendHex(append(b, " handle="...), uint64(o.Output), 0)
	}
	return append(append(b, ' '), o.Dur.Round(time.Microsecond).String()...)
}

func (r *renderer) appendResponseFields(b []byte, o *Op) []byte {
	if cause := o.cause(); cause != "" {
		b = append(append(append(b, "    cause: "...), cause...), '\n')
	}
	if bare(o) {
		return b
	}
	return r.appendFields(b, o.Response, "ReturnValue")
}

// cause is what led to a code, where it says more than the code, on one line.
func (o *Op) cause() string {
	if o.Err == "" || o.Err == o.Code.String() {
		return ""
	}
	return strings.Join(strings.Fields(o.Err), " ")
}
