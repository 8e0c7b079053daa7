package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// TransportSendRequest is the RopTransportSend request, [MS-OXCROPS] 2.2.7.6.1.
// It sends a message on behalf of the spooler.
type TransportSendRequest struct{ In }

// RopID implements Message.
func (*TransportSendRequest) RopID() ID { return TransportSend }

// Encode implements Message.
func (m *TransportSendRequest) Encode(w *wire.Writer) { m.In.encode(w, TransportSend) }

// Decode implements Message.
func (m *TransportSendRequest) Decode(d *Decoder) { m.In.decode(d) }

// TransportSendResponse is the RopTransportSend response, [MS-OXCROPS] 2.2.7.6.2 and .3.
type TransportSendResponse struct {
	ResponseHead
	NoPropertiesReturned bool
	PropertyValues       []prop.Tagged
}

// RopID implements Message.
func (*TransportSendResponse) RopID() ID { return TransportSend }

// Encode implements Message.
func (m *TransportSendResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, TransportSend) {
		return
	}
	w.Bool(m.NoPropertiesReturned)
	putList(w, m.PropertyValues, prop.WriteTagged)
}

// Decode implements Message.
func (m *TransportSendResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.NoPropertiesReturned = d.Bool()
	m.PropertyValues = readList(d, 4, prop.ReadTagged)
}
