package main

import (
	"github.com/mapid/mapid/internal/config"
)

type serveCommand struct {
	configFile
	Data      string `placeholder:"DIR" help:"Data folder: database and addresses.json (MAPID_DATA; default ./mapid-data)."`
	Ephemeral bool   `help:"Keep nothing: a private temporary database that is removed at exit."`
	Seed      string `placeholder:"FILE|demo|none" help:"What an empty store is filled with."`
}

// flags turns the command line into settings.
func (c *serveCommand) flags(env *environment) []config.Flag {
	var out []config.Flag
	data := c.Data
	if data == "" {
		data = env.getenv("MAPID_DATA")
	}
	if c.Ephemeral {
		out = append(out, config.Flag{Name: "--ephemeral", Path: "store.path", Value: config.Memory},
			config.Flag{Name: "--ephemeral", Path: "store.durability", Value: "off"})
	} else if data != "" {
		out = append(out, config.Flag{Name: "--data", Path: "store.path", Value: data + "/mapid.db"})
	}
	if c.Seed != "" {
		out = append(out, config.Flag{Name: "--seed", Path: "seed", Value: c.Seed})
	}
	return out
}

// Run runs the server until it is told to stop.
func (c *serveCommand) Run(env *environment) error {
	if _, err := c.load(env, c.flags(env)...); err != nil {
		return err
	}
	return fail(exitUsage, "serve: there is no server to run yet")
}
