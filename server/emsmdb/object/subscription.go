package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/store"
)

// Subscription is a registered interest in changes of a mailbox, [MS-OXCNOTIF] 2.2.1.2.
type Subscription struct {
	logon *Logon
	types uint16
	scope notify.Scope

	changes *notify.Subscription // nil before Attach
	stop    func()
}

// SubscribeRequest says what a subscription is about.
type SubscribeRequest struct {
	Types      uint16
	WholeStore bool
	Folder     mapi.ID
	Message    mapi.ID // 0 for the folder
}

// Subscribe registers interest in changes, [MS-OXCNOTIF] 3.1.4.1, of whatever types: those that no event has are asked
// for in vain. Scopes are what the user may see.
func (l *Logon) Subscribe(ctx context.Context, req SubscribeRequest) (*Subscription, error) {
	s := &Subscription{logon: l, types: req.Types, scope: notify.Scope{Mailbox: l.mailbox.ID}}
	if req.WholeStore {
		return s, nil
	}
	f, err := l.folder(ctx, req.Folder)
	if err != nil {
		return nil, err
	}
	if err := l.require(f, 0); err != nil {
		return nil, err
	}
	s.scope.Folder = f.ID
	if req.Message == 0 {
		return s, nil
	}
	if err := l.require(f, Rights(mapi.RightReadAny)); err != nil {
		return nil, err
	}
	id, ok := messageID(req.Message)
	if !ok {
		return nil, mapi.ErrNotFound
	}
	s.scope.Message = id
	return s, l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		m, err := r.Message(id)
		if err == nil && m.Mailbox != l.mailbox.ID {
			return mapi.ErrNotFound
		}
		return err
	})
}

// Kind implements Object.
func (s *Subscription) Kind() Kind { return KindSubscription }

// Attach implements exec.Teller.
func (s *Subscription) Attach(to notify.Sink) {
	p := &s.logon.env.Profile.Notify
	s.changes = notify.NewSubscription(notify.Options{
		Types: s.types, Folder: s.scope.Folder, Sink: to, Viewer: viewer{s.logon}, Store: s.logon.env.Store, ModifiedTags: p.ModifiedTags, NewMailFlags: p.NewMailFlags,
		Replica: ownReplica,
	})
	s.stop = s.logon.env.hub.Watch(s.scope, s.changes.Note)
}

// Close implements Object.
func (s *Subscription) Close() {
	if s.stop != nil {
		s.stop()
		s.changes.Close()
	}
}

// Events implements exec.Teller. What the user may not see at this moment is left out.
func (s *Subscription) Events(ctx context.Context, most int) ([]notify.Event, error) {
	return s.changes.Events(ctx, most)
}

// Told implements exec.Teller.
func (s *Subscription) Told(n int) { s.changes.Told(n) }

// viewer is what the user of a logon may see.
type viewer struct{ *Logon }

// May implements notify.Viewer.
func (v viewer) May(ctx context.Context, id store.FolderID, read bool) (may, gone bool, err error) {
	if v.privileged {
		return true, false, nil
	}
	need := Rights(0)
	if read {
		need = Rights(mapi.RightReadAny)
	}
	f, err := v.state(ctx, id)
	if errors.Is(err, mapi.ErrNotFound) {
		return false, true, nil
	}
	return err == nil && v.require(f, need) == nil, false, err
}

// Counts implements notify.Viewer.
func (v viewer) Counts(ctx context.Context, id store.FolderID) (total, unread uint32, ok bool, err error) {
	f, err := v.state(ctx, id)
	if errors.Is(err, mapi.ErrNotFound) {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, err
	}
	values, err := v.folderValues(ctx, f, []mapi.PropTag{mapi.TagContentCount, mapi.TagContentUnreadCount})
	if err != nil {
		return 0, 0, false, err
	}
	return uint32(values[0].Int()), uint32(values[1].Int()), true, nil
}

// Wide implements notify.Viewer.
func (v viewer) Wide() bool { return !v.session.Cached }
