package mailconv

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"

	"github.com/mapid/mapid/internal/codepage"
)

// clean makes a text that a PtypString can hold: UTF-8 without NULs, which end strings on the wire.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return s
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// guess decodes text that does not say what charset it is in, or says so wrongly.
func guess(s string) string {
	if utf8.ValidString(s) {
		return clean(s)
	}
	return clean(codepage.Decode(codepage.Windows1252, s))
}

// pageOf finds the code page of a charset name; 0 if there is none or the name says nothing about 8-bit text.
func pageOf(name string) uint32 {
	name = strings.ToLower(strings.Trim(name, " \t\"'"))
	switch name {
	case "", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "binary":
		return 0
	case "utf-8", "utf8":
		return codepage.UTF8
	}
	cp, ok := codepage.ByCharset(name)
	if !ok || cp == codepage.UTF16LE || cp == codepage.UTF16BE || cp == codepage.USASCII {
		return 0
	}
	return cp
}

// decodeCharset decodes text in a named charset. Without a name that means something it guesses.
func decodeCharset(name, s string) string {
	if cp := pageOf(name); cp != 0 {
		return clean(codepage.Decode(cp, s))
	}
	if name = strings.ToLower(strings.Trim(name, " \t\"'")); name != "" && name != "us-ascii" {
		if r, err := charset.Reader(name, strings.NewReader(s)); err == nil {
			if text, err := io.ReadAll(r); err == nil {
				return clean(strings.TrimPrefix(string(text), "\uFEFF"))
			}
		}
	}
	return guess(s)
}

// pageFor is PidTagInternetCodepage of a text that came in a named charset: the code page in which it can be written
// again as it is.
func pageFor(name, text string) uint32 {
	cp := pageOf(name)
	switch {
	case cp == 0 && isASCII(text):
		return codepage.USASCII
	case cp == 0 || cp == codepage.UTF8:
		return codepage.UTF8
	}
	if codepage.Decode(cp, codepage.Encode(cp, text)) != text {
		return codepage.UTF8
	}
	return cp
}
