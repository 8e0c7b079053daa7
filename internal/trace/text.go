package trace

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// textSink writes a protocol log: requests behind ">", responses behind "<", details indented.
type textSink struct {
	w      io.Writer
	render Renderer
	filter Filter
}

func (s *textSink) event(e Event) error {
	if e.Kind != Operation || !s.filter.op(e.Op) {
		return nil
	}
	head := fmt.Sprintf("%s conn=%d session=%d user=%s", e.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), e.Conn, e.Op.Session, orDash(e.Op.User))
	text := head + " " + requestText(s.render, e.Op)
	if e.Op.answered() {
		text += head + " " + responseText(s.render, e.Op)
	}
	_, err := io.WriteString(s.w, text)
	return err
}

func (s *textSink) dropped(at time.Time, total uint64) error {
	_, err := fmt.Fprintf(s.w, "%s # %d records lost so far: the reader is too slow\n", at.UTC().Format("2006-01-02T15:04:05.000000Z"), total)
	return err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// requestText is "> Name" with the handle, then a line per field.
func requestText(r Renderer, o *Op) string {
	b := append(make([]byte, 0, 512), "> "...)
	b = append(b, o.Name...)
	if o.IsROP {
		b = fmt.Appendf(b, " handle=0x%X", o.Input)
	}
	b = append(b, '\n')
	return string(r.appendFields(b, o.Request))
}

// responseText is "< Name result" with the time it took, then a line per field.
func responseText(r Renderer, o *Op) string {
	b := append(make([]byte, 0, 1024), "< "...)
	b = append(b, o.Name...)
	if o.Fault {
		b = fmt.Appendf(b, " fault 0x%08X", uint32(o.Code))
	} else {
		b = append(append(b, ' '), o.Code.String()...)
	}
	if o.Output != 0 {
		b = fmt.Appendf(b, " handle=0x%X", o.Output)
	}
	b = append(append(b, ' '), o.Dur.Round(time.Microsecond).String()...)
	b = append(b, '\n')
	if o.Err != "" && o.Err != o.Code.String() {
		b = append(append(append(b, "    cause: "...), o.Err...), '\n')
	}
	if bare(o) {
		return string(b)
	}
	return string(r.appendFields(b, o.Response, "ReturnValue"))
}

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

// responseFields renders what a response carries.
func responseFields(r Renderer, o *Op) []string {
	if bare(o) {
		return nil
	}
	return r.Fields(o.Response, "ReturnValue")
}

// answered reports whether the operation has a response: RopRelease has none.
func (o *Op) answered() bool { return !o.IsROP || o.Response != nil || o.Err != "" }

// jsonSink writes one object per operation.
type jsonSink struct {
	w      io.Writer
	render Renderer
	filter Filter
}

type jsonOp struct {
	Time     time.Time `json:"time"`
	Conn     uint64    `json:"conn"`
	Session  uint64    `json:"session,omitempty"`
	User     string    `json:"user,omitempty"`
	Client   string    `json:"client,omitempty"`
	Call     uint32    `json:"call"`
	Name     string    `json:"op"`
	Index    int       `json:"index"`
	Input    uint32    `json:"input_handle,omitempty"`
	Output   uint32    `json:"output_handle,omitempty"`
	Code     uint32    `json:"code"`
	CodeName string    `json:"code_name,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Micros   int64     `json:"dur_us"`
	Request  []string  `json:"request,omitempty"`
	Response []string  `json:"response,omitempty"`
}

func (s *jsonSink) event(e Event) error {
	if e.Kind != Operation || !s.filter.op(e.Op) {
		return nil
	}
	o := e.Op
	return s.line(jsonOp{
		Time: e.Time.UTC(), Conn: e.Conn, Session: o.Session, User: o.User, Client: o.Client, Call: o.Call, Name: o.Name,
		Index: o.Index, Input: o.Input, Output: o.Output, Code: uint32(o.Code), CodeName: mapi.ErrorCode(o.Code).Name(),
		Cause: o.Err, Micros: o.Dur.Microseconds(), Request: s.render.Fields(o.Request),
		Response: responseFields(s.render, o),
	})
}

func (s *jsonSink) dropped(at time.Time, total uint64) error {
	return s.line(map[string]any{"time": at.UTC(), "dropped": total})
}

func (s *jsonSink) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = s.w.Write(append(b, '\n'))
	return err
}
