package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// openAttachment implements RopOpenAttachment, [MS-OXCMSG] 3.2.5.12.
func (e *Executor) openAttachment(ctx context.Context, c *Call, req *rop.OpenAttachmentRequest) (*rop.OpenAttachmentResponse, error) {
	a, err := c.Message().OpenAttachment(ctx, req.AttachmentID, req.OpenAttachmentFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(a)
	return &rop.OpenAttachmentResponse{}, nil
}
