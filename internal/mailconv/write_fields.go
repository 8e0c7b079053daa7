package mailconv

import (
	"io"
	"net/textproto"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// fieldWriter writes the header of a message.
type fieldWriter struct {
	msg     *Message
	came    *Message // what the header that it came with says
	header           // which that is
	report  bool
	options WriteOptions
}

func newFieldWriter(m *Message, o WriteOptions, report bool) *fieldWriter {
	w := &fieldWriter{msg: m, came: &Message{}, options: o, report: report}
	w.header = parseHeader(m.text(mapi.TagTransportMessageHeaders))
	limits := Limits{}.withDefaults()
	limits.Recipients, limits.NamedFields = len(m.Recipients)+1, len(w.header)+1
	readFields(w.header, w.came, ReadOptions{Directory: o.Directory, Limits: limits})
	return w
}

// unchanged reports whether the header that came in says of a group what the properties say.
func (w *fieldWriter) unchanged(g group) bool {
	if g.same != nil {
		return g.same(w)
	}
	for _, tag := range g.tags {
		came, is := w.came.Get(tag), w.msg.Get(tag)
		if isString(came.Type()) || isString(is.Type()) {
			if came.Str() != is.Str() {
				return false
			}
		} else if came.IsZero() != is.IsZero() || !came.Equal(is) {
			return false
		}
	}
	return true
}

// write writes the fields that came in, in their order, with changes where they are, and what was added behind them.
func (w *fieldWriter) write(out io.Writer) error {
	var b strings.Builder
	state := make([]groupState, len(groups))
	named := map[string]bool{}
	for _, f := range w.header {
		key := strings.ToLower(f.name)
		i, known := groupOf(key)
		switch {
		case structural(key):
		case known:
			if state[i] == undecided {
				state[i] = w.decide(groups[i])
				if !passes(f) && !isAddressField(f.name) {
					state[i] = changed // its properties can be written, the field can't
				}
				if state[i] == changed {
					w.writeGroup(&b, groups[i])
				}
			}
			if state[i] == kept {
				writeRaw(&b, f)
			}
		default:
			w.writeNamed(&b, f, named[key])
			named[key] = true
		}
	}
	for i, g := range groups {
		if state[i] == undecided && w.decide(g) == changed {
			w.writeGroup(&b, g)
		}
	}
	for _, n := range w.msg.Named {
		if n.Name.GUID == mapi.PsInternetHeaders && n.Name.Kind == prop.NameString && !named[strings.ToLower(n.Name.Text)] && isString(n.Value.Type()) {
			if _, known := groupOf(n.Name.Text); !known && !structural(n.Name.Text) && validFieldName(n.Name.Text) && !reportText(n.Name.Text) {
				writeField(&b, textproto.CanonicalMIMEHeaderKey(n.Name.Text), encodeWords(cleanName(n.Value.Str())))
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

type groupState uint8

const (
	undecided groupState = iota
	kept
	changed
)

func (w *fieldWriter) decide(g group) groupState {
	if w.unchanged(g) {
		return kept
	}
	return changed
}

func (w *fieldWriter) writeGroup(b *strings.Builder, g group) {
	for i, v := range g.write(w) {
		if v != "" && i < len(g.fields) {
			writeField(b, g.fields[i], v)
		}
	}
}

// writeNamed writes a field that has no property of its own: as it came, or as its named property has it now. Of several
// of one name, the property is the first.
func (w *fieldWriter) writeNamed(b *strings.Builder, f field, again bool) {
	came, is := findNamed(w.came.Named, headerName(f.name)), findNamed(w.msg.Named, headerName(f.name))
	if again || came.IsZero() || is.IsZero() || came.Str() == is.Str() {
		writeRaw(b, f)
		return
	}
	writeField(b, f.name, encodeWords(cleanName(is.Str())))
}

// validFieldName reports whether a name can stand before a colon.
func validFieldName(name string) bool {
	end, ok := fieldNameEnd(name + ":")
	return ok && end == len(name)
}

// writeRaw writes a field as it came, unless there is in it what can't pass everywhere.
func writeRaw(b *strings.Builder, f field) {
	if passes(f) {
		b.WriteString(f.raw)
		return
	}
	if isAddressField(f.name) {
		const most = 10000
		writeField(b, f.name, formatAddresses(parseAddresses(f.value, most)))
		return
	}
	writeField(b, f.name, encodeWords(cleanName(decodeWords(f.value))))
}

// passes reports whether a field is plain ASCII.
func passes(f field) bool {
	return strings.IndexFunc(strings.ReplaceAll(f.raw, "\r\n", ""), func(c rune) bool { return c < ' ' && c != '\t' || c > '~' }) < 0
}

// isAddressField reports whether a field is a list of addresses, in which only names may be encoded.
func isAddressField(name string) bool {
	switch strings.TrimPrefix(strings.ToLower(name), "resent-") {
	case "from", "sender", "to", "cc", "bcc", "reply-to", "disposition-notification-to", "return-receipt-to", "return-path":
		return true
	}
	return false
}

// lineWidth is where header fields are folded, RFC 5322 2.1.1.
const lineWidth = 76

// writeField writes a field, folded at single blanks.
func writeField(b *strings.Builder, name, value string) {
	b.WriteString(name)
	b.WriteByte(':')
	width := len(name) + 1
	for i, w := range strings.Split(value, " ") {
		switch {
		case i > 0 && w != "" && width+1+len(w) > lineWidth:
			b.WriteString("\r\n ")
			width = 1
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(w)
		width += len(w)
	}
	b.WriteString("\r\n")
}
