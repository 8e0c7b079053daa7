package main

import (
	"context"
	"io"
	"os"
	"unicode/utf8"
)

type seedCommand struct {
	clientFlags
	File string `arg:"" help:"Seed file; - is standard input. Over the API it cannot name files."`
	JSON bool   `help:"Print JSON."`
}

// seedResult is what the API says a seed added.
type seedResult struct {
	Users         int `json:"users"`
	Groups        int `json:"groups"`
	Contacts      int `json:"contacts"`
	PublicFolders int `json:"public_folders"`
	Messages      int `json:"messages"`
}

// Run adds what a seed file says to the running server.
func (c *seedCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var text []byte
	if c.File == "-" {
		text, err = io.ReadAll(env.stdin)
	} else {
		text, err = os.ReadFile(c.File)
	}
	if err != nil {
		return fail(exitUsage, "cannot read the seed: %w", err)
	}
	if !utf8.Valid(text) {
		return fail(exitUsage, "seed file %s is not UTF-8 text", c.File)
	}
	var r seedResult
	if err := cl.call(context.Background(), "POST", "/api/v1/seed", string(text), &r); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, r)
	}
	env.printf("seeded %d users, %d groups, %d contacts, %d public folders, %d messages\n", r.Users, r.Groups, r.Contacts, r.PublicFolders, r.Messages)
	return nil
}

type resetCommand struct {
	clientFlags
}

// Run brings the running server back to its seeded state.
func (c *resetCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	if err := cl.call(context.Background(), "POST", "/api/v1/reset", struct{}{}, nil); err != nil {
		return err
	}
	env.printf("reset\n")
	return nil
}
