package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapiclient"
)

// idleSessions is how many clients are on at a time in BenchmarkIdleSession.
const idleSessions = 10_000

// resident reads the memory of a process that is in RAM.
func resident(b *testing.B, pid int) (bytes int64) {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skipf("no /proc on this platform, which is no Linux: Windows and others have no such file: %v", err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// BenchmarkIdleSession logs ten thousand clients on to a server in a process of its own, leaves them alone, and tells what
// one of them costs the server: at most 48 KiB.
func BenchmarkIdleSession(b *testing.B) {
	data := filepath.Join(b.TempDir(), "data")
	b.Setenv("MAPID_LIMITS_SESSIONS_PER_USER", "100000")
	b.Setenv("MAPID_LOG_LEVEL", "error")
	p := serve(b, data)
	text, err := os.ReadFile(filepath.Join(data, "addresses.json"))
	if err != nil {
		b.Fatal(err)
	}
	var at struct {
		Servers []struct{ EMSMDB []string }
	}
	if err := json.Unmarshal(text, &at); err != nil {
		b.Fatal(err)
	}
	o := mapiclient.Options{
		Address: at.Servers[0].EMSMDB[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, Domain: "MAPID", User: "alice", Password: "Password1!",
	}
	const dn = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"
	logOn := func() error {
		c, err := mapiclient.Dial(b.Context(), o, mapiclient.EMSMDB)
		if err != nil {
			return err
		}
		b.Cleanup(func() { c.Close() })
		s, _, err := c.Connect(b.Context(), mapiclient.ConnectRequest{UserDN: dn})
		if err != nil {
			return err
		}
		_, _, err = s.Logon(b.Context(), dn)
		return err
	}
	if err := logOn(); err != nil { // what the first costs is not the sessions'
		b.Fatal(err)
	}
	for b.Loop() {
		before := resident(b, p.cmd.Process.Pid)
		var all sync.WaitGroup
		failed := make(chan error, 8)
		for range cap(failed) {
			all.Go(func() {
				for range idleSessions / cap(failed) {
					if err := logOn(); err != nil {
						failed <- err
						return
					}
				}
			})
		}
		all.Wait()
		select {
		case err := <-failed:
			b.Fatal(err)
		default:
		}
		each := float64(resident(b, p.cmd.Process.Pid)-before) / idleSessions
		b.ReportMetric(each/1024, "KiB/session")
		if each > 48<<10 {
			b.Errorf("%.1f KiB each, more than 48", each/1024)
		}
	}
}
