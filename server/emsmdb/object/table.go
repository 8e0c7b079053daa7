package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// What is asked of a table.
type (
	SortRequest      = table.SortRequest
	FindRowRequest   = table.FindRowRequest
	QueryRowsRequest = table.QueryRowsRequest
)

// Table is an open table, [MS-OXCTABL].
type Table struct {
	*table.Table
	logon  *Logon
	folder store.FolderID // whose rows it has; 0 if its rows are folders
	event  uint16         // NotificationFlags of its events
	quiet  bool           // it was opened without notifications
}

// Kind implements Object.
func (t *Table) Kind() Kind { return KindTable }

// table opens a table, whose 8-bit strings are of a code page.
func (l *Logon) table(src table.Source, page uint32) *Table {
	return &Table{logon: l, event: mapi.NotifyTableModified, Table: table.New(table.Options{
		Source: src, Profile: &l.env.Profile.Table, Notify: &l.env.Profile.Notify,
		Typed: func(v prop.Value, want mapi.PropType) prop.Value { return Typed(v, want, true, page) },
	})}
}

// Attach implements Teller, [MS-OXCNOTIF] 3.1.4.3: a table tells of its changes without being asked to, unless it was
// opened so that it does not.
func (t *Table) Attach(to notify.Sink) {
	if !t.quiet {
		t.Follow(to.Wake)
	}
}

// Events implements Teller.
func (t *Table) Events(ctx context.Context, most int) ([]notify.Event, error) {
	list, err := t.Table.Events(ctx, most)
	out := make([]notify.Event, len(list))
	for i := range list {
		e := &list[i]
		out[i] = notify.Event{Flags: t.event, TableEvent: uint16(e.Kind), Columns: e.Columns, Row: e.Values}
		if e.Row.ID != 0 {
			out[i].Folder, out[i].Message, out[i].Instance = t.ids(e.Row)
		}
		if e.Columns != nil && !e.First {
			out[i].OldFolder, out[i].OldMessage, out[i].AfterInstance = t.ids(e.After)
		}
	}
	return out, err
}

// ids names a row.
func (t *Table) ids(row view.Entry) (folder, message mapi.ID, instance uint32) {
	if t.folder == 0 {
		return mapi.NewID(ownReplica, uint64(row.ID)), 0, 0
	}
	return mapi.NewID(ownReplica, uint64(t.folder)), mapi.NewID(ownReplica, uint64(row.ID)), row.Instance
}
