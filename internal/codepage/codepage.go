// Package codepage converts between UTF-8 and the Windows code pages that clients name by number in EcDoConnectEx,
// STAT structures and messages.
package codepage

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Numbers of code pages with a role of their own.
const (
	Unspecified uint32 = 0
	Windows1252 uint32 = 1252
	UTF16LE     uint32 = 1200 // CP_WINUNICODE, which is no code page of 8-bit strings
	USASCII     uint32 = 20127
	UTF7        uint32 = 65000
	UTF8        uint32 = 65001
)

// pages are the code pages that Windows Server installs and clients use.
var pages = map[uint32]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
	858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863,
	865: charmap.CodePage865, 866: charmap.CodePage866, 874: charmap.Windows874, 932: japanese.ShiftJIS,
	936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5, 1250: charmap.Windows1250,
	1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
	1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
	10000: charmap.Macintosh, 20127: charmap.Windows1252, 20866: charmap.KOI8R, 20932: japanese.EUCJP,
	21866: charmap.KOI8U, 28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2, 28593: charmap.ISO8859_3,
	28594: charmap.ISO8859_4, 28595: charmap.ISO8859_5, 28596: charmap.ISO8859_6, 28597: charmap.ISO8859_7,
	28598: charmap.ISO8859_8, 28599: charmap.ISO8859_9, 28603: charmap.ISO8859_13, 28605: charmap.ISO8859_15,
	50220: japanese.ISO2022JP, 51932: japanese.EUCJP, 51949: korean.EUCKR, 52936: simplifiedchinese.HZGB2312,
	54936: simplifiedchinese.GB18030,
}

// Known reports whether 8-bit strings can be converted to and from the code page.
func Known(page uint32) bool {
	_, ok := pages[page]
	return ok || page == UTF8 || page == Unspecified
}

// Encode converts UTF-8 to the code page. A character without a place in it becomes '?', as Windows does by default.
// An unknown code page is treated as 1252.
func Encode(page uint32, s string) string {
	if page == UTF8 || isASCII(s) {
		return s
	}
	if page == USASCII {
		return strings.Map(func(c rune) rune {
			if c >= utf8.RuneSelf {
				return '?'
			}
			return c
		}, s)
	}
	out, err := encoding.ReplaceUnsupported(lookup(page).NewEncoder()).String(s)
	if err != nil { // invalid UTF-8, which nothing in here should hold
		return "?"
	}
	// The x/text replacement is SUB (0x1A) in the single-byte pages; Windows shows a question mark.
	return strings.ReplaceAll(out, "\x1a", "?")
}

// Decode converts bytes in the code page to UTF-8. Bytes without a meaning become U+FFFD.
func Decode(page uint32, s string) string {
	if isASCII(s) {
		return s
	}
	if page == UTF8 {
		return strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	out, err := lookup(page).NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	return out
}

func lookup(page uint32) encoding.Encoding {
	if e, ok := pages[page]; ok {
		return e
	}
	return charmap.Windows1252
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
