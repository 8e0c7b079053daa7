package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/app"
	"github.com/mapid/mapid/internal/config"
)

type serveCommand struct {
	configFile
	Data      string `placeholder:"DIR" help:"Data folder: database and addresses.json (MAPID_DATA; default ./mapid-data)."`
	Ephemeral bool   `help:"Keep nothing: a private temporary database that is removed at exit (MAPID_EPHEMERAL=true)."`
	Seed      string `placeholder:"FILE|demo|none" help:"What an empty store is filled with."`
}

// fromEnvironment fills in what the command line did not say and no key of the configuration stands for.
func (c *serveCommand) fromEnvironment(env *environment) {
	if c.Data == "" {
		c.Data = env.getenv("MAPID_DATA")
	}
	if env.getenv("MAPID_EPHEMERAL") == "true" {
		c.Ephemeral = true
	}
}

// flags turns the command line into settings.
func (c *serveCommand) flags() []config.Flag {
	var out []config.Flag
	switch {
	case c.Ephemeral:
		out = append(out, config.Flag{Name: "--ephemeral", Path: "store.path", Value: config.Memory},
			config.Flag{Name: "--ephemeral", Path: "store.durability", Value: "off"})
	case c.Data != "":
		out = append(out, config.Flag{Name: "--data", Path: "store.path", Value: filepath.Join(c.Data, "mapid.db")})
	}
	if c.Seed != "" {
		out = append(out, config.Flag{Name: "--seed", Path: "seed", Value: c.Seed})
	}
	return out
}

// Run runs the server until it is told to stop. A second signal ends the process at once.
func (c *serveCommand) Run(env *environment) error {
	defer app.SteadyHeap()()
	c.fromEnvironment(env)
	cfg, err := c.load(env, c.flags()...)
	if err != nil {
		return err
	}
	log, level, err := app.NewLogger(cfg.Log, os.Stderr)
	if err != nil {
		return err
	}
	defer log.Sync() // standard error may not be able to
	for _, w := range cfg.Warnings() {
		log.Warn("configuration", zap.String("key", w.Path), zap.String("reason", w.Text))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, app.Options{
		Config: cfg, DataDir: c.Data, Logger: log, Level: level, Banner: env.stdout, Build: app.Build(thisBuild()),
	})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, stop) // the next signal has its usual effect
	if err := a.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fail(exitNo, "%w", err)
	}
	return nil
}
