package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// OpenedMessage is what the responses of RopOpenMessage, RopOpenEmbeddedMessage and RopReloadCachedInformation tell
// of a message, [MS-OXCROPS] 2.2.6.1.2.
type OpenedMessage struct {
	HasNamedProperties bool
	SubjectPrefix      prop.TypedString
	NormalizedSubject  prop.TypedString
	RecipientCount     uint16 // of the message; RecipientRows may have fewer
	RecipientColumns   []mapi.PropTag
	RecipientRows      []OpenRecipientRow // at most 255
}

func (m *OpenedMessage) put(w *wire.Writer) {
	w.Bool(m.HasNamedProperties)
	prop.WriteTypedString(w, m.SubjectPrefix)
	prop.WriteTypedString(w, m.NormalizedSubject)
	w.U16(m.RecipientCount)
	putList(w, m.RecipientColumns, putTag)
	rows := m.RecipientRows[:min(len(m.RecipientRows), math.MaxUint8)]
	w.U8(uint8(len(rows)))
	for i := range rows {
		rows[i].put(w, m.RecipientColumns)
	}
}

func (m *OpenedMessage) read(d *Decoder) {
	m.HasNamedProperties = d.Bool()
	m.SubjectPrefix = prop.ReadTypedString(d.Reader)
	m.NormalizedSubject = prop.ReadTypedString(d.Reader)
	m.RecipientCount = d.U16()
	m.RecipientColumns = readList(d, 4, readTag)
	m.RecipientRows = readCounted(d.Reader, uint32(d.U8()), openRecipientRowSize, func(r *wire.Reader) OpenRecipientRow {
		return readOpenRecipientRow(r, m.RecipientColumns)
	})
}

// OpenRecipientRow is a recipient in the response that opens a message, [MS-OXCROPS] 2.2.6.1.2.1.
type OpenRecipientRow struct {
	RecipientType uint8 // [MS-OXCMSG] 2.2.3.1.2
	CodePageID    uint16
	Reserved      uint16
	RecipientRow  RecipientRow
}

const openRecipientRowSize = 1 + 2 + 2 + 2 // at least

func (o *OpenRecipientRow) put(w *wire.Writer, columns []mapi.PropTag) {
	w.U8(o.RecipientType)
	w.U16(o.CodePageID)
	w.U16(o.Reserved)
	o.RecipientRow.putSized(w, columns)
}

func readOpenRecipientRow(r *wire.Reader, columns []mapi.PropTag) OpenRecipientRow {
	return OpenRecipientRow{r.U8(), r.U16(), r.U16(), readSizedRecipientRow(r, columns)}
}
