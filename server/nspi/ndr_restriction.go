package nspi

import (
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
)

// Types of a Restriction_r, [MS-OXNSPI] 2.2.5 and the interface's definition. [MS-OXNSPI] uses And, Or, Not, Content,
// Property and Exist only.
const (
	filterAnd uint32 = iota
	filterOr
	filterNot
	filterContent
	filterProperty
	filterCompareProps
	filterBitMask
	filterSize
	filterExist
	filterSub
)

// filterHead is the part of a Restriction_r that stands in its array; what it points to comes after the whole array.
type filterHead struct {
	typ     uint32
	a, b, c uint32 // the arm's words in order, without the pointer
}

// readFilterPtr reads a pointer to a Restriction_r; NULL is nil.
func readFilterPtr(r *ndr.Reader) prop.Restriction {
	if !r.Pointer() {
		return nil
	}
	return readFilterDeferred(r, readFilterHead(r), 1)
}

// readFilterHead reads type, discriminant and arm. A pointer in the arm must not be NULL, unless it stands for an
// empty list.
func readFilterHead(r *ndr.Reader) (h filterHead) {
	h.typ = r.U32()
	if kind := r.U32(); r.Err() == nil && kind != h.typ {
		r.Fail(ndr.ErrBound)
	}
	switch h.typ {
	case filterAnd, filterOr:
		h.a, h.b = r.U32(), r.U32() // count, referent
		if h.a > maxElements || h.a != 0 && h.b == 0 {
			r.Fail(ndr.ErrBound)
		}
		return h
	case filterNot:
	case filterSub:
		h.a = r.U32()
	case filterContent, filterProperty:
		h.a, h.b = r.U32(), r.U32()
	case filterCompareProps, filterBitMask, filterSize, filterExist:
		h.a, h.b, h.c = r.U32(), r.U32(), r.U32()
		return h
	default:
		r.Fail(ndr.ErrBound)
		return h
	}
	if !r.Pointer() {
		r.Fail(ndr.ErrBound)
	}
	return h
}

// readFilterDeferred reads what the arm points to and returns the restriction.
func readFilterDeferred(r *ndr.Reader, h filterHead, depth int) prop.Restriction {
	if depth > maxFilterDeep {
		r.Fail(ndr.ErrBound)
	}
	if r.Err() != nil {
		return prop.AndRestriction{}
	}
	switch h.typ {
	case filterAnd:
		return prop.AndRestriction{Parts: readFilterList(r, h, depth)}
	case filterOr:
		return prop.OrRestriction{Parts: readFilterList(r, h, depth)}
	case filterNot:
		return prop.NotRestriction{Part: readFilterDeferred(r, readFilterHead(r), depth+1)}
	case filterContent:
		return prop.ContentRestriction{Fuzzy: prop.FuzzyLevel(h.a), Tag: mapi.PropTag(h.b), Value: readValue(r)}
	case filterProperty:
		return prop.PropertyRestriction{RelOp: relOp(h.a), Tag: mapi.PropTag(h.b), Value: readValue(r)}
	case filterCompareProps:
		return prop.ComparePropsRestriction{RelOp: relOp(h.a), Tag1: mapi.PropTag(h.b), Tag2: mapi.PropTag(h.c)}
	case filterBitMask:
		return prop.BitMaskRestriction{RelOp: prop.BitmapRelOp(relOp(h.a)), Tag: mapi.PropTag(h.b), Mask: h.c}
	case filterSize:
		return prop.SizeRestriction{RelOp: relOp(h.a), Tag: mapi.PropTag(h.b), Size: h.c}
	case filterExist:
		return prop.ExistRestriction{Tag: mapi.PropTag(h.b)}
	}
	return prop.SubObjectRestriction{SubObject: mapi.PropTag(h.a), Part: readFilterDeferred(r, readFilterHead(r), depth+1)}
}

// relOp narrows an operator to the byte that all defined ones fit in; 0xFF is none of them.
func relOp(n uint32) prop.RelOp { return prop.RelOp(min(n, 0xFF)) }

func readFilterList(r *ndr.Reader, h filterHead, depth int) []prop.Restriction {
	if h.b == 0 {
		return nil
	}
	heads := make([]filterHead, readConformance(r, h.a, 12))
	for i := range heads {
		heads[i] = readFilterHead(r)
	}
	parts := make([]prop.Restriction, len(heads))
	for i, part := range heads {
		parts[i] = readFilterDeferred(r, part, depth+1)
		if r.Err() != nil {
			return nil
		}
	}
	return parts
}

func writeFilterPtr(w *ndr.Writer, f prop.Restriction) {
	if w.Pointer(f != nil) {
		writeFilterHead(w, f)
		writeFilterDeferred(w, f)
	}
}

// writeFilterHead writes type, discriminant and arm. It panics for the restrictions of ROP buffers that NSPI lacks.
func writeFilterHead(w *ndr.Writer, f prop.Restriction) {
	words := func(typ uint32, arm ...uint32) {
		w.U32(typ)
		w.U32(typ)
		for _, v := range arm {
			w.U32(v)
		}
	}
	switch f := f.(type) {
	case prop.AndRestriction:
		words(filterAnd, uint32(len(f.Parts)))
		w.Pointer(len(f.Parts) > 0)
	case prop.OrRestriction:
		words(filterOr, uint32(len(f.Parts)))
		w.Pointer(len(f.Parts) > 0)
	case prop.NotRestriction:
		words(filterNot)
		w.Pointer(true)
	case prop.ContentRestriction:
		words(filterContent, uint32(f.Fuzzy), uint32(f.Tag))
		w.Pointer(true)
	case prop.PropertyRestriction:
		words(filterProperty, uint32(f.RelOp), uint32(f.Tag))
		w.Pointer(true)
	case prop.ComparePropsRestriction:
		words(filterCompareProps, uint32(f.RelOp), uint32(f.Tag1), uint32(f.Tag2))
	case prop.BitMaskRestriction:
		words(filterBitMask, uint32(f.RelOp), uint32(f.Tag), f.Mask)
	case prop.SizeRestriction:
		words(filterSize, uint32(f.RelOp), uint32(f.Tag), f.Size)
	case prop.ExistRestriction:
		words(filterExist, 0, uint32(f.Tag), 0)
	case prop.SubObjectRestriction:
		words(filterSub, uint32(f.SubObject))
		w.Pointer(true)
	default:
		panic(fmt.Sprintf("nspi: no Restriction_r for %T", f))
	}
}

func writeFilterDeferred(w *ndr.Writer, f prop.Restriction) {
	switch f := f.(type) {
	case prop.AndRestriction:
		writeFilterList(w, f.Parts)
	case prop.OrRestriction:
		writeFilterList(w, f.Parts)
	case prop.NotRestriction:
		writeFilterHead(w, f.Part)
		writeFilterDeferred(w, f.Part)
	case prop.ContentRestriction:
		writeValue(w, f.Value)
	case prop.PropertyRestriction:
		writeValue(w, f.Value)
	case prop.SubObjectRestriction:
		writeFilterHead(w, f.Part)
		writeFilterDeferred(w, f.Part)
	}
}

func writeFilterList(w *ndr.Writer, parts []prop.Restriction) {
	if len(parts) == 0 {
		return
	}
	w.U32(uint32(len(parts)))
	for _, p := range parts {
		writeFilterHead(w, p)
	}
	for _, p := range parts {
		writeFilterDeferred(w, p)
	}
}
