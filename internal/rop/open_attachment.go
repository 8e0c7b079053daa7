package rop

import "github.com/mapid/mapid/internal/wire"

// OpenAttachmentRequest is the RopOpenAttachment request, [MS-OXCROPS] 2.2.6.12.1.
// It opens an attachment of a message.
type OpenAttachmentRequest struct {
	InOut
	OpenAttachmentFlags uint8 // [MS-OXCMSG] 2.2.3.12.1
	AttachmentID        uint32
}

// RopID implements Message.
func (*OpenAttachmentRequest) RopID() ID { return OpenAttachment }

// Encode implements Message.
func (m *OpenAttachmentRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, OpenAttachment)
	w.U8(m.OpenAttachmentFlags)
	w.U32(m.AttachmentID)
}

// Decode implements Message.
func (m *OpenAttachmentRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.OpenAttachmentFlags = d.U8()
	m.AttachmentID = d.U32()
}

// OpenAttachmentResponse is the RopOpenAttachment response, [MS-OXCROPS] 2.2.6.12.2.
type OpenAttachmentResponse struct{ ResponseHead }

// RopID implements Message.
func (*OpenAttachmentResponse) RopID() ID { return OpenAttachment }

// Encode implements Message.
func (m *OpenAttachmentResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, OpenAttachment) }

// Decode implements Message.
func (m *OpenAttachmentResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
