package nspi

import (
	"strings"

	"github.com/mapid/mapid/internal/codepage"
)

// codePageTeletex is CP_TELETEX, which every server must convert, [MS-OXNSPI] 2.2.1.4.
const codePageTeletex uint32 = 20261

// codePageSupported reports whether 8-bit strings of a code page can be served. UTF-16 is no such code page.
func codePageSupported(page uint32) bool { return page == codePageTeletex || codepage.Known(page) }

// toCodePage converts text to 8-bit; what the code page lacks becomes "?". A NUL ends the text.
func toCodePage(text string, page uint32) string {
	if i := strings.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	if page == codePageTeletex {
		return toTeletex(text)
	}
	return codepage.Encode(page, text)
}

// fromCodePage converts 8-bit text to UTF-8; bytes without a meaning become U+FFFD.
func fromCodePage(text string, page uint32) string {
	if page == codePageTeletex {
		return fromTeletex(text)
	}
	return codepage.Decode(page, text)
}
