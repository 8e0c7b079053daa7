package exec

import (
	"context"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// optionsData implements RopOptionsData, [MS-OXOMSG] 2.2.4.6. What the data of an address type says is the client's
// provider's to know; versions that have any give an empty list of options.
func (e *Executor) optionsData(_ context.Context, c *Call, req *rop.OptionsDataRequest) (*rop.OptionsDataResponse, error) {
	p := &e.env.Profile.ROP
	known := slices.ContainsFunc(transportTypes, func(t string) bool { return strings.EqualFold(t, req.AddressType) })
	switch {
	case c.Logon().Public() && !p.OptionsDataNeverFails:
		return nil, mapi.ErrNoSupport
	case !known && !p.OptionsDataNeverFails:
		return nil, mapi.ErrNotFound
	}
	resp := &rop.OptionsDataResponse{}
	if p.OptionsData && known {
		resp.OptionsInfo = []byte{0}
	}
	return resp, nil
}
