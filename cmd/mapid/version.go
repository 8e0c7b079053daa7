package main

import (
	"runtime"
	"runtime/debug"
)

// version and commit are set by the linker in releases; a build from a checkout knows its commit by itself.
var (
	version = "dev"
	commit  = ""
)

type versionCommand struct {
	JSON bool `help:"Print JSON."`
}

// build says what this binary is.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok && b.Commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Commit = s.Value
			}
		}
	}
	if b.Commit == "" {
		b.Commit = "unknown"
	}
	return b
}

// Run prints version, commit and Go version.
func (c *versionCommand) Run(env *environment) error {
	b := thisBuild()
	if c.JSON {
		return printJSON(env, b)
	}
	env.printf("mapid %s, commit %s, %s\n", b.Version, b.Commit, b.Go)
	return nil
}
