package object

import (
	"context"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
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
	work     *draft
	stages   *stages
	embedded bool
	fresh    bool // never saved
	writable bool
	// touchedReadOnly says that a client tried to change what it may not.
	touchedReadOnly bool

	rights  Rights         // on the folder, when it was opened
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
			// The folder may be a search folder that shows the message; one of another mailbox is a mistake.
			f, err := r.Folder(want)
			if err != nil {
				return err
			}
			if f.Mailbox != l.mailbox.ID {
				return store.ErrNotFound
			}
		}
		if msg.Deleted && req.Mode&mapi.OpenModeSoftDeleted == 0 {
			return store.ErrNotFound
		}
		m.folder, m.work = msg.Folder, &draft{bag: msg.Bag}
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
	if err := l.require(f, Rights(mapi.RightReadAny)); err != nil {
		return nil, nil, err
	}
	if m.writable, err = l.writable(f, req.Mode); err != nil {
		return nil, nil, err
	}
	m.columns, m.rights = opened.Columns, l.rights(f)
	return m, opened, nil
}

// writable decides the access of a message from the mode asked for, [MS-OXCMSG] 2.2.3.1.1.
func (l *Logon) writable(f *folderState, mode uint8) (bool, error) {
	may := l.rights(f)&Rights(mapi.RightEditAny) != 0
	switch mode & mapi.OpenModeBestAccess {
	case mapi.OpenModeReadWrite:
		if !may {
			return false, mapi.ErrAccessDenied
		}
		return true, nil
	case mapi.OpenModeBestAccess:
		return may, nil
	}
	return may && !l.env.Profile.Message.OpensReadOnly, nil
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
	props, err := m.work.props(r)
	if err != nil {
		return nil, err
	}
	o := new(Opened)
	for i := range props {
		if props[i].Tag.IsNamed() {
			o.HasNamedProperties = true
		}
	}
	o.subject(props)
	if o.Recipients, err = r.Recipients(m.work.bag); err != nil {
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

// ID returns the message's MID, 0 for an embedded one.
func (m *Message) ID() mapi.ID {
	if m.embedded {
		return 0
	}
	return mapi.NewID(ownReplica, uint64(m.id))
}

// facts reads what computed properties need.
func (m *Message) facts(ctx context.Context, r store.Reader) (*messageFacts, error) {
	f := &messageFacts{logon: m.logon, id: m.id, folder: m.folder, rights: m.rights}
	if m.embedded {
		return f, m.embeddedFacts(r, f)
	}
	msg, err := r.Message(m.id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, mapi.ErrObjectDeleted
	}
	if err != nil {
		return nil, err
	}
	m.folder = msg.Folder // it may have been moved
	f.folder, f.flags, f.attachments, f.associated = msg.Folder, msg.Flags, msg.Attachments > 0, msg.Associated
	f.change, f.modified, f.size, f.status = msg.Change, msg.Modified, msg.Size, msg.Status
	return f, nil
}

// embeddedFacts fills in what an embedded message keeps in its properties and its attachments.
func (m *Message) embeddedFacts(r store.Reader, f *messageFacts) error {
	props, err := m.work.props(r, mapi.TagMessageFlags, mapi.TagLastModificationTime)
	if err != nil {
		return err
	}
	if v := find(props, mapi.TagMessageFlags); v.Type() == mapi.PtypInteger32 {
		f.flags = uint32(v.Bits())
	}
	if v := find(props, mapi.TagLastModificationTime); v.Type() == mapi.PtypTime {
		f.modified = v.FileTime()
	}
	atts, err := r.Attachments(m.work.bag)
	f.attachments = len(atts) > 0
	return err
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
		first, fallback, err := m.computed(ctx, r)
		if err != nil {
			return err
		}
		values, err = pick(tags, first, func(rest []mapi.PropTag) ([]store.Property, error) {
			return m.work.props(r, rest...)
		})
		if err != nil {
			return err
		}
		for i, tag := range tags {
			if !isNotFound(values[i]) || m.logon.env.hides(tag.ID()) {
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
	return values, err
}

// computed returns the properties the message computes before and after looking at stored ones.
func (m *Message) computed(ctx context.Context, r store.Reader) (first, fallback computed, err error) {
	f, err := m.facts(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	subject, err := m.pendingSubject(r)
	if err != nil {
		return nil, nil, err
	}
	hidden := func(tag mapi.PropTag) bool { return m.embedded && slices.Contains(embeddedHidden, tag.ID()) }
	first = func(tag mapi.PropTag) prop.Value {
		if m.logon.env.hides(tag.ID()) {
			return notFound
		}
		if hidden(tag) {
			return prop.Value{}
		}
		if tag.ID() == mapi.TagAccessLevel.ID() {
			return m.accessLevel()
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
		first, fallback, err := m.computed(ctx, r)
		if err != nil {
			return err
		}
		props, err := m.work.props(r)
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
		return nil
	})
	return tags, err
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
