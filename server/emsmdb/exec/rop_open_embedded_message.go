package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// openEmbeddedMessage implements RopOpenEmbeddedMessage, [MS-OXCMSG] 3.2.5.16.
func (e *Executor) openEmbeddedMessage(ctx context.Context, c *Call, req *rop.OpenEmbeddedMessageRequest) (*rop.OpenEmbeddedMessageResponse, error) {
	m, opened, err := c.Attachment().OpenEmbedded(ctx, req.CodePageID, req.OpenModeFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(m)
	const overhead = 1 + 8
	return &rop.OpenEmbeddedMessageResponse{MessageID: m.ID(), OpenedMessage: openedMessage(m, opened, c.Room()-headLen-overhead)}, nil
}
