package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// transportNewMail implements RopTransportNewMail, [MS-OXOMSG] 3.3.5.5. Class and flags of the message are the store's to
// tell.
func (e *Executor) transportNewMail(ctx context.Context, c *Call, req *rop.TransportNewMailRequest) (*rop.TransportNewMailResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err == nil {
		err = s.Own()
	}
	if err == nil {
		err = s.Announce(ctx, store.FolderID(req.FolderID.Counter()), store.MessageID(req.MessageID.Counter()))
	}
	if err != nil {
		return nil, err
	}
	return &rop.TransportNewMailResponse{}, nil
}
