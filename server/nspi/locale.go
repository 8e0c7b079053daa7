package nspi

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// lcidEnglish is the locale every server must sort by, [MS-OXNSPI] 2.2.1.6.
const lcidEnglish uint32 = 0x0409

// localeTags are the languages names can be ordered by, by primary language identifier: the low ten bits of an LCID.
// Dialects of one language order alike here.
var localeTags = map[uint32]string{
	0x01: "ar", 0x02: "bg", 0x03: "ca", 0x04: "zh", 0x05: "cs", 0x06: "da", 0x07: "de", 0x08: "el", 0x09: "en",
	0x0A: "es", 0x0B: "fi", 0x0C: "fr", 0x0D: "he", 0x0E: "hu", 0x0F: "is", 0x10: "it", 0x11: "ja", 0x12: "ko",
	0x13: "nl", 0x14: "nb", 0x15: "pl", 0x16: "pt", 0x18: "ro", 0x19: "ru", 0x1A: "hr", 0x1B: "sk", 0x1D: "sv",
	0x1E: "th", 0x1F: "tr", 0x21: "id", 0x22: "uk", 0x24: "sl", 0x25: "et", 0x26: "lv", 0x27: "lt", 0x29: "fa",
	0x2A: "vi",
}

// nearestLocale returns the primary language that orders names for lcid: its own, or English for one that is not
// known, [MS-OXNSPI] 2.2.1.6.
func nearestLocale(lcid uint32) uint32 {
	if primary := lcid & 0x3FF; localeTags[primary] != "" {
		return primary
	}
	return lcidEnglish & 0x3FF
}

// newCollator returns the order of names of a primary language: without regard to case, accents, width and kana
// type, [MS-OXNSPI] 2.2.1.6. A Collator must not be used by two goroutines at once.
func newCollator(primary uint32) *collate.Collator {
	return collate.New(language.Make(localeTags[primary]), collate.Loose)
}
