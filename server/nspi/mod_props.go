package nspi

import (
	"context"
	"encoding/base64"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// ModPropsRequest is the request of NspiModProps, [MS-OXNSPI] 3.1.4.1.14.
type ModPropsRequest struct {
	Reserved uint32         // ignored
	Stat     Stat           // CurrentRec names the object
	Remove   []mapi.PropTag // properties to remove
	Add      Row            // values to add
}

// ModPropsResponse is the answer of NspiModProps, [MS-OXNSPI] 3.1.4.1.14.
type ModPropsResponse struct {
	Result mapi.ErrorCode
}

// ModProps changes the certificates of a user, [MS-OXNSPI] 3.1.4.1.14: it removes the properties named, and then,
// where the version does so, adds the values given. Users change their own, administrators everybody's.
func (s *Service) ModProps(ctx context.Context, caller auth.Caller, q *ModPropsRequest) (*ModPropsResponse, error) {
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	subject, ok := b.subject(q.Stat.CurrentRec, false)
	if q.Remove == nil || !ok {
		return nil, mapi.ErrInvalidParameter
	}
	if subject.kind != onUser {
		return nil, mapi.ErrInvalidObject
	}
	who := b.snap.ByName(caller.Identity.Account)
	if s.update == nil || who == nil || !who.Admin && who.MId != subject.mid {
		return nil, mapi.ErrAccessDenied
	}
	changed := *subject.entry
	for _, tag := range q.Remove {
		if !setCertificates(&changed, tag, nil) {
			return nil, mapi.ErrAccessDenied
		}
	}
	for _, v := range q.Add {
		var values []string
		if s.profile.ModifiesCertificates {
			values = prop.Elements[string](v.Value)
		}
		if !setCertificates(&changed, v.Tag, values) {
			return nil, mapi.ErrAccessDenied
		}
	}
	if err := s.put(ctx, changed); err != nil {
		return nil, err
	}
	return &ModPropsResponse{}, nil
}

// setCertificates sets one of the two properties that may be changed, and reports false for any other.
func setCertificates(e *store.Entry, tag mapi.PropTag, values []string) bool {
	switch tag {
	case mapi.TagAddressBookX509Certificate:
		e.Certificates = nil
		for _, v := range values {
			e.Certificates = append(e.Certificates, []byte(v))
		}
	case mapi.TagUserX509Certificate:
		var coded []string
		for _, v := range values {
			coded = append(coded, base64.StdEncoding.EncodeToString([]byte(v)))
		}
		e.Attributes = withAttribute(e.Attributes, "user_x509_certificates", coded)
	default:
		return false
	}
	return true
}

// Refuse returns the answer to a request that ended with code.
func (q *ModPropsRequest) Refuse(code mapi.ErrorCode) *ModPropsResponse {
	return &ModPropsResponse{Result: code}
}
