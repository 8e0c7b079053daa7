package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setMessageReadFlag implements RopSetMessageReadFlag, [MS-OXCMSG] 3.2.5.11. Only public folders tell whether the
// state changed, [MS-OXCROPS] 2.2.6.11.2.
func (e *Executor) setMessageReadFlag(ctx context.Context, c *Call, req *rop.SetMessageReadFlagRequest) (*rop.SetMessageReadFlagResponse, error) {
	changed, err := c.Message().SetReadFlag(ctx, req.ReadFlags)
	if err != nil {
		return nil, err
	}
	resp := new(rop.SetMessageReadFlagResponse)
	if c.Logon().Public() && changed && req.ClientData != nil {
		resp.ReadStatusChanged, resp.LogonID, resp.ClientData = true, c.Header.LogonID, *req.ClientData
	}
	return resp, nil
}
