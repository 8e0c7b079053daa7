package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getSearchCriteria implements RopGetSearchCriteria, [MS-OXCFOLD] 3.2.5.5.
func (e *Executor) getSearchCriteria(ctx context.Context, c *Call, req *rop.GetSearchCriteriaRequest) (*rop.GetSearchCriteriaResponse, error) {
	criteria, err := c.Folder().SearchCriteria(ctx, req.UseUnicode)
	if err != nil {
		return nil, err
	}
	resp := &rop.GetSearchCriteriaResponse{LogonID: c.Header.LogonID, SearchFlags: criteria.Flags}
	if req.IncludeRestriction {
		resp.Restriction = criteria.Restriction
	}
	if req.IncludeFolders {
		resp.FolderIDs = criteria.Folders
	}
	return resp, nil
}
