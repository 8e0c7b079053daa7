package rop

import "github.com/mapid/mapid/internal/wire"

// DeleteAttachmentRequest is the RopDeleteAttachment request, [MS-OXCROPS] 2.2.6.14.1.
// It removes an attachment from a message.
type DeleteAttachmentRequest struct {
	In
	AttachmentID uint32
}

// RopID implements Message.
func (*DeleteAttachmentRequest) RopID() ID { return DeleteAttachment }

// Encode implements Message.
func (m *DeleteAttachmentRequest) Encode(w *wire.Writer) {
	m.In.encode(w, DeleteAttachment)
	w.U32(m.AttachmentID)
}

// Decode implements Message.
func (m *DeleteAttachmentRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.AttachmentID = d.U32()
}

// DeleteAttachmentResponse is the RopDeleteAttachment response, [MS-OXCROPS] 2.2.6.14.2.
type DeleteAttachmentResponse struct{ ResponseHead }

// RopID implements Message.
func (*DeleteAttachmentResponse) RopID() ID { return DeleteAttachment }

// Encode implements Message.
func (m *DeleteAttachmentResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, DeleteAttachment) }

// Decode implements Message.
func (m *DeleteAttachmentResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
