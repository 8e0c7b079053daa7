package prop

import "github.com/mapid/mapid/internal/mapi"

// Restriction is a filter on the properties of a row or object, [MS-OXCDATA] 2.12. It is one of the twelve types
// below. A nil Restriction lets everything pass. Restrictions do not change once they are made.
type Restriction interface {
	restrictType() restrictType
}

// restrictType is the first byte of every restriction, [MS-OXCDATA] 2.12.
type restrictType uint8

const (
	typeAnd restrictType = iota
	typeOr
	typeNot
	typeContent
	typeProperty
	typeCompareProps
	typeBitMask
	typeSize
	typeExist
	typeSubObject
	typeComment
	typeCount
)

// RelOp is a comparison operator, [MS-OXCDATA] 2.12.5.
type RelOp uint8

// Comparison operators. The value on the left is that of the property.
const (
	RelOpLT         RelOp = 0x00
	RelOpLE         RelOp = 0x01
	RelOpGT         RelOp = 0x02
	RelOpGE         RelOp = 0x03
	RelOpEQ         RelOp = 0x04
	RelOpNE         RelOp = 0x05
	RelOpMemberOfDL RelOp = 0x64 // the property's address is a member of the distribution list named by the value
)

// FuzzyLevel joins the two fuzzy level fields of a content restriction, FuzzyLevelLow in the low 16 bits,
// [MS-OXCDATA] 2.12.4.
type FuzzyLevel uint32

// Fuzzy levels. The first three are alternatives in the low half, the others bits of the high half.
const (
	FuzzyFullString     FuzzyLevel = 0x00000000
	FuzzySubstring      FuzzyLevel = 0x00000001
	FuzzyPrefix         FuzzyLevel = 0x00000002
	FuzzyIgnoreCase     FuzzyLevel = 0x00010000
	FuzzyIgnoreNonSpace FuzzyLevel = 0x00020000
	FuzzyLoose          FuzzyLevel = 0x00040000
)

// BitmapRelOp is the operator of a BitMaskRestriction, [MS-OXCDATA] 2.12.7.
type BitmapRelOp uint8

// Operators of a BitMaskRestriction.
const (
	BitsEqualZero    BitmapRelOp = 0x00 // none of the mask's bits is set
	BitsNotEqualZero BitmapRelOp = 0x01 // at least one is
)

type (
	// AndRestriction matches if all of its parts do, [MS-OXCDATA] 2.12.1.
	AndRestriction struct{ Parts []Restriction }

	// OrRestriction matches if any of its parts does, [MS-OXCDATA] 2.12.2.
	OrRestriction struct{ Parts []Restriction }

	// NotRestriction matches if its part does not, [MS-OXCDATA] 2.12.3.
	NotRestriction struct{ Part Restriction }

	// ContentRestriction looks for a text or binary in a property, [MS-OXCDATA] 2.12.4.
	ContentRestriction struct {
		Fuzzy FuzzyLevel
		Tag   mapi.PropTag
		Value Tagged
	}

	// PropertyRestriction compares a property with a value, [MS-OXCDATA] 2.12.5.
	PropertyRestriction struct {
		RelOp RelOp
		Tag   mapi.PropTag
		Value Tagged
	}

	// ComparePropsRestriction compares two properties, [MS-OXCDATA] 2.12.6.
	ComparePropsRestriction struct {
		RelOp      RelOp
		Tag1, Tag2 mapi.PropTag
	}

	// BitMaskRestriction tests bits of an integer property, [MS-OXCDATA] 2.12.7.
	BitMaskRestriction struct {
		RelOp BitmapRelOp
		Tag   mapi.PropTag
		Mask  uint32
	}

	// SizeRestriction compares the size of a property's value in bytes, [MS-OXCDATA] 2.12.8.
	SizeRestriction struct {
		RelOp RelOp
		Tag   mapi.PropTag
		Size  uint32
	}

	// ExistRestriction matches if the property is there, [MS-OXCDATA] 2.12.9.
	ExistRestriction struct{ Tag mapi.PropTag }

	// SubObjectRestriction matches if any recipient or attachment of a message does, [MS-OXCDATA] 2.12.10.
	SubObjectRestriction struct {
		SubObject mapi.PropTag // TagMessageRecipients or TagMessageAttachments
		Part      Restriction
	}

	// CommentRestriction matches as its part does and carries values for the client, [MS-OXCDATA] 2.12.11. Without
	// a part it matches everything.
	CommentRestriction struct {
		Values []Tagged
		Part   Restriction // may be nil
	}

	// CountRestriction matches as its part does, but only the first Count times, [MS-OXCDATA] 2.12.12.
	CountRestriction struct {
		Count uint32
		Part  Restriction
	}
)

func (AndRestriction) restrictType() restrictType          { return typeAnd }
func (OrRestriction) restrictType() restrictType           { return typeOr }
func (NotRestriction) restrictType() restrictType          { return typeNot }
func (ContentRestriction) restrictType() restrictType      { return typeContent }
func (PropertyRestriction) restrictType() restrictType     { return typeProperty }
func (ComparePropsRestriction) restrictType() restrictType { return typeCompareProps }
func (BitMaskRestriction) restrictType() restrictType      { return typeBitMask }
func (SizeRestriction) restrictType() restrictType         { return typeSize }
func (ExistRestriction) restrictType() restrictType        { return typeExist }
func (SubObjectRestriction) restrictType() restrictType    { return typeSubObject }
func (CommentRestriction) restrictType() restrictType      { return typeComment }
func (CountRestriction) restrictType() restrictType        { return typeCount }

// RestrictionValue makes a PtypRestriction; r is not nil.
func RestrictionValue(r Restriction) Value { return Value{typ: mapi.PtypRestriction, ext: r} }

// Restriction returns a PtypRestriction, or nil if v is none.
func (v Value) Restriction() Restriction {
	r, _ := v.ext.(Restriction)
	return r
}
