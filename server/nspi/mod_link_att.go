package nspi

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// ModLinkAttRequest is the request of NspiModLinkAtt, [MS-OXNSPI] 3.1.4.1.15.
type ModLinkAttRequest struct {
	Flags    uint32       // DeleteLinks
	Tag      mapi.PropTag // the property that refers to objects
	MId      uint32       // the object it belongs to
	EntryIDs [][]byte     // the objects referred to
}

// ModLinkAttResponse is the answer of NspiModLinkAtt, [MS-OXNSPI] 3.1.4.1.15.
type ModLinkAttResponse struct {
	Result mapi.ErrorCode
}

// ModLinkAtt adds or removes what a property of an object refers to, [MS-OXNSPI] 3.1.4.1.15: the members of a list
// or the delegates of a user. Adding what is there and removing what is not are no errors.
func (s *Service) ModLinkAtt(ctx context.Context, caller auth.Caller, q *ModLinkAttRequest) (*ModLinkAttResponse, error) {
	tag := q.Tag.WithType(mapi.PtypObject)
	if tag != mapi.TagAddressBookMember && tag != mapi.TagAddressBookPublicDelegates {
		return nil, mapi.ErrNotFound
	}
	if !s.profile.ModifiesLinks {
		return nil, mapi.ErrGeneralFailure
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	e := b.snap.ByMId(q.MId)
	if e == nil {
		return nil, mapi.ErrInvalidParameter
	}
	if s.update == nil || !b.mayLink(caller, tag, e) {
		return nil, mapi.ErrAccessDenied
	}
	var names []string
	for _, id := range q.EntryIDs {
		switch other := b.snap.ByMId(b.midOfEntryID(id)); {
		case other != nil:
			names = append(names, other.Name)
		case q.Flags&DeleteLinks == 0:
			return nil, mapi.ErrAccessDenied
		}
	}
	changed := *e
	if tag == mapi.TagAddressBookMember {
		changed.Members = relink(e.Members, names, q.Flags&DeleteLinks != 0)
	} else {
		changed.Attributes = withAttribute(e.Attributes, "delegates", relink(e.Attributes["delegates"], names, q.Flags&DeleteLinks != 0))
	}
	if err := s.put(ctx, changed); err != nil {
		return nil, err
	}
	return &ModLinkAttResponse{}, nil
}

// relink returns names with others added or removed, names comparing without case.
func relink(names, others []string, remove bool) []string {
	out := slices.Clone(names)
	for _, o := range others {
		same := func(n string) bool { return strings.EqualFold(n, o) }
		switch {
		case remove:
			out = slices.DeleteFunc(out, same)
		case !slices.ContainsFunc(out, same):
			out = append(out, o)
		}
	}
	return out
}

// withAttribute returns a copy of attributes with one of them set, or gone if it has no values.
func withAttribute(attributes map[string][]string, name string, values []string) map[string][]string {
	out := make(map[string][]string, len(attributes)+1)
	for k, v := range attributes {
		out[k] = v
	}
	if out[name] = values; len(values) == 0 {
		delete(out, name)
	}
	return out
}

// put stores a changed entry. What the store does not allow is access denied.
func (s *Service) put(ctx context.Context, e store.Entry) error {
	err := s.update(ctx, func(tx store.DirectoryTx) error {
		_, err := tx.PutEntry(e)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDenied) {
		return mapi.Wrap(mapi.ErrAccessDenied, err)
	}
	return err
}

// Refuse returns the answer to a request that ended with code.
func (q *ModLinkAttRequest) Refuse(code mapi.ErrorCode) *ModLinkAttResponse {
	return &ModLinkAttResponse{Result: code}
}
