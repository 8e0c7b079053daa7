package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// ModifyRecipientsRequest is the RopModifyRecipients request, [MS-OXCROPS] 2.2.6.5.1.
// It adds, replaces and removes recipients of a message.
type ModifyRecipientsRequest struct {
	In
	RecipientColumns []mapi.PropTag
	RecipientRows    []ModifyRecipientRow
}

// RopID implements Message.
func (*ModifyRecipientsRequest) RopID() ID { return ModifyRecipients }

// Encode implements Message.
func (m *ModifyRecipientsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ModifyRecipients)
	putList(w, m.RecipientColumns, putTag)
	putList(w, m.RecipientRows, func(w *wire.Writer, row ModifyRecipientRow) { row.put(w, m.RecipientColumns) })
}

// Decode implements Message.
func (m *ModifyRecipientsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RecipientColumns = readList(d, 4, readTag)
	m.RecipientRows = readList(d, modifyRecipientRowSize, func(r *wire.Reader) ModifyRecipientRow {
		return readModifyRecipientRow(r, m.RecipientColumns)
	})
}

// ModifyRecipientRow is a change to one recipient, [MS-OXCROPS] 2.2.6.5.1.1.
type ModifyRecipientRow struct {
	RowID         uint32
	RecipientType uint8         // [MS-OXCMSG] 2.2.3.1.2
	RecipientRow  *RecipientRow // nil removes the recipient
}

const modifyRecipientRowSize = 4 + 1 + 2 // at least

func (o *ModifyRecipientRow) put(w *wire.Writer, columns []mapi.PropTag) {
	w.U32(o.RowID)
	w.U8(o.RecipientType)
	if o.RecipientRow == nil {
		w.U16(0)
		return
	}
	o.RecipientRow.putSized(w, columns)
}

func readModifyRecipientRow(r *wire.Reader, columns []mapi.PropTag) ModifyRecipientRow {
	o := ModifyRecipientRow{RowID: r.U32(), RecipientType: r.U8()}
	n := int(r.U16())
	if n == 0 {
		return o
	}
	sub := wire.NewReader(r.Take(n))
	if r.Err() != nil {
		return o
	}
	row := DecodeRecipientRow(sub, columns)
	r.Fail(sub.Err())
	o.RecipientRow = &row
	return o
}

// ModifyRecipientsResponse is the RopModifyRecipients response, [MS-OXCROPS] 2.2.6.5.2.
type ModifyRecipientsResponse struct{ ResponseHead }

// RopID implements Message.
func (*ModifyRecipientsResponse) RopID() ID { return ModifyRecipients }

// Encode implements Message.
func (m *ModifyRecipientsResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, ModifyRecipients) }

// Decode implements Message.
func (m *ModifyRecipientsResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
