// Package rtf reads and writes the bodies of messages in Rich Text Format: the compression of PidTagRtfCompressed,
// [MS-OXRTFCP], HTML and plain text encapsulated in RTF, [MS-OXRTFEX], and conversions between RTF, HTML and plain text.
// All text in and out is UTF-8. All functions take any bytes, read and write piece by piece, and hold little of them in
// memory, however long a text is or its groups are nested.
package rtf

import (
	"bufio"
	"bytes"
	"io"
	"slices"
)

// Source says what an RTF text was made from, [MS-OXRTFEX] 2.1.3.
type Source uint8

// Sources.
const (
	Native   Source = iota // written as RTF
	FromHTML               // holds encapsulated HTML
	FromText               // holds encapsulated plain text
)

// headerBytes is how far SourceOf looks.
const headerBytes = 1 << 10

// SourceOf looks for the control word that says what the text was made from among the first tokens of an RTF text,
// [MS-OXRTFEX] 3.1.4. What it looks at is still there to be read afterwards.
func SourceOf(r *bufio.Reader) Source {
	const headerTokens = 10
	b, _ := r.Peek(headerBytes)
	s := newScanner(bytes.NewReader(b))
	for range headerTokens {
		t, ok := s.next()
		if !ok || t.kind == tokenEnd {
			break
		}
		if t.kind == tokenControl {
			switch t.word {
			case "fromhtml":
				return FromHTML
			case "fromtext":
				return FromText
			}
		}
	}
	return Native
}

// Text writes the plain text of an RTF text, lines ending with CR LF.
func Text(w io.Writer, rtf io.Reader) error {
	to := &textWriter{newOutput(w)}
	if err := walk(newScanner(rtf), to); err != nil {
		return err
	}
	return to.finish()
}

// HTML writes an RTF text as HTML: the HTML encapsulated in it as it was, [MS-OXRTFEX] 3.1.4, or a rendering of its
// text with its simplest formatting.
func HTML(w io.Writer, rtf io.Reader) error {
	s := newScanner(rtf)
	if SourceOf(s.r) == FromHTML {
		to := &htmlExtractor{newOutput(w)}
		if err := walk(s, to); err != nil {
			return err
		}
		return to.finish()
	}
	to := &htmlWriter{output: newOutput(w)}
	to.str("<html><body>\r\n")
	if err := walk(s, to); err != nil {
		return err
	}
	if to.begun {
		to.paragraph()
	}
	to.str("</body></html>\r\n")
	return to.finish()
}

// sink takes what walk finds.
type sink interface {
	// text takes characters.
	text(s string, st *state)
	// control takes a control word that stands for a character or a break, or that formats characters.
	control(t token, st *state)
	// tags says whether the text in htmltag destinations is wanted, and that in htmlrtf regions not.
	tags() bool
	// failed returns why nothing more can be taken; nil if it can.
	failed() error
}

// state is what groups save and restore.
type state struct {
	skip    bool // a destination that is not part of the text
	inTag   bool // htmltag destination
	htmlRTF bool // text for readers that do not understand the encapsulation
	fonts   bool // font table
	uc      int  // characters that stand in for one \u
	font    int
	bold    bool
	italic  bool
	under   bool
	hidden  bool
}

// skippedDestinations are groups whose text is not part of the document's. The font table is read for its code pages.
var skippedDestinations = []string{
	"colortbl", "stylesheet", "info", "pict", "object", "objdata", "header", "headerl", "headerr", "headerf", "footer",
	"footerl", "footerr", "footerf", "listtable", "listoverridetable", "generator", "xmlnstbl", "themedata", "datastore",
	"fldinst", "filetbl", "revtbl", "rsidtbl", "nonshppict", "bkmkstart", "bkmkend", "colorschememapping", "latentstyles",
}

func skipped(word string) bool { return slices.Contains(skippedDestinations, word) }
