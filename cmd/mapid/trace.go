package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mapid/mapid/internal/trace"
)

type traceCommand struct {
	clientFlags
	Out      string   `placeholder:"FILE" short:"o" help:"Write to FILE: .pcapng, .pcap, .jsonl or .txt; - is standard output (default: text on a terminal, else pcapng)."`
	User     []string `placeholder:"NAME" help:"Only connections of these accounts."`
	Session  []uint64 `placeholder:"N" help:"Only operations of these sessions."`
	ROP      []string `name:"rop" placeholder:"NAME" help:"Only these operations, with or without Rop in front."`
	Text     bool     `help:"A protocol log: requests behind >, responses behind <."`
	JSON     bool     `help:"One JSON object per operation and line."`
	Pcap     bool     `help:"Classic pcap with the unprotected packets alone."`
	NoBodies bool     `name:"no-bodies" help:"Leave out message bodies, attachments and stream data."`
}

// format chooses the form of the output.
func (c *traceCommand) format(terminal bool) (trace.Format, error) {
	switch {
	case c.Text && c.JSON || c.Text && c.Pcap || c.JSON && c.Pcap:
		return "", fail(exitUsage, "--text, --json and --pcap exclude each other")
	case c.Text:
		return trace.Text, nil
	case c.JSON:
		return trace.JSON, nil
	case c.Pcap:
		return trace.Pcap, nil
	}
	if f, ok := traceFormats[strings.ToLower(filepath.Ext(c.Out))]; ok {
		return f, nil
	}
	if c.Out == "" && terminal {
		return trace.Text, nil
	}
	return trace.PcapNG, nil
}

// traceFormats are the formats by the endings of files.
var traceFormats = map[string]trace.Format{
	".pcapng": trace.PcapNG, ".pcap": trace.Pcap, ".jsonl": trace.JSON, ".json": trace.JSON, ".txt": trace.Text, ".log": trace.Text,
}

// Run streams the trace until it is interrupted or whoever reads it is gone.
func (c *traceCommand) Run(env *environment) error {
	out, isFile := env.stdout, false
	format, err := c.format(isTerminal(env.stdout))
	if err != nil {
		return err
	}
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	query := url.Values{"format": {string(format)}, "bodies": {fmt.Sprint(!c.NoBodies)}}
	set := func(name string, values []string) {
		if len(values) > 0 {
			query.Set(name, strings.Join(values, ","))
		}
	}
	set("user", c.User)
	set("rop", c.ROP)
	var sessions []string
	for _, s := range c.Session {
		sessions = append(sessions, fmt.Sprint(s))
	}
	set("session", sessions)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	body, err := cl.stream(ctx, "/api/v1/trace?"+query.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
	if c.Out != "" && c.Out != "-" {
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return fail(exitUsage, "cannot write the trace: %w", err)
		}
		defer f.Close()
		out, isFile = f, true
	}
	if isFile || !isTerminal(env.stdout) {
		fmt.Fprintln(env.stderr, "tracing; end with Ctrl-C")
	}
	switch _, err = io.Copy(out, body); {
	case ctx.Err() != nil, errors.Is(err, syscall.EPIPE):
		return nil
	case err != nil:
		return fail(exitUnreachable, "the trace broke off: %w", err)
	}
	return nil
}

// stream opens an answer that does not end by itself.
func (c *client) stream(ctx context.Context, path string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, fail(exitUsage, "%w", err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	endless := http.Client{Transport: c.http.Transport}
	resp, err := endless.Do(req)
	if err != nil {
		return nil, fail(exitUnreachable, "cannot reach a server at %s (%w): start one with mapid serve, or name it with --admin or MAPID_ADMIN", c.base, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		return nil, fail(exitUsage, "the server refused: %s", strings.TrimSpace(string(text)))
	}
	return resp.Body, nil
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
