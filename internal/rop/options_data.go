package rop

import "github.com/mapid/mapid/internal/wire"

// OptionsDataRequest is the RopOptionsData request, [MS-OXCROPS] 2.2.7.9.1.
// It asks for the options of an address type.
type OptionsDataRequest struct {
	In
	AddressType string
	WantWin32   bool
}

// RopID implements Message.
func (*OptionsDataRequest) RopID() ID { return OptionsData }

// Encode implements Message.
func (m *OptionsDataRequest) Encode(w *wire.Writer) {
	m.In.encode(w, OptionsData)
	w.ASCIIZ(m.AddressType)
	w.Bool(m.WantWin32)
}

// Decode implements Message.
func (m *OptionsDataRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.AddressType = d.ASCIIZ()
	m.WantWin32 = d.Bool()
}

// OptionsDataResponse is the RopOptionsData response, [MS-OXCROPS] 2.2.7.9.2 and .3.
type OptionsDataResponse struct {
	ResponseHead
	Reserved     uint8
	OptionsInfo  []byte
	HelpFile     []byte
	HelpFileName string // if HelpFile is not empty
}

// RopID implements Message.
func (*OptionsDataResponse) RopID() ID { return OptionsData }

// Encode implements Message.
func (m *OptionsDataResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, OptionsData) {
		return
	}
	w.U8(m.Reserved)
	putData16(w, m.OptionsInfo)
	putData16(w, m.HelpFile)
	if len(m.HelpFile) > 0 {
		w.ASCIIZ(m.HelpFileName)
	}
}

// Decode implements Message.
func (m *OptionsDataResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Reserved = d.U8()
	m.OptionsInfo = readData16(d)
	m.HelpFile = readData16(d)
	if len(m.HelpFile) > 0 {
		m.HelpFileName = d.ASCIIZ()
	}
}
