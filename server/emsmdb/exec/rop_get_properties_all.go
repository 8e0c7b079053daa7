package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// getPropertiesAll implements RopGetPropertiesAll, [MS-OXCPRPT] 3.2.5.2.
func (e *Executor) getPropertiesAll(ctx context.Context, c *Call, req *rop.GetPropertiesAllRequest) (*rop.GetPropertiesAllResponse, error) {
	bag := c.Object.(object.Bag)
	all, err := object.All(ctx, bag)
	if err != nil {
		return nil, err
	}
	size := 0
	for i := range all {
		v := e.limited(object.Typed(all[i].Value, mapi.PtypUnspecified, req.WantUnicode != 0, bag.CodePage()), req.PropertySizeLimit)
		if !prop.ROPForm.Fits(v) {
			v = prop.Error(mapi.ErrMemory)
		}
		all[i] = prop.Tagged{Tag: all[i].Tag.WithType(v.Type()), Value: v}
		size += prop.TaggedSize(all[i])
	}
	if size > c.Room()-headLen-2 && c.alone { // nothing could ever give it more room
		return nil, failCall{mapi.ErrServerOOM}
	}
	return &rop.GetPropertiesAllResponse{PropertyValues: all}, nil
}
