package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getRulesTable implements RopGetRulesTable, [MS-OXORULE] 3.2.5.3.
func (e *Executor) getRulesTable(ctx context.Context, c *Call, req *rop.GetRulesTableRequest) (*rop.GetRulesTableResponse, error) {
	t, err := c.Folder().RulesTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return new(rop.GetRulesTableResponse), nil
}
