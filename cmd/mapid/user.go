package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// userCommands administer accounts.
type userCommands struct {
	List   userList   `cmd:"" help:"List the accounts."`
	Add    userAdd    `cmd:"" help:"Add an account with a mailbox."`
	Passwd userPasswd `cmd:"" help:"Change a password."`
	Remove userRemove `cmd:"" help:"Remove accounts with their mailboxes."`
}

// user is the object of the API, as far as the commands show it.
type user struct {
	Name        string   `json:"name"`
	DisplayName string   `json:"display_name"`
	Mail        string   `json:"mail"`
	Aliases     []string `json:"aliases"`
	DN          string   `json:"dn"`
	Admin       bool     `json:"admin"`
	Enabled     bool     `json:"enabled"`
	Hidden      bool     `json:"hidden"`
}

const usersPath = "/api/v1/users"

type userList struct {
	clientFlags
	JSON bool `help:"Print JSON."`
}

// Run lists the accounts.
func (c *userList) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	var list struct {
		Users []user `json:"users"`
	}
	if err := cl.call(context.Background(), "GET", usersPath, nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, list)
	}
	rows := [][]string{{"NAME", "DISPLAY NAME", "MAIL", "ENABLED", "ADMIN", "HIDDEN"}}
	for _, u := range list.Users {
		rows = append(rows, []string{u.Name, u.DisplayName, u.Mail, yesNo(u.Enabled), yesNo(u.Admin), yesNo(u.Hidden)})
	}
	columns(env, rows)
	return nil
}

// passwordFlag is a password, from the command line or the first line of standard input.
type passwordFlag struct {
	Password string `placeholder:"TEXT" help:"The password; if not given, the first line of standard input."`
}

func (p passwordFlag) read(env *environment) (string, error) {
	if p.Password != "" {
		return p.Password, nil
	}
	line, err := bufio.NewReader(env.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fail(exitUsage, "cannot read the password from standard input: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fail(exitUsage, "no password: give --password, or a line on standard input")
	}
	return line, nil
}

type userAdd struct {
	clientFlags
	passwordFlag
	Name        string   `arg:"" help:"Account name, mail alias and last part of the DN."`
	DisplayName string   `placeholder:"TEXT" help:"Name in the address book."`
	Mail        string   `placeholder:"ADDRESS" help:"Primary address; if not given, the name at the organisation's domain."`
	Alias       []string `placeholder:"ADDRESS" help:"Further address; may be repeated."`
	Privileged  bool     `name:"organization-admin" help:"May log on to any mailbox."`
	Hidden      bool     `help:"Keep out of the address lists."`
	JSON        bool     `help:"Print JSON."`
}

// Run adds an account.
func (c *userAdd) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	password, err := c.read(env)
	if err != nil {
		return err
	}
	body := map[string]any{
		"name": c.Name, "password": password, "display_name": c.DisplayName, "mail": c.Mail, "aliases": c.Alias,
		"admin": c.Privileged, "hidden": c.Hidden,
	}
	var u user
	if err := cl.call(context.Background(), "POST", usersPath, body, &u); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env, u)
	}
	env.printf("added %s, %s\n", u.Name, u.Mail)
	return nil
}

type userPasswd struct {
	clientFlags
	passwordFlag
	Name string `arg:"" help:"Account name."`
}

// Run changes a password.
func (c *userPasswd) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	password, err := c.read(env)
	if err != nil {
		return err
	}
	var u user
	if err := cl.call(context.Background(), "PATCH", usersPath+pathOf(c.Name), map[string]any{"password": password}, &u); err != nil {
		return err
	}
	env.printf("changed the password of %s\n", u.Name)
	return nil
}

type userRemove struct {
	clientFlags
	Names []string `arg:"" name:"name" help:"Account names."`
}

// Run removes accounts; it stops at the first that cannot be removed.
func (c *userRemove) Run(env *environment) error {
	cl, err := c.client(env)
	if err != nil {
		return err
	}
	for _, name := range c.Names {
		if err := cl.call(context.Background(), "DELETE", usersPath+pathOf(name), nil, nil); err != nil {
			return err
		}
		env.printf("removed %s\n", name)
	}
	return nil
}
