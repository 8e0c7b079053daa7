package main

import "context"

type healthzCommand struct {
	clientFlags
	JSON bool `help:"Print JSON."`
}

// Run asks the running server whether it is ready.
func (c *healthzCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var status struct {
		Status string `json:"status"`
	}
	if err := cl.call(context.Background(), "GET", "/readyz", nil, &status); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, status)
	}
	env.printf("%s\n", status.Status)
	return nil
}
