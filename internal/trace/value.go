package trace

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// appendValue appends a property value; tag 0 stands for a column that is named elsewhere.
func (r *renderer) appendValue(b []byte, tag mapi.PropTag, v prop.Value) []byte {
	switch v.Type() {
	case mapi.PtypUnspecified:
		return append(b, "(none)"...)
	case mapi.PtypNull:
		return append(b, "(null)"...)
	case mapi.PtypObject:
		return append(b, "(object)"...)
	case mapi.PtypErrorCode:
		return appendCode(b, v.ErrorCode())
	case mapi.PtypBoolean:
		return strconv.AppendBool(b, v.Bool())
	case mapi.PtypInteger16, mapi.PtypInteger32:
		b = append(strconv.AppendInt(b, v.Int(), 10), " ("...)
		return append(appendHex(b, v.Bits(), 0), ')')
	case mapi.PtypInteger64:
		if idTag(tag) {
			return appendID(b, v.ObjectID())
		}
		return strconv.AppendInt(b, v.Int(), 10)
	case mapi.PtypCurrency:
		return strconv.AppendFloat(b, float64(v.Int())/10000, 'f', 4, 64)
	case mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypFloatingTime:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64)
	case mapi.PtypTime:
		return appendFileTime(b, v.FileTime())
	case mapi.PtypString, mapi.PtypString8:
		if bodyTag(tag) && !r.bodies {
			return appendSize(b, len(v.Str()), " bytes of text)")
		}
		return appendQuote(b, v.Str())
	case mapi.PtypGuid:
		return append(b, v.GUID().String()...)
	case mapi.PtypBinary, mapi.PtypServerId:
		if bodyTag(tag) && !r.bodies {
			return appendSize(b, len(v.Str()), " bytes)")
		}
		return appendHexdump(b, v.Str())
	}
	return appendMulti(b, v)
}

func appendMulti(b []byte, v prop.Value) []byte {
	switch {
	case prop.Elements[string](v) != nil && v.Type() == mapi.PtypMultiBinary:
		return appendList(b, prop.Elements[string](v), appendHexdump)
	case prop.Elements[string](v) != nil:
		return appendList(b, prop.Elements[string](v), appendQuote)
	case prop.Elements[mapi.FileTime](v) != nil:
		return appendList(b, prop.Elements[mapi.FileTime](v), appendFileTime)
	case prop.Elements[mapi.GUID](v) != nil:
		return appendList(b, prop.Elements[mapi.GUID](v), appendAny)
	case prop.Elements[int16](v) != nil:
		return appendList(b, prop.Elements[int16](v), appendAny)
	case prop.Elements[int32](v) != nil:
		return appendList(b, prop.Elements[int32](v), appendAny)
	case prop.Elements[int64](v) != nil:
		return appendList(b, prop.Elements[int64](v), appendAny)
	case prop.Elements[float32](v) != nil:
		return appendList(b, prop.Elements[float32](v), appendAny)
	case prop.Elements[float64](v) != nil:
		return appendList(b, prop.Elements[float64](v), appendAny)
	}
	return append(b, "{}"...)
}

// appendList appends elements in braces.
func appendList[E any](b []byte, list []E, element func([]byte, E) []byte) []byte {
	b = append(b, '{')
	for i, e := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		if i == maxList {
			b = append(b, "…"...)
			break
		}
		b = element(b, e)
	}
	return append(b, '}')
}

func appendAny[E any](b []byte, e E) []byte { return fmt.Append(b, e) }

// idTag tells FIDs, MIDs and change numbers from other 64-bit integers.
func idTag(tag mapi.PropTag) bool {
	switch tag.ID() {
	case 0x6748, 0x6749, 0x674A, 0x674D, 0x67A4, 0x6674, 0x6671:
		return true
	}
	return false
}

// bodyTag tells what the switch for bodies leaves out: text, HTML, RTF and attachment data.
func bodyTag(tag mapi.PropTag) bool {
	switch tag.ID() {
	case 0x1000, 0x1009, 0x1013, 0x1014, 0x3701, 0x3702, 0x007D:
		return true
	}
	return false
}

// appendHex appends 0x and a number with at least as many digits.
func appendHex(b []byte, n uint64, digits int) []byte {
	b = append(b, "0x"...)
	return appendDigits(b, n, digits)
}

// appendDigits appends a number in hexadecimal with at least as many digits.
func appendDigits(b []byte, n uint64, digits int) []byte {
	const upper = "0123456789ABCDEF"
	for d := 16; d > 0; d-- {
		if v := n >> (4 * (d - 1)); v != 0 || d <= max(digits, 1) {
			b = append(b, upper[v&15])
		}
	}
	return b
}

// appendID appends an id as the specifications print it: 0001-00000000000D.
func appendID(b []byte, id mapi.ID) []byte {
	b = append(appendDigits(b, uint64(id.ReplID()), 4), '-')
	return appendDigits(b, id.Counter(), 12)
}

// appendCode appends the name of a code and its number, or the number alone.
func appendCode(b []byte, c mapi.ErrorCode) []byte {
	name := c.Name()
	if name == "" {
		return appendHex(b, uint64(c), 8)
	}
	b = append(append(b, name...), " ("...)
	return append(appendHex(b, uint64(c), 8), ')')
}

// appendSize appends what stands for bytes that are left out.
func appendSize(b []byte, n int, what string) []byte {
	return append(strconv.AppendInt(append(b, '('), int64(n), 10), what...)
}

func appendFileTime(b []byte, f mapi.FileTime) []byte {
	if f == 0 {
		return append(b, '0')
	}
	t := f.Time()
	year, month, day := t.Date()
	if year > 9999 {
		return t.AppendFormat(b, "2006-01-02T15:04:05.0000000Z")
	}
	hour, minute, second := t.Clock()
	b = appendDecimal(b, year, 4, '-')
	b = appendDecimal(b, int(month), 2, '-')
	b = appendDecimal(b, day, 2, 'T')
	b = appendDecimal(b, hour, 2, ':')
	b = appendDecimal(b, minute, 2, ':')
	b = appendDecimal(b, second, 2, '.')
	return appendDecimal(b, int(f%1e7), 7, 'Z')
}

// appendDecimal appends so many digits of a number and what stands behind it.
func appendDecimal(b []byte, n, digits int, behind byte) []byte {
	at := len(b) + digits
	for range digits {
		b = append(b, '0')
	}
	for i := at - 1; n > 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, behind)
}

// appendQuote appends text in quotes, with escapes where it needs them.
func appendQuote(b []byte, s string) []byte {
	cut := len(s) > maxText
	if cut {
		n := maxText
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	if printable(s) {
		b = append(append(append(b, '"'), s...), '"')
	} else {
		b = strconv.AppendQuote(b, s)
	}
	if cut {
		b = append(b, "…"...)
	}
	return b
}

// printable reports whether text can stand in quotes as it is.
func printable(s string) bool {
	for _, c := range s {
		if c == '"' || c == '\\' || c < ' ' || c >= utf8.RuneSelf-1 && (c == utf8.RuneError || !unicode.IsPrint(c)) {
			return false
		}
	}
	return true
}

// appendHexdump appends the number of bytes and the first of them.
func appendHexdump[V string | []byte](b []byte, v V) []byte {
	b = append(strconv.AppendInt(b, int64(len(v)), 10), " bytes "...)
	if len(v) > maxBytes {
		return append(hex.AppendEncode(b, []byte(v[:maxBytes])), "…"...)
	}
	return hex.AppendEncode(b, []byte(v))
}
