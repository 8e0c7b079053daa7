package nspi

import (
	"bytes"
	"context"
	"slices"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// GetMatchesRequest is the request of NspiGetMatches, [MS-OXNSPI] 3.1.4.1.10.
type GetMatchesRequest struct {
	Reserved1    uint32 // must be 0
	Stat         Stat
	ReservedTags []uint32         // ignored
	Reserved2    uint32           // ignored
	Filter       prop.Restriction // nil to list the objects a property of Stat.CurrentRec refers to
	PropName     *PropName        // the property then, nil if Stat.ContainerID names it
	Requested    uint32           // most objects the caller takes
	Columns      []mapi.PropTag   // nil if no rows are wanted
}

// GetMatchesResponse is the answer of NspiGetMatches, [MS-OXNSPI] 3.1.4.1.10.
type GetMatchesResponse struct {
	Stat   Stat
	MIds   []uint32
	Rows   []Row
	Result mapi.ErrorCode
}

// GetMatches lists the objects of a table that pass a filter, or those a property of one object refers to,
// [MS-OXNSPI] 3.1.4.1.10.
func (s *Service) GetMatches(ctx context.Context, caller auth.Caller, q *GetMatchesRequest) (*GetMatchesResponse, error) {
	if q.Reserved1 != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	if err := checkCodePage(q.Stat.CodePage); err != nil {
		return nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	var mids []uint32
	if q.Filter != nil {
		mids, err = b.filtered(ctx, q)
	} else {
		mids, err = b.referred(caller, q)
	}
	if err != nil {
		return nil, err
	}
	if uint64(len(mids)) > uint64(q.Requested) {
		return nil, mapi.ErrTableTooBig
	}
	a := &GetMatchesResponse{Stat: q.Stat, MIds: mids}
	a.Stat.ContainerID = q.Stat.CurrentRec
	if q.Columns == nil {
		return a, nil
	}
	rows, err := b.newRowBuilder(q.Columns, q.Stat.CodePage, true)
	if err != nil {
		return nil, err
	}
	a.Rows, err = rows.rows(mids)
	return a, err
}

// filtered returns the rows of a table that pass the filter, in its order.
func (b *book) filtered(ctx context.Context, q *GetMatchesRequest) ([]uint32, error) {
	t, err := b.table(q.Stat)
	if err != nil {
		return nil, err
	}
	f := filter{codePage: q.Stat.CodePage}
	r, err := f.prepare(q.Filter)
	if err != nil {
		return nil, err
	}
	if p, ok := r.(prop.PropertyRestriction); ok && p.Tag.ID() == mapi.TagAnr.ID() { // what clients ask all the time
		return t.only(b.anr().candidates(p.Value.Value.Str())), nil
	}
	matcher := prop.NewMatcher(r, t.order)
	m := matchable{book: b, anr: make(map[string]map[uint32]bool)}
	view := prop.Subject{Get: m.get, Anr: m.means}
	mids := []uint32{}
	for _, mid := range t.mids {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if m.subject = b.entrySubject(b.snap.ByMId(mid), false); matcher.Match(&view) {
			mids = append(mids, mid)
		}
	}
	return mids, nil
}

// referred returns the objects that a property of the current one refers to, by display name.
func (b *book) referred(caller auth.Caller, q *GetMatchesRequest) ([]uint32, error) {
	e := b.snap.ByMId(q.Stat.CurrentRec)
	if e == nil {
		return nil, mapi.ErrGeneralFailure
	}
	tag := mapi.PropTag(q.Stat.ContainerID)
	if q.PropName != nil {
		tag = mapi.PropTag(q.PropName.ID)
	}
	tag = tag.WithType(mapi.PtypObject)
	if !refers(tag) || q.Stat.SortType == SortDisplayNameW && !b.mayLink(caller, tag, e) {
		return nil, mapi.ErrNoSupport
	}
	mids := slices.Clone(b.links().of(tag, e))
	order := b.sorted(tableKey{midGAL, false, nearestLocale(q.Stat.SortLocale)}).order
	keys := make(map[uint32][]byte, len(mids))
	for _, mid := range mids {
		keys[mid] = nameKey(order, b.snap.ByMId(mid).DisplayName)
	}
	slices.SortFunc(mids, func(x, y uint32) int {
		if c := bytes.Compare(keys[x], keys[y]); c != 0 {
			return c
		}
		return int(int64(x) - int64(y))
	})
	return append([]uint32{}, slices.Compact(mids)...), nil
}

// refers reports whether a property is one that refers to objects, [MS-OXOABK] 2.2.5 and 2.2.6.
func refers(tag mapi.PropTag) bool {
	switch tag {
	case mapi.TagAddressBookMember, mapi.TagAddressBookOwner, mapi.TagAddressBookManager,
		mapi.TagAddressBookPublicDelegates, mapi.TagAddressBookIsMemberOfDistributionList, mapi.TagAddressBookReports,
		mapi.TagAddressBookOwnerBackLink:
		return true
	}
	return false
}

// mayLink reports whether the caller may change what a property of e refers to: members of a list by its owner,
// delegates by the user, and both by an administrator.
func (b *book) mayLink(caller auth.Caller, tag mapi.PropTag, e *store.Entry) bool {
	who := b.snap.ByName(caller.Identity.Account)
	if who == nil {
		return false
	}
	switch {
	case tag == mapi.TagAddressBookMember && e.Kind == store.ListEntry:
		owner := b.snap.ByName(e.ManagedBy)
		return who.Admin || owner != nil && owner.MId == who.MId
	case tag == mapi.TagAddressBookPublicDelegates && e.Kind == store.UserEntry:
		return who.Admin || who.MId == e.MId
	}
	return false
}

// Refuse returns the answer to a request that ended with code.
func (q *GetMatchesRequest) Refuse(code mapi.ErrorCode) *GetMatchesResponse {
	return &GetMatchesResponse{Stat: q.Stat, Result: code}
}
