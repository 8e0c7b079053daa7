package codepage_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/codepage"
)

func TestDecodeAndEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		cp    uint32
		bytes string
		text  string
	}{
		{"Western", 1252, "\x80 \xFC\x93", "€ ü“"},
		{"CentralEuropean", 1250, "\xB3\xF3d\x9F", "łódź"},
		{"Cyrillic", 1251, "\xCF\xF0\xE8\xE2\xE5\xF2", "Привет"},
		{"Greek", 1253, "\xC1\xE8\xDE\xED\xE1", "Αθήνα"},
		{"Turkish", 1254, "\xDD\xFE", "İş"},
		{"Hebrew", 1255, "\xF9\xEC\xE5\xED", "שלום"},
		{"Thai", 874, "\xE4\xB7\xC2", "ไทย"},
		{"Japanese", 932, "\x93\xFA\x96\x7B\x8C\xEA", "日本語"},
		{"SimplifiedChinese", 936, "\xD6\xD0\xCE\xC4", "中文"},
		{"Korean", 949, "\xC7\xD1\xB1\xDB", "한글"},
		{"TraditionalChinese", 950, "\xA4\xA4\xA4\xE5", "中文"},
		{"KOI8R", 20866, "\xF0\xD2", "Пр"},
		{"Latin1", 28591, "\xFC", "ü"},
		{"ISO2022JP", 50220, "\x1B$BF|\x1B(B", "日"},
		{"UTF8", 65001, "\xC3\xBC", "ü"},
		{"UTF16", 1200, "a\x00\xFC\x00", "aü"},
		{"DOS", 850, "\x81", "ü"},
		{"UnknownIsWestern", 12345, "\xFC", "ü"},
		{"ASCII", 20127, "plain", "plain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := codepage.Decode(c.cp, c.bytes); got != c.text {
				t.Errorf("decoded %q, want %q", got, c.text)
			}
			if d := cmp.Diff(c.bytes, codepage.Encode(c.cp, c.text)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEncodeWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		cp         uint32
		text, want string
	}{
		{"QuestionMark", 1252, "a日b", "a?b"},
		{"NoLetterOfTheCodePage", 1252, "aΩb", "a?b"},
		{"Greek932", 932, "aΩb", "a\x83\xb6b"},
		{"BaseLetter", 1252, "Łódź ā", "?\xF3dz a"},
		{"BaseLetterInASCII", 20127, "Übung é", "Ubung e"},
		{"TypographyInASCII", 20127, "“x” – y…", "\"x\" - y..."},
		{"Multibyte", 932, "日ü한語", "\x93\xFAu?\x8C\xEA"},
		{"Emoji", 936, "中😀文", "\xD6\xD0?\xCE\xC4"},
		{"InvalidUTF8", 65001, "a\xFFb", "a\xEF\xBF\xBDb"},
	} {
		if got := codepage.Encode(c.cp, c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	for _, cp := range []uint32{0, 874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 20127, 28591, 65001} {
		if !codepage.Known(cp) {
			t.Errorf("%d is not known", cp)
		}
	}
	for _, cp := range []uint32{1, 1200, 1201, 0x0FFF, 99999} {
		if codepage.Known(cp) {
			t.Errorf("%d is known", cp)
		}
	}
}

func TestCharset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		cp   uint32
	}{
		{"UTF-8", 65001}, {"utf8", 65001}, {"Windows-1252", 1252}, {" ISO-8859-1 ", 28591}, {"latin1", 28591}, {"US-ASCII", 20127},
		{"Shift_JIS", 932}, {"gb2312", 936}, {"GBK", 936}, {"euc-kr", 949}, {"koi8-r", 20866}, {"iso-2022-jp", 50220},
	} {
		if got, ok := codepage.ByCharset(c.name); got != c.cp || !ok {
			t.Errorf("%s: got %d, %v", c.name, got, ok)
		}
	}
	if _, ok := codepage.ByCharset("x-nothing"); ok {
		t.Error("an unknown charset has a code page")
	}
	if codepage.Charset(1251) != "windows-1251" || codepage.Charset(12345) != "" {
		t.Error("names of code pages")
	}
}

func TestOfLocale(t *testing.T) {
	t.Parallel()
	for lcid, want := range map[uint32]uint32{0x0409: 1252, 0x0411: 932, 0x0419: 1251, 0x0804: 936, 0x0412: 949, 0: 1252} {
		if got := codepage.OfLocale(lcid); got != want {
			t.Errorf("%04X: got %d, want %d", lcid, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint32(932), "\x93\xFA")
	f.Add(uint32(50220), "\x1B$BF|\x1B(B")
	f.Add(uint32(1252), "\x81\xFF")
	f.Fuzz(func(t *testing.T, cp uint32, b string) {
		s := codepage.Decode(cp, b)
		if !utf8.ValidString(s) || len(s) > 3*len(b)+3 {
			t.Fatalf("%d, %x: %q", cp, b, s)
		}
		again := codepage.Encode(cp, s)
		if twice := codepage.Encode(cp, codepage.Decode(cp, again)); twice != again {
			t.Fatalf("%d: %x became %x", cp, again, twice)
		}
	})
}

func BenchmarkDecode1252(b *testing.B) {
	text := "Gr\xFC\xDFe aus der Buchhaltung, die Zahlen liegen bei"
	b.ReportAllocs()
	for b.Loop() {
		codepage.Decode(1252, text)
	}
}

// TestStreams: text that comes in pieces is converted as text that is there at once.
func TestStreams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		cp    uint32
		text  string
		bytes string
		html  string // bytes, of NewHTMLWriter
	}{
		{"Western", 1252, "Größe 日", "Gr\xF6\xDFe ?", "Gr\xF6\xDFe &#26085;"},
		{"Japanese", 932, "日本 ü", "\x93\xFA\x96{ u", "\x93\xFA\x96{ &#252;"},
		{"ASCII", 20127, "ä日🎉", "a??", "&#228;&#26085;&#127881;"},
		{"UTF8", 65001, "ä日🎉", "ä日🎉", "ä日🎉"},
		{"UTF16", 1200, "ä🎉", "\xE4\x00\x3C\xD8\x89\xDF", "\xE4\x00\x3C\xD8\x89\xDF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for kind, made := range map[string]func(io.Writer) io.WriteCloser{
				"text": func(w io.Writer) io.WriteCloser { return codepage.NewWriter(c.cp, w) }, "HTML": func(w io.Writer) io.WriteCloser { return codepage.NewHTMLWriter(c.cp, w) },
			} {
				var out strings.Builder
				w := made(&out)
				for i := range len(c.text) {
					if _, err := io.WriteString(w, c.text[i:i+1]); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				want := map[string]string{"text": c.bytes, "HTML": c.html}[kind]
				if d := cmp.Diff(want, out.String()); d != "" {
					t.Errorf("%s: %s", kind, d)
				}
			}
			got, err := io.ReadAll(codepage.NewReader(c.cp, iotest.OneByteReader(strings.NewReader(c.bytes))))
			if d := cmp.Diff(codepage.Decode(c.cp, c.bytes), string(got)); d != "" || err != nil {
				t.Errorf("read: %s, %v", d, err)
			}
		})
	}
}
