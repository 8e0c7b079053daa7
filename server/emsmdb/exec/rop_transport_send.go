package exec

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/submit"
)

// transportSendSize bounds what is returned of a message that was sent.
const transportSendSize = 4 << 10

// transportSend implements RopTransportSend, [MS-OXOMSG] 3.3.5.4.
func (e *Executor) transportSend(ctx context.Context, c *Call, _ *rop.TransportSendRequest) (*rop.TransportSendResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err == nil {
		err = s.TransportSend(ctx, c.Message())
	}
	if err != nil {
		return nil, err
	}
	tags := submit.TransportProps()
	all, err := c.Message().Get(ctx, tags)
	if err != nil && !errors.Is(err, mapi.ErrObjectDeleted) { // it may be gone already
		return nil, err
	}
	var values []prop.Tagged
	for i, v := range all {
		if v.Type() == tags[i].Type() {
			values = append(values, prop.Tagged{Tag: tags[i], Value: v})
		}
	}
	if msgprops.Size(values) > transportSendSize { // they only repeat what the message has
		values = nil
	}
	return &rop.TransportSendResponse{NoPropertiesReturned: len(values) == 0, PropertyValues: values}, nil
}
