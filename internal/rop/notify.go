package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// NotifyResponse is the RopNotify response, [MS-OXCROPS] 2.2.14.2.1. It stands after the responses to all requests.
type NotifyResponse struct {
	NotificationHandle uint32 // of the subscription or table, not an index
	LogonID            uint8
	NotificationData
}

// Head implements Response: there is none.
func (*NotifyResponse) Head() *ResponseHead { return nil }

// RopID implements Message.
func (*NotifyResponse) RopID() ID { return Notify }

// Encode implements Message.
func (m *NotifyResponse) Encode(w *wire.Writer) {
	w.U8(uint8(Notify))
	w.U32(m.NotificationHandle)
	w.U8(m.LogonID)
	m.NotificationData.put(w)
}

// Decode implements Message.
func (m *NotifyResponse) Decode(d *Decoder) {
	d.Skip(1)
	m.NotificationHandle = d.U32()
	m.LogonID = d.U8()
	m.NotificationData.read(d)
}

// NotificationData is one event, [MS-OXCNOTIF] 2.2.1.4.1.2. NotificationFlags and TableEventType say which of the
// other fields are there; those that are not are ignored.
type NotificationData struct {
	NotificationFlags uint16

	// Of NotifyTableModified.
	TableEventType              uint16
	TableRowFolderID            mapi.ID
	TableRowMessageID           mapi.ID
	TableRowInstance            uint32
	InsertAfterTableRowFolderID mapi.ID // 0 if the row is the first
	InsertAfterTableRowID       mapi.ID
	InsertAfterTableRowInstance uint32
	TableRowData                []byte // a PropertyRow over the columns of the table

	// Of the other events.
	FolderID           mapi.ID
	MessageID          mapi.ID
	ParentFolderID     mapi.ID
	OldFolderID        mapi.ID
	OldMessageID       mapi.ID
	OldParentFolderID  mapi.ID
	Tags               []mapi.PropTag // properties that changed
	TotalMessageCount  uint32
	UnreadMessageCount uint32
	MessageFlags       uint32 // this and the rest are of NotifyNewMail
	UnicodeFlag        bool
	MessageClass       string
}

// fields walks over the fields that NotificationFlags and TableEventType announce, in the order of the wire. Both
// directions share it, so that they can't disagree.
func (m *NotificationData) fields(c notificationCoder) {
	c.u16(&m.NotificationFlags)
	switch typ := m.NotificationFlags & mapi.NotifyTypeMask; typ {
	case mapi.NotifyTableModified:
		m.tableFields(c)
	case mapi.NotifyExtended:
	case mapi.NotifyNewMail, mapi.NotifyObjectCreated, mapi.NotifyObjectDeleted, mapi.NotifyObjectModified, mapi.NotifyObjectMoved,
		mapi.NotifyObjectCopied, mapi.NotifySearchCompleted:
		m.objectFields(c, typ)
	default:
		c.unknown(m.NotificationFlags)
	}
}

func (m *NotificationData) tableFields(c notificationCoder) {
	message := m.NotificationFlags&mapi.NotifyMessage != 0
	c.u16(&m.TableEventType)
	switch m.TableEventType {
	case mapi.TableEventRowAdded, mapi.TableEventRowModified, mapi.TableEventRowDeleted:
		c.id(&m.TableRowFolderID)
		if message {
			c.id(&m.TableRowMessageID)
			c.u32(&m.TableRowInstance)
		}
	}
	switch m.TableEventType {
	case mapi.TableEventRowAdded, mapi.TableEventRowModified:
		c.id(&m.InsertAfterTableRowFolderID)
		if message {
			c.id(&m.InsertAfterTableRowID)
			c.u32(&m.InsertAfterTableRowInstance)
		}
		c.data(&m.TableRowData)
	}
}

func (m *NotificationData) objectFields(c notificationCoder, typ uint16) {
	message := m.NotificationFlags&mapi.NotifyMessage != 0
	search := m.NotificationFlags&mapi.NotifySearchFolder != 0
	moved := typ == mapi.NotifyObjectMoved || typ == mapi.NotifyObjectCopied
	c.id(&m.FolderID)
	if message {
		c.id(&m.MessageID)
	}
	if (moved || typ == mapi.NotifyObjectCreated || typ == mapi.NotifyObjectDeleted) && search == message {
		c.id(&m.ParentFolderID)
	}
	if moved {
		c.id(&m.OldFolderID)
		if message {
			c.id(&m.OldMessageID)
		} else {
			c.id(&m.OldParentFolderID)
		}
	}
	if typ == mapi.NotifyObjectCreated || typ == mapi.NotifyObjectModified {
		c.tags(&m.Tags)
	}
	if m.NotificationFlags&mapi.NotifyTotalChanged != 0 {
		c.u32(&m.TotalMessageCount)
	}
	if m.NotificationFlags&mapi.NotifyUnreadChanged != 0 {
		c.u32(&m.UnreadMessageCount)
	}
	if typ == mapi.NotifyNewMail {
		c.u32(&m.MessageFlags)
		c.bool(&m.UnicodeFlag)
		c.text(&m.MessageClass, m.UnicodeFlag)
	}
}

// notificationCoder reads or writes one field.
type notificationCoder interface {
	bool(*bool)
	u16(*uint16)
	u32(*uint32)
	id(*mapi.ID)
	tags(*[]mapi.PropTag)
	data(*[]byte)
	text(s *string, unicode bool)
	unknown(flags uint16)
}

func (m *NotificationData) put(w *wire.Writer) { m.fields(notificationWriter{w}) }

func (m *NotificationData) read(d *Decoder) { m.fields(notificationReader{d}) }

type notificationWriter struct{ w *wire.Writer }

func (c notificationWriter) bool(v *bool)  { c.w.Bool(*v) }
func (c notificationWriter) u16(v *uint16) { c.w.U16(*v) }
func (c notificationWriter) u32(v *uint32) { c.w.U32(*v) }
func (c notificationWriter) id(v *mapi.ID) { putID(c.w, *v) }
func (c notificationWriter) tags(v *[]mapi.PropTag) {
	putList(c.w, (*v)[:min(len(*v), noTags-1)], putTag)
}
func (c notificationWriter) data(v *[]byte)               { putData16(c.w, *v) }
func (c notificationWriter) text(s *string, unicode bool) { putText(c.w, *s, unicode) }
func (c notificationWriter) unknown(uint16)               {}

type notificationReader struct{ d *Decoder }

func (c notificationReader) bool(v *bool)                 { *v = c.d.Bool() }
func (c notificationReader) u16(v *uint16)                { *v = c.d.U16() }
func (c notificationReader) u32(v *uint32)                { *v = c.d.U32() }
func (c notificationReader) id(v *mapi.ID)                { *v = readID(c.d.Reader) }
func (c notificationReader) data(v *[]byte)               { *v = readData16(c.d) }
func (c notificationReader) text(s *string, unicode bool) { *s = readText(c.d, unicode) }

func (c notificationReader) tags(v *[]mapi.PropTag) {
	if n := c.d.U16(); n != noTags {
		*v = readCounted(c.d.Reader, uint32(n), 4, readTag)
	}
}

func (c notificationReader) unknown(flags uint16) {
	c.d.Failf("rop: notification of type 0x%03X", flags&mapi.NotifyTypeMask)
}

// noTags as the count of tags says that no list follows.
const noTags = 0xFFFF
