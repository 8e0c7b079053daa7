package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// submitMessage implements RopSubmitMessage, [MS-OXOMSG] 3.3.5.1.
func (e *Executor) submitMessage(ctx context.Context, c *Call, req *rop.SubmitMessageRequest) (*rop.SubmitMessageResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err == nil {
		err = s.Submit(ctx, c.Message(), req.SubmitFlags)
	}
	if err != nil {
		return nil, err
	}
	return &rop.SubmitMessageResponse{}, nil
}
