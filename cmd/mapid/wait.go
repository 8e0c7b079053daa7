package main

import (
	"context"
	"net/url"
	"time"
)

type waitCommand struct {
	clientFlags
	For     string        `arg:"" enum:"message,session,rop" help:"message, session or rop."`
	User    string        `placeholder:"NAME" help:"Of that account; needed for messages."`
	Folder  string        `placeholder:"PATH" help:"A message in that folder."`
	Text    string        `placeholder:"TEXT" help:"A message with that text in subject, sender or recipients."`
	Subject string        `placeholder:"TEXT" help:"A message with exactly that subject."`
	To      string        `placeholder:"WHO" help:"A message to that account, group, address or name."`
	Header  string        `placeholder:"FIELD" help:"A message with that header field, like X-Test, or like 'X-Test: part of its text'."`
	Server  string        `placeholder:"NAME" help:"A session of that server."`
	ROP     string        `name:"rop" placeholder:"NAME" help:"A ROP of that name."`
	Result  string        `placeholder:"NAME" help:"A ROP with that result, like ecNotFound."`
	Timeout time.Duration `default:"30s" help:"How long to wait."`
	JSON    bool          `help:"Print JSON."`
}

// event is what the API tells of something that happened.
type event struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	Type    string    `json:"type"`
	Action  string    `json:"action,omitempty"`
	User    string    `json:"user,omitempty"`
	Session *session  `json:"session,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Message *struct {
		ID      string `json:"id"`
		Subject string `json:"subject"`
		From    string `json:"from"`
		Folder  struct {
			Path string `json:"path"`
		} `json:"folder"`
	} `json:"message,omitempty"`
	ROP *struct {
		Name    string  `json:"name"`
		Session uint64  `json:"session"`
		Result  string  `json:"result"`
		Millis  float64 `json:"ms"`
	} `json:"rop,omitempty"`
}

// Run waits; without a match in time the answer is no.
func (c *waitCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	cl.http.Timeout = c.Timeout + callTime
	q := url.Values{"for": {c.For}, "timeout": {c.Timeout.String()}}
	for name, value := range map[string]string{
		"user": c.User, "folder": c.Folder, "q": c.Text, "subject": c.Subject, "to": c.To, "header": c.Header, "server": c.Server, "rop": c.ROP, "result": c.Result,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var e event
	if err := cl.call(context.Background(), "GET", "/api/v1/wait?"+q.Encode(), nil, &e); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, e)
	}
	switch {
	case e.Message != nil:
		env.printf("%s  %s  %s  %s\n", e.Message.ID, e.Message.Folder.Path, e.Message.From, e.Message.Subject)
	case e.Session != nil:
		env.printf("%s  session %d  %s from %s  %s\n", e.Session.Server, e.Session.ID, e.User, e.Session.Remote, e.Session.Level)
	case e.ROP != nil:
		env.printf("%s  session %d  %s  %s\n", e.ROP.Name, e.ROP.Session, e.User, e.ROP.Result)
	}
	return nil
}
