package msgprops

import (
	"path"
	"strings"
)

// ShortFileName is the 8.3 form of a file name, [MS-OXCMSG] 2.2.2.11.
func ShortFileName(name string) string {
	clean := func(s string, n int) string {
		s = strings.Map(func(c rune) rune {
			if c >= 0x80 || c <= ' ' || strings.ContainsRune(`.+,;=[]\/:*?"<>|`, c) {
				return '_'
			}
			return c
		}, s)
		return s[:min(len(s), n)]
	}
	ext := path.Ext(name)
	base := strings.TrimSuffix(name, ext)
	if len(base) <= 8 && len(ext) <= 4 && clean(base, 8) == base {
		return name
	}
	short := clean(base, 6) + "~1"
	if len(ext) > 1 {
		short += "." + clean(ext[1:], 3)
	}
	return short
}
