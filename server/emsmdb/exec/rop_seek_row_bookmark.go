package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// seekRowBookmark implements RopSeekRowBookmark, [MS-OXCTABL] 3.2.5.10.
func (e *Executor) seekRowBookmark(ctx context.Context, c *Call, req *rop.SeekRowBookmarkRequest) (*rop.SeekRowBookmarkResponse, error) {
	gone, moved, less, err := c.Table().SeekBookmark(ctx, req.Bookmark, int(req.RowCount))
	if err != nil {
		return nil, err
	}
	return &rop.SeekRowBookmarkResponse{RowNoLongerVisible: gone, HasSoughtLess: less, RowsSought: int32(moved)}, nil
}
