package bench

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/app"
)

// BenchmarkStart starts the real program over an existing store and waits for the line of its log that says it is ready.
// What a process costs by itself is told beside it: the same program telling its version.
func BenchmarkStart(b *testing.B) {
	program := filepath.Join(b.TempDir(), "mapid")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/mapid/mapid/cmd/mapid").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	data := newData(b, nil)
	startOnce(b, program, data) // makes what the first start makes
	var took, bare []float64
	for b.Loop() {
		took = append(took, microseconds(startOnce(b, program, data)))
		began := time.Now()
		if err := exec.Command(program, "version").Run(); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, microseconds(time.Since(began)))
	}
	ready, version := median(took)/1000, median(bare)/1000
	report(b, ready, "ms", 100)
	b.ReportMetric(version, "ms-bare-process")
}

// startOnce returns the time from starting the program to its being ready, and ends it.
func startOnce(b *testing.B, program, data string) time.Duration {
	b.Helper()
	cmd := exec.Command(program, "serve", "--data", data)
	cmd.Env = append(os.Environ(), "MAPID_LISTEN_EPM=0", "MAPID_LISTEN_ADMIN=0")
	log, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines, ready := bufio.NewScanner(log), false
	for !ready && lines.Scan() {
		ready = strings.Contains(lines.Text(), `"msg":"ready"`)
	}
	took := time.Since(began)
	if !ready {
		b.Fatalf("the program ended: %v", cmd.Wait())
	}
	assertReady(b, data)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, log); err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	return took
}

// assertReady asks the server whose data folder it is whether it is ready.
func assertReady(b *testing.B, data string) {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(data, "addresses.json"))
	if err != nil {
		b.Fatal(err)
	}
	var addresses app.Addresses
	if err := json.Unmarshal(text, &addresses); err != nil {
		b.Fatal(err)
	}
	resp, err := http.Get(addresses.Admin + "/readyz")
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("a server that is ready answers /readyz with %s", resp.Status)
	}
}
