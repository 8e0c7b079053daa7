package nspi

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// GetTemplateInfoRequest is the request of NspiGetTemplateInfo, [MS-OXNSPI] 3.1.4.1.18.
type GetTemplateInfoRequest struct {
	Flags    uint32  // TemplateInfo, ScriptInfo
	Type     uint32  // display type
	DN       *string // names a template; nil to choose by type and locale
	CodePage uint32
	LocaleID uint32
}

// GetTemplateInfoResponse is the answer of NspiGetTemplateInfo, [MS-OXNSPI] 3.1.4.1.18.
type GetTemplateInfoResponse struct {
	Data   Row
	Result mapi.ErrorCode
}

// GetTemplateInfo returns how the details of an object are laid out, [MS-OXNSPI] 3.1.4.1.18. There is one template
// per display type, in English for every locale, and none has a DN or a script.
func (s *Service) GetTemplateInfo(_ context.Context, _ auth.Caller, q *GetTemplateInfoRequest) (*GetTemplateInfoResponse, error) {
	if err := checkCodePage(q.CodePage); err != nil {
		return nil, err
	}
	if _, ok := mapi.LocaleOf(q.LocaleID); !ok || q.DN != nil && *q.DN != "" {
		return nil, mapi.ErrInvalidLocale
	}
	layout := layoutOf(displayType(q.Type))
	if layout == nil {
		return nil, mapi.ErrInvalidLocale
	}
	a := &GetTemplateInfoResponse{Data: Row{}}
	if q.Flags&TemplateInfo != 0 {
		a.Data = append(a.Data, prop.Tagged{Tag: mapi.TagTemplateData, Value: prop.Binary(encodeTemplate(layout, q.CodePage))})
	}
	if q.Flags&ScriptInfo != 0 {
		a.Data = append(a.Data, prop.Tagged{Tag: mapi.TagScriptData, Value: prop.Error(mapi.ErrNotFound)})
	}
	return a, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *GetTemplateInfoRequest) Refuse(code mapi.ErrorCode) *GetTemplateInfoResponse {
	return &GetTemplateInfoResponse{Result: code}
}
