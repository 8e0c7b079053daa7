package nspi

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// How many restrictions one filter may be made of, and how many of them on PidTagAnr; more is ErrTooComplex.
const (
	maxFilterNodes = 1000
	maxFilterNames = 16
)

// filter prepares a restriction for the address book, [MS-OXNSPI] 3.1.4.1.10: strings of the caller's code page
// become Unicode, and what no row can be tried on is refused as too complex.
type filter struct {
	codePage uint32
	nodes    int
	names    int // restrictions on PidTagAnr
}

// prepare returns r ready for a prop.Matcher, or ErrTooComplex.
func (f *filter) prepare(r prop.Restriction) (prop.Restriction, error) {
	if f.nodes++; f.nodes > maxFilterNodes {
		return nil, mapi.ErrTooComplex
	}
	switch r := r.(type) {
	case prop.AndRestriction:
		parts, err := f.all(r.Parts)
		return prop.AndRestriction{Parts: parts}, err
	case prop.OrRestriction:
		parts, err := f.all(r.Parts)
		return prop.OrRestriction{Parts: parts}, err
	case prop.NotRestriction:
		part, err := f.prepare(r.Part)
		return prop.NotRestriction{Part: part}, err
	case prop.ContentRestriction:
		if r.Fuzzy&0xFFFF > prop.FuzzyPrefix || f.isName(r.Tag) && f.names > maxFilterNames {
			return nil, mapi.ErrTooComplex
		}
		r.Value.Value = f.unicode(r.Value.Value)
		return r, nil
	case prop.PropertyRestriction:
		if r.RelOp > prop.RelOpNE || f.isName(r.Tag) && (r.RelOp != prop.RelOpEQ || f.names > maxFilterNames) {
			return nil, mapi.ErrTooComplex
		}
		r.Value.Value = f.unicode(r.Value.Value)
		return r, nil
	case prop.ComparePropsRestriction:
		if r.RelOp > prop.RelOpNE {
			return nil, mapi.ErrTooComplex
		}
		return r, nil
	case prop.BitMaskRestriction:
		if r.RelOp > prop.BitsNotEqualZero {
			return nil, mapi.ErrTooComplex
		}
		return r, nil
	case prop.SizeRestriction:
		if r.RelOp > prop.RelOpNE {
			return nil, mapi.ErrTooComplex
		}
		return r, nil
	case prop.ExistRestriction:
		return r, nil
	}
	return nil, mapi.ErrTooComplex
}

// isName reports whether tag is PidTagAnr, and counts it.
func (f *filter) isName(tag mapi.PropTag) bool {
	if tag.ID() != mapi.TagAnr.ID() {
		return false
	}
	f.names++
	return true
}

func (f *filter) all(rs []prop.Restriction) ([]prop.Restriction, error) {
	parts := make([]prop.Restriction, len(rs))
	for i, r := range rs {
		var err error
		if parts[i], err = f.prepare(r); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// unicode returns a value of the filter with its strings in Unicode, [MS-OXNSPI] 3.1.4.3.4.
func (f *filter) unicode(v prop.Value) prop.Value {
	switch v.Type() {
	case mapi.PtypString8:
		return prop.String(fromCodePage(v.Str(), f.codePage))
	case mapi.PtypMultiString8:
		texts := []string{}
		for _, t := range prop.Elements[string](v) {
			texts = append(texts, fromCodePage(t, f.codePage))
		}
		return prop.Multi(mapi.PtypMultiString, texts)
	}
	return v
}

// matchable is the view of subjects that restrictions are tried on. Each object is set in turn.
type matchable struct {
	book *book
	subject
	anr map[string]map[uint32]bool // everybody a text can mean
}

// get returns a property for comparisons: a tag of one value finds a property of several, too.
func (m *matchable) get(tag mapi.PropTag) prop.Value {
	v := m.value(tag)
	if v.IsZero() && tag.Type()&mapi.PtypMultiple == 0 {
		v = m.value(tag.WithType(tag.Type() | mapi.PtypMultiple))
	}
	if v.Type() == mapi.PtypString8 {
		return prop.String(fromCodePage(v.Str(), codePageTeletex))
	}
	return v
}

// means reports whether a text can mean the object.
func (m *matchable) means(text string) bool {
	hits, ok := m.anr[text]
	if !ok {
		hits = make(map[uint32]bool)
		for _, mid := range m.book.anr().candidates(text) {
			hits[mid] = true
		}
		m.anr[text] = hits
	}
	return hits[m.mid]
}
