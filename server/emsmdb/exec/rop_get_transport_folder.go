package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// getTransportFolder implements RopGetTransportFolder, [MS-OXOMSG] 3.3.5.6.
func (e *Executor) getTransportFolder(_ context.Context, c *Call, _ *rop.GetTransportFolderRequest) (*rop.GetTransportFolderResponse, error) {
	const outbox = 5 // in the order of RopLogon
	if c.Logon().Public() {
		return nil, mapi.ErrNoSupport
	}
	return &rop.GetTransportFolderResponse{FolderID: c.Logon().FolderIDs()[outbox]}, nil
}
