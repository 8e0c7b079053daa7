package prop

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// alphabet makes sort keys of text in one locale short and quick to make. Text orders by one weight for each character
// that counts. The weights of the characters of ASCII are few, so that each gets a byte of its own; any other weight
// is told by the byte of the gap between those where it belongs, and follows in full. Text of ASCII alone needs no
// collator, unless the locale orders pairs of letters as one, as some do.
type alphabet struct {
	weights []int      // of the characters of ASCII, ascending
	codes   [128]uint8 // by character; 0: it does not count
	single  bool       // no pair of characters has other weights than its characters
}

// Codes of a text key. Its end comes before all others.
const (
	keyEnd   byte = 0
	firstGap byte = 2 // the gap before the first weight; gaps and weights alternate
)

// newAlphabet looks at what a collator makes of ASCII.
func newAlphabet(tag language.Tag) *alphabet {
	c, a := newCollator(tag), new(alphabet)
	var buf collate.Buffer
	key := func(s string) string {
		buf.Reset()
		return string(c.KeyFromString(&buf, s))
	}
	var keys [128]string
	for ch := byte(' '); ch <= '~'; ch++ {
		keys[ch] = key(string(rune(ch)))
		for w, rest := nextWeight(keys[ch]); w > 0; w, rest = nextWeight(rest) {
			a.weights = append(a.weights, w)
		}
	}
	slices.Sort(a.weights)
	a.weights = slices.Compact(a.weights)
	a.single = true
	for ch := byte(' '); ch <= '~'; ch++ {
		var code []byte
		if code = a.append(nil, keys[ch]); len(code) > 1 {
			a.single = false
		}
		if len(code) > 0 {
			a.codes[ch] = code[0]
		}
		for next := byte(' '); next <= '~' && a.single; next++ {
			if !isUpper(ch) && !isUpper(next) && key(string([]byte{ch, next})) != keys[ch]+keys[next] {
				a.single = false
			}
		}
	}
	return a
}

func isUpper(ch byte) bool { return 'A' <= ch && ch <= 'Z' }

// nextWeight reads a weight from a collator's key, in which it has two bytes, or three if the first has its high bit set;
// 0 at the end.
func nextWeight(key string) (w int, rest string) {
	switch {
	case len(key) >= 2 && key[0] < 0x80:
		return int(key[0])<<8 | int(key[1]), key[2:]
	case len(key) >= 3:
		return int(key[0]&0x7F)<<16 | int(key[1])<<8 | int(key[2]), key[3:]
	}
	return 0, ""
}

// append appends the codes of the weights in a collator's key.
func (a *alphabet) append(dst []byte, key string) []byte {
	for w, rest := nextWeight(key); w > 0; w, rest = nextWeight(rest) {
		i, found := slices.BinarySearch(a.weights, w)
		if code := firstGap + 2*byte(i); found {
			dst = append(dst, code+1)
		} else {
			dst = append(dst, code, byte(w>>16), byte(w>>8), byte(w))
		}
	}
	return dst
}

// appendASCII appends the codes of a text without a collator; ok is false if the text needs one.
func (a *alphabet) appendASCII(dst []byte, s string) (key []byte, ok bool) {
	if !a.single {
		return dst, false
	}
	key = dst
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return dst, false
		}
		if code := a.codes[s[i]]; code != 0 {
			key = append(key, code)
		}
	}
	return key, true
}

// Collation orders property values the way tables and the address book do in one language: text without regard to
// case, accents and width, punctuation before digits before letters, [MS-OXNSPI] 2.2.1.6. It is safe for concurrent
// use and worth keeping: tables of one locale share one.
type Collation struct {
	pool     sync.Pool // of *textOrder
	alphabet func() *alphabet
}

// textOrder is what one goroutine at a time needs to order text.
type textOrder struct {
	collator *collate.Collator
	buf      collate.Buffer
}

func newCollator(tag language.Tag) *collate.Collator {
	return collate.New(tag, collate.IgnoreCase, collate.IgnoreDiacritics, collate.IgnoreWidth)
}

// appendTextKey appends bytes that order as s does.
func (c *Collation) appendTextKey(dst []byte, s string) []byte {
	a := c.alphabet()
	if key, ok := a.appendASCII(dst, s); ok {
		return append(key, keyEnd)
	}
	o := c.pool.Get().(*textOrder)
	o.buf.Reset()
	dst = a.append(dst, string(o.collator.KeyFromString(&o.buf, s)))
	c.pool.Put(o)
	return append(dst, keyEnd)
}

// CompareText compares two texts. Equal means equal but for case, accents and width.
func (c *Collation) CompareText(a, b string) int {
	if plain(a) && plain(b) && strings.EqualFold(a, b) {
		return 0
	}
	o := c.pool.Get().(*textOrder)
	defer c.pool.Put(o)
	return o.collator.CompareString(a, b)
}
