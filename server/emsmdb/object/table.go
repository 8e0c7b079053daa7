package object

import (
	"cmp"
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

// Attach implements exec.Teller, [MS-OXCNOTIF] 3.1.4.3: a table tells of its changes without being asked to, unless it was
// opened so that it does not.
func (t *Table) Attach(to notify.Sink) {
	if !t.quiet {
		t.Follow(to.Wake)
	}
}

// Events implements exec.Teller.
func (t *Table) Events(ctx context.Context, most int) ([]notify.Event, error) {
	list, err := t.Table.Events(ctx, most)
	if len(list) == 0 {
		return nil, err
	}
	homes, failed := t.homes(ctx, list)
	out := make([]notify.Event, len(list))
	for i := range list {
		e := &list[i]
		out[i] = notify.Event{Flags: t.event, TableEvent: uint16(e.Kind), Columns: e.Columns, Row: e.Values}
		if e.Row.ID != 0 {
			out[i].Folder, out[i].Message, out[i].Instance = t.ids(e.Row, homes)
		}
		if e.Columns != nil && !e.First {
			out[i].OldFolder, out[i].OldMessage, out[i].AfterInstance = t.ids(e.After, homes)
		}
	}
	return out, cmp.Or(err, failed)
}

// homes finds the folders of the messages that events of a search folder are about: rows are named with those.
func (t *Table) homes(ctx context.Context, list []table.Event) (map[store.MessageID]store.FolderID, error) {
	if t.event&mapi.NotifySearchFolder == 0 {
		return nil, nil
	}
	var ids []store.MessageID
	for i := range list {
		ids = append(ids, list[i].Row.ID, list[i].After.ID)
	}
	return notify.Homes(ctx, t.logon.env.Store, ids)
}

// ids names a row.
func (t *Table) ids(row view.Entry, homes map[store.MessageID]store.FolderID) (folder, message mapi.ID, instance uint32) {
	if t.folder == 0 {
		return mapi.NewID(ownReplica, uint64(row.ID)), 0, 0
	}
	home := cmp.Or(homes[row.ID], t.folder)
	return mapi.NewID(ownReplica, uint64(home)), mapi.NewID(ownReplica, uint64(row.ID)), row.Instance
}

// order is how text compares in the logon's tables.
func (l *Logon) order() *prop.Collation { return l.env.collation(l.session.LCIDSort) }
