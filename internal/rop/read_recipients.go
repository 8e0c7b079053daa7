package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// ReadRecipientsRequest is the RopReadRecipients request, [MS-OXCROPS] 2.2.6.6.1.
// It reads the recipients of a message.
type ReadRecipientsRequest struct {
	In
	RowID    uint32 // where to start
	Reserved uint16
}

// RopID implements Message.
func (*ReadRecipientsRequest) RopID() ID { return ReadRecipients }

// Encode implements Message.
func (m *ReadRecipientsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ReadRecipients)
	w.U32(m.RowID)
	w.U16(m.Reserved)
}

// Decode implements Message.
func (m *ReadRecipientsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RowID = d.U32()
	m.Reserved = d.U16()
}

// ReadRecipientsResponse is the RopReadRecipients response, [MS-OXCROPS] 2.2.6.6.2 and .3.
type ReadRecipientsResponse struct {
	ResponseHead
	Columns       []mapi.PropTag     // not sent: those of the response that opened the message
	RecipientRows []ReadRecipientRow // at most 255
}

// RopID implements Message.
func (*ReadRecipientsResponse) RopID() ID { return ReadRecipients }

// Encode implements Message.
func (m *ReadRecipientsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, ReadRecipients) {
		return
	}
	rows := m.RecipientRows[:min(len(m.RecipientRows), math.MaxUint8)]
	w.U8(uint8(len(rows)))
	for i := range rows {
		rows[i].put(w, m.Columns)
	}
}

// Decode implements Message.
func (m *ReadRecipientsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Columns = d.Columns
	n := uint32(d.U8())
	if n > 0 && d.Columns == nil {
		d.Fail(ErrNoColumns)
	}
	m.RecipientRows = readCounted(d.Reader, n, readRecipientRowSize, func(r *wire.Reader) ReadRecipientRow {
		return readReadRecipientRow(r, m.Columns)
	})
}

// ReadRecipientRow is a recipient in the RopReadRecipients response, [MS-OXCROPS] 2.2.6.6.2.1.
type ReadRecipientRow struct {
	RowID         uint32
	RecipientType uint8 // [MS-OXCMSG] 2.2.3.1.2
	CodePageID    uint16
	Reserved      uint16
	RecipientRow  RecipientRow
}

const readRecipientRowSize = 4 + 1 + 2 + 2 + 2 // at least

func (o *ReadRecipientRow) put(w *wire.Writer, columns []mapi.PropTag) {
	w.U32(o.RowID)
	w.U8(o.RecipientType)
	w.U16(o.CodePageID)
	w.U16(o.Reserved)
	o.RecipientRow.putSized(w, columns)
}

func readReadRecipientRow(r *wire.Reader, columns []mapi.PropTag) ReadRecipientRow {
	return ReadRecipientRow{r.U32(), r.U8(), r.U16(), r.U16(), readSizedRecipientRow(r, columns)}
}
