package prop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// MaxRestrictionDepth is how deep restrictions may nest. A deeper one fails its decoder with ErrTooComplex, so that
// no recursion over a restriction can exhaust a stack.
const MaxRestrictionDepth = 128

// ReadRestriction reads a restriction in the form of ROP buffers, [MS-OXCDATA] 2.12; nil after a failure.
func ReadRestriction(r *wire.Reader) Restriction { return ROPForm.readRestriction(r, 0) }

// WriteRestriction appends a restriction in the form of ROP buffers. A nil Restriction appends nothing.
func WriteRestriction(w *wire.Writer, rs Restriction) { ROPForm.WriteRestriction(w, rs) }

// ReadRestriction reads a restriction, [MS-OXCDATA] 2.12; nil after a failure.
func (f Form) ReadRestriction(r *wire.Reader) Restriction { return f.readRestriction(r, 0) }

func (f Form) readRestriction(r *wire.Reader, depth int) Restriction {
	if depth >= MaxRestrictionDepth {
		r.Fail(mapi.ErrTooComplex)
	}
	var rs Restriction
	switch typ := restrictType(r.U8()); typ {
	case typeAnd:
		rs = AndRestriction{f.readParts(r, depth)}
	case typeOr:
		rs = OrRestriction{f.readParts(r, depth)}
	case typeNot:
		rs = NotRestriction{f.readPart(r, depth)}
	case typeContent:
		rs = ContentRestriction{FuzzyLevel(r.U32()), mapi.PropTag(r.U32()), f.readTagged(r, depth+1)}
	case typeProperty:
		rs = PropertyRestriction{RelOp(r.U8()), mapi.PropTag(r.U32()), f.readTagged(r, depth+1)}
	case typeCompareProps:
		rs = ComparePropsRestriction{RelOp(r.U8()), mapi.PropTag(r.U32()), mapi.PropTag(r.U32())}
	case typeBitMask:
		rs = BitMaskRestriction{BitmapRelOp(r.U8()), mapi.PropTag(r.U32()), r.U32()}
	case typeSize:
		rs = SizeRestriction{RelOp(r.U8()), mapi.PropTag(r.U32()), r.U32()}
	case typeExist:
		rs = ExistRestriction{mapi.PropTag(r.U32())}
	case typeSubObject:
		rs = SubObjectRestriction{mapi.PropTag(r.U32()), f.readPart(r, depth)}
	case typeComment:
		rs = f.readComment(r, depth)
	case typeCount:
		rs = CountRestriction{r.U32(), f.readPart(r, depth)}
	default:
		r.Failf("prop: restriction of type 0x%02X", uint8(typ))
	}
	if r.Err() != nil {
		return nil
	}
	return rs
}

func (f Form) readPart(r *wire.Reader, depth int) Restriction {
	if r.Err() != nil {
		return nil
	}
	return f.readRestriction(r, depth+1)
}

func (f Form) readParts(r *wire.Reader, depth int) []Restriction {
	// Each part takes at least its type and a count.
	n := r.Count(f.readCount(r), math.MaxInt32, 1+f.countSize())
	parts := make([]Restriction, 0, n)
	for range n {
		part := f.readPart(r, depth)
		if part == nil {
			return nil
		}
		parts = append(parts, part)
	}
	return parts
}

func (f Form) readComment(r *wire.Reader, depth int) CommentRestriction {
	n := r.Count(uint32(r.U8()), math.MaxUint8, 4)
	c := CommentRestriction{Values: make([]Tagged, 0, n)}
	for range n {
		c.Values = append(c.Values, f.readTagged(r, depth+1))
	}
	if r.Bool() {
		c.Part = f.readPart(r, depth)
	}
	return c
}

// WriteRestriction appends a restriction. A nil Restriction appends nothing.
func (f Form) WriteRestriction(w *wire.Writer, rs Restriction) {
	if rs == nil {
		return
	}
	w.U8(uint8(rs.restrictType()))
	switch rs := rs.(type) {
	case AndRestriction:
		f.writeParts(w, rs.Parts)
	case OrRestriction:
		f.writeParts(w, rs.Parts)
	case NotRestriction:
		f.WriteRestriction(w, rs.Part)
	case ContentRestriction:
		w.U32(uint32(rs.Fuzzy))
		w.U32(uint32(rs.Tag))
		f.WriteTagged(w, rs.Value)
	case PropertyRestriction:
		w.U8(uint8(rs.RelOp))
		w.U32(uint32(rs.Tag))
		f.WriteTagged(w, rs.Value)
	case ComparePropsRestriction:
		w.U8(uint8(rs.RelOp))
		w.U32(uint32(rs.Tag1))
		w.U32(uint32(rs.Tag2))
	case BitMaskRestriction:
		w.U8(uint8(rs.RelOp))
		w.U32(uint32(rs.Tag))
		w.U32(rs.Mask)
	case SizeRestriction:
		w.U8(uint8(rs.RelOp))
		w.U32(uint32(rs.Tag))
		w.U32(rs.Size)
	case ExistRestriction:
		w.U32(uint32(rs.Tag))
	case SubObjectRestriction:
		w.U32(uint32(rs.SubObject))
		f.WriteRestriction(w, rs.Part)
	case CommentRestriction:
		f.writeComment(w, rs)
	case CountRestriction:
		w.U32(rs.Count)
		f.WriteRestriction(w, rs.Part)
	}
}

func (f Form) writeParts(w *wire.Writer, parts []Restriction) {
	f.writeCount(w, len(parts))
	for _, p := range parts {
		f.WriteRestriction(w, p)
	}
}

func (f Form) writeComment(w *wire.Writer, c CommentRestriction) {
	values := c.Values[:min(len(c.Values), math.MaxUint8)]
	w.U8(uint8(len(values)))
	for _, t := range values {
		f.WriteTagged(w, t)
	}
	w.Bool(c.Part != nil)
	f.WriteRestriction(w, c.Part)
}
