package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// createMessage implements RopCreateMessage, [MS-OXCMSG] 3.2.5.2. The message has no id before it is saved.
func (e *Executor) createMessage(ctx context.Context, c *Call, req *rop.CreateMessageRequest) (*rop.CreateMessageResponse, error) {
	m, err := c.Logon().CreateMessage(ctx, object.CreateMessageRequest{CodePage: req.CodePageID, Folder: req.FolderID, Associated: req.AssociatedFlag})
	if err != nil {
		return nil, err
	}
	c.SetOutput(m)
	return &rop.CreateMessageResponse{}, nil
}
