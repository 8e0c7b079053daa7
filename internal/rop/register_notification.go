package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// RegisterNotificationRequest is the RopRegisterNotification request, [MS-OXCROPS] 2.2.14.1.1.
// It subscribes to changes. Clients that send an 8-bit NotificationTypes and a reserved byte send the same bytes for all
// types below 0x0100.
type RegisterNotificationRequest struct {
	InOut
	NotificationTypes uint16 // [MS-OXCNOTIF] 2.2.1.2.1.1
	Reserved          uint8  // with NotifyExtended
	WantWholeStore    bool
	FolderID          mapi.ID // unless WantWholeStore
	MessageID         mapi.ID // unless WantWholeStore; 0 for the folder itself
}

// RopID implements Message.
func (*RegisterNotificationRequest) RopID() ID { return RegisterNotification }

// Encode implements Message.
func (m *RegisterNotificationRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, RegisterNotification)
	w.U16(m.NotificationTypes)
	if m.NotificationTypes&mapi.NotifyExtended != 0 {
		w.U8(m.Reserved)
	}
	w.Bool(m.WantWholeStore)
	if !m.WantWholeStore {
		w.U64(uint64(m.FolderID))
		w.U64(uint64(m.MessageID))
	}
}

// Decode implements Message.
func (m *RegisterNotificationRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.NotificationTypes = d.U16()
	if m.NotificationTypes&mapi.NotifyExtended != 0 {
		m.Reserved = d.U8()
	}
	m.WantWholeStore = d.Bool()
	if !m.WantWholeStore {
		m.FolderID = mapi.ID(d.U64())
		m.MessageID = mapi.ID(d.U64())
	}
}

// RegisterNotificationResponse is the RopRegisterNotification response, [MS-OXCROPS] 2.2.14.1.2.
type RegisterNotificationResponse struct {
	ResponseHead
}

// RopID implements Message.
func (*RegisterNotificationResponse) RopID() ID { return RegisterNotification }

// Encode implements Message.
func (m *RegisterNotificationResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, RegisterNotification)
}

// Decode implements Message.
func (m *RegisterNotificationResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
