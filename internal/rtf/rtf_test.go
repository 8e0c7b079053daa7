package rtf_test

import (
	"bufio"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/rtf"
)

// run converts a text.
func run(t testing.TB, convert func(io.Writer, io.Reader) error, text string) string {
	t.Helper()
	var out strings.Builder
	// Read in small parts, so that what is looked for may stand across their borders.
	if err := convert(&out, iotest.HalfReader(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func source(text string) rtf.Source { return rtf.SourceOf(bufio.NewReader(strings.NewReader(text))) }

// encapsulated has the shape of what Outlook and Exchange write, [MS-OXRTFEX] 4.1.
const encapsulated = `{\rtf1\ANSI\ansicpg1251\fromhtml1 \deff0
{\fonttbl {\f0\fmodern Courier New;}{\f1\fswiss Arial;}{\f2\fswiss\fcharset0 Arial;}}
{\colortbl\red0\green0\blue0;\red0\green0\blue255;}
{\*\htmltag64}
\uc1\pard\plain\deftab360 \f0\fs24
{\*\htmltag <HTML>\par
<HEAD>\par
<TITLE>\par
</TITLE>\par
</HEAD>\par
<BODY>\par }
{\*\htmltag64 <P>}\htmlrtf \par \htmlrtf0 {\*\mhtmltag64 <P class=x>}Note the line break inside a P tag.
{\*\htmltag116 <b>}{\b \htmlrtf0 This is {\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0  bold\htmlrtf }\htmlrtf0
{\*\htmltag58 </BODY>}{\*\htmltag27 </HTML>}}`

func TestHTMLFromEncapsulation(t *testing.T) {
	t.Parallel()
	want := "<HTML>\r\n<HEAD>\r\n<TITLE>\r\n</TITLE>\r\n</HEAD>\r\n<BODY>\r\n<P>Note the line break inside a P tag.<b>This is &nbsp; bold</BODY></HTML>"
	if d := cmp.Diff(want, run(t, rtf.HTML, encapsulated)); d != "" {
		t.Error(d)
	}
	if source(encapsulated) != rtf.FromHTML {
		t.Error("source is not HTML")
	}
}

func TestHTMLFromEncapsulationSpecials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"CharactersWithEntities", `\lquote a\rquote \ldblquote b\rdblquote \bullet\endash\emdash\~\_\{\}\\`, `&lsquo;a&rsquo;&ldquo;b&rdquo;&bull;&ndash;&mdash;&nbsp;&shy;{}\`},
		{"BreaksAndTabs", `a\par b\line c\tab d`, "a\r\nb\r\nc\td"},
		{"CodePageOfDocument", `\'cf\'f0`, "Пр"},
		{"CodePageOfFont", `\f2 \'fc`, "ü"},
		{"CodePageOfDocumentInTags", `\f2 {\*\htmltag \'cf}`, "П"},
		{"UnicodeWithStandIn", `\u1055?x`, "Пx"},
		{"UnicodeWithoutStandIn", `\uc0\u1055 x`, "Пx"},
		{"UnicodeStandInOfTwo", `\uc2\u1055\'aa\'bbx`, "Пx"},
		{"UnicodeNegative", `\u-10179?\u-8704?`, "\U0001F600"},
		{"HalfAPair", `\u-10179?x`, "\uFFFDx"},
		{"OtherDestinations", `a{\*\unknown b}{\pict 00ff}{\info{\title c}}d`, "ad"},
		{"Binary", `a\bin3 }}}b`, "ab"},
		{"SuppressedUntilEndOfGroup", `a{\htmlrtf b}c`, "ac"},
		{"UnbalancedGroups", `a}}b{{c`, "abc"},
	} {
		text := `{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f2\fswiss\fcharset0 Arial;}}` + c.body + `}`
		if d := cmp.Diff(c.want, run(t, rtf.HTML, text)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"Plain", `{\rtf1\ansi\ansicpg1252\pard hello world}`, "hello world"},
		{"Paragraphs", `{\rtf1\ansi a\par b\line c\par}`, "a\r\nb\r\nc\r\n"},
		{"Specials", `{\rtf1\ansi a\tab\'fc\emdash\lquote x\rquote\~y\-z}`, "a\tü—‘x’\u00A0yz"},
		{"FontsOfOtherScripts", `{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 B;}}\f1\'93\'fa\'96{\f0 \'fc}\f0 x}`, "日\uFFFDüx"},
		{"DoubleByteCharacterInTwoForms", "{\\rtf1\\ansi\\ansicpg932 \\'83A}", "ア"},
		{"HiddenText", `{\rtf1\ansi a{\v b}c\v d\v0 e}`, "ace"},
		{"Cells", `{\rtf1\ansi a\cell b\cell\row c}`, "a\tb\t\r\nc"},
		{"FromHTMLShowsWhatRTFReadersSee", encapsulated, "\r\nNote the line break inside a P tag.This is \u00A0 bold"},
		{"Nothing", ``, ""},
		{"NoRTF", "just text", "just text"},
	} {
		if d := cmp.Diff(c.want, run(t, rtf.Text, c.text)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestHTMLFromNativeRTF(t *testing.T) {
	t.Parallel()
	got := run(t, rtf.HTML, `{\rtf1\ansi a {\b b \i c}\b0  <d>\par\par {\ul e}\line f}`)
	want := "<html><body>\r\n<p>a <b>b <i>c</i></b> &lt;d&gt;</p>\r\n<p>&nbsp;</p>\r\n<p><u>e</u><br>f</p>\r\n</body></html>\r\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestEncapsulateText(t *testing.T) {
	t.Parallel()
	const text = "Größe {1} \\ 2\r\n\tnext 😀\r\n"
	b := run(t, rtf.EncapsulateText, text)
	if source(b) != rtf.FromText {
		t.Errorf("source %d of %s", source(b), b)
	}
	if d := cmp.Diff(text, run(t, rtf.Text, b)); d != "" {
		t.Error(d)
	}
	if strings.ContainsFunc(b, func(c rune) bool { return c > '~' }) {
		t.Errorf("not ASCII: %s", b)
	}
}

func TestEncapsulateHTML(t *testing.T) {
	t.Parallel()
	const text = "<!DOCTYPE html>\r\n<html><head><title>T & x</title>\r\n<style>p { color: red; } /* <b> */</style></head>\r\n" +
		"<body><!-- note --><p class=\"a>b\">Gr&uuml;&szlig;e &amp; <b>mehr</b>\tTab</p><br/>1 < 2 &bogus {\\}\r\n</body></html>"
	b := run(t, rtf.EncapsulateHTML, text)
	if d := cmp.Diff(text, run(t, rtf.HTML, b)); d != "" {
		t.Error(d)
	}
	// What readers see that do not understand the encapsulation.
	if got, want := run(t, rtf.Text, b), "Grüße & mehr Tab\r\n\r\n1 < 2 &bogus {\\}"; !strings.Contains(got, want) || strings.Contains(got, "color") {
		t.Errorf("text %q, want it to hold %q", got, want)
	}
	if !strings.Contains(b, `\htmlrtf \b \htmlrtf0 mehr`) {
		t.Errorf("bold is lost: %s", b)
	}
}

func TestHTMLText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, html, want string }{
		{"Blanks", "<p>a  b\r\n c</p>", "a b c\r\n\r\n"},
		{"Entities", "Gr&uuml;&szlig;e &lt;b&gt; &#8364;&nbsp;x", "Grüße <b> € x"},
		{"SilentElements", "<html><head><title>t</title><style>p {}</style></head><body>x<script>if (a<b) {}</script>y</body></html>", "xy\r\n"},
		{"Breaks", "a<br>b<br/>c<div>d</div>e", "a\r\nb\r\nc\r\nd\r\ne"},
		{"List", "<ul><li>a</li><li>b</li></ul>", "* a\r\n* b\r\n"},
		{"Table", "<table><tr><td>a</td><td>b</td></tr></table>", "a\tb\t\r\n"},
		{"Preformatted", "<pre>a  b\n c</pre>d", "a  b\r\n c\r\nd"},
		{"Comments", "a<!-- <p> -->b", "ab"},
		{"QuotedAngle", `<a href="x>y">z</a>`, "z"},
		{"LoneAngle", "1 < 2", "1 < 2"},
		{"Unfinished", "a<b", "a"},
	} {
		if d := cmp.Diff(c.want, run(t, rtf.HTMLText, c.html)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestTextHTML(t *testing.T) {
	t.Parallel()
	got := run(t, rtf.TextHTML, "a < b\r\n  c\n")
	want := "<html><body>\r\na &lt; b<br>\r\n&nbsp; c<br>\r\n\r\n</body></html>\r\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// normalize is what encapsulation does to a text.
func normalize(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}

func FuzzEncapsulateHTML(f *testing.F) {
	f.Add("<html><body>a &amp; b\r\n</body></html>")
	f.Add("<style>{</style>\n&x\\'00")
	f.Fuzz(func(t *testing.T, s string) {
		s = normalize(s)
		if got := run(t, rtf.HTML, run(t, rtf.EncapsulateHTML, s)); got != s {
			t.Fatalf("%q became %q", s, got)
		}
		if got := run(t, rtf.Text, run(t, rtf.EncapsulateText, s)); got != s {
			t.Fatalf("text %q became %q", s, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(encapsulated))
	f.Add([]byte(`{\rtf1\ansi\uc2\u-10179\'00\bin5 }`))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, page := run(t, rtf.Text, string(b)), run(t, rtf.HTML, string(b))
		if !utf8.ValidString(text) || !utf8.ValidString(page) {
			t.Fatalf("%q: %q, %q", b, text, page)
		}
		if len(text) > 4*len(b)+8 || len(page) > 40*len(b)+100 {
			t.Fatalf("%d bytes became %d and %d", len(b), len(text), len(page))
		}
	})
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a<script><b></script>")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		got := run(t, rtf.HTMLText, s)
		if !utf8.ValidString(got) || len(got) > 3*len(s)+8 {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
