package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getAttachmentTable implements RopGetAttachmentTable, [MS-OXCMSG] 2.2.3.17.
func (e *Executor) getAttachmentTable(ctx context.Context, c *Call, req *rop.GetAttachmentTableRequest) (*rop.GetAttachmentTableResponse, error) {
	t, err := c.Message().AttachmentTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return &rop.GetAttachmentTableResponse{}, nil
}
