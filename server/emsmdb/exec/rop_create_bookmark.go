package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// createBookmark implements RopCreateBookmark, [MS-OXCTABL] 3.2.5.12.
func (e *Executor) createBookmark(ctx context.Context, c *Call, _ *rop.CreateBookmarkRequest) (*rop.CreateBookmarkResponse, error) {
	name, err := c.Table().CreateBookmark(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.CreateBookmarkResponse{Bookmark: name}, nil
}
