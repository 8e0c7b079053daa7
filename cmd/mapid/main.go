// Command mapid is an Exchange-compatible mailbox server for development and tests, and the client commands that
// drive a running one over its admin API.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/mapid/mapid/internal/config"
)

// Exit codes. They are part of the contract with scripts.
const (
	exitDone        = 0
	exitNo          = 1 // the answer is no: a check failed, a thing was not found
	exitUsage       = 2 // wrong usage or configuration
	exitUnreachable = 3 // the server cannot be reached
)

// commands is the command line. Commands that need a part that does not exist yet are absent.
type commands struct {
	Serve           serveCommand            `cmd:"" default:"withargs" help:"Run the server in the foreground (default)."`
	Config          configCommands          `cmd:"" help:"Print or check the configuration."`
	RPCClientAccess rpcClientAccessCommands `cmd:"" name:"rpcclientaccess" help:"Read or change encryption, blocked versions and the like on the running server."`
	User            userCommands            `cmd:"" help:"Administer accounts."`
	Deliver         deliverCommand          `cmd:"" help:"Deliver mail into mailboxes."`
	Seed            seedCommand             `cmd:"" help:"Add what a seed file says."`
	Reset           resetCommand            `cmd:"" help:"Back to the seeded state."`
	Trace           traceCommand            `cmd:"" help:"Show decoded traffic as it happens, or write it to a file."`
	Keytab          keytabCommands          `cmd:"" help:"Keys for analysers."`
	Decode          decodeCommand           `cmd:"" help:"Turn a capture into a readable trace, offline."`
	Snapshot        snapshotCommands        `cmd:"" help:"Keep states of the store and bring them back."`
	Sessions        sessionsCommand         `cmd:"" help:"Tell who is on."`
	Profile         profileCommand          `cmd:"" help:"Print what an Outlook needs to find the running server."`
	Wait            waitCommand             `cmd:"" help:"Wait until a message, a session or a ROP matches."`
	Healthz         healthzCommand          `cmd:"" help:"Exit 0 when the server is ready."`
	Version         versionCommand          `cmd:"" help:"Print the version."`
}

// environment is what a command sees of the process it runs in.
type environment struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string
}

// getenv returns the value of a variable, empty if it is not set.
func (e *environment) getenv(name string) string {
	for _, entry := range e.environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

func (e *environment) printf(format string, args ...any) { fmt.Fprintf(e.stdout, format, args...) }

// exitError ends the command with a code; a nil cause prints nothing.
type exitError struct {
	code  int
	cause error
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

// fail returns an error that ends the command with a code and one sentence.
func fail(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

func main() {
	os.Exit(run(os.Args[1:], &environment{os.Stdin, os.Stdout, os.Stderr, os.Environ()}))
}

// newParser reads command lines.
func newParser(env *environment) (*kong.Kong, error) {
	return kong.New(&commands{}, kong.Name("mapid"),
		kong.Description("An Exchange-compatible mailbox server for development and tests."),
		kong.Writers(env.stdout, env.stderr), kong.Exit(func(code int) { panic(helped(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
}

// helped unwinds out of kong, which wants to end the process after it printed help.
type helped int

// run parses and runs one command line and returns the exit code.
func run(args []string, env *environment) (code int) {
	defer func() {
		if r := recover(); r != nil {
			h, ok := r.(helped)
			if !ok {
				panic(r)
			}
			code = int(h)
		}
	}()
	parser, err := newParser(env)
	if err != nil {
		fmt.Fprintln(env.stderr, "mapid:", err)
		return exitUsage
	}
	ctx, err := parser.Parse(args)
	if err == nil {
		err = ctx.Run(env)
	} else {
		err = &exitError{exitUsage, fmt.Errorf("%w; see mapid --help", err)}
	}
	return report(env, err)
}

// report prints an error, one line for each problem, and returns the exit code.
func report(env *environment, err error) int {
	if err == nil {
		return exitDone
	}
	code := exitUsage
	if e, ok := errors.AsType[*exitError](err); ok {
		if e.cause == nil {
			return e.code
		}
		code = e.code
	}
	for _, problem := range config.Problems(err) {
		fmt.Fprintln(env.stderr, "mapid:", problem)
	}
	return code
}
