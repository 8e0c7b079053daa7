package msgprops

import "strings"

// maxClass is the longest message class of a receive folder, [MS-OXCSTOR] 2.2.1.2.1.
const maxClass = 255

// ClassIsBelow reports whether a message class is another or one below it: the other ends where a dot in class stands. Every
// class is below the empty one, [MS-OXCSTOR] 3.2.5.2.
func ClassIsBelow(above, class string) bool {
	if above == "" {
		return true
	}
	if len(class) < len(above) || !strings.EqualFold(class[:len(above)], above) {
		return false
	}
	return len(class) == len(above) || class[len(above)] == '.'
}

// ValidClass checks the characters of a message class, [MS-OXCSTOR] 2.2.1.2.1.
func ValidClass(class string) bool {
	if len(class) > maxClass || strings.HasPrefix(class, ".") || strings.HasSuffix(class, ".") || strings.Contains(class, "..") {
		return false
	}
	for i := range len(class) {
		if class[i] < ' ' || class[i] > '~' {
			return false
		}
	}
	return true
}
