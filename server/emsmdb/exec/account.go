package exec

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// ROPCount says how often a ROP ran since the Executor was made.
type ROPCount struct {
	Name        string
	OK, Failed  uint64
	Implemented bool
}

// GapKind says what was asked for in vain.
type GapKind string

// Kinds of gaps.
const (
	GapROP      GapKind = "rop"      // a ROP without a handler
	GapProperty GapKind = "property" // a property with a name that a store or a folder does not have
)

// Gap is something that clients asked for and that is not there.
type Gap struct {
	Kind   GapKind
	Name   string
	Client string // the program, or the version of one that tells no name
	Count  uint64
	Last   time.Time
}

// maxGaps bounds the report: a client can make up names of programs.
const maxGaps = 4096

// account counts what an Executor ran and what it could not do.
type account struct {
	rops [256]struct{ ok, failed atomic.Uint64 }

	mu   sync.Mutex // guards gaps
	gaps map[gapKey]*Gap
}

type gapKey struct {
	kind         GapKind
	name, client string
}

// count notes one ROP.
func (a *account) count(id rop.ID, code mapi.ErrorCode) {
	if code == mapi.Success {
		a.rops[id].ok.Add(1)
	} else {
		a.rops[id].failed.Add(1)
	}
}

// gap notes that a client asked for what is not there.
func (a *account) gap(kind GapKind, name, client string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := gapKey{kind, name, client}
	g := a.gaps[k]
	if g == nil {
		if len(a.gaps) >= maxGaps {
			return
		}
		if a.gaps == nil {
			a.gaps = make(map[gapKey]*Gap)
		}
		g = &Gap{Kind: kind, Name: name, Client: client}
		a.gaps[k] = g
	}
	g.Count++
	g.Last = now
}

// Counts lists the ROPs that were asked for, by id.
func (e *Executor) Counts() []ROPCount {
	var out []ROPCount
	for i := range e.account.rops {
		id := rop.ID(i)
		c := ROPCount{Name: name(id), OK: e.account.rops[i].ok.Load(), Failed: e.account.rops[i].failed.Load(), Implemented: table[id] != nil || id == rop.Release}
		if c.OK+c.Failed > 0 {
			out = append(out, c)
		}
	}
	return out
}

// Gaps lists what clients asked for in vain, in no order.
func (e *Executor) Gaps() []Gap {
	e.account.mu.Lock()
	defer e.account.mu.Unlock()
	out := make([]Gap, 0, len(e.account.gaps))
	for _, g := range e.account.gaps {
		out = append(out, *g)
	}
	return out
}

// missingProperties notes properties that a store or a folder should perhaps have: messages rightly lack most.
func (e *Executor) missingProperties(c *Call, tags []mapi.PropTag, values []prop.Value) {
	if c.Object.Kind()&(object.KindLogon|object.KindFolder) == 0 {
		return
	}
	for i, tag := range tags {
		if v := values[i]; v.Type() == mapi.PtypErrorCode && v.ErrorCode() == mapi.ErrNotFound && !tag.IsNamed() && tag.Name() != "" {
			e.account.gap(GapProperty, tag.Name(), c.Session.client, e.env.Now())
		}
	}
}
