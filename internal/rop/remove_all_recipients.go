package rop

import "github.com/mapid/mapid/internal/wire"

// RemoveAllRecipientsRequest is the RopRemoveAllRecipients request, [MS-OXCROPS] 2.2.6.4.1.
// It empties the recipient list of a message.
type RemoveAllRecipientsRequest struct {
	In
	Reserved uint32
}

// RopID implements Message.
func (*RemoveAllRecipientsRequest) RopID() ID { return RemoveAllRecipients }

// Encode implements Message.
func (m *RemoveAllRecipientsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, RemoveAllRecipients)
	w.U32(m.Reserved)
}

// Decode implements Message.
func (m *RemoveAllRecipientsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Reserved = d.U32()
}

// RemoveAllRecipientsResponse is the RopRemoveAllRecipients response, [MS-OXCROPS] 2.2.6.4.2.
type RemoveAllRecipientsResponse struct{ ResponseHead }

// RopID implements Message.
func (*RemoveAllRecipientsResponse) RopID() ID { return RemoveAllRecipients }

// Encode implements Message.
func (m *RemoveAllRecipientsResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, RemoveAllRecipients)
}

// Decode implements Message.
func (m *RemoveAllRecipientsResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
