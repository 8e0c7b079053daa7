package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// getStoreState implements RopGetStoreState, [MS-OXCSTOR] 3.2.5.5, which Exchange 2010 gave up.
func (e *Executor) getStoreState(_ context.Context, c *Call, _ *rop.GetStoreStateRequest) (*rop.GetStoreStateResponse, error) {
	if !e.env.Profile.ROP.GetStoreState {
		return nil, mapi.ErrNotImplemented
	}
	if c.Logon().Public() {
		return nil, mapi.ErrNoSupport
	}
	return &rop.GetStoreStateResponse{StoreState: c.Logon().StoreState()}, nil
}
