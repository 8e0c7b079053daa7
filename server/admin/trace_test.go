package admin

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"testing"

	"github.com/mapid/mapid/internal/trace"
)

// fakeStream is what the fake's trace consists of.
const fakeStream = "a stream"

// Copy writes a stream that ends.
func (f *fakeApp) Copy(_ context.Context, w io.Writer, o trace.Options) error {
	f.traced = o
	o.Started()
	_, err := io.WriteString(w, fakeStream)
	return err
}

// File tells what is written.
func (f *fakeApp) File() TraceFile { return f.traceFile }

// ChangeFile changes it.
func (f *fakeApp) ChangeFile(c TraceFileChange) (TraceFile, error) {
	if c.File != nil {
		f.traceFile.File = *c.File
	}
	return f.traceFile, nil
}

func TestTraceStreamIsChosenByQuery(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	status, header, text := a.do("GET", "/api/v1/trace?format=jsonl&user=alice,%20bob&session=7&rop=OpenFolder&bodies=false", "", nil)
	if status != http.StatusOK || header.Get("Content-Type") != "application/x-ndjson" || string(text) != fakeStream {
		t.Fatalf("%d %s %q", status, header.Get("Content-Type"), text)
	}
	a.app.traced.Started = nil // a function can't be compared
	want := trace.Options{Format: trace.JSON, Filter: trace.Filter{Users: []string{"alice", "bob"}, Sessions: []uint64{7}, Ops: []string{"OpenFolder"}}}
	if !reflect.DeepEqual(a.app.traced, want) {
		t.Errorf("got %+v, want %+v", a.app.traced, want)
	}
	for _, query := range []string{"format=xml", "session=seven", "bodies=perhaps"} {
		a.refused(http.StatusBadRequest, "GET", "/api/v1/trace?"+query, "", nil)
	}
}
