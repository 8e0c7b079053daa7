package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// WritePerUserInformationRequest is the RopWritePerUserInformation request, [MS-OXCROPS] 2.2.3.13.1.
// It writes the user's read state of a public folder. The request can't be read without knowing what kind of logon it
// is for.
type WritePerUserInformationRequest struct {
	In
	FolderID    prop.LongTermID
	HasFinished bool
	DataOffset  uint32
	Data        []byte
	ReplGUID    *mapi.GUID // there on private logons if DataOffset is 0
}

// RopID implements Message.
func (*WritePerUserInformationRequest) RopID() ID { return WritePerUserInformation }

// Encode implements Message.
func (m *WritePerUserInformationRequest) Encode(w *wire.Writer) {
	m.In.encode(w, WritePerUserInformation)
	prop.WriteLongTermID(w, m.FolderID)
	w.Bool(m.HasFinished)
	w.U32(m.DataOffset)
	putData16(w, m.Data)
	if m.ReplGUID != nil {
		w.Put(m.ReplGUID[:])
	}
}

// Decode implements Message.
func (m *WritePerUserInformationRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = prop.ReadLongTermID(d.Reader)
	m.HasFinished = d.Bool()
	m.DataOffset = d.U32()
	m.Data = readData16(d)
	if m.DataOffset == 0 && !d.public(m.LogonID) {
		g := readGUID(d.Reader)
		m.ReplGUID = &g
	}
}

// WritePerUserInformationResponse is the RopWritePerUserInformation response, [MS-OXCROPS] 2.2.3.13.2.
type WritePerUserInformationResponse struct {
	ResponseHead
}

// RopID implements Message.
func (*WritePerUserInformationResponse) RopID() ID { return WritePerUserInformation }

// Encode implements Message.
func (m *WritePerUserInformationResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, WritePerUserInformation)
}

// Decode implements Message.
func (m *WritePerUserInformationResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
