package decode

import (
	"errors"
	"io"
	"net/netip"
	"slices"

	"github.com/mapid/mapid/internal/trace"
)

// Options of Run.
type Options struct {
	Keys  Keys
	Trace trace.Options
	// Ports are the server's ports; empty takes the side that a connection was opened to, or the lower port of one
	// whose opening is missing.
	Ports []uint16
}

// Report is what a reader of the output should know besides it.
type Report struct {
	Connections int
	Operations  int      // ROPs
	Calls       int      // RPCs that carried none
	Notes       []string // what could not be read and why
}

type pair struct{ client, server netip.AddrPort }

type run struct {
	opts   Options
	out    *trace.Writer
	conns  map[pair]*conn
	report Report
}

// maxNotes bounds the report.
const maxNotes = 100

// Run reads a capture from r and writes its readable form to w.
func Run(w io.Writer, r io.Reader, o Options) (Report, error) {
	o.Trace.Rewrite = trace.ClearEMSMDB
	out, err := trace.NewWriter(w, o.Trace)
	if err != nil {
		return Report{}, err
	}
	d := &run{opts: o, out: out, conns: make(map[pair]*conn)}
	err = readCapture(r, d.segment)
	return d.report, errors.Join(err, out.Flush())
}

func (d *run) segment(s segment) error {
	c, toServer := d.find(s)
	if c == nil {
		if s.fin || len(s.data) == 0 && !s.syn {
			return nil
		}
		if c, toServer = d.open(s); c == nil {
			return nil
		}
	}
	if err := c.segment(s, toServer); err != nil {
		return err
	}
	if s.fin {
		if c.ended++; c.ended < 2 {
			return nil // the other side may still have something to say
		}
		delete(d.conns, pair{c.peers.Client, c.peers.Server})
		return d.out.Write(trace.Event{Kind: trace.Closed, Time: s.at, Conn: c.id, Peers: &c.peers})
	}
	return nil
}

func (d *run) find(s segment) (c *conn, toServer bool) {
	if c = d.conns[pair{s.from, s.to}]; c != nil {
		return c, true
	}
	return d.conns[pair{s.to, s.from}], false
}

// open begins a connection with its first segment.
func (d *run) open(s segment) (*conn, bool) {
	toServer := s.syn || s.to.Port() <= s.from.Port()
	if len(d.opts.Ports) > 0 {
		toServer = slices.Contains(d.opts.Ports, s.to.Port())
		if !toServer && !slices.Contains(d.opts.Ports, s.from.Port()) {
			return nil, false
		}
	}
	peers := trace.Peers{Client: s.from, Server: s.to}
	if !toServer {
		peers = trace.Peers{Client: s.to, Server: s.from}
	}
	d.report.Connections++
	id := uint64(d.report.Connections)
	c := &conn{
		id: id, peers: peers, keys: &d.opts.Keys, emit: d.emit, note: d.note,
		security: make(map[uint32]*security), rops: newOperations(id, d.emit),
	}
	d.conns[pair{peers.Client, peers.Server}] = c
	if err := d.out.Write(trace.Event{Kind: trace.Opened, Time: s.at, Conn: id, Peers: &c.peers}); err != nil {
		c.failed = err
	}
	return c, toServer
}

func (d *run) emit(e trace.Event) error {
	switch {
	case e.Kind != trace.Operation:
	case e.Op.IsROP:
		d.report.Operations++
	default:
		d.report.Calls++
	}
	return d.out.Write(e)
}

func (d *run) note(_ uint64, text string) {
	if len(d.report.Notes) < maxNotes {
		d.report.Notes = append(d.report.Notes, text)
	}
}
