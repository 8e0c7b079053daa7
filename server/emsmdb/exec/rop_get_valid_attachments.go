package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getValidAttachments implements RopGetValidAttachments, [MS-OXCMSG] 2.2.3.18, which later versions do not have.
func (e *Executor) getValidAttachments(ctx context.Context, c *Call, _ *rop.GetValidAttachmentsRequest) (*rop.GetValidAttachmentsResponse, error) {
	if p := &e.env.Profile.ROP; !p.GetValidAttachments {
		return nil, p.Unsupported
	}
	numbers, err := c.Message().ValidAttachments(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.GetValidAttachmentsResponse{AttachmentIDs: numbers}, nil
}
