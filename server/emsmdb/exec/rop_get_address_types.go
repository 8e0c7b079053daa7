package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// transportTypes are the types of addresses that mail can be sent to.
var transportTypes = []string{"SMTP", "EX"}

// getAddressTypes implements RopGetAddressTypes, [MS-OXOMSG] 3.3.5.1.
func (e *Executor) getAddressTypes(_ context.Context, c *Call, _ *rop.GetAddressTypesRequest) (*rop.GetAddressTypesResponse, error) {
	return &rop.GetAddressTypesResponse{AddressTypes: transportTypes}, nil
}
