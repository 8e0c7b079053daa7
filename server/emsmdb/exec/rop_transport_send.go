package exec

import (
	"context"

	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/rop"
)

// transportSendSize bounds what is returned of a message that was sent.
const transportSendSize = 4 << 10

// transportSend implements RopTransportSend, [MS-OXOMSG] 3.3.5.4.
func (e *Executor) transportSend(ctx context.Context, c *Call, _ *rop.TransportSendRequest) (*rop.TransportSendResponse, error) {
	values, err := c.Message().TransportSend(ctx)
	if err != nil {
		return nil, err
	}
	if msgprops.Size(values) > transportSendSize { // they only repeat what the message has
		values = nil
	}
	return &rop.TransportSendResponse{NoPropertiesReturned: len(values) == 0, PropertyValues: values}, nil
}
