package main

import (
	"context"
	"encoding/base64"
	"io"
	"os"
	"strings"
)

type deliverCommand struct {
	clientFlags
	To    []string `required:"" placeholder:"WHO" help:"Account, group or address to deliver to; may be given several times."`
	From  string   `placeholder:"WHO" help:"Account or address of the sender, for mail that does not say."`
	Files []string `arg:"" name:"file" help:"Mails in the form of RFC 5322; - is standard input."`
	JSON  bool     `help:"Print JSON."`
}

// newMail is what the API takes.
type newMail struct {
	To        []string `json:"to"`
	From      string   `json:"from,omitempty"`
	EMLBase64 string   `json:"eml_base64"`
}

// deliveredMail is what the API says of a mail.
type deliveredMail struct {
	File     string             `json:"file"`
	Messages []deliveredMessage `json:"messages"`
}

type deliveredMessage struct {
	User   string `json:"user"`
	ID     string `json:"id"`
	Folder string `json:"folder"`
}

// Run delivers each mail in a transaction of its own. What was delivered before a mail that fails stays delivered.
func (c *deliverCommand) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	all := []deliveredMail{}
	for _, file := range c.Files {
		eml, err := readMail(env, file)
		if err != nil {
			return fail(exitUsage, "cannot read the mail: %w", err)
		}
		done := deliveredMail{File: file}
		body := newMail{To: c.To, From: c.From, EMLBase64: base64.StdEncoding.EncodeToString(eml)}
		if err := cl.call(context.Background(), "POST", "/api/v1/deliver", body, &done); err != nil {
			return err
		}
		all = append(all, done)
		if !c.JSON {
			users := make([]string, len(done.Messages))
			for i, m := range done.Messages {
				users[i] = m.User
			}
			env.printf("delivered %s to %s\n", file, strings.Join(users, ", "))
		}
	}
	if c.JSON {
		return printJSON(env, all)
	}
	return nil
}

func readMail(env *environment, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(env.stdin)
	}
	return os.ReadFile(file)
}
