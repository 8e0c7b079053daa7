package mapi

import (
	_ "embed" // the table of locales
	"strconv"
	"strings"
	"sync"
)

// Locale is a Windows locale, [MS-LCID].
type Locale struct {
	LCID     uint32
	Tag      string // language tag, as in RFC 5646
	CodePage uint32 // Windows code page of text without Unicode
}

// LocaleEnglish is the LCID of American English, which stands in for unknown ones.
const LocaleEnglish uint32 = 0x0409

// LocaleOf returns a locale by its identifier without the sort identifier in its high word, or any locale of the same
// primary language; false if there is none.
func LocaleOf(lcid uint32) (Locale, bool) {
	table := locales()
	lcid &= 0xFFFF
	if l, ok := table[lcid]; ok {
		return l, true
	}
	const defaultSublanguage = 0x0400
	l, ok := table[defaultSublanguage|lcid&0x3FF]
	return l, ok
}

//go:embed locales.txt
var localeText string

// locales is the table of locales.txt.
var locales = sync.OnceValue(func() map[uint32]Locale {
	table := make(map[uint32]Locale, 256)
	for line := range strings.Lines(localeText) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		lcid, err1 := strconv.ParseUint(f[0], 16, 16)
		cp, err2 := strconv.ParseUint(f[2], 10, 16)
		if err1 == nil && err2 == nil {
			table[uint32(lcid)] = Locale{uint32(lcid), f[1], uint32(cp)}
		}
	}
	return table
})
