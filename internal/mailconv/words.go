package mailconv

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// decodeWords decodes the encoded words of a header value, RFC 2047. Characters split between words come together again;
// text in no word that is not ASCII is guessed.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return guess(s)
	}
	var out strings.Builder
	afterWord := false
	for {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, ok := parseWord(s[i:])
		if !ok {
			out.WriteString(guess(s[:i+2]))
			s, afterWord = s[i+2:], false
			continue
		}
		if between := s[:i]; !afterWord || strings.Trim(between, " \t\r\n") != "" {
			out.WriteString(guess(between))
		}
		text := []byte(w.text)
		s = s[i+w.size:]
		for {
			blank := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
			next, ok := parseWord(s[blank:])
			if !ok || !strings.EqualFold(next.charset, w.charset) {
				break
			}
			text = append(text, next.text...)
			s = s[blank+next.size:]
		}
		out.WriteString(decodeCharset(w.charset, string(text)))
		afterWord = true
	}
	out.WriteString(guess(s))
	return out.String()
}

// word is one encoded word.
type word struct {
	charset, text string
	size          int // of the word as it stands
}

// maxWord bounds the search for the end of a word, which should have 75 characters and in real mail has more.
const maxWord = 2000

// parseWord reads the encoded word at the beginning of s.
func parseWord(s string) (w word, ok bool) {
	if !strings.HasPrefix(s, "=?") {
		return w, false
	}
	s = s[:min(len(s), maxWord)]
	i := strings.IndexByte(s[2:], '?') + 2
	if i < 3 || i+3 > len(s) || s[i+2] != '?' {
		return w, false
	}
	w.charset, _, _ = strings.Cut(s[2:i], "*") // RFC 2231: a language may follow
	if strings.ContainsAny(w.charset, " \t\"<>@,;") {
		return w, false
	}
	end := strings.Index(s[i+3:], "?=")
	if end < 0 {
		return w, false
	}
	text := s[i+3 : i+3+end]
	w.size = i + 3 + end + 2
	switch s[i+1] {
	case 'q', 'Q':
		w.text = unhexed(strings.ReplaceAll(text, "_", " "), '=')
		return w, true
	case 'b', 'B':
		var d looseBase64
		w.text = string(d.decode(nil, text)) + string(d.finish(nil))
		return w, true
	}
	return w, false
}

// unhexed replaces mark and two hexadecimal digits by the byte they stand for. Other marks stay.
func unhexed(s string, mark byte) string {
	if strings.IndexByte(s, mark) < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+2 < len(s) {
			hi, ok1 := unhex(s[i+1])
			lo, ok2 := unhex(s[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// needsWords reports whether a text can't stand in a header as it is.
func needsWords(s string) bool {
	if s == "" {
		return false
	}
	run := 0
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return true
		}
		if run++; s[i] == ' ' {
			run = 0
		}
		if run > 200 {
			return true // it could not be folded
		}
	}
	return strings.Contains(s, "=?") || s[0] == ' ' || s[len(s)-1] == ' '
}

// encodeWords writes a text as encoded words where it needs them, in a form that may stand in a phrase, too.
func encodeWords(s string) string {
	if !needsWords(s) {
		return s
	}
	const perWord = 42 // bytes of text, so that a word in base64 has at most 75 characters
	var out []string
	for s = clean(s); s != ""; {
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > perWord {
				break
			}
			n += size
		}
		out = append(out, "=?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(out, " ")
}

// phrase writes a display name: words, or a quoted string.
func phrase(s string) string {
	if needsWords(s) {
		return encodeWords(s)
	}
	for i := range len(s) {
		if c := s[i]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == ' ' || c == '-' || c == '_') {
			return quoted(s)
		}
	}
	return s
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
