package notify

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Event is what RopNotify tells, [MS-OXCNOTIF] 2.2.1.4.1.2. Flags and TableEvent say which fields count.
type Event struct {
	Flags uint16 // NotificationFlags

	TableEvent    uint16  // of a TableModified: TableEventType
	Folder        mapi.ID // of a table the row
	Message       mapi.ID
	Instance      uint32
	Parent        mapi.ID
	OldFolder     mapi.ID // of a table the row before, 0 if there is none
	OldMessage    mapi.ID
	AfterInstance uint32
	OldParent     mapi.ID
	Columns       []mapi.PropTag // of the row; nil if there is none
	Row           prop.Row

	Tags          []mapi.PropTag
	Total, Unread uint32
	MessageFlags  uint32
	MessageClass  string
	Wide          bool // MessageClass goes out in Unicode
}

// Viewer is who is told of events.
type Viewer interface {
	// May reports whether a folder may be seen, or its messages read; gone says that the folder is not there any more, and
	// that it does not depend on rights of it.
	May(ctx context.Context, folder store.FolderID, read bool) (may, gone bool, err error)
	// Counts are the numbers of messages in a folder.
	Counts(ctx context.Context, folder store.FolderID) (total, unread uint32, ok bool, err error)
	// Wide says that message classes go out in Unicode, [MS-OXCNOTIF] 2.2.1.4.1.2: clients with a copy of the mailbox get
	// 8-bit text.
	Wide() bool
}

// Events returns up to so many events that were not told yet, the oldest first. What the viewer may not see at this
// moment is left out.
func (s *Subscription) Events(ctx context.Context, most int) ([]Event, error) {
	for len(s.events) == 0 {
		changes := s.take(most)
		if len(changes) == 0 {
			return nil, nil
		}
		for i := range changes {
			e, ok, err := s.event(ctx, &changes[i])
			if err != nil {
				return s.events, err
			}
			if ok {
				s.events = append(s.events, e)
			}
		}
	}
	return s.events, nil
}

// Told says that the first n events that Events returned were told.
func (s *Subscription) Told(n int) {
	if s.events = s.events[min(n, len(s.events)):]; len(s.events) == 0 {
		s.events = nil
	}
}

func (s *Subscription) fid(id store.FolderID) mapi.ID {
	if id == 0 {
		return 0
	}
	return mapi.NewID(s.Replica, uint64(id))
}

func (s *Subscription) mid(id store.MessageID) mapi.ID { return mapi.NewID(s.Replica, uint64(id)) }

// event is what a change means to the viewer; ok is false if it means nothing.
func (s *Subscription) event(ctx context.Context, c *store.Change) (e Event, ok bool, err error) {
	switch c.Kind {
	case store.FolderCreated, store.FolderModified, store.FolderDeleted, store.FolderMoved, store.FolderCopied, store.SearchCompleted:
		return s.folderEvent(ctx, c)
	case store.MessageMoved, store.MessageCopied:
		return s.transferEvent(ctx, c)
	}
	e = Event{Flags: TypeOf(c.Kind) | mapi.NotifyMessage, Folder: s.fid(c.Folder), Message: s.mid(c.Message)}
	if ok, err = s.may(ctx, c.Folder, true); !ok || err != nil {
		return e, false, err
	}
	switch c.Kind {
	case store.NewMail:
		e.Wide = s.Viewer.Wide()
		e.MessageClass, e.MessageFlags, ok, err = s.mail(ctx, c.Message)
		if !s.NewMailFlags {
			e.MessageFlags = 0
		}
	case store.MessageModified:
		e.Tags = s.modified(c.Tags)
	case store.SearchMemberAdded, store.SearchMemberModified, store.SearchMemberRemoved:
		// In a folder that the viewer may not read it was found for others.
		e.Flags, e.Parent = e.Flags|mapi.NotifySearchFolder, s.fid(c.OldFolder)
		if c.Kind == store.SearchMemberModified {
			e.Tags = s.modified(c.Tags)
		}
		ok, err = s.may(ctx, c.OldFolder, true)
	}
	return e, ok, err
}

// may reports whether the viewer may hear of a folder. Of one that is gone only those may who may everything, and those
// who named it when they saw it.
func (s *Subscription) may(ctx context.Context, id store.FolderID, read bool) (bool, error) {
	may, gone, err := s.Viewer.May(ctx, id, read)
	return may || gone && s.Folder == id, err
}

// transferEvent is the event of a message that was moved or copied. Who sees only one of the folders is told of a message
// that is there now, or is not any more.
func (s *Subscription) transferEvent(ctx context.Context, c *store.Change) (e Event, ok bool, err error) {
	from, err := s.may(ctx, c.OldFolder, true)
	if err != nil {
		return e, false, err
	}
	from = from && !c.Buried // what was deleted comes from nowhere
	to, err := s.may(ctx, c.Folder, true)
	if err != nil {
		return e, false, err
	}
	e = Event{Flags: TypeOf(c.Kind) | mapi.NotifyMessage, Folder: s.fid(c.Folder), Message: s.mid(c.Message)}
	switch {
	case from && to:
		e.OldFolder, e.OldMessage = s.fid(c.OldFolder), s.mid(c.OldMessage)
	case to:
		e.Flags = mapi.NotifyObjectCreated | mapi.NotifyMessage
	case from && c.Kind == store.MessageMoved:
		e = Event{Flags: mapi.NotifyObjectDeleted | mapi.NotifyMessage, Folder: s.fid(c.OldFolder), Message: s.mid(c.OldMessage)}
	default:
		return e, false, nil
	}
	return e, s.Types&e.Flags&mapi.NotifyTypeMask != 0, nil
}

// folderEvent is the event of a change of a folder, [MS-OXCNOTIF] 2.2.1.4.1.2.
func (s *Subscription) folderEvent(ctx context.Context, c *store.Change) (e Event, ok bool, err error) {
	e = Event{Flags: TypeOf(c.Kind), Folder: s.fid(c.Folder), Parent: s.fid(c.Parent)}
	if ok, err = s.may(ctx, c.Folder, false); !ok || err != nil {
		return e, false, err
	}
	switch c.Kind {
	case store.FolderDeleted:
		e.Parent = s.fid(c.OldFolder)
	case store.FolderMoved:
		e.OldFolder, e.OldParent = e.Folder, s.fid(c.OldFolder)
	case store.FolderCopied:
		e.OldFolder, e.OldParent = s.fid(c.CopyOf), s.fid(c.OldFolder)
	case store.FolderModified:
		if c.Number != 0 {
			e.Tags = s.modified(c.Tags)
			break
		}
		return s.counts(ctx, e, c)
	}
	return e, true, nil
}

// mail is what is told of a message that arrived; ok is false if it is gone.
func (s *Subscription) mail(ctx context.Context, id store.MessageID) (class string, flags uint32, ok bool, err error) {
	err = s.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		m, err := r.Message(id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		props, err := r.Props(m.Bag, mapi.TagMessageClass)
		if err != nil {
			return err
		}
		if ok, flags = !m.Deleted, m.Flags; len(props) == 1 {
			class = props[0].Value.Str()
		}
		return nil
	})
	return class, flags, ok, err
}

// modified lists the properties that a modification changed, in versions that tell.
func (s *Subscription) modified(tags []mapi.PropTag) []mapi.PropTag {
	if !s.ModifiedTags {
		return nil
	}
	return tags
}

// counts completes the event of a folder in which something changed.
func (s *Subscription) counts(ctx context.Context, e Event, c *store.Change) (Event, bool, error) {
	total, unread, ok, err := s.Viewer.Counts(ctx, c.Folder)
	if err != nil || !ok {
		return e, false, err
	}
	tags := []mapi.PropTag{mapi.TagLocalCommitTimeMax}
	if c.Total {
		e.Flags, e.Total, tags = e.Flags|mapi.NotifyTotalChanged, total, append(tags, mapi.TagContentCount)
	}
	if c.Unread {
		e.Flags, e.Unread, tags = e.Flags|mapi.NotifyUnreadChanged, unread, append(tags, mapi.TagContentUnreadCount)
	}
	e.Tags = s.modified(tags)
	return e, true, nil
}
