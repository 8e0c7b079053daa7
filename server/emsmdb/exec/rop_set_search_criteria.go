package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// setSearchCriteria implements RopSetSearchCriteria, [MS-OXCFOLD] 3.2.5.4. The search itself runs beside the sessions.
func (e *Executor) setSearchCriteria(ctx context.Context, c *Call, req *rop.SetSearchCriteriaRequest) (*rop.SetSearchCriteriaResponse, error) {
	criteria := object.SearchCriteria{Restriction: req.Restriction, Folders: req.FolderIDs, Flags: req.SearchFlags}
	if err := c.Folder().SetSearchCriteria(ctx, criteria); err != nil {
		return nil, err
	}
	return new(rop.SetSearchCriteriaResponse), nil
}
