package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// registerNotification implements RopRegisterNotification, [MS-OXCNOTIF] 3.1.4.1.
func (e *Executor) registerNotification(ctx context.Context, c *Call, req *rop.RegisterNotificationRequest) (*rop.RegisterNotificationResponse, error) {
	s, err := c.Logon().Subscribe(ctx, object.SubscribeRequest{
		Types: req.NotificationTypes, WholeStore: req.WantWholeStore, Folder: req.FolderID, Message: req.MessageID,
	})
	if err != nil {
		return nil, err
	}
	c.SetOutput(s)
	return &rop.RegisterNotificationResponse{}, nil
}
