package rop

import "github.com/mapid/mapid/internal/wire"

// GetValidAttachmentsRequest is the RopGetValidAttachments request, [MS-OXCROPS] 2.2.6.18.1.
// It lists the attachment ids of a message. Only Exchange 2003 and 2007 have it; later editions reserve its RopId.
type GetValidAttachmentsRequest struct{ In }

// RopID implements Message.
func (*GetValidAttachmentsRequest) RopID() ID { return GetValidAttachments }

// Encode implements Message.
func (m *GetValidAttachmentsRequest) Encode(w *wire.Writer) { m.In.encode(w, GetValidAttachments) }

// Decode implements Message.
func (m *GetValidAttachmentsRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetValidAttachmentsResponse is the RopGetValidAttachments response, [MS-OXCROPS] 2.2.6.18.2 and .3.
type GetValidAttachmentsResponse struct {
	ResponseHead
	AttachmentIDs []uint32
}

// RopID implements Message.
func (*GetValidAttachmentsResponse) RopID() ID { return GetValidAttachments }

// Encode implements Message.
func (m *GetValidAttachmentsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetValidAttachments) {
		return
	}
	putList(w, m.AttachmentIDs, (*wire.Writer).U32)
}

// Decode implements Message.
func (m *GetValidAttachmentsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.AttachmentIDs = readList(d, 4, (*wire.Reader).U32)
}
