package prop

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"github.com/mapid/mapid/internal/mapi"
)

// NewCollation returns the order of a locale, [MS-LCID]; of American English for locales it does not know.
func NewCollation(lcid uint32) *Collation {
	tag := language.AmericanEnglish
	if loc, ok := mapi.LocaleOf(lcid); ok {
		tag = language.Make(loc.Tag)
	}
	return &Collation{
		pool:     sync.Pool{New: func() any { return &textOrder{collator: newCollator(tag)} }},
		alphabet: sync.OnceValue(func() *alphabet { return newAlphabet(tag) }),
	}
}

// plain reports whether s holds nothing but printable ASCII, of which every character counts in comparisons.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// class is what values must have in common to be compared.
type class uint8

const (
	classNone class = iota // nothing to compare: missing, errors, objects, structures
	classBool
	classInteger
	classCurrency
	classFloat
	classTime
	classText
	classBytes

	classMulti class = 0x40 // bit: several values of the class
)

func classOf(typ mapi.PropType) class {
	if typ&mapi.PtypMultiple != 0 {
		if c := classOf(typ &^ (mapi.PtypMultiple | mapi.PtypMVInstance)); c != classNone {
			return c | classMulti
		}
		return classNone
	}
	switch typ {
	case mapi.PtypBoolean:
		return classBool
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64:
		return classInteger
	case mapi.PtypCurrency:
		return classCurrency
	case mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypFloatingTime:
		return classFloat
	case mapi.PtypTime:
		return classTime
	case mapi.PtypString, mapi.PtypString8:
		return classText
	case mapi.PtypBinary, mapi.PtypGuid, mapi.PtypServerId:
		return classBytes
	}
	return classNone
}

// Compare orders two values; ok is false if they cannot be compared. Integers of any width compare with each other, as
// do texts, and bytes. Values with several elements compare element by element, and a missing element comes before any
// other, IMAPITable::SortTable.
func (c *Collation) Compare(a, b Value) (order int, ok bool) {
	class := classOf(a.typ)
	if class == classNone || class != classOf(b.typ) {
		return 0, false
	}
	if a.typ&mapi.PtypMultiple != 0 {
		return c.compareElements(a, b), true
	}
	switch class {
	case classBool, classTime:
		return cmp.Compare(a.num, b.num), true
	case classInteger, classCurrency:
		return cmp.Compare(a.Int(), b.Int()), true
	case classFloat:
		return cmp.Compare(a.Float(), b.Float()), true
	case classText:
		return c.CompareText(a.text(), b.text()), true
	}
	return strings.Compare(a.str, b.str), true
}

func (c *Collation) compareElements(a, b Value) int {
	n, m := a.count(), b.count()
	for i := range min(n, m) {
		if order, _ := c.Compare(a.element(i), b.element(i)); order != 0 {
			return order
		}
	}
	return cmp.Compare(n, m)
}

// AppendSortKey appends a key of v. Keys of one column, and keys made of the keys of the same columns one after the
// other, order as bytes the way the values order, with Descending the other way round. A value that is missing, an
// error or not to be ordered comes before all others.
func (c *Collation) AppendSortKey(dst []byte, v Value, order uint8) []byte {
	start := len(dst)
	dst = c.appendKey(dst, v)
	if order&Descending != 0 {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// Bytes that structure a sort key. No part of a key is a prefix of another, so that columns cannot run into each other:
// bytes end with two zeros, and a zero inside them is followed by keyEscape.
const (
	keyMissing byte = 0x01
	keyPresent byte = 0x02
	keyEscape  byte = 0xFF
)

func (c *Collation) appendKey(dst []byte, v Value) []byte {
	class := classOf(v.typ)
	if class == classNone {
		return append(dst, keyMissing)
	}
	dst = append(dst, keyPresent)
	if v.typ&mapi.PtypMultiple != 0 {
		for i := range v.count() {
			dst = c.appendKey(dst, v.element(i))
		}
		return append(dst, keyMissing)
	}
	switch class {
	case classBool:
		return append(dst, byte(v.num))
	case classTime:
		return binary.BigEndian.AppendUint64(dst, v.num)
	case classInteger, classCurrency:
		return binary.BigEndian.AppendUint64(dst, uint64(v.Int())^1<<63)
	case classFloat:
		return binary.BigEndian.AppendUint64(dst, floatKey(v.Float()))
	case classText:
		return c.appendTextKey(dst, v.text())
	}
	return appendEscaped(dst, []byte(v.str))
}

// floatKey maps floats to integers of the same order, NaN first.
func floatKey(f float64) uint64 {
	if math.IsNaN(f) {
		return 0
	}
	if f == 0 {
		f = 0 // both zeros are equal
	}
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func appendEscaped(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			return append(append(dst, b...), 0, 0)
		}
		dst = append(append(dst, b[:i+1]...), keyEscape)
		b = b[i+1:]
	}
}

// text returns the text of a string value as UTF-8. Bytes in a code page are taken for Latin-1: what they mean is known
// only where they came from, and callers that know convert them first.
func (v Value) text() string {
	if v.typ != mapi.PtypString8 || plain(v.str) {
		return v.str
	}
	runes := make([]rune, len(v.str))
	for i := range len(v.str) {
		runes[i] = rune(v.str[i])
	}
	return string(runes)
}
