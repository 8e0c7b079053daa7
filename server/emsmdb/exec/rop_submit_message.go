package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// submitMessage implements RopSubmitMessage, [MS-OXOMSG] 3.3.5.1.
func (e *Executor) submitMessage(ctx context.Context, c *Call, req *rop.SubmitMessageRequest) (*rop.SubmitMessageResponse, error) {
	if err := c.Message().Submit(ctx, req.SubmitFlags); err != nil {
		return nil, err
	}
	return &rop.SubmitMessageResponse{}, nil
}
