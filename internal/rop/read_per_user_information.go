package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ReadPerUserInformationRequest is the RopReadPerUserInformation request, [MS-OXCROPS] 2.2.3.12.1.
// It reads the user's read state of a public folder.
type ReadPerUserInformationRequest struct {
	In
	FolderID    prop.LongTermID
	Reserved    uint8
	DataOffset  uint32
	MaxDataSize uint16 // 0 leaves it to the server
}

// RopID implements Message.
func (*ReadPerUserInformationRequest) RopID() ID { return ReadPerUserInformation }

// Encode implements Message.
func (m *ReadPerUserInformationRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ReadPerUserInformation)
	prop.WriteLongTermID(w, m.FolderID)
	w.U8(m.Reserved)
	w.U32(m.DataOffset)
	w.U16(m.MaxDataSize)
}

// Decode implements Message.
func (m *ReadPerUserInformationRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = prop.ReadLongTermID(d.Reader)
	m.Reserved = d.U8()
	m.DataOffset = d.U32()
	m.MaxDataSize = d.U16()
}

// ReadPerUserInformationResponse is the RopReadPerUserInformation response, [MS-OXCROPS] 2.2.3.12.2 and .3.
type ReadPerUserInformationResponse struct {
	ResponseHead
	HasFinished bool
	Data        []byte
}

// RopID implements Message.
func (*ReadPerUserInformationResponse) RopID() ID { return ReadPerUserInformation }

// Encode implements Message.
func (m *ReadPerUserInformationResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, ReadPerUserInformation) {
		return
	}
	w.Bool(m.HasFinished)
	putData16(w, m.Data)
}

// Decode implements Message.
func (m *ReadPerUserInformationResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.HasFinished = d.Bool()
	m.Data = readData16(d)
}
