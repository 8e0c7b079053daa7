package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// removeAllRecipients implements RopRemoveAllRecipients, [MS-OXCMSG] 3.2.5.4.
func (e *Executor) removeAllRecipients(_ context.Context, c *Call, _ *rop.RemoveAllRecipientsRequest) (*rop.RemoveAllRecipientsResponse, error) {
	if err := c.Message().RemoveAllRecipients(); err != nil {
		return nil, err
	}
	return &rop.RemoveAllRecipientsResponse{}, nil
}
