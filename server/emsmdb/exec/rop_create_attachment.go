package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// createAttachment implements RopCreateAttachment, [MS-OXCMSG] 3.2.5.13.
func (e *Executor) createAttachment(ctx context.Context, c *Call, _ *rop.CreateAttachmentRequest) (*rop.CreateAttachmentResponse, error) {
	a, number, err := c.Message().CreateAttachment(ctx)
	if err != nil {
		return nil, err
	}
	c.SetOutput(a)
	return &rop.CreateAttachmentResponse{AttachmentID: number}, nil
}
