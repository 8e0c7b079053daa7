package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// GetPropListRequest is the request of NspiGetPropList, [MS-OXNSPI] 3.1.4.1.6.
type GetPropListRequest struct {
	Flags    uint32 // SkipObjects
	MId      uint32
	CodePage uint32
}

// GetPropListResponse is the answer of NspiGetPropList, [MS-OXNSPI] 3.1.4.1.6.
type GetPropListResponse struct {
	Tags   []mapi.PropTag
	Result mapi.ErrorCode
}

// GetPropList lists the properties of an object that have a value, strings as 8-bit ones, [MS-OXNSPI] 3.1.4.1.6.
func (s *Service) GetPropList(ctx context.Context, _ auth.Caller, q *GetPropListRequest) (*GetPropListResponse, error) {
	if err := checkCodePage(q.CodePage); err != nil {
		return nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	return &GetPropListResponse{Tags: b.propList(q.MId, q.Flags)}, nil
}

// propList returns the properties of an object that have a value; none if there is no such object.
func (b *book) propList(mid, flags uint32) []mapi.PropTag {
	tags := []mapi.PropTag{}
	subject, _ := b.subject(mid, false)
	for _, a := range attributes.list {
		if a.on&subject.kind == 0 || flags&SkipObjects != 0 && a.tag.Type() == mapi.PtypObject {
			continue
		}
		if !a.get(subject).IsZero() {
			tags = append(tags, a.tag.WithType(string8Type(a.tag.Type())))
		}
	}
	return tags
}

// Refuse returns the answer to a request that ended with code.
func (q *GetPropListRequest) Refuse(code mapi.ErrorCode) *GetPropListResponse {
	return &GetPropListResponse{Result: code}
}
