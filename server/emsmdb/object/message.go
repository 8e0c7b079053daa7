package object

import (
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"slices"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// CodePageOfLogon in CodePageId stands for the code page of the session, [MS-OXCMSG] 2.2.3.1.1.
const CodePageOfLogon uint16 = 0x0FFF

// Message is an open message, or an embedded one, [MS-OXCMSG].
type Message struct {
	logon    *Logon
	page     uint32
	id       store.MessageID // 0 in embedded messages
	folder   store.FolderID
	work     *draft.Draft
	stages   *stages
	embedded bool
	holder   *draft.Draft // the attachment that an embedded message is saved into
	in       *Attachment
	fresh    bool // never saved
	writable bool
	// base is the change number as of the last look that counts as this handle's own; another handle's save moves the
	// message's on.
	base        store.ChangeNumber
	associated  bool
	softDeleted bool // when it was opened
	depth       int  // of embedding
	// nextAttachment is above every number that this handle has met or given.
	nextAttachment uint32
	// touchedReadOnly says that a client tried to change what it may not.
	touchedReadOnly bool

	rights  Rights         // on the message, as of the last look
	own     bool           // the user made it
	columns []mapi.PropTag // of recipient rows, as told when the message was opened
}

// OpenMessageRequest says which message to open and how.
type OpenMessageRequest struct {
	CodePage uint16
	Folder   mapi.ID // 0: wherever the message is
	Message  mapi.ID
	Mode     uint8
}

// Opened is what opening a message tells of it, [MS-OXCMSG] 2.2.3.1.2.
type Opened struct {
	HasNamedProperties bool
	SubjectPrefix      string
	HasPrefix          bool // the prefix is known, even if empty
	NormalizedSubject  string
	HasSubject         bool
	Columns            []mapi.PropTag // of the recipients' further properties
	Recipients         []store.Recipient
}

// OpenMessage opens a message of the mailbox, [MS-OXCMSG] 3.2.5.1.
func (l *Logon) OpenMessage(ctx context.Context, req OpenMessageRequest) (*Message, *Opened, error) {
	page, err := l.page(req.CodePage)
	if err != nil {
		return nil, nil, err
	}
	id, ok := messageID(req.Message)
	if !ok {
		return nil, nil, mapi.ErrNotFound
	}
	m := &Message{logon: l, page: page, id: id, stages: newStages(l)}
	var opened *Opened
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		msg, err := r.Message(id)
		if err != nil {
			return err
		}
		if msg.Mailbox != l.mailbox.ID {
			return store.ErrNotFound
		}
		if want, ok := folderID(req.Folder); ok && want != msg.Folder {
			// A search folder may show the message; no other folder does.
			f, err := r.Folder(want)
			if err != nil {
				return err
			}
			if f.Mailbox != l.mailbox.ID || f.Type != store.FolderSearch {
				return store.ErrNotFound
			}
		}
		if msg.Deleted && req.Mode&mapi.OpenModeSoftDeleted == 0 {
			return store.ErrNotFound
		}
		m.folder, m.work, m.base = msg.Folder, &draft.Draft{Bag: msg.Bag}, msg.Change
		m.associated, m.softDeleted = msg.Associated, msg.Deleted
		if m.own, err = l.made(r, msg.Bag); err != nil {
			return err
		}
		opened, err = m.opened(r)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	f, err := l.state(ctx, m.folder)
	if err != nil {
		return nil, nil, err
	}
	m.look(f)
	if err := m.rights.Require(Rights(mapi.RightReadAny)); err != nil {
		return nil, nil, err
	}
	if m.writable, err = m.opensWritable(req.Mode); err != nil {
		return nil, nil, err
	}
	m.columns = opened.Columns
	return m, opened, nil
}

// look takes note of what the user may do with the message.
func (m *Message) look(f *cache.Folder) {
	if m.rights = m.logon.rights(f); m.own {
		m.rights = m.rights.OfOwn()
	}
}

// recheck looks again: rights may have been taken away since the message was opened.
func (m *Message) recheck(ctx context.Context) error {
	if m.embedded {
		return nil // the message that it is in decides
	}
	f, err := m.logon.state(ctx, m.folder)
	if err != nil {
		return gone(err)
	}
	m.look(f)
	return nil
}

// mayEdit reports whether the user may change the message.
func (m *Message) mayEdit() bool { return m.rights&Rights(mapi.RightEditAny) != 0 }

// opensWritable decides whether the message can be changed through its handle, from the mode asked for, [MS-OXCMSG]
// 2.2.3.1.1. Where a version opens it for writing all the same, saving tells the user that they may not.
func (m *Message) opensWritable(mode uint8) (bool, error) {
	p := &m.logon.env.Profile.Message
	switch mode & mapi.OpenModeBestAccess {
	case mapi.OpenModeReadWrite:
		if !m.mayEdit() {
			return false, mapi.ErrAccessDenied
		}
		return true, nil
	case mapi.OpenModeBestAccess:
		return m.mayEdit() || !p.BestAccessReadOnly, nil
	}
	return m.mayEdit() && !p.OpensReadOnly, nil
}

// page returns the code page that a CodePageId stands for.
func (l *Logon) page(id uint16) (uint32, error) {
	if id == CodePageOfLogon {
		return l.session.CodePage, nil
	}
	if !codepage.Known(uint32(id)) && uint32(id) != codepage.UTF16LE {
		return 0, mapi.ErrUnknownCodePage
	}
	return uint32(id), nil
}

// opened reads what the response of opening a message tells.
func (m *Message) opened(r store.Reader) (*Opened, error) {
	props, err := m.work.Props(r)
	if err != nil {
		return nil, err
	}
	o := new(Opened)
	for i := range props {
		if props[i].Tag.IsNamed() {
			o.HasNamedProperties = true
		}
	}
	if pending, err := m.pendingSubject(r); err != nil {
		return nil, err
	} else if pending != nil {
		o.SubjectPrefix, o.HasPrefix = pending[mapi.TagSubjectPrefix.ID()].Str(), true
		o.NormalizedSubject, o.HasSubject = pending[mapi.TagNormalizedSubject.ID()].Str(), true
	} else {
		o.subject(props)
	}
	if o.Recipients, err = m.work.RecipientList(r); err != nil {
		return nil, err
	}
	o.Columns = recipientColumns(o.Recipients)
	return o, nil
}

// subject fills in prefix and normalized subject from what is stored: both, or the subject they make together.
func (o *Opened) subject(props []store.Property) {
	subject := find(props, mapi.TagSubject)
	prefix := find(props, mapi.TagSubjectPrefix)
	normalized := find(props, mapi.TagNormalizedSubject)
	if prefix.Type() == mapi.PtypString {
		o.SubjectPrefix, o.HasPrefix = prefix.Str(), true
	}
	switch {
	case normalized.Type() == mapi.PtypString:
		o.NormalizedSubject, o.HasSubject = normalized.Str(), true
	case subject.Type() == mapi.PtypString:
		o.HasSubject, o.HasPrefix = true, true
		parts := msgprops.SplitSubjectAt(subject.Str(), o.SubjectPrefix)
		if o.SubjectPrefix == "" {
			parts = msgprops.SplitSubject(subject.Str())
		}
		o.SubjectPrefix, o.NormalizedSubject = parts.Prefix, parts.Normalized
	}
}

// Kind implements Object.
func (m *Message) Kind() Kind { return KindMessage }

// Close implements Object.
func (m *Message) Close() { m.stages.release() }

// CodePage implements Bag.
func (m *Message) CodePage() uint32 { return m.page }

// Logon implements Bag.
func (m *Message) Logon() *Logon { return m.logon }

// ID returns the message's MID, 0 for one that is embedded or was never saved.
func (m *Message) ID() mapi.ID {
	if m.id == 0 {
		return 0
	}
	return mapi.NewID(ownReplica, uint64(m.id))
}

// facts reads what computed properties need.
func (m *Message) facts(r store.Reader) (*messageFacts, error) {
	f := &messageFacts{logon: m.logon, id: m.id, folder: m.folder, rights: m.rights}
	if m.id == 0 {
		return f, m.draftFacts(r, f)
	}
	msg, err := r.Message(m.id)
	if errors.Is(err, store.ErrNotFound) || err == nil && msg.Deleted && !m.softDeleted {
		return nil, mapi.ErrObjectDeleted
	}
	if err != nil {
		return nil, err
	}
	f.folder, f.flags, f.attachments, f.associated = msg.Folder, msg.Flags, msg.Attachments > 0, msg.Associated
	f.change, f.modified, f.size, f.status = msg.Change, msg.Modified, msg.Size, msg.Status
	if m.logon.perUser(msg.Associated) {
		have, err := r.HaveRead(m.logon.reader(), msg.Folder, []store.MessageID{m.id})
		if err != nil {
			return nil, err
		}
		f.flags = m.logon.seen(f.flags, have[m.id])
	}
	if len(m.work.Attachments) > 0 {
		list, err := m.work.AttachmentList(r)
		f.attachments = len(list) > 0
		return f, err
	}
	return f, nil
}

// embeddedHidden are computed properties that an embedded message, which has no place in a folder, does not have.
var embeddedHidden = []uint16{
	mapi.TagMid.ID(), mapi.TagFolderId.ID(), mapi.TagParentFolderId.ID(), mapi.TagInstID.ID(), mapi.TagEntryId.ID(),
	mapi.TagParentEntryId.ID(), mapi.TagSourceKey.ID(), mapi.TagParentSourceKey.ID(), mapi.TagChangeKey.ID(),
	mapi.TagPredecessorChangeList.ID(), mapi.TagChangeNumber.ID(), mapi.TagRecordKey.ID(), mapi.TagInstanceKey.ID(),
	mapi.TagInstanceNum.ID(), mapi.TagMessageSize.ID(), mapi.TagAssociated.ID(), mapi.TagMessageStatus.ID(),
}

// Get implements Bag.
func (m *Message) Get(ctx context.Context, tags []mapi.PropTag) ([]prop.Value, error) {
	var values []prop.Value
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		first, fallback, err := m.computed(r)
		if err != nil {
			return err
		}
		values, err = pick(tags, first, func(rest []mapi.PropTag) ([]store.Property, error) {
			return m.work.Props(r, rest...)
		})
		if err != nil {
			return err
		}
		for i, tag := range tags {
			if m.logon.env.hides(tag.ID()) {
				continue
			}
			v, err := m.bodyFacts(r, tag)
			if err != nil {
				return err
			}
			if v = matching(v, tag); !v.IsZero() {
				values[i] = v
			}
			if !isNotFound(values[i]) {
				continue
			}
			if v := fallback(tag); !v.IsZero() {
				values[i] = v
			} else if values[i], err = m.derived(r, tag); err != nil {
				return err
			}
		}
		return nil
	})
	return values, gone(err)
}

// computed returns the properties the message computes before and after looking at stored ones.
func (m *Message) computed(r store.Reader) (first, fallback computed, err error) {
	f, err := m.facts(r)
	if err != nil {
		return nil, nil, err
	}
	subject, err := m.pendingSubject(r)
	if err != nil {
		return nil, nil, err
	}
	hidden := func(tag mapi.PropTag) bool {
		return m.embedded && slices.Contains(embeddedHidden, tag.ID()) || m.fresh && slices.Contains(freshHidden, tag.ID())
	}
	first = func(tag mapi.PropTag) prop.Value {
		if m.logon.env.hides(tag.ID()) {
			return notFound
		}
		if hidden(tag) {
			return prop.Value{}
		}
		switch {
		case tag.ID() == mapi.TagAccessLevel.ID():
			return m.accessLevel()
		case tag.ID() == mapi.TagAccess.ID() && m.fresh:
			return prop.Uint32(m.logon.env.Profile.Message.InitialAccess)
		}
		if v := subject[tag.ID()]; !v.IsZero() {
			return v
		}
		return f.value(tag)
	}
	fallback = func(tag mapi.PropTag) prop.Value {
		if hidden(tag) {
			return prop.Value{}
		}
		return f.fallback(tag)
	}
	return first, fallback, nil
}

func (m *Message) accessLevel() prop.Value {
	if m.writable {
		return prop.Int32(1)
	}
	return prop.Int32(0)
}

// List implements Bag.
func (m *Message) List(ctx context.Context) ([]mapi.PropTag, error) {
	var tags []mapi.PropTag
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		first, fallback, err := m.computed(r)
		if err != nil {
			return err
		}
		props, err := m.work.Props(r)
		if err != nil {
			return err
		}
		props = slices.DeleteFunc(props, func(p store.Property) bool { return m.logon.env.hides(p.Tag.ID()) })
		tags = listed(props, func(tag mapi.PropTag) prop.Value {
			if v := first(tag); !v.IsZero() {
				return v
			}
			return fallback(tag)
		}, computedMessageTags)
		more, err := m.derivedBodyTags(r, props)
		tags = append(tags, more...)
		slices.Sort(tags)
		return err
	})
	return tags, gone(err)
}

// computedMessageTags are the tags of messageProps that an open message has.
var computedMessageTags = func() (tags []mapi.PropTag) {
	for i := range messageProps {
		if !messageProps[i].table {
			tags = append(tags, messageProps[i].tag)
		}
	}
	return tags
}()
