package prop

import (
	"slices"

	"github.com/mapid/mapid/internal/mapi"
)

// RestrictionTags appends the properties that a restriction looks at; those of recipients and attachments are not
// among them.
func RestrictionTags(rs Restriction, tags []mapi.PropTag) []mapi.PropTag {
	switch rs := rs.(type) {
	case AndRestriction:
		for _, part := range rs.Parts {
			tags = RestrictionTags(part, tags)
		}
	case OrRestriction:
		for _, part := range rs.Parts {
			tags = RestrictionTags(part, tags)
		}
	case NotRestriction:
		tags = RestrictionTags(rs.Part, tags)
	case ContentRestriction:
		tags = append(tags, rs.Tag)
	case PropertyRestriction:
		tags = append(tags, rs.Tag)
	case ComparePropsRestriction:
		tags = append(tags, rs.Tag1, rs.Tag2)
	case BitMaskRestriction:
		tags = append(tags, rs.Tag)
	case SizeRestriction:
		tags = append(tags, rs.Tag)
	case ExistRestriction:
		tags = append(tags, rs.Tag)
	case CommentRestriction:
		tags = RestrictionTags(rs.Part, tags)
	case CountRestriction:
		tags = RestrictionTags(rs.Part, tags)
	case SubObjectRestriction, nil: // looks at other objects
	}
	return tags
}

// LooksInside reports whether a restriction looks at recipients or attachments.
func LooksInside(rs Restriction) bool {
	switch rs := rs.(type) {
	case AndRestriction:
		return slices.ContainsFunc(rs.Parts, LooksInside)
	case OrRestriction:
		return slices.ContainsFunc(rs.Parts, LooksInside)
	case NotRestriction:
		return LooksInside(rs.Part)
	case CommentRestriction:
		return LooksInside(rs.Part)
	case CountRestriction:
		return LooksInside(rs.Part)
	case SubObjectRestriction:
		return true
	}
	return false
}

// CountsMatches reports whether a restriction lets a limited number of rows pass.
func CountsMatches(rs Restriction) bool {
	switch rs := rs.(type) {
	case AndRestriction:
		return slices.ContainsFunc(rs.Parts, CountsMatches)
	case OrRestriction:
		return slices.ContainsFunc(rs.Parts, CountsMatches)
	case NotRestriction:
		return CountsMatches(rs.Part)
	case CommentRestriction:
		return CountsMatches(rs.Part)
	case CountRestriction:
		return true
	}
	return false
}
