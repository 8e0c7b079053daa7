package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// FastTransferSourceCopyPropertiesRequest is the RopFastTransferSourceCopyProperties request, [MS-OXCROPS] 2.2.12.8.1.
// It starts a download of some properties of an object.
type FastTransferSourceCopyPropertiesRequest struct {
	InOut
	Level        uint8 // 0 copies subobjects too
	CopyFlags    uint8 // [MS-OXCFXICS] 2.2.3.1.1.2.1
	SendOptions  uint8 // [MS-OXCFXICS] 2.2.3.1.1.1.2
	PropertyTags []mapi.PropTag
}

// RopID implements Message.
func (*FastTransferSourceCopyPropertiesRequest) RopID() ID { return FastTransferSourceCopyProperties }

// Encode implements Message.
func (m *FastTransferSourceCopyPropertiesRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, FastTransferSourceCopyProperties)
	w.U8(m.Level)
	w.U8(m.CopyFlags)
	w.U8(m.SendOptions)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *FastTransferSourceCopyPropertiesRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.Level = d.U8()
	m.CopyFlags = d.U8()
	m.SendOptions = d.U8()
	m.PropertyTags = readList(d, 4, readTag)
}

// FastTransferSourceCopyPropertiesResponse is the RopFastTransferSourceCopyProperties response, [MS-OXCROPS] 2.2.12.8.2.
type FastTransferSourceCopyPropertiesResponse struct{ ResponseHead }

// RopID implements Message.
func (*FastTransferSourceCopyPropertiesResponse) RopID() ID { return FastTransferSourceCopyProperties }

// Encode implements Message.
func (m *FastTransferSourceCopyPropertiesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferSourceCopyProperties)
}

// Decode implements Message.
func (m *FastTransferSourceCopyPropertiesResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
