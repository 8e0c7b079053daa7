package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// deleteAttachment implements RopDeleteAttachment, [MS-OXCMSG] 3.2.5.14.
func (e *Executor) deleteAttachment(ctx context.Context, c *Call, req *rop.DeleteAttachmentRequest) (*rop.DeleteAttachmentResponse, error) {
	if err := c.Message().DeleteAttachment(ctx, req.AttachmentID); err != nil {
		return nil, err
	}
	return &rop.DeleteAttachmentResponse{}, nil
}
