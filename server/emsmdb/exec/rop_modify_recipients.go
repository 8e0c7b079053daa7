package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// modifyRecipients implements RopModifyRecipients, [MS-OXCMSG] 3.2.5.5.
func (e *Executor) modifyRecipients(ctx context.Context, c *Call, req *rop.ModifyRecipientsRequest) (*rop.ModifyRecipientsResponse, error) {
	m := c.Message()
	dir, err := e.env.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	reader := recipientReader{message: m, columns: req.RecipientColumns, dir: dir}
	changes := make([]object.RecipientChange, len(req.RecipientRows))
	for i := range req.RecipientRows {
		row := &req.RecipientRows[i]
		if changes[i].RowID = row.RowID; row.RecipientRow != nil {
			changes[i].Recipient = reader.recipient(row)
		}
	}
	if err := m.ModifyRecipients(ctx, req.RecipientColumns, changes); err != nil {
		return nil, err
	}
	return &rop.ModifyRecipientsResponse{}, nil
}
