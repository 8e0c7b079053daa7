package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// getPropertiesSpecific implements RopGetPropertiesSpecific, [MS-OXCPRPT] 3.2.5.1.
func (e *Executor) getPropertiesSpecific(ctx context.Context, c *Call, req *rop.GetPropertiesSpecificRequest) (*rop.GetPropertiesSpecificResponse, error) {
	if len(req.PropertyTags) == 0 {
		return nil, mapi.ErrInvalidParameter
	}
	bag := c.Object.(object.Bag)
	values, err := bag.Get(ctx, req.PropertyTags)
	if err != nil {
		return nil, err
	}
	e.missingProperties(c, req.PropertyTags, values)
	for i, tag := range req.PropertyTags {
		values[i] = object.Typed(values[i], prop.ColumnType(tag), req.WantUnicode != 0, bag.CodePage())
		values[i] = e.limited(values[i], req.PropertySizeLimit)
	}
	row := prop.Row{Values: values}
	fit(req.PropertyTags, row, c.Room()-headLen)
	return &rop.GetPropertiesSpecificResponse{Columns: req.PropertyTags, RowData: row}, nil
}

// limited obeys PropertySizeLimit where the version does: a larger text or binary must be opened as a stream.
func (e *Executor) limited(v prop.Value, limit uint16) prop.Value {
	if limit == 0 || !e.env.Profile.Property.SizeLimit {
		return v
	}
	switch v.Type() {
	case mapi.PtypString, mapi.PtypString8, mapi.PtypBinary, mapi.PtypObject:
		if prop.ValueSize(v) > int(limit) {
			return prop.Error(mapi.ErrMemory)
		}
	}
	return v
}

// fit replaces values by an error that makes clients open a stream, the largest first, until the row takes no more
// than room bytes, [MS-OXCPRPT] 2.2.2.2.
func fit(tags []mapi.PropTag, row prop.Row, room int) {
	for prop.RowSize(tags, row) > room {
		largest, size := -1, prop.ValueSize(prop.Error(0))
		for i, v := range row.Values {
			if n := prop.ValueSize(v); n > size {
				largest, size = i, n
			}
		}
		if largest < 0 {
			return
		}
		row.Values[largest] = prop.Error(mapi.ErrMemory)
	}
}
