package nspi

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The Teletex character set of CP_TELETEX, ITU-T T.61: ASCII below 0x80, and above it symbols, letters and accents
// that stand in front of the letter they belong to. Every server must convert it, [MS-OXNSPI] 2.2.1.4.

// teletexSymbols are the bytes that stand for one character.
var teletexSymbols = map[byte]rune{
	0xA0: '\u00A0', 0xA1: '¡', 0xA2: '¢', 0xA3: '£', 0xA4: '$', 0xA5: '¥', 0xA6: '#', 0xA7: '§', 0xA8: '¤', 0xAB: '«',
	0xB0: '°', 0xB1: '±', 0xB2: '²', 0xB3: '³', 0xB4: '×', 0xB5: 'µ', 0xB6: '¶', 0xB7: '·', 0xB8: '÷', 0xBB: '»',
	0xBC: '¼', 0xBD: '½', 0xBE: '¾', 0xBF: '¿',
	0xE0: '\u2126', 0xE1: 'Æ', 0xE2: 'Đ', 0xE3: 'ª', 0xE4: 'Ħ', 0xE6: 'Ĳ', 0xE7: 'Ŀ', 0xE8: 'Ł', 0xE9: 'Ø', 0xEA: 'Œ',
	0xEB: 'º', 0xEC: 'Þ', 0xED: 'Ŧ', 0xEE: 'Ŋ', 0xEF: 'ŉ', 0xF0: 'ĸ', 0xF1: 'æ', 0xF2: 'đ', 0xF3: 'ð', 0xF4: 'ħ',
	0xF5: 'ı', 0xF6: 'ĳ', 0xF7: 'ŀ', 0xF8: 'ł', 0xF9: 'ø', 0xFA: 'œ', 0xFB: 'ß', 0xFC: 'þ', 0xFD: 'ŧ', 0xFE: 'ŋ',
}

// teletexAccents are the bytes in front of a letter, as the combining character Unicode puts behind it.
var teletexAccents = map[byte]rune{
	0xC1: '\u0300', 0xC2: '\u0301', 0xC3: '\u0302', 0xC4: '\u0303', 0xC5: '\u0304', 0xC6: '\u0306', 0xC7: '\u0307',
	0xC8: '\u0308', 0xCA: '\u030A', 0xCB: '\u0327', 0xCC: '\u0332', 0xCD: '\u030B', 0xCE: '\u0328', 0xCF: '\u030C',
}

var (
	teletexSymbolOf = invert(teletexSymbols)
	teletexAccentOf = invert(teletexAccents)
)

func invert(m map[byte]rune) map[rune]byte {
	out := make(map[rune]byte, len(m))
	for b, r := range m {
		out[r] = b
	}
	return out
}

func toTeletex(text string) string {
	if isASCII(text) {
		return text
	}
	var b strings.Builder
	for _, c := range norm.NFC.String(text) {
		if c < 0x80 {
			b.WriteByte(byte(c))
			continue
		}
		if t, ok := teletexSymbolOf[c]; ok {
			b.WriteByte(t)
			continue
		}
		parts := []rune(norm.NFD.String(string(c)))
		if len(parts) == 2 && parts[0] < 0x80 {
			if t, ok := teletexAccentOf[parts[1]]; ok {
				b.WriteByte(t)
				b.WriteByte(byte(parts[0]))
				continue
			}
		}
		b.WriteByte('?')
	}
	return b.String()
}

func fromTeletex(text string) string {
	if isASCII(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c < 0x80:
			b.WriteByte(c)
		case teletexSymbols[c] != 0:
			b.WriteRune(teletexSymbols[c])
		case teletexAccents[c] != 0 && i+1 < len(text) && text[i+1] < 0x80:
			b.WriteByte(text[i+1])
			b.WriteRune(teletexAccents[c])
			i++
		default:
			b.WriteRune('\uFFFD')
		}
	}
	return norm.NFC.String(b.String())
}

// isASCII reports whether all bytes are below 0x80, where Teletex is ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
