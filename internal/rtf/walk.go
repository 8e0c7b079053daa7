package rtf

import (
	"io"
	"unicode/utf16"

	"github.com/mapid/mapid/internal/codepage"
)

// Bounds of what a text can make a walker keep. What goes beyond is read as if it were not there.
const (
	maxDepth   = 4096     // groups in groups whose state is kept
	maxFonts   = 4096     // fonts whose code pages are kept
	maxPending = 32 << 10 // bytes collected before they are decoded
)

// walker follows groups, destinations and code pages, and hands text to a sink.
type walker struct {
	sink    sink
	st      state
	stack   []state
	deeper  int            // groups beyond maxDepth
	page    uint32         // \ansicpg
	fonts   map[int]uint32 // code pages of fonts
	defFont int            // the font being defined
	pending []byte         // bytes not yet decoded, in pendingPage
	pendCP  uint32
	high    rune // first half of a surrogate pair
	skipN   int  // characters that stand in for the last \u
	first   bool // at the first token of a group, where destinations are named
	star    bool // after \*
}

// walk hands what a scanner finds to a sink. The error is that of either.
func walk(s *scanner, to sink) error {
	w := &walker{sink: to, page: codepage.Windows1252, fonts: map[int]uint32{}, st: state{uc: 1}}
	for to.failed() == nil {
		t, ok := s.next()
		if !ok {
			break
		}
		w.token(t)
	}
	w.flush()
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	return to.failed()
}

func (w *walker) token(t token) {
	first, star := w.first, w.star
	w.first, w.star = false, false
	switch t.kind {
	case tokenBegin:
		w.flush()
		if len(w.stack) < maxDepth {
			w.stack = append(w.stack, w.st)
		} else {
			w.deeper++
		}
		w.first, w.skipN = true, 0
	case tokenEnd:
		w.flush()
		w.skipN = 0
		if w.deeper > 0 {
			w.deeper--
		} else if n := len(w.stack); n > 0 {
			w.st, w.stack = w.stack[n-1], w.stack[:n-1]
		}
	case tokenText:
		b := t.bytes
		if n := min(w.skipN, len(b)); n > 0 {
			w.skipN -= n
			b = b[n:]
		}
		w.bytes(b)
	case tokenHex:
		if w.skipN > 0 {
			w.skipN--
			return
		}
		w.bytes([]byte{byte(t.num)})
	case tokenControl:
		w.control(t, first, star)
	case tokenBinary:
	}
}

// bytes takes text in the code page of the current font.
func (w *walker) bytes(b []byte) {
	if w.silent() || len(b) == 0 {
		return
	}
	w.unpaired()
	page := w.page
	if p, ok := w.fonts[w.st.font]; ok && !w.st.inTag {
		page = p
	}
	if page != w.pendCP {
		w.flush()
		w.pendCP = page
	}
	w.pending = append(w.pending, b...)
	if len(w.pending) > maxPending {
		w.flushMost()
	}
}

// flushMost decodes what has come up to the last byte that is no part of a character of several in any code page.
func (w *walker) flushMost() {
	end := len(w.pending)
	for i := end - 1; i > 0; i-- {
		if w.pending[i] < '0' {
			end = i + 1
			break
		}
	}
	w.sink.text(codepage.Decode(w.pendCP, string(w.pending[:end])), &w.st)
	w.pending = append(w.pending[:0], w.pending[end:]...)
}

// silent reports whether text at this place is not wanted.
func (w *walker) silent() bool {
	if w.st.skip || w.st.fonts {
		return true
	}
	if w.sink.tags() {
		return w.st.htmlRTF && !w.st.inTag
	}
	return w.st.inTag || w.st.hidden
}

func (w *walker) flush() {
	w.unpaired()
	if len(w.pending) > 0 {
		w.sink.text(codepage.Decode(w.pendCP, string(w.pending)), &w.st)
		w.pending = w.pending[:0]
	}
}

// unpaired gives up on half a surrogate pair.
func (w *walker) unpaired() {
	if w.high != 0 {
		w.high = 0
		w.sink.text("\uFFFD", &w.st)
	}
}

// control handles control words. Those that mean text or formatting go to the sink.
func (w *walker) control(t token, first, star bool) {
	if w.skipN > 0 && len(t.word) == 1 && !letter(t.word[0]) && t.word != "*" {
		w.skipN-- // a symbol counts as one character
		return
	}
	if t.word == "*" {
		w.first, w.star = first, true
		return
	}
	if first && w.destination(t, star) {
		return
	}
	if w.setting(t) {
		return
	}
	if w.silent() {
		return
	}
	if t.word == "u" {
		w.unicode(t.num)
		return
	}
	w.flush()
	w.sink.control(t, &w.st)
}

// destination handles the word that begins a group; false if it is no destination.
func (w *walker) destination(t token, star bool) bool {
	switch {
	case t.word == "htmltag" && star:
		w.st.inTag, w.st.htmlRTF = true, false
	case t.word == "fonttbl":
		w.st.fonts = true
	case star, skipped(t.word):
		w.st.skip = true
	default:
		return false
	}
	return true
}

// setting handles words that change how later text is read.
func (w *walker) setting(t token) bool {
	on := !t.given || t.num != 0
	switch t.word {
	case "ansicpg":
		if t.num > 0 {
			w.page = uint32(t.num)
		}
	case "mac":
		w.page = 10000
	case "pc":
		w.page = 437
	case "pca":
		w.page = 850
	case "uc":
		w.st.uc = max(0, min(t.num, 16))
	case "f":
		w.flush()
		if w.st.fonts {
			w.defFont = t.num
		}
		w.st.font = t.num
	case "fcharset":
		w.setFont(charsetPage(t.num))
	case "cpg":
		w.setFont(uint32(max(t.num, 0)))
	case "htmlrtf":
		w.flush()
		w.st.htmlRTF = on
	case "v":
		w.flush()
		w.st.hidden = on
	case "b":
		w.format(&w.st.bold, on)
	case "i":
		w.format(&w.st.italic, on)
	case "ul":
		w.format(&w.st.under, on)
	case "ulnone":
		w.format(&w.st.under, false)
	case "plain":
		w.flush()
		w.st.bold, w.st.italic, w.st.under, w.st.hidden = false, false, false, false
	default:
		return false
	}
	return true
}

// setFont notes the code page of the font that is being defined.
func (w *walker) setFont(cp uint32) {
	if w.st.fonts && cp != 0 && len(w.fonts) < maxFonts {
		w.fonts[w.defFont] = cp
	}
}

func (w *walker) format(field *bool, on bool) {
	w.flush()
	*field = on
}

// unicode takes a \u character: a signed 16-bit code unit.
func (w *walker) unicode(n int) {
	w.skipN = w.st.uc
	c := rune(uint16(n))
	if len(w.pending) > 0 {
		w.flush()
	}
	if w.high != 0 {
		if pair := utf16.DecodeRune(w.high, c); pair != 0xFFFD {
			w.high = 0
			w.sink.text(string(pair), &w.st)
			return
		}
		w.unpaired()
	}
	switch {
	case c >= 0xD800 && c < 0xDC00:
		w.high = c
	case utf16.IsSurrogate(c):
		w.sink.text("\uFFFD", &w.st)
	default:
		w.sink.text(string(c), &w.st)
	}
}

// charsetPage is the code page of a font's \fcharset, 0 for the document's own.
func charsetPage(charset int) uint32 {
	switch charset {
	case 0:
		return 1252
	case 77:
		return 10000
	case 128:
		return 932
	case 129:
		return 949
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}
