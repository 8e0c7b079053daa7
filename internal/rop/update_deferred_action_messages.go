package rop

import "github.com/mapid/mapid/internal/wire"

// UpdateDeferredActionMessagesRequest is the RopUpdateDeferredActionMessages request, [MS-OXCROPS] 2.2.11.3.1.
// It tells the server where the client moved a message that deferred actions name.
type UpdateDeferredActionMessagesRequest struct {
	In
	ServerEntryID []byte
	ClientEntryID []byte
}

// RopID implements Message.
func (*UpdateDeferredActionMessagesRequest) RopID() ID { return UpdateDeferredActionMessages }

// Encode implements Message.
func (m *UpdateDeferredActionMessagesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, UpdateDeferredActionMessages)
	putData16(w, m.ServerEntryID)
	putData16(w, m.ClientEntryID)
}

// Decode implements Message.
func (m *UpdateDeferredActionMessagesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ServerEntryID = readData16(d)
	m.ClientEntryID = readData16(d)
}

// UpdateDeferredActionMessagesResponse is the RopUpdateDeferredActionMessages response, [MS-OXCROPS] 2.2.11.3.2.
type UpdateDeferredActionMessagesResponse struct{ ResponseHead }

// RopID implements Message.
func (*UpdateDeferredActionMessagesResponse) RopID() ID { return UpdateDeferredActionMessages }

// Encode implements Message.
func (m *UpdateDeferredActionMessagesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, UpdateDeferredActionMessages)
}

// Decode implements Message.
func (m *UpdateDeferredActionMessagesResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
