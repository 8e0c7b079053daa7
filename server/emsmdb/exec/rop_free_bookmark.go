package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// freeBookmark implements RopFreeBookmark, [MS-OXCTABL] 3.2.5.15.
func (e *Executor) freeBookmark(_ context.Context, c *Call, req *rop.FreeBookmarkRequest) (*rop.FreeBookmarkResponse, error) {
	if err := c.Table().FreeBookmark(req.Bookmark); err != nil {
		return nil, err
	}
	return &rop.FreeBookmarkResponse{}, nil
}
