package msgprops

import (
	"strings"
	"unicode"
)

// Subject is the subject of a message in its two parts, [MS-OXCMSG] 2.2.1.9, 2.2.1.10 and 2.2.1.46.
type Subject struct {
	Prefix     string // with colon and blank: "RE: "
	Normalized string
}

// String returns PidTagSubject, which is always the sum of the two.
func (s Subject) String() string { return s.Prefix + s.Normalized }

// maxPrefix is how many characters a computed prefix has before its colon.
const maxPrefix = 3

// SplitSubject computes the parts of a subject whose prefix nobody has set: one to three characters that are no digits,
// blanks or punctuation, then a colon and a blank.
func SplitSubject(subject string) Subject {
	n := 0
	for i, c := range subject {
		if c == ':' && n > 0 {
			if strings.HasPrefix(subject[i:], ": ") {
				return Subject{subject[:i+2], subject[i+2:]}
			}
			break
		}
		if n == maxPrefix || unicode.IsDigit(c) || unicode.IsSpace(c) || unicode.IsPunct(c) || unicode.IsSymbol(c) || unicode.IsControl(c) {
			break
		}
		n++
	}
	return Subject{Normalized: subject}
}

// SplitSubjectAt computes the parts of a subject with a prefix that was set: the prefix stands if the subject begins
// with it, and is computed anew if not.
func SplitSubjectAt(subject, prefix string) Subject {
	if strings.HasPrefix(subject, prefix) {
		return Subject{prefix, subject[len(prefix):]}
	}
	return SplitSubject(subject)
}
