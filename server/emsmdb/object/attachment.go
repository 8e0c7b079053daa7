package object

import (
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/store"
)

// Attachment is an open attachment, [MS-OXCMSG].
type Attachment struct {
	logon    *Logon
	page     uint32
	writable bool
	in       *Message     // it was opened from
	message  *draft.Draft // that it is saved into
	work     *draft.Draft
	stages   *stages
	depth    int // of the message it is in; 0 stands in a folder
	// touchedSize says that a client tried to set PidTagAttachSize.
	touchedSize bool
}

// attachment returns the object of a new handle. The caller counts it.
func (m *Message) attachment(work *draft.Draft, writable bool) *Attachment {
	return &Attachment{logon: m.logon, page: m.page, writable: writable, in: m, message: m.work, work: work, stages: m.stages, depth: m.depth}
}

// OpenAttachment opens an attachment by its number, [MS-OXCMSG] 3.2.5.12.
func (m *Message) OpenAttachment(ctx context.Context, number uint32, mode uint8) (*Attachment, error) {
	if mode&^mapi.OpenModeBestAccess != 0 || mode == mapi.OpenModeCreate {
		return nil, mapi.ErrInvalidParameter
	}
	if mode == mapi.OpenModeReadWrite && !m.writable {
		return nil, mapi.ErrAccessDenied
	}
	var found *draft.Draft
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		found, err = m.work.Attachment(r, number)
		return err
	})
	if err == nil && found == nil {
		err = mapi.ErrNotFound
	}
	if err != nil {
		return nil, gone(err)
	}
	m.stages.hold()
	return m.attachment(&draft.Draft{Below: found, Number: number, Stored: found.Stored}, m.writable && mode != mapi.OpenModeReadOnly), nil
}

// gone turns the absence of an object that was there into what clients are told of it.
func gone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return mapi.ErrObjectDeleted
	}
	return err
}

// CreateAttachment makes an attachment that only its handle knows until it is saved, [MS-OXCMSG] 3.2.5.13. One too many
// is ecMaxAttachmentExceeded, and so is one too deep: it is the one code that [MS-OXCMSG] has for a limit of the server's
// own on what stands in a message.
func (m *Message) CreateAttachment(ctx context.Context) (*Attachment, uint32, error) {
	if !m.writable {
		return nil, 0, mapi.ErrAccessDenied
	}
	limits := &m.logon.env.Limits
	if m.depth > limits.Depth {
		return nil, 0, mapi.ErrMaxAttachment
	}
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		n, err := m.countAttachments(r)
		if err == nil && n >= limits.Attachments {
			err = mapi.ErrMaxAttachment
		}
		return err
	})
	if err != nil {
		return nil, 0, gone(err)
	}
	number := m.nextAttachment
	m.nextAttachment++ // used up even if the attachment is never saved
	work := &draft.Draft{Number: number}
	now := prop.Time(mapi.NewFileTime(m.logon.env.Now()))
	for _, p := range []prop.Tagged{
		{Tag: mapi.TagRenderingPosition, Value: prop.Int32(mapi.RenderingNone)}, {Tag: mapi.TagCreationTime, Value: now}, {Tag: mapi.TagLastModificationTime, Value: now},
	} {
		work.Set(draft.Change{Tag: p.Tag, Value: p.Value})
	}
	m.stages.hold()
	return m.attachment(work, true), number, nil
}

// countAttachments counts the attachments and takes note of the numbers that are used up.
func (m *Message) countAttachments(r store.Reader) (int, error) {
	list, err := m.work.AttachmentList(r)
	if err != nil {
		return 0, err
	}
	for _, a := range list {
		m.nextAttachment = max(m.nextAttachment, a.Number+1)
	}
	props, err := m.work.RawProps(r, draft.AttachmentCounter)
	m.nextAttachment = max(m.nextAttachment, uint32(valueOf(props, draft.AttachmentCounter).Bits()))
	return len(list), err
}

// counter returns what a save must keep of the numbers that are used up, if anything.
func (m *Message) counter(list []*draft.Draft) []prop.Tagged {
	if n := len(list); m.nextAttachment == 0 || n > 0 && list[n-1].Number+1 == m.nextAttachment {
		return nil
	}
	return []prop.Tagged{{Tag: draft.AttachmentCounter, Value: prop.Uint32(m.nextAttachment)}}
}

// DeleteAttachment deletes an attachment from the message, for others once that is saved, [MS-OXCMSG] 3.2.5.14.
func (m *Message) DeleteAttachment(ctx context.Context, number uint32) error {
	if !m.writable {
		return mapi.ErrAccessDenied
	}
	var found *draft.Draft
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		if _, err := m.countAttachments(r); err != nil {
			return err
		}
		found, err = m.work.Attachment(r, number)
		return err
	})
	if err == nil && found == nil {
		err = mapi.ErrNotFound
	}
	if err != nil {
		return gone(err)
	}
	return m.stages.drop(ctx, m.work.Remove(found)...)
}

// ValidAttachments lists the numbers of the message's attachments, [MS-OXCMSG] 2.2.3.18.
func (m *Message) ValidAttachments(ctx context.Context) (numbers []uint32, err error) {
	err = m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		list, err := m.work.AttachmentList(r)
		for _, a := range list {
			numbers = append(numbers, a.Number)
		}
		return err
	})
	return numbers, gone(err)
}

// Save commits the changes of the attachment to its message, [MS-OXCMSG] 3.2.5.15.
func (a *Attachment) Save(ctx context.Context, flags uint8) error {
	p := &a.logon.env.Profile.Message
	switch keep := flags & saveFlagsMask; {
	case keep != 0 && keep&(keep-1) != 0:
		return mapi.ErrNoSupport // no combination of these
	case !a.writable:
		return codeOrNil(p.SaveReadOnly)
	case a.touchedSize && p.AttachSizeChanged != mapi.Success:
		return p.AttachSizeChanged
	case a.work.Below != nil && a.work.Below.Deleted:
		return mapi.ErrObjectDeleted
	}
	if a.work.Changes[mapi.TagLastModificationTime.ID()].Tag == 0 {
		a.work.Set(draft.Change{Tag: mapi.TagLastModificationTime, Value: prop.Time(mapi.NewFileTime(a.logon.env.Now()))})
	}
	if a.work.Below == nil {
		a.work.Below = &draft.Draft{Number: a.work.Number}
		a.message.Keep(a.work.Below)
	}
	dropped := a.work.Commit()
	a.touchedSize = false
	if flags&saveFlagsMask == mapi.SaveKeepOpenReadOnly && p.KeepsOpenReadOnly {
		a.writable = false
	}
	return a.stages.drop(ctx, dropped...)
}

// Kind implements Object.
func (a *Attachment) Kind() Kind { return KindAttachment }

// Close implements Object.
func (a *Attachment) Close() { a.stages.release() }

// CodePage implements Bag.
func (a *Attachment) CodePage() uint32 { return a.page }

// Logon implements Bag.
func (a *Attachment) Logon() *Logon { return a.logon }

// attachmentTags are the computed properties of attachments.
var attachmentTags = []mapi.PropTag{
	mapi.TagAttachNumber, mapi.TagAttachSize, mapi.TagAttachMethod, mapi.TagAccess, mapi.TagAccessLevel,
	mapi.TagRecordKey, mapi.TagMappingSignature, mapi.TagStoreRecordKey, mapi.TagStoreEntryId, mapi.TagObjectType,
	mapi.TagRenderingPosition,
}

// computed gives the properties of attachments that are not stored, [MS-OXCMSG] 2.2.2.
func (a *Attachment) computed(tag mapi.PropTag) prop.Value {
	switch tag.ID() {
	case mapi.TagAttachNumber.ID():
		return prop.Uint32(a.work.Number)
	case mapi.TagAttachMethod.ID():
		return prop.Uint32(a.work.Method())
	case mapi.TagAccess.ID():
		return prop.Uint32(mapi.AccessRead | a.level())
	case mapi.TagAccessLevel.ID():
		if a.work.Unsaved() {
			return prop.Uint32(a.logon.env.Profile.Message.NewAttachAccessLevel)
		}
		return prop.Uint32(a.level())
	case mapi.TagRecordKey.ID():
		return instanceKey(uint64(a.work.StoredBag()), uint64(a.work.Number), 0)
	case mapi.TagMappingSignature.ID(), mapi.TagStoreRecordKey.ID():
		return prop.Binary(a.logon.mailbox.GUID[:])
	case mapi.TagStoreEntryId.ID():
		return a.logon.storeEntryID()
	case mapi.TagObjectType.ID():
		if a.logon.env.Profile.Message.ObjectType {
			return prop.Uint32(mapi.ObjectAttachment)
		}
	case mapi.TagAttachDataObject.ID():
		if tag.Type() == mapi.PtypObject && a.work.Message() != nil {
			return tooLarge // opened by RopOpenEmbeddedMessage
		}
	}
	return prop.Value{}
}

// size is PidTagAttachSize: what the attachment counts for in the size of its message.
func (a *Attachment) size(r store.Reader) (prop.Value, error) {
	switch {
	case a.work.Unsaved():
		return prop.Uint32(a.logon.env.Profile.Message.NewAttachSize), nil
	case !a.work.Dirty() && !a.work.Below.Dirty():
		return prop.Int32(int32(min(a.work.Below.Stored.Size, math.MaxInt32))), nil
	}
	n, err := a.work.Size(r)
	return prop.Int32(int32(min(n, math.MaxInt32))), err
}

func (a *Attachment) level() uint32 {
	if a.writable {
		return mapi.AccessModify
	}
	return 0
}

// Get implements Bag.
func (a *Attachment) Get(ctx context.Context, tags []mapi.PropTag) (values []prop.Value, err error) {
	err = a.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		values, err = a.values(r, tags)
		return err
	})
	return values, gone(err)
}

func (a *Attachment) values(r store.Reader, tags []mapi.PropTag) ([]prop.Value, error) {
	values, err := pick(tags, a.computed, func(rest []mapi.PropTag) ([]store.Property, error) { return a.work.Props(r, rest...) })
	if err != nil {
		return nil, err
	}
	for i, tag := range tags {
		switch {
		case tag.ID() == mapi.TagAttachSize.ID():
			v, err := a.size(r)
			if err != nil {
				return nil, err
			}
			if values[i] = matching(v, tag); values[i].IsZero() {
				values[i] = notFound
			}
		case tag.ID() == mapi.TagRenderingPosition.ID() && isNotFound(values[i]):
			values[i] = matching(prop.Int32(mapi.RenderingNone), tag)
		}
	}
	return values, nil
}

// List implements Bag.
func (a *Attachment) List(ctx context.Context) (tags []mapi.PropTag, err error) {
	err = a.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		props, err := a.work.Props(r)
		tags = listed(props, func(tag mapi.PropTag) prop.Value {
			if tag == mapi.TagAttachSize {
				return prop.Int32(0) // there is one
			}
			return a.computed(tag)
		}, attachmentTags)
		return err
	})
	return tags, gone(err)
}

// OpenEmbedded opens the message that the attachment holds, or makes it, [MS-OXCMSG] 3.2.5.16.
func (a *Attachment) OpenEmbedded(ctx context.Context, codePage uint16, mode uint8) (*Message, *Opened, error) {
	if mode > mapi.OpenModeCreate {
		return nil, nil, mapi.ErrInvalidParameter
	}
	page, err := a.logon.page(codePage)
	if err != nil {
		return nil, nil, err
	}
	if mode != mapi.OpenModeReadOnly && !a.writable {
		return nil, nil, mapi.ErrAccessDenied
	}
	m := &Message{
		logon: a.logon, page: page, stages: a.stages, holder: a.work, in: a, embedded: true, rights: acl.All, depth: a.depth + 1,
		writable: a.writable && (mode != mapi.OpenModeReadOnly || !a.logon.env.Profile.Message.EmbeddedReadOnly),
	}
	switch inner := a.work.Message(); {
	case m.depth > a.logon.env.Limits.Depth:
		return nil, nil, mapi.ErrMaxAttachment
	case inner != nil:
		m.work = &draft.Draft{Below: inner}
	case mode != mapi.OpenModeCreate:
		return nil, nil, mapi.ErrNotFound
	default:
		m.work, m.fresh = new(draft.Draft), true
		if err := m.initialize(); err != nil {
			return nil, nil, err
		}
	}
	var opened *Opened
	err = a.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		opened, err = m.opened(r)
		return err
	})
	if err != nil {
		return nil, nil, gone(err)
	}
	m.columns = opened.Columns
	m.stages.hold()
	return m, opened, nil
}
