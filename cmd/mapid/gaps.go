package main

import (
	"context"
	"strconv"
	"time"
)

// gap is the object of the API.
type gap struct {
	Server string    `json:"server"`
	Client string    `json:"client"`
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`
	Count  uint64    `json:"count"`
	Last   time.Time `json:"last"`
}

// gaps prints what clients asked for that is not implemented.
func (c *sessionsCommand) gaps(env *environment, cl *client) error {
	var list struct {
		Gaps []gap `json:"gaps"`
	}
	if err := cl.call(context.Background(), "GET", onServer("/api/v1/gaps", c.Server), nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, list)
	}
	rows := [][]string{{"SERVER", "KIND", "NAME", "COUNT", "CLIENT", "LAST"}}
	for _, g := range list.Gaps {
		rows = append(rows, []string{g.Server, g.Kind, g.Name, strconv.FormatUint(g.Count, 10), g.Client, g.Last.Local().Format(time.TimeOnly)})
	}
	columns(env, rows)
	return nil
}
