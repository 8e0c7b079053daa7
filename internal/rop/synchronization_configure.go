package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationConfigureRequest is the RopSynchronizationConfigure request, [MS-OXCROPS] 2.2.13.1.1.
// It starts a synchronization download of a folder.
type SynchronizationConfigureRequest struct {
	InOut
	SynchronizationType       uint8  // [MS-OXCFXICS] 2.2.3.2.1.1.1
	SendOptions               uint8  // [MS-OXCFXICS] 2.2.3.1.1.1.2
	SynchronizationFlags      uint16 // [MS-OXCFXICS] 2.2.3.2.1.1.1
	Restriction               prop.Restriction
	SynchronizationExtraFlags uint32         // [MS-OXCFXICS] 2.2.3.2.1.1.1
	PropertyTags              []mapi.PropTag // in or out of the download, as the flags say
}

// RopID implements Message.
func (*SynchronizationConfigureRequest) RopID() ID { return SynchronizationConfigure }

// Encode implements Message.
func (m *SynchronizationConfigureRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, SynchronizationConfigure)
	w.U8(m.SynchronizationType)
	w.U8(m.SendOptions)
	w.U16(m.SynchronizationFlags)
	putRestriction(w, m.Restriction)
	w.U32(m.SynchronizationExtraFlags)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *SynchronizationConfigureRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.SynchronizationType = d.U8()
	m.SendOptions = d.U8()
	m.SynchronizationFlags = d.U16()
	m.Restriction = readRestriction(d)
	m.SynchronizationExtraFlags = d.U32()
	m.PropertyTags = readList(d, 4, readTag)
}

// SynchronizationConfigureResponse is the RopSynchronizationConfigure response, [MS-OXCROPS] 2.2.13.1.2.
type SynchronizationConfigureResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationConfigureResponse) RopID() ID { return SynchronizationConfigure }

// Encode implements Message.
func (m *SynchronizationConfigureResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationConfigure)
}

// Decode implements Message.
func (m *SynchronizationConfigureResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
