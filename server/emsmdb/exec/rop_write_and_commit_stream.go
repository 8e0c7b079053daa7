package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// writeAndCommitStream implements RopWriteAndCommitStream, [MS-OXCPRPT] 3.2.5.23, which is not for folders.
func (e *Executor) writeAndCommitStream(ctx context.Context, c *Call, req *rop.WriteAndCommitStreamRequest) (*rop.WriteAndCommitStreamResponse, error) {
	if !e.env.Profile.ROP.LockAndCloneStream {
		return nil, e.env.Profile.ROP.Unsupported
	}
	s := c.Stream()
	if s.OfFolder() {
		return nil, mapi.ErrNoSupport
	}
	n, err := s.Write(ctx, req.Data)
	if err != nil {
		return nil, err
	}
	if err := s.Commit(ctx); err != nil {
		return nil, err
	}
	return &rop.WriteAndCommitStreamResponse{WrittenSize: uint16(n)}, nil
}
