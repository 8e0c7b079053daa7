package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// perUser reports whether messages of the logon's folders are read by each user for themselves, which normal ones of
// public folders are, [MS-OXCSTOR] 3.2.1. In versions where a logon has to ask for that, they have one read state for
// all logons that did not, 2.2.1.1.1 note 2.
func (l *Logon) perUser(associated bool) bool { return l.tracks && !associated }

// seen gives PidTagMessageFlags of a public message as a user sees it, who has read it or not.
func (l *Logon) seen(flags uint32, read bool) uint32 {
	return msgprops.WithRead(flags&^(mapi.MfRead|mapi.MfEverRead), read, l.env.Profile.Message.EverRead)
}

// unreadOf is PidTagContentUnreadCount of a public folder.
func (l *Logon) unreadOf(ctx context.Context, s *cache.Folder) (prop.Value, error) {
	var n int64
	err := l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		n, err = r.UnreadOf(l.reader(), s.ID)
		return err
	})
	return count(n), err
}

// mark marks one message of a public folder for the user and reports whether that changed anything.
func (l *Logon) mark(tx store.Tx, id store.MessageID, set, mask uint32) (bool, error) {
	if mask&mapi.MfRead == 0 {
		return false, nil
	}
	changed, err := tx.MarkRead(l.reader(), []store.MessageID{id}, set&mapi.MfRead != 0)
	return len(changed) > 0, err
}
