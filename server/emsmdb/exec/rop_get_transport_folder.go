package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getTransportFolder implements RopGetTransportFolder, [MS-OXOMSG] 3.3.5.6.
func (e *Executor) getTransportFolder(_ context.Context, c *Call, _ *rop.GetTransportFolderRequest) (*rop.GetTransportFolderResponse, error) {
	id, err := c.Logon().TransportFolder()
	if err != nil {
		return nil, err
	}
	return &rop.GetTransportFolderResponse{FolderID: id}, nil
}
