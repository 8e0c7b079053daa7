package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// reloadCachedInformation implements RopReloadCachedInformation, [MS-OXCMSG] 3.2.5.7.
func (e *Executor) reloadCachedInformation(ctx context.Context, c *Call, _ *rop.ReloadCachedInformationRequest) (*rop.ReloadCachedInformationResponse, error) {
	opened, err := c.Message().Reload(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.ReloadCachedInformationResponse{OpenedMessage: openedMessage(c.Message(), opened, c.Room()-headLen)}, nil
}
