package prop

// ConvertRestriction returns a restriction with each value, and each property that stands alone as a Tagged without a
// value, replaced by what convert makes of it: other types of text, say. The restriction given does not change.
func ConvertRestriction(rs Restriction, convert func(Tagged) Tagged) Restriction {
	c := converter(convert)
	return c.restriction(rs)
}

type converter func(Tagged) Tagged

func (c converter) restriction(rs Restriction) Restriction {
	switch rs := rs.(type) {
	case AndRestriction:
		return AndRestriction{c.all(rs.Parts)}
	case OrRestriction:
		return OrRestriction{c.all(rs.Parts)}
	case NotRestriction:
		return NotRestriction{c.restriction(rs.Part)}
	case ContentRestriction:
		rs.Tag, rs.Value = c(Tagged{Tag: rs.Tag}).Tag, c(rs.Value)
		return rs
	case PropertyRestriction:
		rs.Tag, rs.Value = c(Tagged{Tag: rs.Tag}).Tag, c(rs.Value)
		return rs
	case ComparePropsRestriction:
		rs.Tag1, rs.Tag2 = c(Tagged{Tag: rs.Tag1}).Tag, c(Tagged{Tag: rs.Tag2}).Tag
		return rs
	case BitMaskRestriction:
		rs.Tag = c(Tagged{Tag: rs.Tag}).Tag
		return rs
	case SizeRestriction:
		rs.Tag = c(Tagged{Tag: rs.Tag}).Tag
		return rs
	case ExistRestriction:
		return ExistRestriction{c(Tagged{Tag: rs.Tag}).Tag}
	case SubObjectRestriction:
		rs.Part = c.restriction(rs.Part)
		return rs
	case CommentRestriction:
		values := make([]Tagged, len(rs.Values))
		for i, v := range rs.Values {
			values[i] = c(v)
		}
		return CommentRestriction{values, c.restriction(rs.Part)}
	case CountRestriction:
		rs.Part = c.restriction(rs.Part)
		return rs
	}
	return rs // nil
}

func (c converter) all(parts []Restriction) []Restriction {
	out := make([]Restriction, len(parts))
	for i, p := range parts {
		out[i] = c.restriction(p)
	}
	return out
}
