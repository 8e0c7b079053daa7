package rop

import "github.com/mapid/mapid/internal/wire"

// CreateAttachmentRequest is the RopCreateAttachment request, [MS-OXCROPS] 2.2.6.13.1.
// It adds an attachment to a message.
type CreateAttachmentRequest struct{ InOut }

// RopID implements Message.
func (*CreateAttachmentRequest) RopID() ID { return CreateAttachment }

// Encode implements Message.
func (m *CreateAttachmentRequest) Encode(w *wire.Writer) { m.InOut.encode(w, CreateAttachment) }

// Decode implements Message.
func (m *CreateAttachmentRequest) Decode(d *Decoder) { m.InOut.decode(d) }

// CreateAttachmentResponse is the RopCreateAttachment response, [MS-OXCROPS] 2.2.6.13.2 and .3.
type CreateAttachmentResponse struct {
	ResponseHead
	AttachmentID uint32
}

// RopID implements Message.
func (*CreateAttachmentResponse) RopID() ID { return CreateAttachment }

// Encode implements Message.
func (m *CreateAttachmentResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CreateAttachment) {
		return
	}
	w.U32(m.AttachmentID)
}

// Decode implements Message.
func (m *CreateAttachmentResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.AttachmentID = d.U32()
}
