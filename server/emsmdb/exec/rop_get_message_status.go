package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getMessageStatus implements RopGetMessageStatus, [MS-OXCMSG] 3.2.5.9.
func (e *Executor) getMessageStatus(ctx context.Context, c *Call, req *rop.GetMessageStatusRequest) (*rop.GetMessageStatusResponse, error) {
	status, err := c.Folder().MessageStatus(ctx, req.MessageID)
	if err != nil {
		return nil, err
	}
	return &rop.GetMessageStatusResponse{MessageStatusFlags: status}, nil
}
