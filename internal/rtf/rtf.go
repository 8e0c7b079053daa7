// Package rtf reads and writes the bodies of messages in Rich Text Format: the compression of PidTagRtfCompressed,
// [MS-OXRTFCP], HTML and plain text encapsulated in RTF, [MS-OXRTFEX], and conversions between RTF, HTML and plain text.
// All text in and out is UTF-8; all functions take any bytes and use memory in proportion to them.
package rtf

import "slices"

// Source says what an RTF text was made from, [MS-OXRTFEX] 2.1.3.
type Source uint8

// Sources.
const (
	Native   Source = iota // written as RTF
	FromHTML               // holds encapsulated HTML
	FromText               // holds encapsulated plain text
)

// SourceOf looks for the control word that says what the text was made from among its first tokens, [MS-OXRTFEX]
// 3.1.4.
func SourceOf(rtf []byte) Source {
	const headerTokens = 10
	s := scanner{b: rtf}
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

// Text returns the plain text of an RTF text, lines ending with CR LF.
func Text(rtf []byte) string {
	w := &textWriter{}
	walk(rtf, w)
	return w.String()
}

// HTML returns an RTF text as HTML: the HTML encapsulated in it as it was, [MS-OXRTFEX] 3.1.4, or a rendering of its
// text with its simplest formatting.
func HTML(rtf []byte) string {
	if SourceOf(rtf) == FromHTML {
		w := &htmlExtractor{}
		walk(rtf, w)
		return w.String()
	}
	w := &htmlWriter{}
	walk(rtf, w)
	return w.finish()
}

// sink takes what walk finds.
type sink interface {
	// text takes characters.
	text(s string, st *state)
	// control takes a control word that stands for a character or a break, or that formats characters.
	control(t token, st *state)
	// tags says whether the text in htmltag destinations is wanted, and that in htmlrtf regions not.
	tags() bool
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
