package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// getAddressTypes implements RopGetAddressTypes, [MS-OXOMSG] 3.3.5.1.
func (e *Executor) getAddressTypes(_ context.Context, c *Call, _ *rop.GetAddressTypesRequest) (*rop.GetAddressTypesResponse, error) {
	return &rop.GetAddressTypesResponse{AddressTypes: []string{"SMTP", "EX"}}, nil
}

// setSpooler implements RopSetSpooler, [MS-OXOMSG] 2.2.5.2: the client may send mail itself. Nothing depends on it,
// since the server sends everything.
func (e *Executor) setSpooler(_ context.Context, c *Call, _ *rop.SetSpoolerRequest) (*rop.SetSpoolerResponse, error) {
	if c.Logon().Public() {
		return nil, mapi.ErrNoSupport
	}
	return &rop.SetSpoolerResponse{}, nil
}

// getStoreState implements RopGetStoreState, [MS-OXCSTOR] 3.2.5.5, which Exchange 2010 gave up.
func (e *Executor) getStoreState(_ context.Context, c *Call, _ *rop.GetStoreStateRequest) (*rop.GetStoreStateResponse, error) {
	if !e.env.Profile.ROP.GetStoreState {
		return nil, mapi.ErrNotImplemented
	}
	return &rop.GetStoreStateResponse{StoreState: c.Logon().StoreState()}, nil
}

// tellVersion implements RopTellVersion, [MS-OXCFXICS] 2.2.3.1.1.6: a client that copies between servers says what
// the other one is.
func (e *Executor) tellVersion(context.Context, *Call, *rop.TellVersionRequest) (*rop.TellVersionResponse, error) {
	return &rop.TellVersionResponse{}, nil
}

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
