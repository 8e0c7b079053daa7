package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/app"
)

// process is another process of this program.
type process struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	log string // file that it writes its log to, since a pipe would have a reader here
	end func() // waits for its end, once
}

// start starts this program in a role. It ends with the benchmark.
func start(b *testing.B, role string, env ...string) *process {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	p := &process{b: b, cmd: exec.Command(program), log: filepath.Join(b.TempDir(), "log")}
	p.cmd.Env = append(append(os.Environ(), roleVariable+"="+role), env...)
	log, err := os.Create(p.log)
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	p.cmd.Stderr = log
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p.end = sync.OnceFunc(func() {
		p.in.Close()
		if err := p.cmd.Wait(); err != nil {
			b.Errorf("%s: %v\n%s", role, err, p.said())
		}
	})
	b.Cleanup(p.end)
	return p
}

// line returns the next line the process wrote.
func (p *process) line() string {
	p.b.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.b.Fatalf("%v: %s", err, p.said())
	}
	return strings.TrimSpace(line)
}

// said returns the process's log.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// do has the process obey a line.
func (p *process) do(line string) {
	p.b.Helper()
	fmt.Fprintln(p.in, line)
	p.line()
}

// resident returns the bytes of memory that the process has.
func (p *process) resident() float64 {
	p.b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		p.b.Skipf("resident memory is read from /proc: %v", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		p.b.Fatal(err)
	}
	return float64(pages * os.Getpagesize())
}

// server is a mapid in a process of its own.
type server struct {
	*process
	addresses app.ServerAddresses
}

// startServer starts a mapid over the store in a data folder.
func startServer(b *testing.B, data string) *server {
	b.Helper()
	s := &server{process: start(b, "server", dataVariable+"="+data)}
	var all app.Addresses
	if err := json.Unmarshal([]byte(s.line()), &all); err != nil {
		b.Fatal(err)
	}
	s.addresses = all.Servers[0]
	return s
}
