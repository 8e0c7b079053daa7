package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mapid/mapid/internal/decode"
	"github.com/mapid/mapid/internal/trace"
)

type decodeCommand struct {
	File     string   `arg:"" placeholder:"FILE" help:"Capture to read, pcap or pcapng."`
	Keytab   string   `placeholder:"FILE" help:"Keys of the users in the capture, from mapid keytab export."`
	Password []string `placeholder:"PASSWORD" help:"Password to try for every user."`
	Out      string   `placeholder:"FILE" short:"o" help:"Write to FILE: .pcapng, .pcap, .jsonl or .txt (default: text on standard output)."`
	Port     []uint16 `placeholder:"N" help:"Ports of the server, if they are not the ones connections were opened to."`
	User     []string `placeholder:"NAME" help:"Only connections of these accounts."`
	ROP      []string `name:"rop" placeholder:"NAME" help:"Only these operations."`
	JSON     bool     `help:"One JSON object per operation and line."`
	NoBodies bool     `name:"no-bodies" help:"Leave out message bodies, attachments and stream data."`
}

// Run turns a capture into the readable trace. It exits with 1 if nothing could be read.
func (c *decodeCommand) Run(env *environment) error {
	o := decode.Options{Ports: c.Port, Trace: trace.Options{
		Format: trace.Text, Bodies: !c.NoBodies, Filter: trace.Filter{Users: c.User, Ops: c.ROP}, Program: "mapid " + version,
	}}
	if f, ok := traceFormats[strings.ToLower(filepath.Ext(c.Out))]; ok {
		o.Trace.Format = f
	}
	if c.JSON {
		o.Trace.Format = trace.JSON
	}
	if c.Keytab != "" {
		content, err := os.ReadFile(c.Keytab)
		if err != nil {
			return fail(exitUsage, "cannot read the keytab: %w", err)
		}
		if err := o.Keys.AddKeytab(content); err != nil {
			return fail(exitUsage, "%w", err)
		}
	}
	for _, p := range c.Password {
		o.Keys.AddPassword(p)
	}
	in, err := os.Open(c.File)
	if err != nil {
		return fail(exitUsage, "cannot read the capture: %w", err)
	}
	defer in.Close()
	out := env.stdout
	if c.Out != "" && c.Out != "-" {
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return fail(exitUsage, "cannot write the trace: %w", err)
		}
		defer f.Close()
		out = f
	}
	report, err := decode.Run(out, in, o)
	for _, n := range report.Notes {
		fmt.Fprintln(env.stderr, n)
	}
	switch {
	case errors.Is(err, decode.ErrFormat):
		return fail(exitUsage, "%s: %w", c.File, err)
	case err != nil:
		return err
	case report.Operations == 0 && (report.Calls == 0 || len(report.Notes) > 0):
		return fail(exitNo, "%d connections and no readable ROP in %s: check the password or keytab, and that the capture holds the beginning of each connection", report.Connections, c.File)
	}
	return nil
}
