package app

import (
	"cmp"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/store"
)

// counters hold what only counting tells; everything else is asked when somebody reads. They implement admin.Metrics.
type counters struct {
	app *App

	mu      sync.Mutex // guards what follows; held for a map access
	calls   map[callKey]*callCount
	auths   map[authKey]uint64
	refused map[string]uint64 // connects, by server
	changes map[store.ChangeKind]uint64
}

type callKey struct {
	server, iface, op string
}

// callCount is the histogram of one operation, and its faults.
type callCount struct {
	faults  uint64
	count   uint64
	sum     time.Duration
	buckets [len(callBuckets)]uint64 // not cumulative
}

// callBuckets are the upper bounds of the histogram of calls.
var callBuckets = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second,
}

type authKey struct {
	server  string
	service auth.Service
	level   auth.Level
	result  string
}

func newCounters(a *App) *counters {
	return &counters{
		app: a, calls: make(map[callKey]*callCount), auths: make(map[authKey]uint64), refused: make(map[string]uint64),
		changes: make(map[store.ChangeKind]uint64),
	}
}

// hooks adds the counting to what else is told of an RPC server.
func (c *counters) hooks(server string, h dcerpc.Hooks) dcerpc.Hooks {
	callDone, authenticated := h.CallDone, h.Authenticated
	h.CallDone = func(r dcerpc.CallResult) {
		c.call(server, r)
		if callDone != nil {
			callDone(r)
		}
	}
	h.Authenticated = func(r dcerpc.AuthResult) {
		c.auth(server, r)
		if authenticated != nil {
			authenticated(r)
		}
	}
	return h
}

func (c *counters) call(server string, r dcerpc.CallResult) {
	k := callKey{server: server, op: cmp.Or(r.Op, "unknown")}
	if r.Call.Interface != nil {
		k.iface = r.Call.Interface.Name
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.calls[k]
	if n == nil {
		n = new(callCount)
		c.calls[k] = n
	}
	if r.Status != 0 {
		n.faults++
	}
	n.count++
	n.sum += r.Dur
	for i, bound := range callBuckets {
		if r.Dur <= bound {
			n.buckets[i]++
			break
		}
	}
}

func (c *counters) auth(server string, r dcerpc.AuthResult) {
	k := authKey{server, r.Service, r.Level, "accepted"}
	if r.Err != nil {
		k.result = "refused"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.auths[k]++
}

func (c *counters) refusedConnect(server string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused[server]++
}

func (c *counters) changed(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range changes {
		c.changes[ch.Kind]++
	}
}

// changeNames are the kinds of changes as labels.
var changeNames = map[store.ChangeKind]string{
	store.MessageCreated: "message_created", store.MessageModified: "message_modified", store.MessageDeleted: "message_deleted",
	store.MessageMoved: "message_moved", store.MessageCopied: "message_copied", store.FolderCreated: "folder_created",
	store.FolderModified: "folder_modified", store.FolderDeleted: "folder_deleted", store.FolderMoved: "folder_moved",
	store.FolderCopied: "folder_copied", store.NewMail: "new_mail", store.MailboxCreated: "mailbox_created",
	store.MailboxDeleted: "mailbox_deleted", store.DirectoryChanged: "directory_changed", store.StoreReset: "store_reset", store.Submitted: "submitted",
	store.SearchMemberAdded: "search_member_added", store.SearchMemberModified: "search_member_modified",
	store.SearchMemberRemoved: "search_member_removed", store.SearchChanged: "search_changed", store.SearchCompleted: "search_completed",
}

// Metrics collects all families. Samples stand in a fixed order.
func (c *counters) Metrics() []admin.Metric {
	b := c.app.opts.Build
	out := []admin.Metric{{
		Name: "mapid_build_info", Help: "What binary this is.", Type: "gauge",
		Samples: []admin.Sample{{Labels: []string{"version", b.Version, "commit", b.Commit, "go", b.Go}, Value: 1}},
	}}
	out = append(out, c.servers()...)
	out = append(out, c.counted()...)
	out = append(out, c.process()...)
	for i := range out {
		slices.SortStableFunc(out[i].Samples, func(a, b admin.Sample) int {
			if a.Suffix != "" || b.Suffix != "" { // samples of a histogram stay as they are
				return 0
			}
			return slices.Compare(a.Labels, b.Labels)
		})
	}
	return out
}

// servers asks every server.
func (c *counters) servers() []admin.Metric {
	connections := admin.Metric{Name: "mapid_connections", Help: "Open RPC connections.", Type: "gauge"}
	sessions := admin.Metric{Name: "mapid_sessions", Help: "Sessions of the mailbox service.", Type: "gauge"}
	rops := admin.Metric{Name: "mapid_rops_total", Help: "ROPs that ran, by result.", Type: "counter"}
	gaps := admin.Metric{Name: "mapid_rops_unimplemented_total", Help: "ROPs asked for that have no handler.", Type: "counter"}
	for _, s := range c.app.servers {
		per := make(map[string]int)
		for _, l := range []string{endpointEPM, endpointEMSMDB, endpointNSPI} {
			per[l] = 0
		}
		for _, conn := range s.rpc.Connections() {
			per[conn.Endpoint]++
		}
		for endpoint, n := range per {
			connections.Samples = append(connections.Samples, admin.Sample{Labels: []string{"server", s.cfg.Name, "endpoint", endpoint}, Value: float64(n)})
		}
		sessions.Samples = append(sessions.Samples, admin.Sample{Labels: []string{"server", s.cfg.Name}, Value: float64(len(s.emsmdb.Sessions()))})
		for _, r := range s.emsmdb.Counts() {
			labels := []string{"server", s.cfg.Name, "rop", r.Name, "result"}
			rops.Samples = append(rops.Samples, admin.Sample{Labels: append(slices.Clone(labels), "ok"), Value: float64(r.OK)},
				admin.Sample{Labels: append(slices.Clone(labels), "error"), Value: float64(r.Failed)})
			if !r.Implemented {
				gaps.Samples = append(gaps.Samples, admin.Sample{Labels: labels[:4], Value: float64(r.OK + r.Failed)})
			}
		}
	}
	return []admin.Metric{connections, sessions, rops, gaps}
}

// counted tells what was counted.
func (c *counters) counted() []admin.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := admin.Metric{Name: "mapid_rpc_call_duration_seconds", Help: "RPC calls, from the request to its answer. Parked waits are as long as they are parked.", Type: "histogram"}
	faults := admin.Metric{Name: "mapid_rpc_faults_total", Help: "RPC calls that were answered by a fault.", Type: "counter"}
	for _, k := range sortedKeys(c.calls, func(a, b callKey) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.iface, b.iface), cmp.Compare(a.op, b.op))
	}) {
		n := c.calls[k]
		labels := []string{"server", k.server, "interface", k.iface, "operation", k.op}
		total := uint64(0)
		for i, bound := range callBuckets {
			total += n.buckets[i]
			le := strconv.FormatFloat(bound.Seconds(), 'g', -1, 64)
			calls.Samples = append(calls.Samples, admin.Sample{Suffix: "_bucket", Labels: append(slices.Clone(labels), "le", le), Value: float64(total)})
		}
		calls.Samples = append(calls.Samples,
			admin.Sample{Suffix: "_bucket", Labels: append(slices.Clone(labels), "le", "+Inf"), Value: float64(n.count)},
			admin.Sample{Suffix: "_sum", Labels: labels, Value: n.sum.Seconds()}, admin.Sample{Suffix: "_count", Labels: labels, Value: float64(n.count)})
		faults.Samples = append(faults.Samples, admin.Sample{Labels: labels, Value: float64(n.faults)})
	}
	auths := admin.Metric{Name: "mapid_authentications_total", Help: "Security contexts that were set up or refused.", Type: "counter"}
	for k, n := range c.auths {
		auths.Samples = append(auths.Samples, admin.Sample{
			Labels: []string{"server", k.server, "service", k.service.String(), "level", k.level.String(), "result", k.result}, Value: float64(n),
		})
	}
	refused := admin.Metric{Name: "mapid_connects_refused_total", Help: "EcDoConnectEx calls that were refused.", Type: "counter"}
	for _, s := range c.app.servers {
		refused.Samples = append(refused.Samples, admin.Sample{Labels: []string{"server", s.cfg.Name}, Value: float64(c.refused[s.cfg.Name])})
	}
	changes := admin.Metric{Name: "mapid_store_changes_total", Help: "Committed changes of the store.", Type: "counter"}
	for kind, name := range changeNames {
		changes.Samples = append(changes.Samples, admin.Sample{Labels: []string{"kind", name}, Value: float64(c.changes[kind])})
	}
	return []admin.Metric{calls, faults, auths, refused, changes}
}

// process tells of the process, under the names that Prometheus' own clients use.
func (c *counters) process() []admin.Metric {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	gauge := func(name, help string, v float64) admin.Metric {
		return admin.Metric{Name: name, Help: help, Type: "gauge", Samples: []admin.Sample{{Value: v}}}
	}
	size := 0.0
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(c.app.data.database + suffix); err == nil {
			size += float64(info.Size())
		}
	}
	return []admin.Metric{
		gauge("mapid_store_size_bytes", "Size of the database with its log.", size),
		gauge("process_start_time_seconds", "When the process started.", float64(c.app.started.UnixNano())/1e9),
		gauge("go_goroutines", "Goroutines.", float64(runtime.NumGoroutine())),
		gauge("go_memstats_heap_alloc_bytes", "Bytes of living objects.", float64(mem.HeapAlloc)),
		gauge("go_memstats_sys_bytes", "Bytes obtained from the system.", float64(mem.Sys)),
	}
}

func sortedKeys[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// gapsOf turns the gaps of a server into those of the API.
func gapsOf(server string, gaps []exec.Gap) []admin.Gap {
	out := make([]admin.Gap, len(gaps))
	for i, g := range gaps {
		name := g.Name
		if g.Kind == exec.GapROP && !strings.HasPrefix(name, "Rop") {
			name = "Rop" + name
		}
		out[i] = admin.Gap{Server: server, Client: g.Client, Kind: string(g.Kind), Name: name, Count: g.Count, Last: g.Last}
	}
	return out
}
