package nspi

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// maxFilterNodes is how many restrictions one filter may be made of; more is ErrTooComplex.
const maxFilterNodes = 1000

// filter is a restriction ready to be tried on the rows of one table, [MS-OXNSPI] 3.1.4.1.10. Texts compare as the
// table orders names. It differs from restrictions on messages by that, and by PidTagAnr.
type filter struct {
	book     *book
	table    *table
	codePage uint32 // of 8-bit strings in it
	nodes    int
}

// test reports whether an object passes.
type test func(subject) bool

// compile turns a restriction into a test, or returns ErrTooComplex.
func (f *filter) compile(r prop.Restriction) (test, error) {
	if f.nodes++; f.nodes > maxFilterNodes {
		return nil, mapi.ErrTooComplex
	}
	switch r := r.(type) {
	case prop.AndRestriction:
		return f.list(r.Parts, func(parts []test, s subject) bool {
			for _, p := range parts {
				if !p(s) {
					return false
				}
			}
			return true
		})
	case prop.OrRestriction:
		return f.list(r.Parts, func(parts []test, s subject) bool {
			for _, p := range parts {
				if p(s) {
					return true
				}
			}
			return false
		})
	case prop.NotRestriction:
		part, err := f.compile(r.Part)
		if err != nil {
			return nil, err
		}
		return func(s subject) bool { return !part(s) }, nil
	case prop.ContentRestriction:
		return f.content(r)
	case prop.PropertyRestriction:
		return f.property(r)
	case prop.ExistRestriction:
		return func(s subject) bool { return !s.value(r.Tag).IsZero() }, nil
	case prop.BitMaskRestriction:
		return func(s subject) bool {
			v := s.value(r.Tag)
			set := uint32(v.Bits())&r.Mask != 0
			return v.Type() == mapi.PtypInteger32 && set == (r.RelOp == prop.BitsNotEqualZero)
		}, nil
	case prop.ComparePropsRestriction:
		if r.RelOp > prop.RelOpNE {
			return nil, mapi.ErrTooComplex
		}
		return func(s subject) bool {
			a, b := s.value(r.Tag1), s.value(r.Tag2)
			order, ok := f.compare(a, b)
			return ok && holds(r.RelOp, order)
		}, nil
	}
	return nil, mapi.ErrTooComplex
}

func (f *filter) list(rs []prop.Restriction, join func([]test, subject) bool) (test, error) {
	parts := make([]test, len(rs))
	for i, r := range rs {
		var err error
		if parts[i], err = f.compile(r); err != nil {
			return nil, err
		}
	}
	return func(s subject) bool { return join(parts, s) }, nil
}

// property compares a property, any value of it if there are several, with a value.
func (f *filter) property(r prop.PropertyRestriction) (test, error) {
	if r.RelOp > prop.RelOpNE {
		return nil, mapi.ErrTooComplex
	}
	want := f.native(r.Value.Value)
	if r.Tag.ID() == mapi.TagAnr.ID() {
		if r.RelOp != prop.RelOpEQ || want.Type() != mapi.PtypString {
			return nil, mapi.ErrTooComplex
		}
		return f.anr(want.Str()), nil
	}
	return func(s subject) bool {
		for _, v := range singles(f.find(s, r.Tag)) {
			for _, w := range singles(want) {
				if order, ok := f.compare(v, w); ok && holds(r.RelOp, order) {
					return true
				}
			}
		}
		return false
	}, nil
}

// anr is the list of everybody a text can mean.
func (f *filter) anr(text string) test {
	hits := make(map[uint32]bool)
	for _, mid := range f.book.anr().candidates(text) {
		hits[mid] = true
	}
	return func(s subject) bool { return hits[s.mid] }
}

// content looks for a text in a property, [MS-OXCDATA] 2.12.4.
func (f *filter) content(r prop.ContentRestriction) (test, error) {
	want := f.native(r.Value.Value)
	if r.Tag.ID() == mapi.TagAnr.ID() && want.Type() == mapi.PtypString {
		return f.anr(want.Str()), nil
	}
	normal := func(s string) string { return s }
	if r.Fuzzy&(prop.FuzzyIgnoreCase|prop.FuzzyIgnoreNonSpace|prop.FuzzyLoose) != 0 && want.Type() == mapi.PtypString {
		normal = fold
	}
	var match func(s, part string) bool
	switch r.Fuzzy & 0xFFFF {
	case prop.FuzzyFullString:
		match = func(s, part string) bool { return s == part }
	case prop.FuzzySubstring:
		match = strings.Contains
	case prop.FuzzyPrefix:
		match = strings.HasPrefix
	default:
		return nil, mapi.ErrTooComplex
	}
	if want.Type() != mapi.PtypString && want.Type() != mapi.PtypBinary {
		return nil, mapi.ErrTooComplex
	}
	part := normal(want.Str())
	return func(s subject) bool {
		for _, v := range singles(f.find(s, r.Tag)) {
			if v.Type() == want.Type() && match(normal(v.Str()), part) {
				return true
			}
		}
		return false
	}, nil
}

// find returns a property in the form values are compared in. A single-value tag finds a property of several values
// too.
func (f *filter) find(s subject, tag mapi.PropTag) prop.Value {
	v := s.value(tag)
	if v.IsZero() && tag.Type()&mapi.PtypMultiple == 0 {
		v = s.value(tag.WithType(tag.Type() | mapi.PtypMultiple))
	}
	if v.Type() == mapi.PtypString8 {
		return prop.String(fromCodePage(v.Str(), codePageTeletex))
	}
	return v
}

// native returns a value of the filter with its strings in Unicode.
func (f *filter) native(v prop.Value) prop.Value {
	switch v.Type() {
	case mapi.PtypString8:
		return prop.String(fromCodePage(v.Str(), f.codePage))
	case mapi.PtypMultiString8:
		out := []string{}
		for _, t := range prop.Elements[string](v) {
			out = append(out, fromCodePage(t, f.codePage))
		}
		return prop.Multi(mapi.PtypMultiString, out)
	}
	return v
}

// singles returns the values of a property one by one.
func singles(v prop.Value) []prop.Value {
	var out []prop.Value
	switch v.Type() {
	case mapi.PtypUnspecified:
		return nil
	case mapi.PtypMultiString:
		for _, t := range prop.Elements[string](v) {
			out = append(out, prop.String(t))
		}
		return out
	case mapi.PtypMultiBinary:
		for _, t := range prop.Elements[string](v) {
			out = append(out, prop.BinaryString(t))
		}
		return out
	}
	return []prop.Value{v}
}

// compare orders two values of one type; ok is false if they have no order.
func (f *filter) compare(a, b prop.Value) (order int, ok bool) {
	if a.Type() != b.Type() {
		return 0, false
	}
	switch a.Type() {
	case mapi.PtypString:
		if a.Str() == b.Str() {
			return 0, true
		}
		return bytes.Compare(f.table.order.key(a.Str()), f.table.order.key(b.Str())), true
	case mapi.PtypBinary, mapi.PtypGuid:
		return cmp.Compare(a.Str(), b.Str()), true
	case mapi.PtypInteger16, mapi.PtypInteger32:
		return cmp.Compare(a.Int(), b.Int()), true
	case mapi.PtypBoolean, mapi.PtypTime:
		return cmp.Compare(a.Bits(), b.Bits()), true
	}
	return 0, false
}

// holds reports whether an order fulfils a comparison.
func holds(op prop.RelOp, order int) bool {
	switch op {
	case prop.RelOpLT:
		return order < 0
	case prop.RelOpLE:
		return order <= 0
	case prop.RelOpGT:
		return order > 0
	case prop.RelOpGE:
		return order >= 0
	case prop.RelOpEQ:
		return order == 0
	}
	return order != 0
}
