package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// readRowOverhead is what stands before each RecipientRow.
const readRowOverhead = 4 + 1 + 2 + 2 + 2

// readRecipients implements RopReadRecipients, [MS-OXCMSG] 3.2.5.6.
func (e *Executor) readRecipients(ctx context.Context, c *Call, req *rop.ReadRecipientsRequest) (*rop.ReadRecipientsResponse, error) {
	m := c.Message()
	list, columns, err := m.Recipients(ctx, req.RowID)
	if err != nil {
		return nil, err
	}
	resp := &rop.ReadRecipientsResponse{Columns: columns}
	rows := newRecipientWriter(m, columns)
	room := c.Room() - headLen - 1
	for i := range list {
		if len(resp.RecipientRows) == maxOpenRows {
			break
		}
		row := rows.row(&list[i])
		if room -= readRowOverhead + rows.size(&row); room < 0 {
			break
		}
		resp.RecipientRows = append(resp.RecipientRows, rop.ReadRecipientRow{
			RowID: list[i].RowID, RecipientType: rowType(list[i].Type), CodePageID: rows.page(), RecipientRow: row,
		})
	}
	if len(resp.RecipientRows) == 0 {
		return nil, mapi.ErrBufferTooSmall
	}
	return resp, nil
}
