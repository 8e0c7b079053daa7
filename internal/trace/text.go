package trace

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// logTime is how times stand in a protocol log.
const logTime = "2006-01-02T15:04:05.000000Z"

// textSink writes a protocol log: requests behind ">", responses behind "<", details indented.
type textSink struct {
	output
	render *renderer
	filter Filter
	head   []byte // what stands before both halves of an operation
}

func (s *textSink) event(e *Event) error {
	if e.Kind != Operation || !s.filter.op(e.Op) {
		return nil
	}
	h := e.Time.UTC().AppendFormat(s.head[:0], logTime)
	h = strconv.AppendUint(append(h, " conn="...), e.Conn, 10)
	h = strconv.AppendUint(append(h, " session="...), e.Op.Session, 10)
	h = append(append(append(h, " user="...), orDash(e.Op.User)...), ' ')
	s.head = h
	if !e.Op.unasked() {
		s.buf = s.render.appendRequest(append(s.buf, h...), e.Op)
	}
	if e.Op.answered() {
		s.buf = s.render.appendResponse(append(s.buf, h...), e.Op)
	}
	return s.full()
}

func (s *textSink) dropped(at time.Time, total uint64) error {
	s.buf = append(at.UTC().AppendFormat(s.buf, logTime), " # "...)
	s.buf = append(strconv.AppendUint(s.buf, total, 10), " records lost so far: the reader is too slow\n"...)
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// unasked reports whether an operation is what the server told of its own accord.
func (o *Op) unasked() bool { return o.IsROP && o.Request == nil }

// responseHeadLen is the length of a response that ends after its ReturnValue.
const responseHeadLen = 6

// bare reports whether a response ends after its ReturnValue, as most failures do.
func bare(o *Op) bool {
	resp, ok := o.Response.(rop.Response)
	if !ok || o.Code == mapi.Success {
		return false
	}
	var w wire.Writer
	resp.Encode(&w)
	return w.Len() <= responseHeadLen
}

// answered reports whether the operation has a response: RopRelease has none.
func (o *Op) answered() bool { return !o.IsROP || o.Response != nil || o.Err != "" }

// jsonSink writes one object per operation. Members that are empty are left out, but for op, call, index, code and
// dur_us.
type jsonSink struct {
	output
	render *renderer
	filter Filter
	text   []byte // fields of a message, in the making
}

func (s *jsonSink) event(e *Event) error {
	if e.Kind != Operation || !s.filter.op(e.Op) {
		return nil
	}
	o := e.Op
	b := append(s.buf, `{"time":"`...)
	b = append(e.Time.UTC().AppendFormat(b, time.RFC3339Nano), '"')
	b = appendMember(b, "conn", e.Conn)
	if o.Session != 0 {
		b = appendMember(b, "session", o.Session)
	}
	b = appendText(b, "user", o.User)
	b = appendText(b, "client", o.Client)
	b = appendMember(b, "call", uint64(o.Call))
	b = appendJSON(append(b, `,"op":`...), o.Name)
	b = appendMember(b, "index", uint64(o.Index))
	if o.Input != 0 {
		b = appendMember(b, "input_handle", uint64(o.Input))
	}
	if o.Output != 0 {
		b = appendMember(b, "output_handle", uint64(o.Output))
	}
	b = appendMember(b, "code", uint64(o.Code))
	b = appendText(b, "code_name", o.Code.Name())
	b = appendText(b, "cause", o.Err)
	b = strconv.AppendInt(append(b, `,"dur_us":`...), o.Dur.Microseconds(), 10)
	b = s.appendFields(b, "request", o.Request, "")
	if !bare(o) {
		b = s.appendFields(b, "response", o.Response, "ReturnValue")
	}
	s.buf = append(b, "}\n"...)
	return s.full()
}

// appendFields appends the fields of a message as a list of lines.
func (s *jsonSink) appendFields(b []byte, name string, message any, skip string) []byte {
	s.text = s.render.appendFields(s.text[:0], message, skip)
	if len(s.text) == 0 {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	open := byte('[')
	for line := range bytes.Lines(s.text) {
		b = append(b, open)
		b = appendJSON(b, line[2*baseDepth:len(line)-1])
		open = ','
	}
	return append(b, ']')
}

func (s *jsonSink) dropped(at time.Time, total uint64) error {
	s.buf = append(at.UTC().AppendFormat(append(s.buf, `{"time":"`...), time.RFC3339Nano), '"')
	s.buf = append(appendMember(s.buf, "dropped", total), "}\n"...)
	return nil
}

func appendMember(b []byte, name string, n uint64) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return strconv.AppendUint(b, n, 10)
}

// appendText appends a member of text, unless it is empty.
func appendText(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	return appendJSON(b, text)
}

// appendJSON appends text as a JSON string. Bytes that are no UTF-8 become the replacement character, as encoding/json
// has it.
func appendJSON[V string | []byte](b []byte, text V) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	done := 0 // up to here it is written
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRuneInString(string(text[i:min(i+utf8.UTFMax, len(text))])); c != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		} else if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, text[done:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == utf8.RuneError:
			b = append(b, "\uFFFD"...)
		default:
			b = append(b, `\u00`...)
			b = append(b, digits[c>>4], digits[c&15])
		}
		i += size
		done = i
	}
	return append(append(b, text[done:]...), '"')
}
