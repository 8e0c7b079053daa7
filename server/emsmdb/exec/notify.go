package exec

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// notifyBatch is how many events of an object are taken at once.
const notifyBatch = 32

// notify appends what the session's objects have to tell after all responses, as much as fits, and RopPending if some
// does not, [MS-OXCNOTIF] 3.1.5.5 to 3.1.5.7.
func (b *buffer) notify(ctx context.Context) {
	if b.closed || b.s.broken {
		return
	}
	places := b.s.queue.take()
	for len(places) > 0 && b.tell(ctx, places[0]) {
		places = places[1:]
	}
	b.s.queue.fetched(places)
	// Some versions say so even if everything fitted that was there to begin with.
	if len(places) > 0 || b.e.env.Profile.ROP.PendingAlways && b.s.queue.Pending() {
		b.pending(b.s.index)
	}
	if b.in.Linked != nil {
		for _, session := range b.in.Linked() {
			b.pending(session)
		}
	}
}

// tell appends what one object has to tell and reports whether all of it fitted.
func (b *buffer) tell(ctx context.Context, p *Place) bool {
	for {
		events, err := p.object.Events(ctx, notifyBatch)
		if err != nil {
			b.s.log.Error("events are lost", zap.Uint32("handle", p.handle), zap.Error(err))
		}
		if len(events) == 0 {
			return true
		}
		for i := range events {
			began := b.started()
			resp := p.response(&events[i])
			at := b.out.Len()
			resp.Encode(&b.out)
			if b.out.Len() > b.limit {
				b.out.Buf = b.out.Buf[:at]
				p.object.Told(i)
				return b.cannotTell(p, at)
			}
			b.observeNotify(began, p.handle, resp, &events[i])
		}
		p.object.Told(len(events))
		if err != nil || all(events) {
			return true // the same error would come again; of what the client reads anew it need not be told
		}
	}
}

// all reports whether events end with one that has the client read the table anew.
func all(events []notify.Event) bool {
	last := &events[len(events)-1]
	return last.Flags&mapi.NotifyTypeMask == mapi.NotifyTableModified && last.TableEvent == mapi.TableEventChanged
}

// cannotTell handles an event that does not fit behind at bytes: one that has the whole answer for itself never will, so
// that all it could say is that something changed.
func (b *buffer) cannotTell(p *Place, at int) bool {
	t, ok := p.object.(*object.Table)
	if !ok || at > 0 {
		return false
	}
	t.Degrade()
	events, _ := t.Events(context.Background(), 1)
	for i := range events {
		if p.response(&events[i]).Encode(&b.out); b.out.Len() > b.limit {
			b.out.Buf = b.out.Buf[:at]
			return false
		}
	}
	t.Told(len(events))
	return true
}

// pending appends RopPending for a session if it fits.
func (b *buffer) pending(session uint16) {
	var w wire.Writer
	(&rop.PendingResponse{SessionIndex: session}).Encode(&w)
	if b.out.Len()+w.Len() <= b.limit {
		b.out.Put(w.Bytes())
	}
}

// Told is RopNotify as traces show it: with the name of the event, and the row by its columns.
type Told struct {
	*rop.NotifyResponse
	Event   string
	Columns []mapi.PropTag
	Row     *prop.Row
}

// observeNotify tells of an event that goes out.
func (b *buffer) observeNotify(start time.Time, handle uint32, resp *rop.NotifyResponse, e *notify.Event) {
	if b.in.Observe == nil {
		return
	}
	told := &Told{NotifyResponse: resp, Event: eventName(e), Columns: e.Columns}
	if e.Columns != nil {
		told.Row = &e.Row
	}
	b.in.Observe(Done{Index: b.seen, Input: handle, Response: told, Code: mapi.Success, Dur: time.Since(start)})
	b.seen++
}

// eventName is the name of an event, [MS-OXCNOTIF] 2.2.1.1.
func eventName(e *notify.Event) string {
	switch e.Flags & mapi.NotifyTypeMask {
	case mapi.NotifyNewMail:
		return "NewMail"
	case mapi.NotifyObjectCreated:
		return "ObjectCreated"
	case mapi.NotifyObjectDeleted:
		return "ObjectDeleted"
	case mapi.NotifyObjectModified:
		return "ObjectModified"
	case mapi.NotifyObjectMoved:
		return "ObjectMoved"
	case mapi.NotifyObjectCopied:
		return "ObjectCopied"
	case mapi.NotifySearchCompleted:
		return "SearchCompleted"
	}
	switch e.TableEvent {
	case mapi.TableEventChanged:
		return "TableChanged"
	case mapi.TableEventRowAdded:
		return "TableRowAdded"
	case mapi.TableEventRowDeleted:
		return "TableRowDeleted"
	case mapi.TableEventRowModified:
		return "TableRowModified"
	}
	return "TableRestrictionChanged"
}

// response turns an event into RopNotify, [MS-OXCNOTIF] 2.2.1.4.1.
func (p *Place) response(e *notify.Event) *rop.NotifyResponse {
	out := &rop.NotifyResponse{NotificationHandle: p.handle, LogonID: p.logon, NotificationData: rop.NotificationData{
		NotificationFlags: e.Flags, FolderID: e.Folder, MessageID: e.Message, ParentFolderID: e.Parent,
		OldFolderID: e.OldFolder, OldMessageID: e.OldMessage, OldParentFolderID: e.OldParent, Tags: e.Tags,
		TotalMessageCount: e.Total, UnreadMessageCount: e.Unread, MessageFlags: e.MessageFlags, MessageClass: e.MessageClass, UnicodeFlag: e.Wide,
	}}
	if e.Flags&mapi.NotifyTypeMask != mapi.NotifyTableModified {
		return out
	}
	out.NotificationData = rop.NotificationData{
		NotificationFlags: e.Flags, TableEventType: e.TableEvent,
		TableRowFolderID: e.Folder, TableRowMessageID: e.Message, TableRowInstance: e.Instance,
		InsertAfterTableRowFolderID: e.OldFolder, InsertAfterTableRowID: e.OldMessage, InsertAfterTableRowInstance: e.AfterInstance,
	}
	if e.Columns != nil {
		var row wire.Writer
		prop.WriteRow(&row, e.Columns, e.Row)
		out.TableRowData = row.Bytes()
	}
	return out
}
