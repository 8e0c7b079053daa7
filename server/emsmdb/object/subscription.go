package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Subscription is a registered interest in changes of a mailbox, [MS-OXCNOTIF] 2.2.1.2.
type Subscription struct {
	logon   *Logon
	types   uint16
	whole   bool
	folder  store.FolderID
	message store.MessageID
}

// SubscribeRequest says what a subscription is about.
type SubscribeRequest struct {
	Types      uint16
	WholeStore bool
	Folder     mapi.ID
	Message    mapi.ID // 0 for the folder
}

// Subscribe registers interest in changes, [MS-OXCNOTIF] 3.1.4.1.
func (l *Logon) Subscribe(ctx context.Context, req SubscribeRequest) (*Subscription, error) {
	s := &Subscription{logon: l, types: req.Types, whole: req.WholeStore}
	if req.WholeStore {
		return s, nil
	}
	f, err := l.folder(ctx, req.Folder)
	if err != nil {
		return nil, err
	}
	s.folder = f.ID
	if req.Message == 0 {
		return s, nil
	}
	id, ok := messageID(req.Message)
	if !ok {
		return nil, mapi.ErrNotFound
	}
	s.message = id
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

// Close implements Object.
func (s *Subscription) Close() {}
