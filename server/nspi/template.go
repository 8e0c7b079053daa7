package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Control types of templates, [MS-OXOABKT] 2.2.2.1.2.
const (
	controlLabel     uint32 = 0x00
	controlEdit      uint32 = 0x01
	controlListBox   uint32 = 0x02
	controlCheckBox  uint32 = 0x05
	controlGroupBox  uint32 = 0x06
	controlButton    uint32 = 0x07
	controlPage      uint32 = 0x08
	controlMultiList uint32 = 0x0B
)

// Control flags, [MS-OXOABKT] 2.2.2.1.2.
const controlMultiLine uint32 = 0x01

// control is one TRow of a template with its CNTRL, [MS-OXOABKT] 2.2.2.1.2 and 2.2.2.1.3. Places are dialog units.
type control struct {
	x, width, y, height uint32
	kind, flags         uint32
	tag                 mapi.PropTag // property shown, 0 for none
	size                uint32       // most characters of an edit control
	text                string       // label, title, or the characters allowed
}

// encodeTemplate writes a TRowSet: its rows, then their texts in the code page, [MS-OXOABKT] 2.2.2.1.1.
func encodeTemplate(rows []control, codePage uint32) []byte {
	const headSize, rowSize = 8, 36
	var texts wire.Writer
	w := wire.Writer{Buf: make([]byte, 0, headSize+rowSize*len(rows)+16*len(rows))}
	w.U32(1) // Type
	w.U32(uint32(len(rows)))
	for _, c := range rows {
		at := headSize + rowSize*len(rows) + texts.Len()
		for _, v := range [...]uint32{c.x, c.width, c.y, c.height, c.kind, c.flags, uint32(c.tag), c.size, uint32(at)} {
			w.U32(v)
		}
		texts.ASCIIZ(toCodePage(c.text, codePage))
	}
	w.Put(texts.Buf)
	return w.Buf
}
