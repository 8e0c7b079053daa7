package trace

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Format is a form of output.
type Format string

// Formats.
const (
	PcapNG Format = "pcapng" // three linked views
	Pcap   Format = "pcap"   // the unprotected packets alone, for readers of the classic form
	Text   Format = "text"   // a protocol log
	JSON   Format = "jsonl"  // one object per operation and line
)

// ParseFormat reads the name of a format; an empty one is PcapNG.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case "":
		return PcapNG, nil
	case PcapNG, Pcap, Text, JSON:
		return f, nil
	case "json":
		return JSON, nil
	}
	return "", fmt.Errorf("trace: unknown format %q: use pcapng, pcap, text or jsonl", s)
}

// Filter chooses what a reader gets. Its zero value lets everything through.
type Filter struct {
	Users    []string // account names, without regard to case
	Sessions []uint64
	Ops      []string // names of ROPs or RPCs, without regard to case; "Rop" may be left out
}

func (f *Filter) user(name string) bool {
	if len(f.Users) == 0 {
		return true
	}
	for _, u := range f.Users {
		if strings.EqualFold(u, name) {
			return true
		}
	}
	return false
}

func (f *Filter) op(o *Op) bool {
	if !f.user(o.User) {
		return false
	}
	if len(f.Sessions) > 0 {
		found := false
		for _, s := range f.Sessions {
			found = found || s == o.Session
		}
		if !found {
			return false
		}
	}
	if len(f.Ops) == 0 {
		return true
	}
	for _, n := range f.Ops {
		if strings.EqualFold(n, o.Name) || strings.EqualFold("Rop"+n, o.Name) {
			return true
		}
	}
	return false
}

// packets reports whether packets are shown at all: a filter on operations or sessions leaves only the operations'
// own records, since packets hold whole calls of whole connections.
func (f *Filter) packets() bool { return len(f.Ops) == 0 && len(f.Sessions) == 0 }

// Options of one reader.
type Options struct {
	Format  Format
	Filter  Filter
	Bodies  bool
	Rewrite Rewriter
	// Program and version stand in the head of capture files.
	Program string
	// Started is called when the reader is told of everything from now on; it may be nil.
	Started func()
}

// sink writes events in one format. It may keep back what it wrote until flush.
type sink interface {
	event(e *Event) error // e is not kept
	// dropped is told how many events are lost so far, when it has been told of those before them.
	dropped(at time.Time, total uint64) error
	flush() error
}

func newSink(w io.Writer, o Options) (sink, error) {
	r := newRenderer(o.Bodies)
	switch o.Format {
	case Text:
		return &textSink{output: output{w: w}, render: r, filter: o.Filter}, nil
	case JSON:
		return &jsonSink{output: output{w: w}, render: r, filter: o.Filter}, nil
	case Pcap, PcapNG, "":
		return newCapture(w, o, r)
	}
	return nil, fmt.Errorf("trace: unknown format %q", o.Format)
}

// packets reports whether the output shows packets at all.
func (o *Options) packets() bool { return o.Format != Text && o.Format != JSON && o.Filter.packets() }

// output collects what a sink writes, so that one Write carries many records.
type output struct {
	w   io.Writer
	buf []byte
}

// Sizes of an output's buffer.
const (
	fullOutput = 64 << 10 // is written without being asked
	keptOutput = 1 << 20  // is kept for the next records
)

// flush writes what was collected.
func (o *output) flush() error {
	if len(o.buf) == 0 {
		return nil
	}
	_, err := o.w.Write(o.buf)
	if o.buf = o.buf[:0]; cap(o.buf) > keptOutput {
		o.buf = nil
	}
	return err
}

// full writes what was collected if it is much.
func (o *output) full() error {
	if len(o.buf) < fullOutput {
		return nil
	}
	return o.flush()
}

// linger is how long a reader waits for more once there is something: a batch costs one wake-up and one Write.
const linger = 5 * time.Millisecond

// Copy writes what happens to w until ctx ends or a write fails. What the reader is too slow for is lost and counted
// in the output. Each Write ends with a whole record.
func (h *Hub) Copy(ctx context.Context, w io.Writer, o Options) error {
	out, err := newSink(w, o)
	if err != nil {
		return err
	}
	s := h.Subscribe(o.packets())
	defer s.Close()
	if o.Started != nil {
		o.Started()
	}
	if err := out.flush(); err != nil { // the head, at once
		return err
	}
	c := copier{sub: s, out: out}
	wait := time.NewTimer(linger)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return c.take()
		case <-s.Ready():
		}
		wait.Reset(linger)
		select {
		case <-ctx.Done():
		case <-s.half:
		case <-wait.C:
		}
		if err := c.take(); err != nil {
			return err
		}
	}
}

// copier takes batches to a sink.
type copier struct {
	sub   *Subscription
	out   sink
	batch []Event
	told  uint64 // losses that the output tells of
}

// take writes what is waiting.
func (c *copier) take() error {
	batch, dropped := c.sub.Take(c.batch)
	c.batch = batch
	for i := range batch {
		if err := c.out.event(&batch[i]); err != nil {
			return err
		}
	}
	if dropped != c.told { // lost while the queue was full of this batch
		c.told = dropped
		if err := c.out.dropped(c.sub.hub.now(), dropped); err != nil {
			return err
		}
	}
	return c.out.flush()
}

// Writer writes events that its caller has already, in the form that Hub.Copy writes them.
type Writer struct {
	out sink
}

// NewWriter returns a Writer in the format of o.
func NewWriter(w io.Writer, o Options) (*Writer, error) {
	out, err := newSink(w, o)
	if err != nil {
		return nil, err
	}
	return &Writer{out}, nil
}

// Write writes one event, or keeps it back until there are more.
func (w *Writer) Write(e Event) error { return w.out.event(&e) }

// Flush writes what was kept back.
func (w *Writer) Flush() error { return w.out.flush() }
