package object

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"github.com/mapid/mapid/server/emsmdb/draft"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// CreateMessageRequest says where a message is to be made.
type CreateMessageRequest struct {
	CodePage   uint16
	Folder     mapi.ID
	Associated bool
}

// CreateMessage makes a message that only its handle knows until it is saved, [MS-OXCMSG] 3.2.5.2.
func (l *Logon) CreateMessage(ctx context.Context, req CreateMessageRequest) (*Message, error) {
	page, err := l.page(req.CodePage)
	if err != nil {
		return nil, err
	}
	f, err := l.folder(ctx, req.Folder)
	if err != nil {
		return nil, err
	}
	if err := l.require(f, 0); err != nil {
		return nil, err
	}
	switch {
	case f.Deleted:
		return nil, mapi.ErrNotFound
	case f.Type == store.FolderSearch:
		return nil, mapi.ErrSearchFolder
	case !l.rights(f).MayCreate(req.Associated):
		return nil, l.env.Profile.Message.CreateDenied
	}
	m := &Message{
		logon: l, page: page, folder: f.ID, work: new(draft.Draft), stages: newStages(l), fresh: true, associated: req.Associated, writable: true,
		rights: l.rights(f),
	}
	if err := m.initialize(); err != nil {
		return nil, err
	}
	return m, nil
}

// initialize gives a new message what it starts with.
func (m *Message) initialize() error {
	l := m.logon
	created := msgprops.Created{
		Now: mapi.NewFileTime(l.env.Now()), By: l.person(), Locale: l.session.LCIDString, CodePage: l.session.CodePage, FAI: m.associated,
	}
	// The time comes first, so that new keys stand side by side in an index of them.
	binary.BigEndian.PutUint64(created.SearchKey[:], uint64(created.Now))
	if _, err := rand.Read(created.SearchKey[8:]); err != nil {
		return err
	}
	for _, p := range msgprops.NewMessage(created, l.env.messageRules()) {
		if !draft.KeptByServer(p.Tag) || p.Tag == mapi.TagMessageFlags {
			m.work.Set(draft.Change{Tag: p.Tag, Value: p.Value})
		}
	}
	return nil
}

// person is who acts in this logon.
func (l *Logon) person() msgprops.Person {
	u := &l.session.User
	return msgprops.Person{Name: u.DisplayName, EntryID: addressEntryID(u).Bytes()}
}

// messageRules tells package msgprops what the version does.
func (e *Env) messageRules() msgprops.Rules {
	m, s := &e.Profile.Message, &e.Profile.Submit
	return msgprops.Rules{
		InitialFlags: m.InitialFlags, InitialAccess: m.InitialAccess, TrustSender: m.TrustSender, SetsCreator: m.SetsCreator,
		SetsDisplayLists: m.SetsDisplayLists, ConversationTopic: s.ConversationTopic, ConversationID: s.ConversationID,
	}
}

// freshHidden are computed properties that a message without a place in a folder does not have.
var freshHidden = []uint16{
	mapi.TagMid.ID(), mapi.TagInstID.ID(), mapi.TagEntryId.ID(), mapi.TagSourceKey.ID(), mapi.TagChangeKey.ID(),
	mapi.TagPredecessorChangeList.ID(), mapi.TagChangeNumber.ID(), mapi.TagRecordKey.ID(), mapi.TagInstanceKey.ID(),
	mapi.TagInstanceNum.ID(), mapi.TagLocalCommitTime.ID(),
}

// draftFacts fills in what a message that has no row of its own in the store, a new or an embedded one, keeps in its
// properties and its attachments.
func (m *Message) draftFacts(r store.Reader, f *messageFacts) error {
	props, err := m.work.Props(r)
	if err != nil {
		return err
	}
	f.associated = m.associated
	if v := find(props, mapi.TagMessageFlags); v.Type() == mapi.PtypInteger32 {
		f.flags = uint32(v.Bits())
	}
	if v := find(props, mapi.TagLastModificationTime); v.Type() == mapi.PtypTime {
		f.modified = v.FileTime()
	}
	if m.fresh {
		if f.size, err = m.work.Size(r); err != nil {
			return err
		}
	}
	list, err := m.work.AttachmentList(r)
	f.attachments = len(list) > 0
	return err
}
