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
}

// sink writes events in one format.
type sink interface {
	event(e Event) error
	// dropped is told of lost events before the next event after the loss is written.
	dropped(at time.Time, total uint64) error
}

func newSink(w io.Writer, o Options) (sink, error) {
	r := Renderer{Bodies: o.Bodies, cache: &layouts{}}
	switch o.Format {
	case Text:
		return &textSink{w: w, render: r, filter: o.Filter}, nil
	case JSON:
		return &jsonSink{w: w, render: r, filter: o.Filter}, nil
	case Pcap, PcapNG, "":
		return newCapture(w, o, r)
	}
	return nil, fmt.Errorf("trace: unknown format %q", o.Format)
}

// Copy writes what happens to w until ctx ends or a write fails. What the reader is too slow for is lost and counted
// in the output.
func (h *Hub) Copy(ctx context.Context, w io.Writer, o Options) error {
	s := h.Subscribe()
	defer s.Close()
	out, err := newSink(w, o)
	if err != nil {
		return err
	}
	var told uint64
	for {
		select {
		case <-ctx.Done():
			return drain(s, out, &told)
		case e := <-s.Events():
			if err := one(s, out, e, &told); err != nil {
				return err
			}
		}
	}
}

func one(s *Subscription, out sink, e Event, told *uint64) error {
	defer s.Taken(e)
	if n := s.Dropped(); n != *told {
		*told = n
		if err := out.dropped(e.Time, n); err != nil {
			return err
		}
	}
	return out.event(e)
}

// drain writes what was queued before the end.
func drain(s *Subscription, out sink, told *uint64) error {
	for {
		select {
		case e := <-s.Events():
			if err := one(s, out, e, told); err != nil {
				return err
			}
		default:
			return nil
		}
	}
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

// Write writes one event.
func (w *Writer) Write(e Event) error { return w.out.event(e) }
