package sqlite

import "golang.org/x/text/cases"

// fold is text without case, for comparing names.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return cases.Fold().String(s)
		}
	}
	return s
}
