package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// GetPropsRequest is the request of NspiGetProps, [MS-OXNSPI] 3.1.4.1.7.
type GetPropsRequest struct {
	Flags uint32         // SkipObjects, EphemeralID
	Stat  Stat           // CurrentRec names the object
	Tags  []mapi.PropTag // nil for all that have a value
}

// GetPropsResponse is the answer of NspiGetProps, [MS-OXNSPI] 3.1.4.1.7.
type GetPropsResponse struct {
	Row    Row
	Result mapi.ErrorCode
}

// GetProps returns properties of the object at Stat.CurrentRec, [MS-OXNSPI] 3.1.4.1.7. Values that are missing, and
// those of an object that is not there, make the result a warning.
func (s *Service) GetProps(ctx context.Context, _ auth.Caller, q *GetPropsRequest) (*GetPropsResponse, error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	if containerByMId(q.Stat.ContainerID) == nil {
		return nil, mapi.ErrInvalidBookmark
	}
	tags := q.Tags
	if tags == nil {
		tags = b.propList(q.Stat.CurrentRec, q.Flags)
	}
	for _, tag := range tags {
		if tag.Type() == mapi.PtypString8 || tag.Type() == mapi.PtypMultiString8 {
			if err := checkCodePage(q.Stat.CodePage); err != nil {
				return nil, err
			}
		}
	}
	rows, err := b.newRowBuilder(tags, q.Stat.CodePage, q.Flags&EphemeralID != 0)
	if err != nil {
		return nil, err
	}
	row, missing := rows.row(q.Stat.CurrentRec)
	a := &GetPropsResponse{Row: row}
	if missing {
		a.Result = mapi.WarnWithErrors
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *GetPropsRequest) Refuse(code mapi.ErrorCode) *GetPropsResponse {
	return &GetPropsResponse{Result: code}
}
