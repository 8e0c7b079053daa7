package rop

import "github.com/mapid/mapid/internal/wire"

// SetMessageReadFlagRequest is the RopSetMessageReadFlag request, [MS-OXCROPS] 2.2.6.11.1.
// It marks an open message read or unread. Its response names a folder, hence the two indexes. The request can't be
// read without knowing what kind of logon it is for.
type SetMessageReadFlagRequest struct {
	RespIn
	ReadFlags  uint8       // [MS-OXCMSG] 2.2.3.11.1
	ClientData *ClientData // on logons to public folders only, and always there
}

// RopID implements Message.
func (*SetMessageReadFlagRequest) RopID() ID { return SetMessageReadFlag }

// Encode implements Message.
func (m *SetMessageReadFlagRequest) Encode(w *wire.Writer) {
	m.RespIn.encode(w, SetMessageReadFlag)
	w.U8(m.ReadFlags)
	if m.ClientData != nil {
		w.Put(m.ClientData[:])
	}
}

// Decode implements Message.
func (m *SetMessageReadFlagRequest) Decode(d *Decoder) {
	m.RespIn.decode(d)
	m.ReadFlags = d.U8()
	if d.public(m.LogonID) {
		c := readClientData(d.Reader)
		m.ClientData = &c
	}
}

// SetMessageReadFlagResponse is the RopSetMessageReadFlag response, [MS-OXCROPS] 2.2.6.11.2 and .3.
type SetMessageReadFlagResponse struct {
	ResponseHead
	ReadStatusChanged bool       // of a message in a public folder
	LogonID           uint8      // with ReadStatusChanged
	ClientData        ClientData // with ReadStatusChanged
}

// RopID implements Message.
func (*SetMessageReadFlagResponse) RopID() ID { return SetMessageReadFlag }

// Encode implements Message.
func (m *SetMessageReadFlagResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetMessageReadFlag) {
		return
	}
	w.Bool(m.ReadStatusChanged)
	if m.ReadStatusChanged {
		w.U8(m.LogonID)
		w.Put(m.ClientData[:])
	}
}

// Decode implements Message.
func (m *SetMessageReadFlagResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.ReadStatusChanged = d.Bool()
	if m.ReadStatusChanged {
		m.LogonID = d.U8()
		m.ClientData = readClientData(d.Reader)
	}
}

// ClientData is what a client wants back when it marks a message of a public folder: a LongTermID of the folder that
// holds its own read state.
type ClientData [24]byte

func readClientData(r *wire.Reader) (c ClientData) {
	copy(c[:], r.Take(len(c)))
	return c
}
