package admin

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/trace"
)

// Trace streams what the server does.
type Trace interface {
	// Copy writes the trace to w until ctx ends or a write fails.
	Copy(ctx context.Context, w io.Writer, o trace.Options) error
	// Subscribe starts a reader of what happens.
	Subscribe() *trace.Subscription
	// File is the trace that is written all the time.
	File() TraceFile
	// ChangeFile starts, changes or ends it. A file is a name in the data folder.
	ChangeFile(TraceFileChange) (TraceFile, error)
}

// TraceFile is the trace that the server writes by itself.
type TraceFile struct {
	File   string `json:"file"` // empty while there is none
	Bodies bool   `json:"bodies"`
}

// TraceFileChange names what is to change.
type TraceFileChange struct {
	File   *string `json:"file"`
	Bodies *bool   `json:"bodies"`
}

func (s *Server) getTraceFile(*http.Request) (TraceFile, error) { return s.opts.Trace.File(), nil }

func (s *Server) patchTraceFile(_ *http.Request, change TraceFileChange) (TraceFile, error) {
	return s.opts.Trace.ChangeFile(change)
}

// contentTypes of the formats of a trace.
var contentTypes = map[trace.Format]string{
	trace.PcapNG: "application/x-pcapng", trace.Pcap: "application/vnd.tcpdump.pcap", trace.Text: "text/plain; charset=utf-8",
	trace.JSON: "application/x-ndjson",
}

var traceParameters = []parameter{
	{"format", "pcapng (default), pcap, text or jsonl"}, {"user", "only connections of these accounts, comma-separated"},
	{"session", "only operations of these sessions, comma-separated"}, {"rop", "only these operations, comma-separated"},
	{"bodies", "false leaves message bodies, attachments and stream data out"},
}

// traceStream is the route that never ends by itself.
func traceStream(s *Server) route {
	return route{
		method: http.MethodGet, path: "/api/v1/trace", summary: "Decoded traffic as it happens.", query: traceParameters,
		status: http.StatusOK, stream: "application/x-pcapng", serve: s.trace,
	}
}

func (s *Server) trace(w http.ResponseWriter, r *http.Request) {
	o, err := traceOptions(r)
	if err != nil {
		s.fail(w, r, Invalid(err))
		return
	}
	w.Header().Set("Content-Type", contentTypes[o.Format])
	rc := http.NewResponseController(w)
	o.Started = func() { // whoever has the answer's head misses nothing
		w.WriteHeader(http.StatusOK)
		rc.Flush() // the first write tells if the reader is gone
	}
	if err := s.opts.Trace.Copy(r.Context(), &flushing{w, rc}, o); err != nil && r.Context().Err() == nil {
		s.log.Debug("trace stream ended", zap.Error(err))
	}
}

func traceOptions(r *http.Request) (o trace.Options, err error) {
	q := r.URL.Query()
	if o.Format, err = trace.ParseFormat(q.Get("format")); err != nil {
		return o, err
	}
	o.Bodies = true
	if b := q.Get("bodies"); b != "" {
		if o.Bodies, err = strconv.ParseBool(b); err != nil {
			return o, fmt.Errorf("bodies must be true or false, not %q", b)
		}
	}
	o.Filter.Users, o.Filter.Ops = list(q.Get("user")), list(q.Get("rop"))
	for _, text := range list(q.Get("session")) {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return o, fmt.Errorf("session must be a number, not %q", text)
		}
		o.Filter.Sessions = append(o.Filter.Sessions, n)
	}
	return o, nil
}

func list(s string) (out []string) {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// flushing sends every write at once, so that a live reader is never behind. A reader that takes nothing for a while
// is given up: by then it loses records anyway.
type flushing struct {
	w  io.Writer
	rc *http.ResponseController
}

// writeTime is how long one write of a stream may take.
const writeTime = 30 * time.Second

func (f *flushing) Write(p []byte) (int, error) {
	if err := f.rc.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	n, err := f.w.Write(p)
	if err == nil {
		err = f.rc.Flush()
	}
	return n, err
}
