package exec

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// maxByteCount is the largest MaximumByteCount, [MS-OXCROPS] 2.2.9.2.1.
const maxByteCount = 0x80000000

// readStream implements RopReadStream, [MS-OXCPRPT] 3.2.5.12. It gives as much as fits; a client that wants more in
// one call asks for packed buffers.
func (e *Executor) readStream(ctx context.Context, c *Call, req *rop.ReadStreamRequest) (*rop.ReadStreamResponse, error) {
	n, err := e.readCount(req)
	if err != nil {
		return nil, err
	}
	data, err := c.Stream().Read(ctx, min(n, c.Room()-headLen-2, math.MaxUint16))
	if err != nil {
		return nil, err
	}
	c.packed = packsStreams(c.Session.facts)
	return &rop.ReadStreamResponse{Data: data}, nil
}

// readCount is how many bytes a client asks for.
func (e *Executor) readCount(req *rop.ReadStreamRequest) (int, error) {
	limit := e.env.Profile.ROP.ReadStreamLimit
	switch {
	case req.ByteCount != rop.ByteCountExtended && (limit == 0 || uint32(req.ByteCount) <= limit):
		return int(req.ByteCount), nil
	case limit != 0:
		return 0, errNoRoom
	case req.MaximumByteCount > maxByteCount:
		return 0, failCall{mapi.ErrRpcFormat}
	}
	return int(req.MaximumByteCount), nil
}

// packsStreams reports whether a client can read a stream from several payloads, [MS-OXCRPC] 3.2.4.1.3.2. Outlook
// 2013, and 2016 before build 10000, lose the end of such a stream.
func packsStreams(s *object.Session) bool {
	v := s.ClientVersion
	return v.AtLeast(12, 0, 4207, 0) && (!v.AtLeast(15, 0, 0, 0) || v.AtLeast(16, 0, 10000, 0))
}
