package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// saveChangesMessage implements RopSaveChangesMessage, [MS-OXCMSG] 3.2.5.3.
func (e *Executor) saveChangesMessage(ctx context.Context, c *Call, req *rop.SaveChangesMessageRequest) (*rop.SaveChangesMessageResponse, error) {
	m := c.Message()
	if err := m.Save(ctx, req.SaveFlags); err != nil {
		return nil, err
	}
	return &rop.SaveChangesMessageResponse{InputHandleIndex: req.InputHandleIndex, MessageID: m.ID()}, nil
}
