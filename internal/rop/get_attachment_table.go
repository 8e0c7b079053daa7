package rop

import "github.com/mapid/mapid/internal/wire"

// GetAttachmentTableRequest is the RopGetAttachmentTable request, [MS-OXCROPS] 2.2.6.17.1.
// It opens the table of a message's attachments.
type GetAttachmentTableRequest struct {
	InOut
	TableFlags uint8 // [MS-OXCMSG] 2.2.3.17.1
}

// RopID implements Message.
func (*GetAttachmentTableRequest) RopID() ID { return GetAttachmentTable }

// Encode implements Message.
func (m *GetAttachmentTableRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, GetAttachmentTable)
	w.U8(m.TableFlags)
}

// Decode implements Message.
func (m *GetAttachmentTableRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.TableFlags = d.U8()
}

// GetAttachmentTableResponse is the RopGetAttachmentTable response, [MS-OXCROPS] 2.2.6.17.2.
type GetAttachmentTableResponse struct{ ResponseHead }

// RopID implements Message.
func (*GetAttachmentTableResponse) RopID() ID { return GetAttachmentTable }

// Encode implements Message.
func (m *GetAttachmentTableResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, GetAttachmentTable)
}

// Decode implements Message.
func (m *GetAttachmentTableResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
