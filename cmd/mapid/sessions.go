package main

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"reflect"
	"strconv"
	"syscall"
	"time"
)

type sessionsCommand struct {
	clientFlags
	Server string `placeholder:"NAME" help:"Only sessions of that server."`
	Watch  bool   `help:"Go on, and print again whenever something changes."`
	JSON   bool   `help:"Print JSON; with --watch one line for each change."`
}

// session is the object of the API.
type session struct {
	Server        string        `json:"server"`
	ID            uint64        `json:"id"`
	User          string        `json:"user"`
	Remote        string        `json:"remote"`
	Local         string        `json:"local"`
	Transport     string        `json:"transport"`
	Service       string        `json:"service"`
	Level         string        `json:"level"`
	ClientVersion string        `json:"client_version"`
	Client        sessionClient `json:"client"`
	Started       time.Time     `json:"started"`
	Last          time.Time     `json:"last"`
	Calls         uint64        `json:"calls"`
	BytesIn       uint64        `json:"bytes_in"`
	BytesOut      uint64        `json:"bytes_out"`
	Waiting       bool          `json:"waiting"`
}

type sessionClient struct {
	Process string `json:"process"`
	Machine string `json:"machine"`
	User    string `json:"user"`
	Mode    string `json:"mode"`
	IP      string `json:"ip"`
}

type sessionList struct {
	Sessions []session `json:"sessions"`
}

// watchInterval is how often --watch looks.
const watchInterval = time.Second

// Run lists who is on.
func (c *sessionsCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var last sessionList
	for first := true; ; first = false {
		var list sessionList
		if err := cl.call(ctx, "GET", onServer("/api/v1/sessions", c.Server), nil, &list); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if first || !reflect.DeepEqual(list, last) {
			if err := c.print(env, list); err != nil {
				return err
			}
		}
		if last = list; !c.Watch {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchInterval):
		}
	}
}

func (c *sessionsCommand) print(env *environment, list sessionList) error {
	switch {
	case c.JSON && c.Watch:
		return json.NewEncoder(env.stdout).Encode(list)
	case c.JSON:
		return printJSON(env, list)
	}
	rows := [][]string{{"SERVER", "ID", "USER", "FROM", "AUTH", "LEVEL", "CLIENT", "PROCESS", "MODE", "CALLS", "LAST"}}
	for _, s := range list.Sessions {
		rows = append(rows, []string{
			s.Server, strconv.FormatUint(s.ID, 10), s.User, s.Remote, s.Service, s.Level, s.ClientVersion, s.Client.Process,
			s.Client.Mode, strconv.FormatUint(s.Calls, 10), s.Last.Local().Format(time.TimeOnly),
		})
	}
	columns(env, rows)
	if c.Watch {
		env.printf("\n")
	}
	return nil
}
