package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mapid/mapid/internal/app"
)

// keytabCommands export keys to analysers; only a process that can read the data folder can.
type keytabCommands struct {
	Export keytabExport `cmd:"" help:"Write the keys of all accounts to a file that tshark and mapid decode read."`
}

type keytabExport struct {
	configFile
	Data  string `placeholder:"DIR" help:"Data folder (MAPID_DATA)."`
	Force bool   `help:"Replace the file if it exists."`
	File  string `arg:"" placeholder:"FILE" help:"Keytab to write, of mode 0600."`
}

// Run writes the keytab.
func (c *keytabExport) Run(env *environment) error {
	cfg, err := c.load(env)
	if err != nil {
		return err
	}
	data := c.Data
	if data == "" {
		data = env.getenv("MAPID_DATA")
	}
	content, count, err := app.ExportKeytab(context.Background(), cfg, data)
	if err != nil {
		return fail(exitUsage, "%w", err)
	}
	mode := os.O_CREATE | os.O_WRONLY | os.O_EXCL
	if c.Force {
		if err := os.Remove(c.File); err != nil && !errors.Is(err, fs.ErrNotExist) { // so that the mode is ours
			return fail(exitUsage, "cannot replace the keytab: %w", err)
		}
	}
	f, err := os.OpenFile(c.File, mode, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fail(exitUsage, "%s exists: choose another name, or replace it with --force", c.File)
	}
	if err != nil {
		return fail(exitUsage, "cannot write the keytab: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return fail(exitUsage, "cannot write the keytab: %w", err)
	}
	fmt.Fprintf(env.stderr, "%d keys written to %s: whoever has them can log on and read every capture\n", count, c.File)
	return nil
}
