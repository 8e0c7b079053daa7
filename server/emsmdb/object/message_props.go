package object

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// namedPropertyStart is the first id of named properties.
const namedPropertyStart = 0x8000

// messageFacts is what the computed properties of a message are made of, whether it is open or a row of a table.
type messageFacts struct {
	logon       *Logon
	id          store.MessageID
	folder      store.FolderID // where the message is
	instance    uint32
	flags       uint32 // as stored
	status      uint32
	attachments bool
	associated  bool
	change      store.ChangeNumber
	modified    mapi.FileTime
	size        int64
	rights      Rights
	depth       int32 // categories a row is in
	// conversation is PidTagConversationId as it is computed.
	conversation prop.Value
}

// rowNeed says what of messageFacts a computed property needs, so that rows fetch no more.
type rowNeed uint8

const (
	needFlags rowNeed = 1 << iota // flags, attachments
	needChange
	needModified
	needSize
	needConversation // what a conversation is told by
	needCreator      // whether the user made the message
	needFolder
)

// messageProp is one computed property of messages.
type messageProp struct {
	tag    mapi.PropTag // with the usual type
	need   rowNeed
	stored bool // a stored value comes first
	table  bool // in rows only
	value  func(f *messageFacts, tag mapi.PropTag) prop.Value
}

// messageProps are the computed properties of messages, [MS-OXCMSG] 2.2.1 and [MS-OXCTABL] 2.2.1.
var messageProps = []messageProp{
	{tag: mapi.TagMid, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.ID(mapi.NewID(ownReplica, uint64(f.id)))
	}},
	{tag: mapi.TagFolderId, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.ID(mapi.NewID(ownReplica, uint64(f.folder)))
	}},
	{tag: mapi.TagParentFolderId, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.ID(mapi.NewID(ownReplica, uint64(f.folder)))
	}},
	{tag: mapi.TagInstID, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.ID(mapi.NewID(ownReplica, uint64(f.id)))
	}},
	{tag: mapi.TagInstanceNum, value: func(f *messageFacts, _ mapi.PropTag) prop.Value { return prop.Uint32(f.instance) }},
	{tag: mapi.TagEntryId, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.messageEntryID(f.folder, f.id)
	}},
	{tag: mapi.TagLongTermEntryIdFromTable, need: needFolder, table: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.messageEntryID(f.folder, f.id)
	}},
	{tag: mapi.TagParentEntryId, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.folderEntryID(f.folder)
	}},
	{tag: mapi.TagInstanceKey, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return instanceKey(uint64(f.folder), uint64(f.id), f.instance)
	}},
	{tag: mapi.TagRecordKey, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		if !f.logon.env.Profile.Message.RecordKey {
			return prop.Value{}
		}
		return f.logon.messageEntryID(f.folder, f.id)
	}},
	{tag: mapi.TagSourceKey, stored: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.gid(uint64(f.id))
	}},
	{tag: mapi.TagParentSourceKey, need: needFolder, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.gid(uint64(f.folder))
	}},
	{tag: mapi.TagChangeKey, need: needChange, stored: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.gid(uint64(f.change))
	}},
	{tag: mapi.TagPredecessorChangeList, need: needChange, stored: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.logon.predecessors(f.change)
	}},
	{tag: mapi.TagChangeNumber, need: needChange, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.ID(mapi.NewID(ownReplica, uint64(f.change)))
	}},
	{tag: mapi.TagStoreEntryId, value: func(f *messageFacts, _ mapi.PropTag) prop.Value { return f.logon.storeEntryID() }},
	{tag: mapi.TagStoreRecordKey, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Binary(f.logon.mailbox.GUID[:])
	}},
	{tag: mapi.TagMappingSignature, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Binary(f.logon.mailbox.GUID[:])
	}},
	{tag: mapi.TagMessageFlags, need: needFlags, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Uint32(f.messageFlags())
	}},
	{tag: mapi.TagHasAttachments, need: needFlags, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Bool(f.attachments)
	}},
	{tag: mapi.TagRead, need: needFlags, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Bool(f.flags&mapi.MfRead != 0)
	}},
	{tag: mapi.TagMessageStatus, stored: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value { // rows fetch it
		return prop.Uint32(f.status)
	}},
	{tag: mapi.TagAssociated, value: func(f *messageFacts, _ mapi.PropTag) prop.Value { return prop.Bool(f.associated) }},
	{tag: mapi.TagMessageSize, need: needSize, value: func(f *messageFacts, tag mapi.PropTag) prop.Value {
		if tag.Type() == mapi.PtypInteger64 {
			return prop.Int64(f.size)
		}
		return prop.Int32(int32(min(f.size, math.MaxInt32)))
	}},
	{tag: mapi.TagAccess, need: needCreator, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Uint32(f.rights.MessageAccess())
	}},
	{tag: mapi.TagAccessLevel, need: needCreator, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Uint32(f.rights.MessageAccess() & mapi.AccessModify)
	}},
	{tag: mapi.TagObjectType, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		if !f.logon.env.Profile.Message.ObjectType {
			return prop.Value{}
		}
		return prop.Uint32(mapi.ObjectMessage)
	}},
	{tag: mapi.TagLocalCommitTime, need: needModified, stored: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return prop.Time(f.modified)
	}},
	{tag: mapi.TagConversationId, need: needConversation, stored: true, table: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value {
		return f.conversation
	}},
	{tag: mapi.TagRowType, table: true, value: func(*messageFacts, mapi.PropTag) prop.Value { return prop.Uint32(mapi.RowTypeLeaf) }},
	{tag: mapi.TagDepth, table: true, value: func(f *messageFacts, _ mapi.PropTag) prop.Value { return prop.Int32(f.depth) }},
}

// messagePropByID finds a computed property of messages.
var messagePropByID = func() map[uint16]*messageProp {
	m := make(map[uint16]*messageProp, len(messageProps))
	for i := range messageProps {
		m[messageProps[i].tag.ID()] = &messageProps[i]
	}
	return m
}()

// messageFlags adds the flags that follow from the message itself to those stored, [MS-OXCMSG] 2.2.1.6.
func (f *messageFacts) messageFlags() uint32 {
	flags := f.flags &^ mapi.MfFAI
	if f.associated {
		flags |= mapi.MfFAI
	}
	attachments := 0
	if f.attachments {
		attachments = 1
	}
	return msgprops.MessageFlags(flags, attachments)
}

// value gives a computed property that no stored value hides.
func (f *messageFacts) value(tag mapi.PropTag) prop.Value {
	p := messagePropByID[tag.ID()]
	if p == nil || p.table || p.stored {
		return prop.Value{}
	}
	return matching(p.value(f, tag), tag)
}

// fallback gives a computed property that a stored value would have hidden.
func (f *messageFacts) fallback(tag mapi.PropTag) prop.Value {
	p := messagePropByID[tag.ID()]
	if p == nil || p.table {
		return prop.Value{}
	}
	return matching(p.value(f, tag), tag)
}
