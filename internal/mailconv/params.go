package mailconv

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// paramValue is a header value with parameters, such as a content type.
type paramValue struct {
	value  string // in lower case
	params map[string]string
	names  []string // of the parameters, in lower case, in their order
}

func (p paramValue) get(name string) string { return p.params[name] }

// maxParams bounds the parameters of one value.
const maxParams = 1000

// parseParams reads a value with parameters, RFC 2045 5.1 and RFC 2231, as far as it can be understood.
func parseParams(s string) paramValue {
	value, rest, _ := strings.Cut(s, ";")
	p := paramValue{value: strings.ToLower(strings.TrimSpace(value)), params: map[string]string{}}
	pieces := map[string][]piece{}
	for n := 0; rest != "" && n < maxParams; n++ {
		var name, v string
		name, v, rest = nextParam(rest)
		if name == "" {
			continue
		}
		base, index, extended := splitParamName(name)
		if _, seen := pieces[base]; !seen {
			p.names = append(p.names, base)
		}
		pieces[base] = append(pieces[base], piece{index, extended, v})
	}
	for name, list := range pieces {
		p.params[name] = joinPieces(list)
	}
	return p
}

// piece is one part of a parameter that is continued.
type piece struct {
	index    int // -1: not continued
	extended bool
	text     string
}

// nextParam reads one parameter up to the semicolon behind it.
func nextParam(s string) (name, value, rest string) {
	i := strings.IndexAny(s, "=;")
	if i < 0 {
		return "", "", ""
	}
	if s[i] == ';' {
		return "", "", s[i+1:]
	}
	name = strings.ToLower(strings.TrimSpace(s[:i]))
	s = strings.TrimLeft(s[i+1:], " \t\r\n")
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i = 1; i < len(s) && s[i] != '"'; i++ {
		// Many programs leave backslashes in file names alone.
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
	}
	_, rest, _ = strings.Cut(s[min(i, len(s)):], ";")
	return name, b.String(), rest
}

// splitParamName splits "name*1*".
func splitParamName(s string) (base string, index int, extended bool) {
	s, extended = strings.CutSuffix(s, "*")
	base, number, ok := strings.Cut(s, "*")
	if !ok {
		return base, -1, extended
	}
	index, err := strconv.Atoi(number)
	if err != nil || index < 0 {
		return s, -1, extended
	}
	return base, index, extended
}

// joinPieces puts a parameter together. The form of RFC 2231 wins over another beside it, which is for programs that
// don't know it.
func joinPieces(list []piece) string {
	rank := func(p piece) int {
		switch {
		case p.index >= 0:
			return 0
		case p.extended:
			return 1
		}
		return 2
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return rank(a) < rank(b) || rank(a) == rank(b) && a.index < b.index
	})
	first := list[0]
	if first.index < 0 && !first.extended {
		return strings.TrimSpace(decodeWords(first.text))
	}
	name, text := "", []byte{}
	for i, p := range list {
		if i > 0 && (p.index < 0 || p.index == list[i-1].index) {
			break
		}
		s := p.text
		if p.extended {
			if i == 0 {
				if parts := strings.SplitN(s, "'", 3); len(parts) == 3 {
					name, s = parts[0], parts[2]
				}
			}
			s = unhexed(s, '%')
		}
		text = append(text, s...)
	}
	return decodeCharset(name, string(text))
}

// formatParam writes a parameter, with a semicolon before it, RFC 2231 where it needs that.
func formatParam(name, value string) string {
	value = clean(value)
	if !needsWords(value) && len(value) < 60 {
		if value != "" && strings.IndexFunc(value, notToken) < 0 {
			return "; " + name + "=" + value
		}
		return "; " + name + "=" + quoted(value)
	}
	var b strings.Builder
	const perPiece = 50
	piece := "utf-8''"
	n := 0
	flush := func(last bool) {
		if n == 0 && last {
			fmt.Fprintf(&b, "; %s*=%s", name, piece)
			return
		}
		fmt.Fprintf(&b, "; %s*%d*=%s", name, n, piece)
		n++
		piece = ""
	}
	for value != "" {
		_, size := utf8.DecodeRuneInString(value)
		for i := range size {
			if c := value[i]; c < utf8.RuneSelf && !notToken(rune(c)) && !strings.ContainsRune("*'%", rune(c)) {
				piece += string(rune(c))
			} else {
				piece += fmt.Sprintf("%%%02X", c)
			}
		}
		value = value[size:]
		if len(piece) > perPiece && value != "" {
			flush(false)
		}
	}
	flush(true)
	return b.String()
}

// notToken reports characters that a token can't have, RFC 2045 5.1.
func notToken(c rune) bool {
	return c <= ' ' || c > '~' || strings.ContainsRune(`()<>@,;:\"/[]?=`, c)
}
