package table

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
)

// Followed is a Source that tells how its rows change.
type Followed interface {
	Source
	// Follow calls wake, on any goroutine, whenever rows may have changed, until stop is called, which it must be before
	// the source is arranged anew.
	Follow(wake func()) (stop func())
	// Mark notes what is shown, as of the last Sync: Steps begin there.
	Mark()
	// Looked notes that the client is about to see what is shown, as of the last Sync: that counts as known to it.
	Looked()
	// Steps brings the order up to date and says how what the client knows became what is shown, since the last call or
	// Mark. It reports false if there are more steps than so many, or nobody knows.
	Steps(ctx context.Context, most int) ([]view.Step, bool, error)
}

// EventKind is a TableEventType, [MS-OXCNOTIF] 2.2.1.4.1.2.
type EventKind uint16

// Event is one event of a table.
type Event struct {
	Kind  EventKind
	Row   view.Entry
	After view.Entry // that the row follows, unless First
	First bool
	// Columns and Values are the row of a TableRowAdded or TableRowModified.
	Columns []mapi.PropTag
	Values  prop.Row
}

// following is what a table that tells of its changes keeps.
type following struct {
	source     Followed
	wake       func()
	stop       func() // nil while nobody looks at the rows
	queue      []view.Step
	version    uint64 // of the source when the steps in queue were made
	changed    bool   // something happened of which no more can be told
	restricted bool   // a restriction was set
}

// Steps told at once; beyond it is a TableChanged. Versions that tell so sooner do so after fewer.
const (
	mostSteps      = 256
	mostStepsBasic = 64
)

// Follow has wake called whenever there may be something for Events to tell, [MS-OXCNOTIF] 3.1.4.3.
func (t *Table) Follow(wake func()) {
	src, ok := t.src.(Followed)
	if !ok || t.events != nil {
		return
	}
	t.events = &following{source: src, wake: wake}
	if !t.notify.NeedsView {
		t.begin()
		src.Mark()
	}
}

// begin starts to follow the source and reports whether it did not before. The caller brings the order up to date, so
// that nothing happens in between, and has it marked.
func (t *Table) begin() bool {
	e := t.events
	if e == nil || e.stop != nil {
		return false
	}
	e.stop = e.source.Follow(e.wake)
	return true
}

// end stops to tell of changes, and forgets those not told.
func (t *Table) end() {
	if e := t.events; e != nil && e.stop != nil {
		e.stop()
		e.stop, e.queue, e.changed, e.restricted = nil, nil, false, false
	}
}

// looked says that the client is about to read rows. If they are others than those that the steps not told are about, the
// steps would lead it astray.
func (t *Table) looked() {
	if !t.Notifies() {
		return
	}
	e := t.events
	if len(e.queue) > 0 && e.version != t.src.Version() {
		e.queue, e.changed = nil, true
	}
	e.source.Looked()
}

// Notifies reports whether changes are told at the moment.
func (t *Table) Notifies() bool { return t.events != nil && t.events.stop != nil }

// Events returns up to so many events that were not told yet, the oldest first; Told says that they were. Rows are as
// they are now, in the columns that are set now. A row that cannot be read makes all a TableChanged.
func (t *Table) Events(ctx context.Context, most int) ([]Event, error) {
	if !t.Notifies() || t.unsorted || t.unrestricted || t.aborted {
		return nil, nil
	}
	e := t.events
	if e.restricted {
		return []Event{{Kind: EventKind(mapi.TableEventRestrictionCh)}}, nil
	}
	if len(e.queue) == 0 && !e.changed {
		limit := mostSteps
		if t.notify.TableChanged {
			limit = mostStepsBasic
		}
		steps, ok, err := e.source.Steps(ctx, limit)
		if err != nil {
			e.changed = true // what is lost must not go unnoticed
			return []Event{{Kind: EventKind(mapi.TableEventChanged)}}, err
		}
		e.queue, e.version, e.changed = steps, e.source.Version(), !ok
	}
	if !e.changed {
		out, ok, err := t.rendered(ctx, e.queue[:min(most, len(e.queue))])
		if ok {
			return out, nil
		}
		e.queue, e.changed = nil, true
		if err != nil {
			return []Event{{Kind: EventKind(mapi.TableEventChanged)}}, err
		}
	}
	return []Event{{Kind: EventKind(mapi.TableEventChanged)}}, nil
}

// rendered reads the rows of steps. It reports false if it can't.
func (t *Table) rendered(ctx context.Context, steps []view.Step) ([]Event, bool, error) {
	var marks []view.Entry
	for _, s := range steps {
		if s.Kind != view.RowDeleted {
			marks = append(marks, s.Row)
		}
	}
	if len(marks) > 0 && t.columns == nil {
		return nil, false, nil
	}
	var rows [][]prop.Value
	if len(marks) > 0 {
		var err error
		if rows, err = t.src.Rows(ctx, marks, t.columns); err != nil {
			return nil, false, err
		}
	}
	out := make([]Event, len(steps))
	for i, s := range steps {
		out[i] = Event{Kind: kinds[s.Kind], Row: s.Row, After: s.After, First: s.First}
		if s.Kind == view.RowDeleted {
			continue
		}
		values := rows[0]
		rows = rows[1:]
		if values == nil {
			return nil, false, nil
		}
		out[i].Columns, out[i].Values = t.columns, prop.Row{Values: t.shown(t.columns, values)}
		if prop.RowSize(t.columns, out[i].Values) > math.MaxUint16 {
			return nil, false, nil
		}
	}
	return out, true, nil
}

var kinds = [...]EventKind{
	view.RowAdded: EventKind(mapi.TableEventRowAdded), view.RowModified: EventKind(mapi.TableEventRowModified),
	view.RowDeleted: EventKind(mapi.TableEventRowDeleted),
}

// Told says that the first events that Events returned were told.
func (t *Table) Told(n int) {
	e := t.events
	switch {
	case e == nil || n == 0:
	case e.restricted:
		e.restricted = false
	case e.changed:
		e.changed = false
	default:
		if e.queue = e.queue[min(n, len(e.queue)):]; len(e.queue) == 0 {
			e.queue = nil
		}
	}
}

// Degrade makes what was not told a TableChanged.
func (t *Table) Degrade() {
	if e := t.events; e != nil {
		e.queue, e.changed = nil, true
	}
}
