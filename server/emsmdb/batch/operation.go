// Package batch does work on many objects in steps, so that none holds the store's one writer for long.
package batch

import (
	"context"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Bounds of one step of an Operation, which is one transaction: the store's one writer is not held for longer.
const (
	stepObjects = 100
	stepBytes   = 8 << 20
)

// Operation is work on many objects that is done in steps, [MS-OXCFOLD] 3.1.5.2. What it did stays done, whatever
// becomes of the rest.
type Operation struct {
	store   store.Store
	scope   store.Scope
	within  Limit
	stages  []stage
	done    int
	total   int
	tells   bool // what failed is told
	failed  bool
	partial bool // told in any case
}

// stage is a part of an Operation that does the same to each of some objects.
type stage struct {
	ids []uint64
	// do handles one object and says how many bytes that moved.
	do func(tx store.Tx, id uint64) (int64, error)
	// must says that a failure ends the Operation instead of being passed over.
	must bool
}

// Limit wraps what a step does, so that a step that oversteps a limit is rolled back and ends the Operation.
type Limit func(ctx context.Context, fn func(store.Tx) error) (func(store.Tx) error, error)

// New begins an Operation on the mailboxes of a scope. tells says whether the version reports objects that failed.
func New(st store.Store, within Limit, tells bool, scope store.Scope) *Operation {
	slices.Sort(scope.Mailboxes)
	scope.Mailboxes = slices.Compact(scope.Mailboxes)
	return &Operation{store: st, scope: scope, within: within, tells: tells}
}

// Add appends a stage.
func (o *Operation) Add(ids []uint64, do func(tx store.Tx, id uint64) (int64, error)) {
	if len(ids) > 0 {
		o.stages = append(o.stages, stage{ids: ids, do: do})
		o.total += len(ids)
	}
}

// Must appends a stage of one object without which the rest makes no sense.
func (o *Operation) Must(id uint64, do func(tx store.Tx, id uint64) (int64, error)) {
	o.stages = append(o.stages, stage{ids: []uint64{id}, do: do, must: true})
	o.total++
}

// Fail notes that something can't be done.
func (o *Operation) Fail() { o.failed = true }

// Progress returns how many of the objects were handled.
func (o *Operation) Progress() (done, total uint32) { return uint32(o.done), uint32(o.total) }

// Partial reports whether the client is told that something was not done.
func (o *Operation) Partial() bool { return o.partial || o.failed && o.tells }

// Tell has the client told that something was not done, whatever the version.
func (o *Operation) Tell() { o.partial = true }

// Abort ends an Operation before it is finished.
func (o *Operation) Abort() { o.stages, o.partial = nil, true }

// Step does a part of the work and reports whether it was the last. An error ends the Operation.
func (o *Operation) Step(ctx context.Context) (finished bool, err error) {
	if len(o.stages) == 0 {
		return true, nil
	}
	if err := ctx.Err(); err != nil {
		return true, o.end(err)
	}
	var n int
	var failed bool
	run, err := o.within(ctx, func(tx store.Tx) (err error) {
		n, failed, err = o.run(tx)
		return err
	})
	if err == nil {
		err = o.store.Update(context.WithoutCancel(ctx), o.scope, run)
	}
	if err != nil {
		return true, o.end(err)
	}
	o.done += n
	o.failed = o.failed || failed
	for n > 0 {
		first := &o.stages[0]
		k := min(n, len(first.ids))
		if first.ids, n = first.ids[k:], n-k; len(first.ids) == 0 {
			o.stages = o.stages[1:]
		}
	}
	return len(o.stages) == 0, nil
}

// end notes whether an Operation that an error ends did something before.
func (o *Operation) end(err error) error {
	o.stages, o.partial = nil, o.partial || o.done > 0 && o.tells
	return err
}

// run handles as many objects as fit into one step and reports how many, and whether one failed.
func (o *Operation) run(tx store.Tx) (n int, failed bool, err error) {
	var bytes int64
	for i := range o.stages {
		for _, id := range o.stages[i].ids {
			if n >= stepObjects || bytes >= stepBytes {
				return n, failed, nil
			}
			size, err := o.stages[i].do(tx, id)
			if err != nil && (o.stages[i].must || !refusal(err)) {
				return n, failed, err
			}
			failed = failed || err != nil
			bytes += size
			n++
		}
	}
	return n, failed, nil
}

// refusal reports whether an error concerns the one object only.
func refusal(err error) bool {
	if _, ok := mapi.CodeOf(err); ok {
		return true
	}
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrDenied) || errors.Is(err, store.ErrConflict)
}

// Run does all that is left.
func (o *Operation) Run(ctx context.Context) error {
	for {
		if finished, err := o.Step(ctx); finished {
			return err
		}
	}
}
