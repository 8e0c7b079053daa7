package object

import (
	"cmp"
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/batch"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/submit"
	"github.com/mapid/mapid/store"
)

// members are the messages that an operation on a folder may touch: those of the folder, or all of the mailbox if the
// folder shows what a search found.
type members struct {
	logon  *Logon
	folder store.FolderID // 0: any
	rights map[store.FolderID]Rights
}

// members prepares an operation on messages of the folder.
func (f *Folder) members(ctx context.Context) (*members, error) {
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return nil, err
	}
	m := &members{logon: f.logon, folder: f.id, rights: make(map[store.FolderID]Rights)}
	if s.Type == store.FolderSearch {
		m.folder = 0
	}
	return m, nil
}

// get finds a message and requires a right on it: any for every message, owned for those the user made.
func (m *members) get(r store.Reader, id uint64, any, owned uint32) (store.Message, error) {
	msg, err := r.Message(store.MessageID(id))
	switch {
	case err != nil:
		return msg, err
	case msg.Mailbox != m.logon.mailbox.ID, m.folder != 0 && msg.Folder != m.folder:
		return msg, store.ErrNotFound
	}
	return msg, m.may(r, &msg, any, owned)
}

// may requires a right on a message, as get does.
func (m *members) may(r store.Reader, msg *store.Message, any, owned uint32) error {
	have, err := m.on(r, msg.Folder)
	if err != nil || have&Rights(any) != 0 {
		return err
	}
	if have&Rights(owned) != 0 {
		if own, err := m.logon.made(r, msg.Bag); err != nil || own {
			return err
		}
	}
	if !have.Sees() {
		return store.ErrNotFound
	}
	return mapi.ErrAccessDenied
}

// on returns the user's rights on a folder, inside a transaction.
func (m *members) on(r store.Reader, id store.FolderID) (Rights, error) {
	if have, ok := m.rights[id]; ok {
		return have, nil
	}
	s, err := cache.ReadFolder(r, id)
	if err != nil {
		return 0, err
	}
	m.rights[id] = m.logon.rights(s)
	return m.rights[id], nil
}

// made reports whether the user is who made a message.
func (l *Logon) made(r store.Reader, bag store.BagID) (bool, error) {
	props, err := r.Props(bag, mapi.TagCreatorEntryId)
	if err != nil {
		return false, err
	}
	return l.isUser(find(props, mapi.TagCreatorEntryId)), nil
}

// isUser reports whether an entry id is the user's.
func (l *Logon) isUser(id prop.Value) bool { return id.Equal(addressEntryID(&l.session.User)) }

// counters turns ids of the protocol into those of the store. One of another replica names nothing.
func counters(ids []mapi.ID) []uint64 {
	out := make([]uint64, len(ids))
	for i, id := range ids {
		if m, ok := messageID(id); ok {
			out[i] = uint64(m)
		}
	}
	return out
}

// operation begins work on the logon's mailbox, which may grow, and perhaps others. tells says whether the version
// reports objects that failed.
func (l *Logon) operation(tells bool, others ...store.MailboxID) *batch.Operation {
	return batch.New(l.env.Store, l.within, tells, l.writes(append([]store.MailboxID{l.mailbox.ID}, others...)...))
}

// DeleteMessages deletes messages of the folder softly, or for good, [MS-OXCFOLD] 3.2.5.11 and 3.2.5.12. notify says
// that the senders of those that were never read may learn of it, if they asked for that.
func (f *Folder) DeleteMessages(ctx context.Context, ids []mapi.ID, hard, notify bool) (*batch.Operation, error) {
	m, err := f.members(ctx)
	if err != nil {
		return nil, err
	}
	op := f.logon.operation(true)
	op.Add(counters(ids), func(tx store.Tx, id uint64) (int64, error) { return m.delete(tx, id, hard, notify) })
	return op, nil
}

// delete deletes one message. If it was never read its sender learns that, where they want to and shall, [MS-OXOMSG]
// 3.2.5.1. What is to be sent is not deleted before that was aborted.
func (m *members) delete(tx store.Tx, id uint64, hard, notify bool) (int64, error) {
	msg, err := m.get(tx, id, mapi.RightDeleteAny, mapi.RightDeleteOwned)
	if err == nil && msg.Flags&mapi.MfSubmitted != 0 {
		err = mapi.ErrDeleteSubmitted
	}
	if err != nil {
		return 0, err
	}
	waited, err := m.logon.receipt().Deleted(tx, msg, notify && !m.logon.Public() && !msg.Deleted)
	if err == nil && waited && !hard {
		_, err = tx.SetMessageFlags(msg.ID, 0, mapi.MfNotifyUnread)
	}
	if err != nil {
		return 0, err
	}
	return 0, tx.DeleteMessage(msg.ID, hard)
}

// MoveCopyMessages moves messages of the folder to another one, or copies them, also into another mailbox, [MS-OXCFOLD]
// 3.2.5.6. Soft-deleted messages live again where they arrive.
func (f *Folder) MoveCopyMessages(ctx context.Context, dst *Folder, ids []mapi.ID, copying bool) (*batch.Operation, error) {
	m, err := f.members(ctx)
	if err != nil {
		return nil, err
	}
	if err := dst.takes(ctx, mapi.RightCreate, mapi.ErrAccessDenied); err != nil {
		return nil, err
	}
	op := dst.logon.operation(f.logon.env.Profile.Folder.BulkPartial, f.logon.mailbox.ID)
	op.Add(counters(ids), func(tx store.Tx, id uint64) (int64, error) { return m.transfer(tx, id, dst.id, copying) })
	return op, nil
}

// transfer moves or copies one message.
func (m *members) transfer(tx store.Tx, id uint64, to store.FolderID, copying bool) (int64, error) {
	msg, err := m.get(tx, id, mapi.RightReadAny, mapi.RightFolderVisible)
	if err != nil {
		return 0, err
	}
	if dst, err := tx.Folder(to); err != nil || dst.Deleted {
		return 0, cmp.Or(err, store.ErrNotFound)
	}
	if copying {
		if msg, err = tx.CopyMessage(msg.ID, to); err == nil && msg.Flags&mapi.MfSubmitted != 0 { // the copy is not
			_, err = tx.SetMessageFlags(msg.ID, mapi.MfUnsent, mapi.MfSubmitted|mapi.MfUnsent)
		}
		return msg.Size, err
	}
	if msg.Flags&mapi.MfSubmitted != 0 {
		return 0, mapi.ErrSubmitted
	}
	if err := m.may(tx, &msg, mapi.RightDeleteAny, mapi.RightDeleteOwned); err != nil {
		return 0, err
	}
	_, err = tx.MoveMessage(msg.ID, to)
	return msg.Size, err
}

// takes refuses a destination that takes nothing: one that is gone, that shows what a search found, or where the user
// may not do what needs a right, which is refused with denied.
func (f *Folder) takes(ctx context.Context, right uint32, denied mapi.ErrorCode) error {
	s, err := f.seen(ctx)
	switch {
	case err != nil:
		return err
	case s.Deleted:
		return mapi.ErrNotFound
	case s.Type == store.FolderSearch:
		return mapi.ErrSearchFolder
	case f.logon.rights(s)&Rights(right) == 0:
		return denied
	}
	return nil
}

// SetReadFlags changes the read state of messages of the folder, of all normal ones if ids is empty, [MS-OXCMSG]
// 3.2.5.10. Messages of public folders are read by each user for themselves.
func (f *Folder) SetReadFlags(ctx context.Context, ids []mapi.ID, flags uint8) (*batch.Operation, error) {
	p := &f.logon.env.Profile.Message
	reading, err := submit.ReadBits(flags, p.EverRead)
	if err != nil {
		return nil, err
	}
	m, err := f.members(ctx)
	if err != nil {
		return nil, err
	}
	list := counters(ids)
	if len(list) == 0 {
		if list, err = f.list(ctx, store.Selection{Folder: f.id}); err != nil {
			return nil, err
		}
	}
	op := f.logon.operation(p.ReadFlagsPartial)
	op.Add(list, func(tx store.Tx, id uint64) (int64, error) {
		msg, err := m.get(tx, id, mapi.RightReadAny, mapi.RightFolderVisible)
		if err != nil || reading.Nothing() {
			return 0, err
		}
		if f.logon.perUser(msg.Associated) {
			_, err = f.logon.mark(tx, msg.ID, reading.Set, reading.Mask)
			return 0, err
		}
		_, err = reading.Apply(tx, msg, f.logon.receipt())
		return 0, err
	})
	return op, nil
}

// list lists the messages of a selection.
func (f *Folder) list(ctx context.Context, sel store.Selection) (ids []uint64, err error) {
	err = f.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		ids, err = messagesIn(r, sel)
		return err
	})
	return ids, err
}

func messagesIn(r store.Reader, sel store.Selection) (ids []uint64, err error) {
	err = r.Scan(sel, nil, func(id store.MessageID, _ []prop.Value) error {
		ids = append(ids, uint64(id))
		return nil
	})
	return ids, err
}

// MessageStatus returns PidTagMessageStatus of a message of the folder, [MS-OXCMSG] 3.2.5.9.
func (f *Folder) MessageStatus(ctx context.Context, id mapi.ID) (status uint32, err error) {
	m, err := f.members(ctx)
	if err != nil {
		return 0, err
	}
	err = f.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		msg, err := m.get(r, counters([]mapi.ID{id})[0], mapi.RightReadAny, mapi.RightFolderVisible)
		status = msg.Status
		return err
	})
	return status, err
}

// SetMessageStatus changes the bits of PidTagMessageStatus that mask names and returns what the status was before,
// [MS-OXCMSG] 3.2.5.8. Bits that only the server sets stay.
func (f *Folder) SetMessageStatus(ctx context.Context, id mapi.ID, status, mask uint32) (before uint32, err error) {
	m, err := f.members(ctx)
	if err != nil {
		return 0, err
	}
	err = f.logon.update(ctx, func(tx store.Tx) error {
		msg, err := m.get(tx, counters([]mapi.ID{id})[0], mapi.RightEditAny, mapi.RightEditOwned)
		if err != nil {
			return err
		}
		before = msg.Status
		_, err = tx.SetMessageStatus(msg.ID, status, mask&^mapi.MsInConflict)
		return err
	})
	return before, err
}
