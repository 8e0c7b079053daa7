// Package codepage converts between Windows code pages and UTF-8, and tells which code page goes with which locale and
// which MIME charset.
package codepage

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/mapid/mapid/internal/mapi"
)

// Code pages with a role of their own.
const (
	Unspecified uint32 = 0    // taken for Windows1252
	UTF16LE     uint32 = 1200 // CP_WINUNICODE of NSPI: not a code page of 8-bit text
	UTF16BE     uint32 = 1201
	Windows1252 uint32 = 1252
	USASCII     uint32 = 20127
	Teletex     uint32 = 20261 // CP_TELETEX of NSPI
	UTF7        uint32 = 65000
	UTF8        uint32 = 65001
	// Logon is the CodePageId that stands for the logon's, [MS-OXCROPS] 2.2.6.1.1.
	Logon uint32 = 0x0FFF
)

// page is one code page that this package knows.
type page struct {
	charset string // preferred MIME name
	enc     encoding.Encoding
}

var pages = map[uint32]page{
	437: {"IBM437", charmap.CodePage437}, 850: {"IBM850", charmap.CodePage850}, 852: {"IBM852", charmap.CodePage852},
	855: {"IBM855", charmap.CodePage855}, 858: {"IBM00858", charmap.CodePage858}, 860: {"IBM860", charmap.CodePage860},
	862: {"IBM862", charmap.CodePage862}, 863: {"IBM863", charmap.CodePage863}, 865: {"IBM865", charmap.CodePage865},
	866: {"IBM866", charmap.CodePage866}, 874: {"windows-874", charmap.Windows874},
	932: {"shift_jis", japanese.ShiftJIS}, 936: {"gb2312", simplifiedchinese.GBK}, 949: {"ks_c_5601-1987", korean.EUCKR},
	950:  {"big5", traditionalchinese.Big5},
	1250: {"windows-1250", charmap.Windows1250}, 1251: {"windows-1251", charmap.Windows1251}, 1252: {"windows-1252", charmap.Windows1252},
	1253: {"windows-1253", charmap.Windows1253}, 1254: {"windows-1254", charmap.Windows1254}, 1255: {"windows-1255", charmap.Windows1255},
	1256: {"windows-1256", charmap.Windows1256}, 1257: {"windows-1257", charmap.Windows1257}, 1258: {"windows-1258", charmap.Windows1258},
	1200:  {"utf-16", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	1201:  {"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	10000: {"macintosh", charmap.Macintosh}, 10007: {"x-mac-cyrillic", charmap.MacintoshCyrillic},
	20127: {"us-ascii", charmap.Windows1252}, 20261: {"x-cp20261", charmap.ISO8859_1},
	20866: {"koi8-r", charmap.KOI8R}, 21866: {"koi8-u", charmap.KOI8U},
	28591: {"iso-8859-1", charmap.ISO8859_1}, 28592: {"iso-8859-2", charmap.ISO8859_2}, 28593: {"iso-8859-3", charmap.ISO8859_3},
	28594: {"iso-8859-4", charmap.ISO8859_4}, 28595: {"iso-8859-5", charmap.ISO8859_5}, 28596: {"iso-8859-6", charmap.ISO8859_6},
	28597: {"iso-8859-7", charmap.ISO8859_7}, 28598: {"iso-8859-8", charmap.ISO8859_8}, 28599: {"iso-8859-9", charmap.ISO8859_9},
	28603: {"iso-8859-13", charmap.ISO8859_13}, 28605: {"iso-8859-15", charmap.ISO8859_15}, 38598: {"iso-8859-8-i", charmap.ISO8859_8I},
	50220: {"iso-2022-jp", japanese.ISO2022JP}, 50221: {"csISO2022JP", japanese.ISO2022JP}, 50222: {"_iso-2022-jp$SIO", japanese.ISO2022JP},
	20932: {"euc-jp", japanese.EUCJP}, 51932: {"euc-jp", japanese.EUCJP}, 51949: {"euc-kr", korean.EUCKR}, 52936: {"hz-gb-2312", simplifiedchinese.HZGB2312},
	54936: {"GB18030", simplifiedchinese.GB18030}, 65001: {"utf-8", encoding.Nop},
}

// Known reports whether cp is a code page of 8-bit text that this package can convert. Sessions with another one are
// refused at logon, [MS-OXCSTOR] 3.2.5.1.1.
func Known(cp uint32) bool {
	_, ok := pages[cp]
	return ok && cp != UTF16LE && cp != UTF16BE || cp == Unspecified
}

// Charset returns the preferred MIME name of a code page, or "".
func Charset(cp uint32) string { return pages[cp].charset }

// ByCharset returns the code page of a MIME charset name without regard to case; false if there is none.
func ByCharset(name string) (uint32, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if cp, ok := charsetAliases[name]; ok {
		return cp, true
	}
	for cp, p := range pages {
		if strings.ToLower(p.charset) == name {
			return cp, true
		}
	}
	return 0, false
}

// charsetAliases are names that mail uses beside the preferred ones.
var charsetAliases = map[string]uint32{
	"utf8": 65001, "euc-jp": 51932, "unicode-1-1-utf-8": 65001, "ascii": 20127, "ansi_x3.4-1968": 20127, "latin1": 28591, "iso8859-1": 28591,
	"iso_8859-1": 28591, "cp1252": 1252, "cp1251": 1251, "cp1250": 1250, "sjis": 932, "x-sjis": 932, "ms_kanji": 932, "windows-31j": 932,
	"gbk": 936, "gb_2312-80": 936, "x-gbk": 936, "cp936": 936, "big5-hkscs": 950, "euc-kr": 949, "ks_c_5601": 949, "cp949": 949,
	"utf-16le": 1200, "iso-8859-8": 28598, "tis-620": 874, "cp866": 866, "cp437": 437,
}

// OfLocale returns the code page of text without Unicode in a locale, [MS-LCID]; that of Western Europe for locales it
// does not know.
func OfLocale(lcid uint32) uint32 {
	if l, ok := mapi.LocaleOf(lcid); ok {
		return l.CodePage
	}
	return Windows1252
}

// internetPages are the code pages that mail uses for text of a Windows code page where it has one of its own.
var internetPages = map[uint32]uint32{
	932: 50220, 1250: 28592, 1251: 20866, 1252: 28591, 1253: 28597, 1254: 28599, Unspecified: 28591,
}

// Internet returns the code page that mail uses for text of a Windows code page: PidTagInternetCodepage of what a user
// with that code page writes, [MS-OXCMSG] 2.2.1.58.5.
func Internet(cp uint32) uint32 {
	if p, ok := internetPages[cp]; ok {
		return p
	}
	return cp
}

// Decode converts bytes in a code page, held in a string, to UTF-8. Bytes that mean nothing become U+FFFD. Text of
// unknown code pages is taken for Western European, as Windows clients do.
func Decode(cp uint32, s string) string {
	if asciiCompatible(cp) && isASCII(s) {
		return s
	}
	if cp == UTF8 {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	enc := lookup(cp)
	out, _, err := transform.String(enc.NewDecoder(), s)
	if err != nil {
		return strings.Repeat("\uFFFD", len(s))
	}
	return out
}

// NewReader returns a reader that gives text of a code page in UTF-8, as Decode does.
func NewReader(cp uint32, r io.Reader) io.Reader {
	if cp == UTF8 {
		return transform.NewReader(r, unicode.UTF8.NewDecoder())
	}
	return transform.NewReader(r, lookup(cp).NewDecoder())
}

// NewWriter returns a writer that takes text in UTF-8 and writes it in a code page, as Encode does. Close writes the last
// bytes; it leaves w open.
func NewWriter(cp uint32, w io.Writer) io.WriteCloser { return &writer{cp: cp, w: w} }

type writer struct {
	cp   uint32
	w    io.Writer
	rest []byte // of a character that is not complete
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	text := p
	if len(w.rest) > 0 {
		text = append(w.rest, p...)
	}
	whole := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if utf8.RuneStart(text[len(text)-back]) {
			if !utf8.FullRune(text[len(text)-back:]) {
				whole = len(text) - back
			}
			break
		}
	}
	if _, err := io.WriteString(w.w, Encode(w.cp, string(text[:whole]))); err != nil {
		return 0, err
	}
	w.rest = append([]byte(nil), text[whole:]...)
	return len(p), nil
}

// Close implements io.Closer.
func (w *writer) Close() error {
	_, err := io.WriteString(w.w, Encode(w.cp, string(w.rest)))
	w.rest = nil
	return err
}

// NewHTMLWriter returns a writer that takes HTML in UTF-8 and writes it in a code page, with character references for
// what the code page does not have. Close writes the last bytes; it leaves w open.
func NewHTMLWriter(cp uint32, w io.Writer) io.WriteCloser {
	switch cp {
	case UTF8:
		return transform.NewWriter(w, unicode.UTF8.NewEncoder())
	case USASCII:
		return transform.NewWriter(w, asciiHTML{})
	}
	return transform.NewWriter(w, encoding.HTMLEscapeUnsupported(lookup(cp).NewEncoder()))
}

// asciiHTML turns HTML in UTF-8 into ASCII with character references.
type asciiHTML struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (asciiHTML) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		c, size := utf8.DecodeRune(src[nSrc:])
		out := string(c)
		if c >= utf8.RuneSelf {
			out = "&#" + strconv.Itoa(int(c)) + ";"
		}
		if nDst+len(out) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// Encode converts UTF-8 to bytes in a code page, held in a string. A character that the code page does not have becomes
// the letter it is made of, if that is there, or a question mark.
func Encode(cp uint32, s string) string {
	if asciiCompatible(cp) && isASCII(s) {
		return s
	}
	switch cp {
	case UTF8:
		return strings.ToValidUTF8(s, "\uFFFD")
	case USASCII:
		return string(encodeRunes(s, func(c rune) (byte, bool) { return byte(c), c < utf8.RuneSelf }))
	}
	enc := lookup(cp)
	if table, ok := enc.(*charmap.Charmap); ok {
		return string(encodeRunes(s, table.EncodeRune))
	}
	return string(encodeMultibyte(enc, s))
}

func lookup(cp uint32) encoding.Encoding {
	if p, ok := pages[cp]; ok {
		return p.enc
	}
	return charmap.Windows1252
}

func encodeRunes(s string, encode func(rune) (byte, bool)) []byte {
	out := make([]byte, 0, len(s))
	for _, c := range s {
		if b, ok := encode(c); ok {
			out = append(out, b)
			continue
		}
		out = append(out, bestFit(c, func(base rune) []byte {
			if b, ok := encode(base); ok {
				return []byte{b}
			}
			return nil
		})...)
	}
	return out
}

// encodeMultibyte encodes as much as it can at once and deals with the characters in between one by one. The encodings
// with states go back to their first at the end of each piece.
func encodeMultibyte(enc encoding.Encoding, s string) []byte {
	encodeOne := func(c rune) []byte {
		b, _, err := transform.Bytes(enc.NewEncoder(), []byte(string(c)))
		if err != nil {
			return nil
		}
		return b
	}
	var out []byte
	for s != "" {
		b, n, err := transform.Bytes(enc.NewEncoder(), []byte(s))
		if err == nil {
			return append(out, b...)
		}
		if n > 0 {
			head, _, err := transform.Bytes(enc.NewEncoder(), []byte(s[:n]))
			if err == nil {
				out = append(out, head...)
			}
		}
		c, size := utf8.DecodeRuneInString(s[n:])
		out = append(out, bestFit(c, encodeOne)...)
		s = s[n+size:]
	}
	return out
}

// bestFit stands in for a character that a code page does not have.
func bestFit(c rune, encode func(rune) []byte) []byte {
	if ascii, ok := plainForms[c]; ok {
		return []byte(ascii)
	}
	if base, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(c))); base != c {
		if b := encode(base); b != nil {
			return b
		}
	}
	return []byte{'?'}
}

// plainForms are the stand-ins of typographic characters.
var plainForms = map[rune]string{
	'\u2018': "'", '\u2019': "'", '\u201A': "'", '\u201C': `"`, '\u201D': `"`, '\u201E': `"`, '\u2013': "-", '\u2014': "-",
	'\u2010': "-", '\u2011': "-", '\u2022': "*", '\u2026': "...", '\u00A0': " ", '\u00AD': "-", '\u2039': "<", '\u203A': ">",
	'\u00AB': "<<", '\u00BB': ">>",
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// asciiCompatible reports whether text of ASCII characters is itself in the code page.
func asciiCompatible(cp uint32) bool {
	switch cp {
	case UTF16LE, UTF16BE, 50220, 50221, 50222, 52936:
		return false
	}
	return true
}
