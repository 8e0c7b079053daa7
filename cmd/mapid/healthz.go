package main

import (
	"context"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapiclient"
)

type healthzCommand struct {
	clientFlags
	Deep   bool   `help:"Log on to the health mailbox too: endpoint mapper, bind, connect, log-on."`
	Server string `placeholder:"NAME" help:"With --deep: which server, where there are several."`
	JSON   bool   `help:"Print JSON."`
}

// deepTime bounds a deep check.
const deepTime = 20 * time.Second

// healthReport is what healthz --json prints.
type healthReport struct {
	Status string       `json:"status"`
	Steps  []healthStep `json:"steps,omitempty"`
}

// healthStep is one step of a deep check.
type healthStep struct {
	Name   string  `json:"name"`
	Result string  `json:"result"`
	Millis float64 `json:"ms"`
}

// Run asks the running server whether it is ready, and with --deep tries it.
func (c *healthzCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), deepTime)
	defer stop()
	report := healthReport{}
	if err := cl.call(ctx, "GET", "/readyz", nil, &report); err != nil {
		return err
	}
	if c.Deep {
		if report.Steps, err = c.deep(ctx, cl); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(env, report)
	}
	for _, s := range report.Steps {
		env.printf("%-16s %7.1f ms  %s\n", s.Name, s.Millis, s.Result)
	}
	env.printf("%s\n", report.Status)
	return nil
}

// deep does what a mail client does to log on.
func (c *healthzCommand) deep(ctx context.Context, cl *client) (steps []healthStep, err error) {
	var who struct {
		User, DN, Domain, Password, EPM, EMSMDB string
	}
	if err := cl.call(ctx, "POST", onServer("/api/v1/health/credential", c.Server), struct{}{}, &who); err != nil {
		return nil, err
	}
	step := func(name string, run func() (string, error)) bool {
		if err != nil {
			return false
		}
		begin := time.Now()
		result, failed := run()
		if failed != nil {
			err = fail(exitNo, "%s: %w", name, failed)
			return false
		}
		steps = append(steps, healthStep{name, result, float64(time.Since(begin).Microseconds()) / 1000})
		return true
	}
	options := mapiclient.Options{
		Mapper: who.EPM, Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: who.Domain, User: who.User, Password: who.Password,
	}
	step("endpoint mapper", func() (string, error) { return mapiclient.Resolve(ctx, options, mapiclient.EMSMDB) })
	options.Address = who.EMSMDB // what the mapper tells may be another machine's view
	var conn *mapiclient.Conn
	if !step("bind", func() (string, error) {
		c, err := mapiclient.Dial(ctx, options, mapiclient.EMSMDB)
		conn = c
		return who.EMSMDB, err
	}) {
		return steps, err
	}
	defer conn.Close()
	var session *mapiclient.Session
	step("connect", func() (string, error) {
		s, resp, err := conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: who.DN})
		if err != nil {
			return "", err
		}
		session = s
		return resp.DisplayName, nil
	})
	step("log on", func() (string, error) {
		resp, _, err := session.Logon(ctx, who.DN)
		if err != nil {
			return "", err
		}
		return resp.MailboxGUID.String(), nil
	})
	step("disconnect", func() (string, error) { return "", session.Disconnect(ctx) })
	return steps, err
}
