package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"testing"

	"github.com/mapid/mapid/internal/app"
	"github.com/mapid/mapid/internal/config"
)

// Environment of the processes that the benchmarks start, which are this program again.
const (
	roleVariable    = "MAPID_BENCH_ROLE" // echo or server; not set: run the benchmarks
	dataVariable    = "MAPID_BENCH_DATA" // data folder of a server
	profileVariable = "MAPID_BENCH_PROFILE"
)

func TestMain(m *testing.M) {
	var err error
	switch role := os.Getenv(roleVariable); role {
	case "":
		os.Exit(m.Run())
	case "echo":
		err = echo(os.Stdin, os.Stdout)
	case "server":
		err = serve(os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("unknown role %s", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings are those of a server that nobody configured, but for free ports and room for the sessions of one user
// that the benchmarks open.
func settings(data string) config.Config {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path = data + "/mapid.db"
	cfg.Limits.SessionsPerUser = 4096
	return cfg
}

// serve runs a server over an existing store until its input ends. It writes where it listens, one line, and obeys
// the lines it reads.
func serve(in io.Reader, out io.Writer) error {
	if path := os.Getenv(profileVariable); path != "" {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	defer app.SteadyHeap()()
	cfg := settings(os.Getenv(dataVariable))
	log, level, err := app.NewLogger(cfg.Log, os.Stderr)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	a, err := app.New(ctx, app.Options{Config: cfg, Logger: log, Level: level})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(a.Addresses()); err != nil {
		return err
	}
	go func() {
		defer stop()
		for lines := bufio.NewScanner(in); lines.Scan(); {
			obey(lines.Text(), out)
		}
	}()
	return a.Run(ctx)
}

// obey does what the benchmark asks of a server's process.
func obey(line string, out io.Writer) {
	if line == "free" { // garbage goes back to the system, so that what is resident is what is kept
		debug.FreeOSMemory()
	}
	fmt.Fprintln(out, line)
}
