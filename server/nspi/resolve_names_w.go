package nspi

import (
	"context"
	"slices"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// ResolveNamesWRequest is the request of NspiResolveNamesW, [MS-OXNSPI] 3.1.4.1.17.
type ResolveNamesWRequest struct {
	Reserved uint32 // must be 0
	Stat     Stat
	Columns  []mapi.PropTag // nil for the default columns
	Names    []string
}

// ResolveNamesWResponse is the answer of NspiResolveNamesW, [MS-OXNSPI] 3.1.4.1.17.
type ResolveNamesWResponse struct {
	MIds   []uint32 // MidUnresolved, MidAmbiguous or MidResolved per name
	Rows   []Row    // one per name resolved
	Result mapi.ErrorCode
}

// ResolveNamesW resolves what people typed for the names of recipients, [MS-OXNSPI] 3.1.4.1.17, and returns the rows
// of those that are one object of the container.
func (s *Service) ResolveNamesW(ctx context.Context, _ auth.Caller, q *ResolveNamesWRequest) (*ResolveNamesWResponse, error) {
	mids, rows, err := s.resolve(ctx, q.Reserved, q.Stat, q.Columns, q.Names)
	if err != nil {
		return nil, err
	}
	return &ResolveNamesWResponse{MIds: mids, Rows: rows}, nil
}

// Refuse returns the answer to a request that ended with code.
func (q *ResolveNamesWRequest) Refuse(code mapi.ErrorCode) *ResolveNamesWResponse {
	return &ResolveNamesWResponse{Result: code}
}

// resolve serves both calls. Rows always carry permanent entry ids: clients keep them in messages.
func (s *Service) resolve(ctx context.Context, reserved uint32, stat Stat, columns []mapi.PropTag, names []string) ([]uint32, []Row, error) {
	if reserved != 0 {
		return nil, nil, mapi.ErrInvalidParameter
	}
	if err := checkCodePage(stat.CodePage); err != nil {
		return nil, nil, err
	}
	b, err := s.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	stat.SortType = SortDisplayName // order does not matter, the container does
	t, err := b.table(stat)
	if err != nil {
		return nil, nil, err
	}
	results := make([]uint32, len(names))
	var found []uint32
	known := make(map[string]resolution) // a name may be asked for many times
	for i, name := range names {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		r, ok := known[name]
		if !ok {
			r = t.resolve(b.anr().resolve(name))
			known[name] = r
		}
		if results[i] = r.result; r.result == MidResolved {
			found = append(found, r.mid)
		}
	}
	builder, err := b.newRowBuilder(columns, stat.CodePage, false)
	if err != nil {
		return nil, nil, err
	}
	rows, err := builder.rows(found)
	return results, rows, err
}

// resolution is what one name stands for.
type resolution struct {
	result uint32 // MidUnresolved, MidAmbiguous or MidResolved
	mid    uint32
}

// resolve tells what a name stands for that means some objects, of which only those in the table count.
func (t *table) resolve(mids []uint32) resolution {
	var r resolution
	for _, mid := range mids {
		if _, ok := t.index[mid]; !ok || r.result == MidResolved && r.mid == mid {
			continue
		}
		if r.result != MidUnresolved {
			return resolution{result: MidAmbiguous}
		}
		r = resolution{MidResolved, mid}
	}
	return r
}

// only returns those of mids that are in the table, in its order.
func (t *table) only(mids []uint32) []uint32 {
	places := make([]int, 0, len(mids))
	for _, mid := range mids {
		if at, ok := t.index[mid]; ok {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	out := make([]uint32, len(places))
	for i, at := range places {
		out[i] = t.mids[at]
	}
	return out
}
