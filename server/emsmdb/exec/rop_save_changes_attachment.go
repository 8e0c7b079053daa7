package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// saveChangesAttachment implements RopSaveChangesAttachment, [MS-OXCMSG] 3.2.5.15.
func (e *Executor) saveChangesAttachment(ctx context.Context, c *Call, req *rop.SaveChangesAttachmentRequest) (*rop.SaveChangesAttachmentResponse, error) {
	if err := c.Attachment().Save(ctx, req.SaveFlags); err != nil {
		return nil, err
	}
	return &rop.SaveChangesAttachmentResponse{}, nil
}
