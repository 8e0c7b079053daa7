package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// modifyRules implements RopModifyRules, [MS-OXORULE] 3.2.5.2.
func (e *Executor) modifyRules(ctx context.Context, c *Call, req *rop.ModifyRulesRequest) (*rop.ModifyRulesResponse, error) {
	changes := make([]object.RuleChange, len(req.RulesData))
	for i, d := range req.RulesData {
		changes[i] = object.RuleChange{Flags: d.RuleDataFlags, Props: d.PropertyValues}
	}
	if err := c.Folder().ModifyRules(ctx, req.ModifyRulesFlags, changes); err != nil {
		return nil, err
	}
	return new(rop.ModifyRulesResponse), nil
}
