package rop

import "github.com/mapid/mapid/internal/wire"

// SaveChangesAttachmentRequest is the RopSaveChangesAttachment request, [MS-OXCROPS] 2.2.6.15.1.
// It commits the changes of an attachment.
type SaveChangesAttachmentRequest struct {
	RespIn
	SaveFlags uint8 // [MS-OXCMSG] 2.2.3.3.1
}

// RopID implements Message.
func (*SaveChangesAttachmentRequest) RopID() ID { return SaveChangesAttachment }

// Encode implements Message.
func (m *SaveChangesAttachmentRequest) Encode(w *wire.Writer) {
	m.RespIn.encode(w, SaveChangesAttachment)
	w.U8(m.SaveFlags)
}

// Decode implements Message.
func (m *SaveChangesAttachmentRequest) Decode(d *Decoder) {
	m.RespIn.decode(d)
	m.SaveFlags = d.U8()
}

// SaveChangesAttachmentResponse is the RopSaveChangesAttachment response, [MS-OXCROPS] 2.2.6.15.2.
type SaveChangesAttachmentResponse struct{ ResponseHead }

// RopID implements Message.
func (*SaveChangesAttachmentResponse) RopID() ID { return SaveChangesAttachment }

// Encode implements Message.
func (m *SaveChangesAttachmentResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SaveChangesAttachment)
}

// Decode implements Message.
func (m *SaveChangesAttachmentResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
