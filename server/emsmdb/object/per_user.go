package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// maxPerUserRead is how much RopReadPerUserInformation gives at once, in bytes, whatever is asked for, [MS-OXCSTOR]
// 3.2.5.12.1 notes 46 and 47.
const maxPerUserRead = 4096

// maxPerUserWritten bounds what RopWritePerUserInformation collects, in bytes: the change numbers of a hundred thousand
// messages that lie apart.
const maxPerUserWritten = 1 << 20

// perUserTransfer is a read state on its way, in pieces.
type perUserTransfer struct {
	folder prop.LongTermID
	data   []byte
}

// reader is whose read state of public folders the logon deals with: the owner's on a private logon, the user's own on
// a public one, [MS-OXCSTOR] 2.2.1.12.
func (l *Logon) reader() string {
	if l.Public() {
		return l.session.User.Name
	}
	return l.owner.Name
}

// publicFolder finds a folder of the public store by its long-term id. ErrNotFound if it is not one.
func (l *Logon) publicFolder(r store.Reader, id prop.LongTermID) (store.Folder, error) {
	if id.DatabaseGUID != l.ReplicaGUID() {
		return store.Folder{}, store.ErrNotFound
	}
	public, err := r.PublicMailbox()
	if err != nil {
		return store.Folder{}, err
	}
	f, err := r.Folder(store.FolderID(id.GlobalCounter))
	if err == nil && f.Mailbox != public.ID {
		err = store.ErrNotFound
	}
	return f, err
}

// PerUserFolders lists the public folders of which the mailbox knows what its owner has read, [MS-OXCSTOR] 3.2.5.10.
func (l *Logon) PerUserFolders(ctx context.Context) (ids []prop.LongTermID, err error) {
	if err := l.privateOnly(); err != nil {
		return nil, err
	}
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		folders, err := r.PerUserFolders(l.reader())
		for _, f := range folders {
			ids = append(ids, l.longTerm(uint64(f)))
		}
		return err
	})
	return ids, err
}

// PerUserReplica returns the replica GUID of the public store that a read state comes from, [MS-OXCSTOR] 3.2.5.11.
func (l *Logon) PerUserReplica(ctx context.Context, folder prop.LongTermID) (mapi.GUID, error) {
	ids, err := l.PerUserFolders(ctx)
	if err != nil {
		return mapi.GUID{}, err
	}
	for _, id := range ids {
		if id == folder {
			return l.ReplicaGUID(), nil
		}
	}
	return mapi.GUID{}, mapi.ErrNotFound
}

// PerUserRead asks for a piece of a read state.
type PerUserRead struct {
	Folder prop.LongTermID
	Offset uint32
	Max    int // bytes; 0 is the server's choice
	Room   int // bytes that the answer has
	// Encode makes the bytes of a set of change numbers.
	Encode func(changes []uint64) []byte
}

// ReadPerUser returns a piece of the change numbers of the messages that were read in a public folder, and whether it
// is the last one, [MS-OXCSTOR] 3.2.5.12. What is read from the beginning on stays the same until it is read from the
// beginning again.
func (l *Logon) ReadPerUser(ctx context.Context, req PerUserRead) (data []byte, last bool, err error) {
	if int32(req.Offset) < 0 {
		return nil, false, l.env.Profile.Logon.BadPerUserOffset
	}
	if err := l.CheckReplica(ctx, l.shortTerm(req.Folder)); err != nil {
		return nil, false, err
	}
	if req.Offset == 0 || l.reading.folder != req.Folder {
		changes, err := l.readChanges(ctx, req.Folder)
		if err != nil {
			return nil, false, err
		}
		l.reading = perUserTransfer{req.Folder, nil}
		if len(changes) > 0 {
			l.reading.data = req.Encode(changes)
		}
	}
	if int64(req.Offset) > int64(len(l.reading.data)) {
		return nil, false, mapi.ErrGeneralFailure
	}
	rest := l.reading.data[req.Offset:]
	n := maxPerUserRead
	if req.Max > 0 {
		n = min(n, req.Max)
	}
	n = min(n, req.Room, len(rest))
	return rest[:n], n == len(rest), nil
}

// readChanges lists the change numbers of the messages of a public folder that were read. A private logon knows nothing
// of a folder that is not there.
func (l *Logon) readChanges(ctx context.Context, folder prop.LongTermID) (changes []uint64, err error) {
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		f, err := l.publicFolder(r, folder)
		if errors.Is(err, store.ErrNotFound) && !l.Public() {
			return nil
		}
		if err != nil {
			return err
		}
		marks, err := r.ReadMarks(l.reader(), f.ID)
		if err != nil {
			return err
		}
		read := make(map[store.MessageID]bool, len(marks))
		for _, m := range marks {
			read[m.Message] = true
		}
		return eachChange(r, f.ID, func(id store.MessageID, change uint64) {
			if read[id] {
				changes = append(changes, change)
			}
		})
	})
	return changes, err
}

// eachChange calls fn for every normal message of a folder with its change number.
func eachChange(r store.Reader, folder store.FolderID, fn func(id store.MessageID, change uint64)) error {
	return r.Scan(store.Selection{Folder: folder}, []mapi.PropTag{mapi.TagChangeNumber}, func(id store.MessageID, v []prop.Value) error {
		fn(id, v[0].ObjectID().Counter())
		return nil
	})
}

// PerUserWrite is a piece of a read state.
type PerUserWrite struct {
	Folder  prop.LongTermID
	Offset  uint32
	Data    []byte
	Last    bool
	Replica *mapi.GUID // of the public store it is for; private logons only
	// Parse reads a set of change numbers and returns what tells which are in it, or false.
	Parse func(data []byte) (has func(change uint64) bool, ok bool)
}

// WritePerUser takes a piece of what was read in a public folder, and with the last one makes that the read state of the
// folder, [MS-OXCSTOR] 3.2.5.13.
func (l *Logon) WritePerUser(ctx context.Context, req PerUserWrite) error {
	if err := l.CheckReplica(ctx, l.shortTerm(req.Folder)); err != nil {
		return err
	}
	w := &l.writing
	switch {
	case req.Offset == 0:
		*w = perUserTransfer{folder: req.Folder}
	case w.folder != req.Folder || int64(req.Offset) != int64(len(w.data)):
		return mapi.ErrGeneralFailure // a piece is missing
	}
	if req.Replica != nil && *req.Replica != l.ReplicaGUID() {
		return mapi.ErrNotFound // of a store that is not here
	}
	if len(w.data)+len(req.Data) > maxPerUserWritten {
		return mapi.ErrTooBig
	}
	w.data = append(w.data, req.Data...)
	if !req.Last {
		return nil
	}
	data := w.data
	*w = perUserTransfer{}
	has, ok := req.Parse(data)
	switch p := &l.env.Profile.Logon; {
	case !ok && l.Public():
		return p.BadPerUserPublic
	case !ok && p.BadPerUserPrivate != mapi.Success:
		return p.BadPerUserPrivate
	case !ok:
		return nil // some versions take it and forget it
	}
	return l.setReadChanges(ctx, req.Folder, has)
}

func (l *Logon) setReadChanges(ctx context.Context, folder prop.LongTermID, has func(change uint64) bool) error {
	m, err := l.env.mailboxes.Get(ctx, cache.PublicMailbox)
	if err != nil {
		return err
	}
	scope := l.writes(m.ID)
	return l.env.Store.Update(context.WithoutCancel(ctx), scope, func(tx store.Tx) error {
		f, err := l.publicFolder(tx, folder)
		if err != nil {
			return err
		}
		var read, unread []store.MessageID
		err = eachChange(tx, f.ID, func(id store.MessageID, change uint64) {
			if has(change) {
				read = append(read, id)
			} else {
				unread = append(unread, id)
			}
		})
		if err != nil {
			return err
		}
		if _, err := tx.MarkRead(l.reader(), read, true); err != nil {
			return err
		}
		_, err = tx.MarkRead(l.reader(), unread, false)
		return err
	})
}
