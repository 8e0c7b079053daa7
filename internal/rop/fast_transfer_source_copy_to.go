package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// FastTransferSourceCopyToRequest is the RopFastTransferSourceCopyTo request, [MS-OXCROPS] 2.2.12.7.1.
// It starts a download of an object without some of its properties.
type FastTransferSourceCopyToRequest struct {
	InOut
	Level        uint8          // 0 copies subobjects too
	CopyFlags    uint32         // [MS-OXCFXICS] 2.2.3.1.1.1.1
	SendOptions  uint8          // [MS-OXCFXICS] 2.2.3.1.1.1.2
	PropertyTags []mapi.PropTag // left out
}

// RopID implements Message.
func (*FastTransferSourceCopyToRequest) RopID() ID { return FastTransferSourceCopyTo }

// Encode implements Message.
func (m *FastTransferSourceCopyToRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, FastTransferSourceCopyTo)
	w.U8(m.Level)
	w.U32(m.CopyFlags)
	w.U8(m.SendOptions)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *FastTransferSourceCopyToRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.Level = d.U8()
	m.CopyFlags = d.U32()
	m.SendOptions = d.U8()
	m.PropertyTags = readList(d, 4, readTag)
}

// FastTransferSourceCopyToResponse is the RopFastTransferSourceCopyTo response, [MS-OXCROPS] 2.2.12.7.2.
type FastTransferSourceCopyToResponse struct{ ResponseHead }

// RopID implements Message.
func (*FastTransferSourceCopyToResponse) RopID() ID { return FastTransferSourceCopyTo }

// Encode implements Message.
func (m *FastTransferSourceCopyToResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferSourceCopyTo)
}

// Decode implements Message.
func (m *FastTransferSourceCopyToResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
