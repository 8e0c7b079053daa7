package prop_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// object is a bag of properties with recipients.
type object struct {
	props      map[mapi.PropTag]prop.Value
	recipients []object
}

func (o object) subject() *prop.Subject {
	return &prop.Subject{
		Get: func(tag mapi.PropTag) prop.Value { return o.props[tag] },
		SubObjects: func(tag mapi.PropTag, yield func(*prop.Subject) bool) {
			if tag == mapi.TagMessageRecipients {
				for _, r := range o.recipients {
					if !yield(r.subject()) {
						return
					}
				}
			}
		},
		MemberOf: func(member, list string) bool { return member == "bob" && list == "team" },
	}
}

const (
	tagCategories mapi.PropTag = 0x8012101F
	tagNumbers    mapi.PropTag = 0x80131003
)

var mail = object{
	props: map[mapi.PropTag]prop.Value{
		mapi.TagSubject:                         prop.String("Übung: Çafé Report"),
		mapi.TagMessageClass:                    prop.String("IPM.Note"),
		mapi.TagMessageFlags:                    prop.Uint32(mapi.MfRead | mapi.MfHasAttach),
		mapi.TagMessageSize:                     prop.Int32(-5),
		mapi.TagMessageDeliveryTime:             prop.Time(1000),
		mapi.TagClientSubmitTime:                prop.Time(900),
		mapi.TagSearchKey:                       prop.Binary([]byte{1, 2, 3, 4}),
		mapi.TagSenderEntryId:                   prop.BinaryString("bob"),
		mapi.TagHtml:                            prop.Error(mapi.ErrMemory),
		mapi.TagDisplayName:                     prop.String("Adams, Alice"),
		mapi.TagBody.WithType(mapi.PtypString8): prop.String8("\xFCber"),
		tagCategories:                           prop.Multi(mapi.PtypMultiString, []string{"Red", "Grün"}),
		tagNumbers:                              prop.Multi(mapi.PtypMultiInteger32, []int32{5, 7}),
	},
	recipients: []object{
		{props: map[mapi.PropTag]prop.Value{mapi.TagDisplayName: prop.String("Bob")}},
		{props: map[mapi.PropTag]prop.Value{mapi.TagDisplayName: prop.String("Carol")}},
	},
}

func content(fuzzy prop.FuzzyLevel, tag mapi.PropTag, v prop.Value) prop.Restriction {
	return prop.ContentRestriction{Fuzzy: fuzzy, Tag: tag, Value: prop.Tagged{Tag: tag.WithType(v.Type()), Value: v}}
}

func property(op prop.RelOp, tag mapi.PropTag, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: op, Tag: tag, Value: prop.Tagged{Tag: tag.WithType(v.Type()), Value: v}}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	order := prop.NewCollation(mapi.LocaleEnglish)
	yes := prop.ExistRestriction{Tag: mapi.TagSubject}
	no := prop.ExistRestriction{Tag: mapi.TagImportance}
	parts := func(r ...prop.Restriction) []prop.Restriction { return r }
	for _, c := range []struct {
		name string
		r    prop.Restriction
		want bool
	}{
		{"Nil", nil, true},
		{"AndEmpty", prop.AndRestriction{}, true},
		{"AndAll", prop.AndRestriction{Parts: parts(yes, yes)}, true},
		{"AndOneFails", prop.AndRestriction{Parts: parts(yes, no)}, false},
		{"OrEmpty", prop.OrRestriction{}, false},
		{"OrOne", prop.OrRestriction{Parts: parts(no, yes)}, true},
		{"OrNone", prop.OrRestriction{Parts: parts(no, no)}, false},
		{"Not", prop.NotRestriction{Part: no}, true},
		{"ExistOfErrorValue", prop.ExistRestriction{Tag: mapi.TagHtml}, false},

		{"FullStringExact", content(prop.FuzzyFullString, mapi.TagMessageClass, prop.String("IPM.Note")), true},
		{"FullStringCaseDiffers", content(prop.FuzzyFullString, mapi.TagMessageClass, prop.String("ipm.note")), false},
		{"FullStringIgnoreCase", content(prop.FuzzyFullString|prop.FuzzyIgnoreCase, mapi.TagMessageClass, prop.String("ipm.note")), true},
		{"FullStringPart", content(prop.FuzzyFullString|prop.FuzzyIgnoreCase, mapi.TagMessageClass, prop.String("ipm")), false},
		{"Prefix", content(prop.FuzzyPrefix|prop.FuzzyIgnoreCase, mapi.TagMessageClass, prop.String("ipm.")), true},
		{"PrefixInside", content(prop.FuzzyPrefix|prop.FuzzyIgnoreCase, mapi.TagMessageClass, prop.String("note")), false},
		{"Substring", content(prop.FuzzySubstring|prop.FuzzyIgnoreCase, mapi.TagSubject, prop.String("ÇAFÉ")), true},
		{"SubstringMarksDiffer", content(prop.FuzzySubstring|prop.FuzzyIgnoreCase, mapi.TagSubject, prop.String("cafe")), false},
		{"SubstringIgnoreNonSpace", content(prop.FuzzySubstring|prop.FuzzyIgnoreNonSpace, mapi.TagSubject, prop.String("Cafe")), true},
		{"SubstringIgnoreNonSpaceCaseDiffers", content(prop.FuzzySubstring|prop.FuzzyIgnoreNonSpace, mapi.TagSubject, prop.String("cafe")), false},
		{"SubstringLoose", content(prop.FuzzySubstring|prop.FuzzyLoose, mapi.TagSubject, prop.String("ubung: cafe")), true},
		{"SubstringLooseFullWidth", content(prop.FuzzySubstring|prop.FuzzyLoose, mapi.TagSubject, prop.String("ｒｅｐｏｒｔ")), true},
		{"ContentOfMissing", content(prop.FuzzySubstring, mapi.TagDisplayTo, prop.String("")), false},
		{"ContentBinarySubstring", content(prop.FuzzySubstring, mapi.TagSearchKey, prop.Binary([]byte{2, 3})), true},
		{"ContentBinaryPrefix", content(prop.FuzzyPrefix, mapi.TagSearchKey, prop.Binary([]byte{2, 3})), false},
		{"ContentOfOtherType", content(prop.FuzzySubstring, mapi.TagMessageFlags, prop.String("1")), false},
		{"ContentAnyElement", content(prop.FuzzyFullString|prop.FuzzyLoose, tagCategories, prop.String("grun")), true},
		{"ContentNoElement", content(prop.FuzzyFullString|prop.FuzzyLoose, tagCategories, prop.String("blau")), false},
		{"ContentString8", content(prop.FuzzyPrefix|prop.FuzzyIgnoreCase, mapi.TagBody.WithType(mapi.PtypString8), prop.String("Ü")), true},

		{"Less", property(prop.RelOpLT, mapi.TagMessageSize, prop.Int32(0)), true},
		{"LessIsSigned", property(prop.RelOpGT, mapi.TagMessageSize, prop.Int32(0)), false},
		{"LessOrEqual", property(prop.RelOpLE, mapi.TagMessageDeliveryTime, prop.Time(1000)), true},
		{"Greater", property(prop.RelOpGT, mapi.TagMessageDeliveryTime, prop.Time(1000)), false},
		{"GreaterOrEqual", property(prop.RelOpGE, mapi.TagMessageDeliveryTime, prop.Time(1000)), true},
		{"EqualText", property(prop.RelOpEQ, mapi.TagMessageClass, prop.String("ipm.NOTE")), true},
		{"EqualTextMarks", property(prop.RelOpEQ, mapi.TagSubject, prop.String("Ubung: Cafe Report")), true},
		{"NotEqual", property(prop.RelOpNE, mapi.TagMessageClass, prop.String("IPM.Post")), true},
		{"MissingIsNotEqualToNothing", property(prop.RelOpNE, mapi.TagImportance, prop.Int32(1)), false},
		{"NotOfMissing", prop.NotRestriction{Part: property(prop.RelOpEQ, mapi.TagImportance, prop.Int32(1))}, true},
		{"IntegerWidthsCompare", property(prop.RelOpEQ, mapi.TagMessageSize, prop.Int64(-5)), true},
		{"TypesThatDoNotCompare", property(prop.RelOpNE, mapi.TagMessageSize, prop.String("x")), false},
		{"AnyElementEqual", property(prop.RelOpEQ, tagCategories, prop.String("red")), true},
		{"AnyElementGreater", property(prop.RelOpGT, tagNumbers, prop.Int32(6)), true},
		{"NoElementGreater", property(prop.RelOpGT, tagNumbers, prop.Int32(7)), false},
		{"NotEqualToAnyElement", property(prop.RelOpNE, tagCategories, prop.String("Blue")), true},
		{"NotEqualButOneElementIs", property(prop.RelOpNE, tagCategories, prop.String("Red")), false},
		{"TuplesCompare", property(prop.RelOpLT, tagNumbers, prop.Multi(mapi.PtypMultiInteger32, []int32{5, 7, 1})), true},
		{"MemberOfDL", property(prop.RelOpMemberOfDL, mapi.TagSenderEntryId, prop.BinaryString("team")), true},
		{"NotMemberOfDL", property(prop.RelOpMemberOfDL, mapi.TagSenderEntryId, prop.BinaryString("others")), false},
		{"UnknownOperator", property(0x42, mapi.TagMessageSize, prop.Int32(-5)), false},

		{"CompareProps", prop.ComparePropsRestriction{RelOp: prop.RelOpGT, Tag1: mapi.TagMessageDeliveryTime, Tag2: mapi.TagClientSubmitTime}, true},
		{"ComparePropsMissing", prop.ComparePropsRestriction{RelOp: prop.RelOpNE, Tag1: mapi.TagMessageDeliveryTime, Tag2: mapi.TagReceiptTime}, false},
		{"BitsSet", prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfHasAttach}, true},
		{"BitsClear", prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfUnsent}, true},
		{"BitsClearFails", prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead | mapi.MfUnsent}, false},
		{"BitsOfMissing", prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagImportance, Mask: 1}, false},
		{"SizeOfBinary", prop.SizeRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSearchKey, Size: 4}, true},
		{"SizeOfText", prop.SizeRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagMessageClass, Size: 18}, true},
		{"SizeOfInteger", prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: mapi.TagMessageFlags, Size: 4}, false},
		{"SizeOfMulti", prop.SizeRestriction{RelOp: prop.RelOpEQ, Tag: tagNumbers, Size: 8}, true},
		{"SizeOfMissing", prop.SizeRestriction{RelOp: prop.RelOpGE, Tag: mapi.TagImportance}, false},

		{"SubObjectAny", prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: property(prop.RelOpEQ, mapi.TagDisplayName, prop.String("carol"))}, true},
		{"SubObjectNone", prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: property(prop.RelOpEQ, mapi.TagDisplayName, prop.String("dave"))}, false},
		{"SubObjectOfOtherKind", prop.SubObjectRestriction{SubObject: mapi.TagMessageAttachments, Part: prop.AndRestriction{}}, false},
		{"CommentValuesDoNotCount", prop.CommentRestriction{Values: []prop.Tagged{{Tag: 0x66760003, Value: prop.Int32(1)}}, Part: yes}, true},
		{"CommentPart", prop.CommentRestriction{Part: no}, false},
		{"CommentAlone", prop.CommentRestriction{}, true},
		{"AnrWords", property(prop.RelOpEQ, mapi.TagAnr, prop.String("ali ADA")), true},
		{"AnrWordMissing", property(prop.RelOpEQ, mapi.TagAnr, prop.String("ali bob")), false},
		{"AnrEmpty", content(prop.FuzzyPrefix, mapi.TagAnr, prop.String(" ")), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := prop.Match(c.r, order, mail.subject()); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestMatcherCountsMatches(t *testing.T) {
	t.Parallel()
	m := prop.NewMatcher(prop.CountRestriction{Count: 2, Part: prop.ExistRestriction{Tag: mapi.TagSubject}}, prop.NewCollation(mapi.LocaleEnglish))
	subject, empty := mail.subject(), object{}.subject()
	var got [5]bool
	for i, s := range []*prop.Subject{subject, empty, subject, subject, subject} {
		got[i] = m.Match(s)
	}
	if want := [5]bool{true, false, true, false, false}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMatchWithoutCallbacks(t *testing.T) {
	t.Parallel()
	s := &prop.Subject{Get: func(mapi.PropTag) prop.Value { return prop.BinaryString("bob") }}
	order := prop.NewCollation(mapi.LocaleEnglish)
	for _, r := range []prop.Restriction{
		prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: prop.AndRestriction{}},
		property(prop.RelOpMemberOfDL, mapi.TagSenderEntryId, prop.BinaryString("team")),
	} {
		if prop.Match(r, order, s) {
			t.Errorf("%T matches", r)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	m := prop.NewMatcher(subjectXUnread, prop.NewCollation(mapi.LocaleEnglish))
	s := &prop.Subject{Get: func(tag mapi.PropTag) prop.Value {
		if tag == mapi.TagSubject {
			return prop.String("Quarterly figures of the northern office")
		}
		return prop.Int32(0)
	}}
	b.ReportAllocs()
	for b.Loop() {
		m.Match(s)
	}
}
