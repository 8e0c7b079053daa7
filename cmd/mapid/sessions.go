package main

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type sessionsCommand struct {
	clientFlags
	Server string `placeholder:"NAME" help:"Only sessions of that server."`
	Watch  bool   `help:"Go on, and print again whenever something changes."`
	Gaps   bool   `help:"Tell instead what clients asked for that is not implemented."`
	JSON   bool   `help:"Print JSON; with --watch one line for each change."`
}

// session is the object of the API.
type session struct {
	Server        string        `json:"server"`
	Conn          uint64        `json:"conn"`
	ID            uint64        `json:"id"`
	User          string        `json:"user"`
	Remote        string        `json:"remote"`
	Local         string        `json:"local"`
	Transport     string        `json:"transport"`
	Service       string        `json:"service"`
	Level         string        `json:"level"`
	KeyBits       int           `json:"key_bits"`
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

// connection is the object of the API.
type connection struct {
	Server     string               `json:"server"`
	ID         uint64               `json:"id"`
	Endpoint   string               `json:"endpoint"`
	Interfaces []string             `json:"interfaces"`
	Transport  string               `json:"transport"`
	Remote     string               `json:"remote"`
	Local      string               `json:"local"`
	Security   []connectionSecurity `json:"security"`
	Opened     time.Time            `json:"opened"`
	Last       time.Time            `json:"last"`
	Calls      uint64               `json:"calls"`
	Pending    int                  `json:"pending"`
}

type connectionSecurity struct {
	User      string `json:"user"`
	Service   string `json:"service"`
	Mechanism string `json:"mechanism"`
	Level     string `json:"level"`
	KeyBits   int    `json:"key_bits"`
}

type sessionList struct {
	Sessions    []session    `json:"sessions"`
	Connections []connection `json:"connections"`
}

// watchInterval is how often --watch looks.
const watchInterval = time.Second

// Run lists who is on.
func (c *sessionsCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	if c.Gaps {
		if c.Watch {
			return fail(exitUsage, "--gaps and --watch exclude each other")
		}
		return c.gaps(env, cl)
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
	rows := [][]string{{"SERVER", "ID", "CONN", "USER", "FROM", "INTERFACES", "AUTH", "LEVEL", "BITS", "CLIENT", "PROCESS", "MODE", "CALLS", "LAST"}}
	text := func(n uint64) string { return strconv.FormatUint(n, 10) }
	made := make(map[uint64][]session) // by connection
	for _, s := range list.Sessions {
		made[s.Conn] = append(made[s.Conn], s)
	}
	row := func(s session, interfaces string) []string {
		return []string{
			s.Server, text(s.ID), text(s.Conn), s.User, s.Remote, interfaces, s.Service, s.Level, strconv.Itoa(s.KeyBits), s.ClientVersion,
			s.Client.Process, s.Client.Mode, text(s.Calls), s.Last.Local().Format(time.TimeOnly),
		}
	}
	for _, c := range list.Connections {
		interfaces := strings.Join(c.Interfaces, ",")
		for _, s := range made[c.ID] {
			rows = append(rows, row(s, interfaces))
		}
		if len(made[c.ID]) == 0 {
			rows = append(rows, c.row(interfaces))
		}
		delete(made, c.ID)
	}
	for _, s := range list.Sessions { // whose connection is gone
		if made[s.Conn] != nil {
			rows = append(rows, row(s, "-"))
		}
	}
	columns(env, rows)
	if c.Watch {
		env.printf("\n")
	}
	return nil
}

// row shows a connection that made no session. Of several security contexts it shows the last.
func (c connection) row(interfaces string) []string {
	s := connectionSecurity{User: "-", Service: "none", Mechanism: "none", Level: "none"}
	if n := len(c.Security); n > 0 {
		s = c.Security[n-1]
	}
	service := s.Service
	if s.Mechanism != s.Service {
		service += "/" + s.Mechanism
	}
	if interfaces == "" {
		interfaces = c.Endpoint
	}
	return []string{
		c.Server, "-", strconv.FormatUint(c.ID, 10), s.User, c.Remote, interfaces, service, s.Level, strconv.Itoa(s.KeyBits), "-", "-", "-",
		strconv.FormatUint(c.Calls, 10), c.Last.Local().Format(time.TimeOnly),
	}
}
