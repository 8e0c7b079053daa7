package prop

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold maps s to a form in which texts that the fuzzy level holds equal are equal, [MS-OXCDATA] 2.12.4.
func (l FuzzyLevel) fold(s string) string {
	ignoreCase := l&(FuzzyIgnoreCase|FuzzyLoose) != 0
	ignoreMarks := l&(FuzzyIgnoreNonSpace|FuzzyLoose) != 0
	if plain(s) {
		if ignoreCase {
			return strings.ToLower(s)
		}
		return s
	}
	switch {
	case l&FuzzyLoose != 0:
		s = norm.NFKD.String(s)
	case ignoreMarks:
		s = norm.NFD.String(s)
	}
	if !ignoreCase && !ignoreMarks {
		return s
	}
	return strings.Map(func(c rune) rune {
		if ignoreMarks && unicode.Is(unicode.Mn, c) {
			return -1
		}
		if ignoreCase {
			return unicode.ToLower(unicode.ToUpper(c))
		}
		return c
	}, s)
}

// find reports whether s matches pattern, both folded already.
func (l FuzzyLevel) find(s, pattern string) bool {
	switch l & 0xFFFF {
	case FuzzySubstring:
		return strings.Contains(s, pattern)
	case FuzzyPrefix:
		return strings.HasPrefix(s, pattern)
	}
	return s == pattern
}
