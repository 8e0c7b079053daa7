package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setMessageStatus implements RopSetMessageStatus, [MS-OXCMSG] 3.2.5.8.
func (e *Executor) setMessageStatus(ctx context.Context, c *Call, req *rop.SetMessageStatusRequest) (*rop.SetMessageStatusResponse, error) {
	before, err := c.Folder().SetMessageStatus(ctx, req.MessageID, req.MessageStatusFlags, req.MessageStatusMask)
	if err != nil {
		return nil, err
	}
	return &rop.SetMessageStatusResponse{MessageStatusFlags: before}, nil
}
