package main

import (
	"context"
	"strconv"
	"time"
)

// snapshotCommands keep states of the store.
type snapshotCommands struct {
	List    snapshotList    `cmd:"" help:"List what is kept."`
	Save    snapshotSave    `cmd:"" help:"Keep the state as it is, under a name."`
	Restore snapshotRestore `cmd:"" help:"Bring a state back; ends all sessions."`
	Remove  snapshotRemove  `cmd:"" help:"Forget a state."`
}

// snapshot is the object of the API.
type snapshot struct {
	Name  string    `json:"name"`
	Saved time.Time `json:"saved"`
	Size  int64     `json:"size"`
}

const snapshotsPath = "/api/v1/snapshots"

type snapshotList struct {
	clientFlags
	JSON bool `help:"Print JSON."`
}

// Run lists what is kept.
func (c *snapshotList) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var list struct {
		Snapshots []snapshot `json:"snapshots"`
	}
	if err := cl.call(context.Background(), "GET", snapshotsPath, nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, list)
	}
	rows := [][]string{{"NAME", "SAVED", "SIZE"}}
	for _, s := range list.Snapshots {
		rows = append(rows, []string{s.Name, s.Saved.Local().Format(time.DateTime), strconv.FormatInt(s.Size, 10)})
	}
	columns(env, rows)
	return nil
}

type snapshotSave struct {
	clientFlags
	Name string `arg:"" help:"Letters, digits, dots, hyphens and underscores."`
	JSON bool   `help:"Print JSON."`
}

// Run keeps the state as it is.
func (c *snapshotSave) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var s snapshot
	if err := cl.call(context.Background(), "POST", snapshotsPath, map[string]any{"name": c.Name}, &s); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, s)
	}
	env.printf("saved %s, %d bytes\n", s.Name, s.Size)
	return nil
}

type snapshotRestore struct {
	clientFlags
	Name string `arg:"" help:"Name of the snapshot."`
}

// Run brings a state back.
func (c *snapshotRestore) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	if err := cl.call(context.Background(), "POST", snapshotsPath+pathOf(c.Name)+"/restore", struct{}{}, nil); err != nil {
		return err
	}
	env.printf("restored %s\n", c.Name)
	return nil
}

type snapshotRemove struct {
	clientFlags
	Name string `arg:"" help:"Name of the snapshot."`
}

// Run forgets a state.
func (c *snapshotRemove) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	if err := cl.call(context.Background(), "DELETE", snapshotsPath+pathOf(c.Name), nil, nil); err != nil {
		return err
	}
	env.printf("removed %s\n", c.Name)
	return nil
}
