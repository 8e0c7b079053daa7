package prop

import (
	"strings"
	"unicode"

	"github.com/mapid/mapid/internal/mapi"
)

// Subject is what a restriction is matched against: a message, folder, recipient, attachment, table row or address book
// object.
type Subject struct {
	// Get returns the value of a property. A zero Value or an error value is a missing property. Computed properties
	// such as PidTagSubject are Get's business. Tags of string type are asked for as the restriction names them; a
	// value of either string type will do.
	Get func(tag mapi.PropTag) Value
	// SubObjects calls yield for each recipient (TagMessageRecipients) or attachment (TagMessageAttachments) until it
	// returns false. nil stands for an object that has none.
	SubObjects func(tag mapi.PropTag, yield func(*Subject) bool)
	// MemberOf reports whether the mail-enabled object with one entry id is a member of the distribution list with
	// another. nil: it never is.
	MemberOf func(member, list string) bool
	// Anr reports whether the object is one that a text names ambiguously, PidTagAnr. nil: by the words of its display
	// name.
	Anr func(text string) bool
}

// Matcher evaluates one restriction, [MS-OXCDATA] 2.12. It remembers how often its CountRestrictions matched, so it
// serves one pass over one set of objects, by one goroutine at a time.
//
// What the specification leaves open: a comparison with a missing property is false, so that its negation is true; a
// comparison of values that cannot be compared is false as well; text compares without regard to case, accents and
// width except in a ContentRestriction, which says itself what to disregard; a property with several values compares
// with one value if any of them does, and is unequal to it if none is equal.
type Matcher struct {
	match matchFunc
}

type matchFunc func(s *Subject) bool

// NewMatcher prepares the evaluation of r, where text compares as in order. A nil Restriction matches everything.
func NewMatcher(r Restriction, order *Collation) *Matcher {
	return &Matcher{compiler{order}.compile(r)}
}

// Match reports whether s passes.
func (m *Matcher) Match(s *Subject) bool { return m.match(s) }

// Match reports whether s passes r, where text compares as in order. To match many objects use a Matcher.
func Match(r Restriction, order *Collation, s *Subject) bool { return NewMatcher(r, order).Match(s) }

type compiler struct{ order *Collation }

func (c compiler) compile(r Restriction) matchFunc {
	switch r := r.(type) {
	case AndRestriction:
		parts := c.compileAll(r.Parts)
		return func(s *Subject) bool {
			for _, p := range parts {
				if !p(s) {
					return false
				}
			}
			return true
		}
	case OrRestriction:
		parts := c.compileAll(r.Parts)
		return func(s *Subject) bool {
			for _, p := range parts {
				if p(s) {
					return true
				}
			}
			return false
		}
	case NotRestriction:
		part := c.compile(r.Part)
		return func(s *Subject) bool { return !part(s) }
	case ContentRestriction:
		return compileContent(r)
	case PropertyRestriction:
		return c.compileProperty(r)
	case ComparePropsRestriction:
		return func(s *Subject) bool { return c.relate(s, r.RelOp, s.Get(r.Tag1), s.Get(r.Tag2)) }
	case BitMaskRestriction:
		return func(s *Subject) bool {
			v := s.Get(r.Tag)
			return classOf(v.typ) == classInteger && (uint32(v.num)&r.Mask != 0) == (r.RelOp == BitsNotEqualZero)
		}
	case SizeRestriction:
		return func(s *Subject) bool {
			v := s.Get(r.Tag)
			return exists(v) && r.RelOp.holds(compareInt(int64(dataSize(v)), int64(r.Size)))
		}
	case ExistRestriction:
		return func(s *Subject) bool { return exists(s.Get(r.Tag)) }
	case SubObjectRestriction:
		return c.compileSubObject(r)
	case CommentRestriction:
		return c.compile(r.Part)
	case CountRestriction:
		part, left := c.compile(r.Part), r.Count
		return func(s *Subject) bool {
			if left == 0 || !part(s) {
				return false
			}
			left--
			return true
		}
	}
	return func(*Subject) bool { return true }
}

func (c compiler) compileAll(parts []Restriction) []matchFunc {
	out := make([]matchFunc, len(parts))
	for i, p := range parts {
		out[i] = c.compile(p)
	}
	return out
}

func (c compiler) compileSubObject(r SubObjectRestriction) matchFunc {
	part := c.compile(r.Part)
	return func(s *Subject) (found bool) {
		if s.SubObjects != nil {
			s.SubObjects(r.SubObject, func(sub *Subject) bool {
				found = part(sub)
				return !found
			})
		}
		return found
	}
}

func compileContent(r ContentRestriction) matchFunc {
	if r.Tag.ID() == mapi.TagAnr.ID() {
		return compileAnr(r.Value.Value)
	}
	pattern, class := r.Value.Value.str, classOf(r.Value.Value.typ)
	switch class {
	case classText:
		pattern = r.Fuzzy.fold(r.Value.Value.text())
	case classBytes:
	default:
		return func(*Subject) bool { return false }
	}
	test := func(v Value) bool {
		switch {
		case classOf(v.typ) != class:
			return false
		case class == classText:
			return r.Fuzzy.find(r.Fuzzy.fold(v.text()), pattern)
		}
		return r.Fuzzy.find(v.str, pattern)
	}
	return func(s *Subject) bool { return anyElement(s.Get(r.Tag), test) }
}

// anyElement applies test to a single value, or to the elements of several until one passes.
func anyElement(v Value, test func(Value) bool) bool {
	if v.typ&mapi.PtypMultiple == 0 {
		return test(v)
	}
	for i := range v.count() {
		if test(v.element(i)) {
			return true
		}
	}
	return false
}

func (c compiler) compileProperty(r PropertyRestriction) matchFunc {
	if r.Tag.ID() == mapi.TagAnr.ID() {
		return compileAnr(r.Value.Value)
	}
	return func(s *Subject) bool { return c.relate(s, r.RelOp, s.Get(r.Tag), r.Value.Value) }
}

// relate applies an operator to a property and a value.
func (c compiler) relate(s *Subject, op RelOp, v, with Value) bool {
	if !exists(v) || !exists(with) {
		return false
	}
	if op == RelOpMemberOfDL {
		return s.MemberOf != nil && classOf(v.typ) == classBytes && classOf(with.typ) == classBytes && s.MemberOf(v.str, with.str)
	}
	if v.typ&mapi.PtypMultiple == 0 || with.typ&mapi.PtypMultiple != 0 {
		order, ok := c.order.Compare(v, with)
		return ok && op.holds(order)
	}
	if op == RelOpNE {
		return !anyElement(v, func(e Value) bool { return c.relate(s, RelOpEQ, e, with) })
	}
	return anyElement(v, func(e Value) bool { return c.relate(s, op, e, with) })
}

// holds reports whether the operator holds for values that compare with the given order.
func (op RelOp) holds(order int) bool {
	switch op {
	case RelOpLT:
		return order < 0
	case RelOpLE:
		return order <= 0
	case RelOpGT:
		return order > 0
	case RelOpGE:
		return order >= 0
	case RelOpEQ:
		return order == 0
	case RelOpNE:
		return order != 0
	}
	return false
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// exists reports whether v is the value of a property that is there.
func exists(v Value) bool { return v.typ != mapi.PtypUnspecified && v.typ != mapi.PtypErrorCode }

// dataSize is the number of bytes of a value as SizeRestriction counts them: text with its terminator, no counts.
func dataSize(v Value) int {
	switch classOf(v.typ) {
	case classBytes:
		return len(v.str)
	case classMulti | classBytes, classMulti | classText:
		n := 0
		for _, e := range v.Instances() {
			n += dataSize(e)
		}
		return n
	}
	n := ExtendedForm.ValueSize(v)
	if v.typ&mapi.PtypMultiple != 0 {
		n -= 4
	}
	return n
}

// compileAnr matches PidTagAnr: every word of the text begins a word of the display name, [MS-OXOABK] 2.2.10.1.
func compileAnr(v Value) matchFunc {
	text := v.text()
	words := anrWords(text)
	return func(s *Subject) bool {
		if s.Anr != nil {
			return s.Anr(text)
		}
		name := s.Get(mapi.TagDisplayName)
		return len(words) > 0 && classOf(name.typ) == classText && beginWords(anrWords(name.text()), words)
	}
}

func anrWords(s string) []string {
	return strings.FieldsFunc((FuzzyLoose).fold(s), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
}

func beginWords(words, beginnings []string) bool {
	for _, b := range beginnings {
		found := false
		for _, w := range words {
			found = found || strings.HasPrefix(w, b)
		}
		if !found {
			return false
		}
	}
	return true
}
