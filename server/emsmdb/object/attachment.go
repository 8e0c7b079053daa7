package object

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Attachment is an open attachment, [MS-OXCMSG].
type Attachment struct {
	logon    *Logon
	page     uint32
	writable bool
	work     *draft
	stages   *stages
	// touchedSize says that a client tried to set PidTagAttachSize.
	touchedSize bool

	store.Attachment
}

// attachment returns a new handle's Attachment.
func (m *Message) attachment(a store.Attachment, writable bool) *Attachment {
	return &Attachment{logon: m.logon, page: m.page, writable: writable, work: &draft{bag: a.Bag}, stages: m.stages, Attachment: a}
}

// OpenAttachment opens an attachment by its number, [MS-OXCMSG] 2.2.3.12.
func (m *Message) OpenAttachment(ctx context.Context, number uint32, mode uint8) (*Attachment, error) {
	if mode&^mapi.OpenModeBestAccess != 0 || mode == mapi.OpenModeCreate {
		return nil, mapi.ErrInvalidParameter
	}
	if mode == mapi.OpenModeReadWrite && !m.writable {
		return nil, mapi.ErrAccessDenied
	}
	var found *Attachment
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		list, err := r.Attachments(m.work.bag)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Number == number {
				found = m.attachment(list[i], m.writable && mode != mapi.OpenModeReadOnly)
				m.stages.hold()
				return nil
			}
		}
		return mapi.ErrNotFound
	})
	return found, err
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
		return prop.Uint32(a.Number)
	case mapi.TagAttachSize.ID():
		return prop.Int32(int32(min(a.Size, math.MaxInt32)))
	case mapi.TagAttachMethod.ID():
		if c, ok := a.work.changes[tag.ID()]; ok && c.value.Type() == mapi.PtypInteger32 {
			return c.value
		}
		return prop.Uint32(a.Method)
	case mapi.TagAccess.ID():
		return prop.Uint32(mapi.AccessRead | a.level())
	case mapi.TagAccessLevel.ID():
		return prop.Uint32(a.level())
	case mapi.TagRecordKey.ID():
		return instanceKey(uint64(a.Bag), uint64(a.Number), 0)
	case mapi.TagMappingSignature.ID(), mapi.TagStoreRecordKey.ID():
		return prop.Binary(a.logon.mailbox.GUID[:])
	case mapi.TagStoreEntryId.ID():
		return a.logon.storeEntryID()
	case mapi.TagObjectType.ID():
		if a.logon.env.Profile.Message.ObjectType {
			return prop.Uint32(mapi.ObjectAttachment)
		}
	case mapi.TagAttachDataObject.ID():
		if a.Embedded != 0 && tag.Type() == mapi.PtypObject {
			return tooLarge // opened by RopOpenEmbeddedMessage
		}
	}
	return prop.Value{}
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
	return values, err
}

func (a *Attachment) values(r store.Reader, tags []mapi.PropTag) ([]prop.Value, error) {
	values, err := pick(tags, a.computed, func(rest []mapi.PropTag) ([]store.Property, error) { return a.work.props(r, rest...) })
	if err != nil {
		return nil, err
	}
	for i, tag := range tags {
		if tag.ID() == mapi.TagRenderingPosition.ID() && isNotFound(values[i]) {
			values[i] = matching(prop.Int32(mapi.RenderingNone), tag)
		}
	}
	return values, nil
}

// List implements Bag.
func (a *Attachment) List(ctx context.Context) (tags []mapi.PropTag, err error) {
	err = a.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		props, err := a.work.props(r)
		tags = listed(props, a.computed, attachmentTags)
		return err
	})
	return tags, err
}

// OpenEmbedded opens the message that the attachment holds, [MS-OXCMSG] 2.2.3.16.
func (a *Attachment) OpenEmbedded(ctx context.Context, codePage uint16, mode uint8) (*Message, *Opened, error) {
	if mode > mapi.OpenModeCreate {
		return nil, nil, mapi.ErrInvalidParameter
	}
	page, err := a.logon.page(codePage)
	if err != nil {
		return nil, nil, err
	}
	if a.Embedded == 0 {
		return nil, nil, mapi.ErrNotFound
	}
	if mode != mapi.OpenModeReadOnly && !a.writable {
		return nil, nil, mapi.ErrAccessDenied
	}
	m := &Message{
		logon: a.logon, page: page, work: &draft{bag: a.Embedded}, stages: a.stages, embedded: true, rights: rightsAll, writable: a.writable && mode != mapi.OpenModeReadOnly,
	}
	var opened *Opened
	err = a.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		opened, err = m.opened(r)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	m.columns = opened.Columns
	m.stages.hold()
	return m, opened, nil
}
