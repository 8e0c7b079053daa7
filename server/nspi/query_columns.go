package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// QueryColumnsRequest is the request of NspiQueryColumns, [MS-OXNSPI] 3.1.4.1.5.
type QueryColumnsRequest struct {
	Reserved uint32 // ignored
	Flags    uint32 // UnicodeProptypes
}

// QueryColumnsResponse is the answer of NspiQueryColumns, [MS-OXNSPI] 3.1.4.1.5.
type QueryColumnsResponse struct {
	Columns []mapi.PropTag
	Result  mapi.ErrorCode
}

// QueryColumns lists every property the server knows, [MS-OXNSPI] 3.1.4.1.5.
func (s *Service) QueryColumns(_ context.Context, _ auth.Caller, q *QueryColumnsRequest) (*QueryColumnsResponse, error) {
	a := &QueryColumnsResponse{Columns: make([]mapi.PropTag, 0, len(attributes.list))}
	for _, known := range attributes.list {
		typ := string8Type(known.tag.Type())
		if q.Flags&UnicodeProptypes != 0 {
			typ = prop.UnicodeType(known.tag.Type())
		}
		a.Columns = append(a.Columns, known.tag.WithType(typ))
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *QueryColumnsRequest) Refuse(code mapi.ErrorCode) *QueryColumnsResponse {
	return &QueryColumnsResponse{Result: code}
}
