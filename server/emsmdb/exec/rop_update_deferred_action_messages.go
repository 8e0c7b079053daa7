package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// updateDeferredActionMessages implements RopUpdateDeferredActionMessages, [MS-OXORULE] 3.2.5.4.
func (e *Executor) updateDeferredActionMessages(ctx context.Context, c *Call, req *rop.UpdateDeferredActionMessagesRequest) (*rop.UpdateDeferredActionMessagesResponse, error) {
	if err := c.Logon().UpdateDeferredActionMessages(ctx, req.ServerEntryID, req.ClientEntryID); err != nil {
		return nil, err
	}
	return new(rop.UpdateDeferredActionMessagesResponse), nil
}
