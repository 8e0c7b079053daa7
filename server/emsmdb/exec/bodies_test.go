package exec_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/internal/wire"
)

// readAll reads the stream at an index from its beginning.
func (w *world) readAll(index uint8) []byte {
	w.t.Helper()
	one[*rop.SeekStreamResponse](w, &rop.SeekStreamRequest{In: in(index)})
	var all []byte
	for {
		part := one[*rop.ReadStreamResponse](w, &rop.ReadStreamRequest{In: in(index), ByteCount: 0x7000}).Data
		if len(part) == 0 {
			return all
		}
		all = append(all, part...)
	}
}

// stream opens a property of the object at an index as a stream at index 7 and reads it.
func (w *world) stream(index uint8, tag mapi.PropTag) []byte {
	w.t.Helper()
	size := one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(index, 7), PropertyTag: tag}).StreamSize
	all := w.readAll(7)
	if len(all) != int(size) {
		w.t.Errorf("%v: %d bytes, RopOpenStream said %d", tag, len(all), size)
	}
	w.run(&rop.ReleaseRequest{In: in(7)})
	return all
}

// unpack decompresses a PidTagRtfCompressed.
func unpack(t *testing.T, b []byte) string {
	t.Helper()
	r, err := rtf.Decompress(bytes.NewReader(b), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pack compresses an RTF text.
func pack(text string) []byte {
	var out bytes.Buffer
	c := rtf.NewCompressor(&out)
	_, _ = c.Write([]byte(text))
	h, _ := c.Close() // a buffer takes everything
	copy(out.Bytes(), h[:])
	return out.Bytes()
}

func convert(t *testing.T, f func(io.Writer, io.Reader) error, text string) string {
	t.Helper()
	var out strings.Builder
	if err := f(&out, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// allBodies are the tags of everything about a text.
var allBodies = []mapi.PropTag{
	mapi.TagNativeBody, mapi.TagRtfInSync, mapi.TagInternetCodepage, mapi.TagBody, mapi.TagHtml, mapi.TagBodyHtml, mapi.TagRtfCompressed,
}

// TestBodiesFromPlainText: a plain text can be read in every form, [MS-OXCMSG] 3.2.4.1.
func TestBodiesFromPlainText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Grüße aus Köln")
	v := w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyPlainText) || !v[1].Bool() || v[2].Int() != 65001 {
		t.Errorf("native %v, in sync %v, code page %v", v[0], v[1], v[2])
	}
	text := v[3].Str()
	if !strings.Contains(text, "Schöne Grüße") {
		t.Fatalf("text %q", text)
	}
	for i, page := range []string{v[4].Str(), v[5].Str()} {
		if !strings.Contains(page, "Schöne Grüße vom Rhein.") || !strings.HasPrefix(page, "<html>") {
			t.Errorf("HTML %d: %q", i, page)
		}
	}
	r := unpack(t, v[6].Bytes())
	if got := convert(t, rtf.Text, r); got != text || !strings.Contains(r, `\fromtext`) {
		t.Errorf("RTF %q gives %q", r, got)
	}
	list := one[*rop.GetPropertiesListResponse](w, &rop.GetPropertiesListRequest{In: in(3)}).PropertyTags
	for _, tag := range []mapi.PropTag{mapi.TagNativeBody, mapi.TagRtfInSync, mapi.TagBody, mapi.TagHtml, mapi.TagRtfCompressed, mapi.TagInternetCodepage} {
		if !slices.Contains(list, tag) {
			t.Errorf("%v is not listed", tag)
		}
	}
}

// TestPitfall26HTMLIsNotShownAsPlainText: HTML comes back from the RTF that it is encapsulated in, [MS-OXRTFEX]. Outlook online would show
// HTML as plain text if PidTagRtfInSync were not said of that RTF.
func TestPitfall26HTMLIsNotShownAsPlainText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("HTML without a plain text")
	v := w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyHTML) || !v[1].Bool() {
		t.Errorf("native %v, in sync %v", v[0], v[1])
	}
	page := v[4].Str()
	if v[5].Str() != page {
		t.Errorf("as text %q, as bytes %q", v[5].Str(), page)
	}
	if got := convert(t, rtf.HTML, unpack(t, v[6].Bytes())); strings.ReplaceAll(got, "\r\n", "\n") != strings.ReplaceAll(page, "\r\n", "\n") {
		t.Errorf("%q became %q", page, got)
	}
	if text := v[3].Str(); text == "" || strings.Contains(text, "<") {
		t.Errorf("plain text %q", text)
	}
}

// TestBodiesFromRTF: of text that was written as RTF.
func TestBodiesFromRTF(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("No text at all")
	w.set(3, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(pack(`{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe {\b fett}\par}`))}, prop.Tagged{Tag: mapi.TagRtfInSync, Value: prop.Bool(true)})
	v := w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyRTF) || v[3].Str() != "Grüße fett\r\n" || !strings.Contains(v[4].Str(), "<b>fett</b>") {
		t.Errorf("native %v, text %q, HTML %q", v[0], v[3].Str(), v[4].Str())
	}
}

// TestPitfall26DamagedRTFDoesNotKeepAMessageShut: what can't be read is as good as not there, and the message opens all the same.
func TestPitfall26DamagedRTFDoesNotKeepAMessageShut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("No text at all")
	good := pack(`{\rtf1 hello hello hello}`)
	for name, b := range map[string][]byte{"Garbage": []byte("garbage"), "WrongByte": append(bytes.Clone(good[:len(good)-1]), 'x'), "Cut": good[:20], "HugeClaim": append([]byte{255, 255, 255, 255, 255, 255, 255, 255}, good[8:]...)} {
		w.set(3, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(b)})
		v := w.props(3, mapi.TagRtfCompressed, mapi.TagBody, mapi.TagHtml)
		if v[0].Str() != string(b) || v[1].ErrorCode() != mapi.ErrNotFound || v[2].ErrorCode() != mapi.ErrNotFound {
			t.Errorf("%s: %v", name, v)
		}
		if got := w.code(&rop.OpenStreamRequest{InOut: inOut(3, 7), PropertyTag: mapi.TagBody}); got != mapi.ErrNotFound {
			t.Errorf("%s: a stream: %v", name, got)
		}
	}
}

// TestBodiesReplaced: a form that is written makes those out of date that were there before, but not those that are
// written with it.
func TestBodiesReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("HTML without a plain text")
	w.set(3, prop.Tagged{Tag: mapi.TagBody, Value: prop.String("now plain")})
	v := w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyPlainText) || v[3].Str() != "now plain" || !strings.Contains(v[4].Str(), "now plain") {
		t.Errorf("after plain text: %v", v)
	}
	w.set(3, prop.Tagged{Tag: mapi.TagBodyHtml, Value: prop.String("<p>and HTML</p>")})
	v = w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyHTML) || v[3].Str() != "now plain" || v[4].Str() != "<p>and HTML</p>" || v[5].Str() != "<p>and HTML</p>" {
		t.Errorf("after HTML with it: %v", v)
	}
	w.open("HTML without a plain text")
	w.set(3, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(pack(`{\rtf1 native}`))})
	v = w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyRTF) || v[3].Str() != "native" || !v[1].Bool() || !strings.Contains(v[4].Str(), "native") {
		t.Errorf("after RTF: %v", v)
	}
}

// TestBodiesRTFBehind: RTF that is not in sync with the other forms is not what they are made from, [MS-OXBBODY] 2.1.3.1.
func TestBodiesRTFBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("No text at all")
	w.set(3, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(pack(`{\rtf1 old}`))}, prop.Tagged{Tag: mapi.TagBody, Value: prop.String("new")},
		prop.Tagged{Tag: mapi.TagRtfInSync, Value: prop.Bool(false)})
	v := w.props(3, allBodies...)
	if v[0].Bits() != uint64(mapi.NativeBodyPlainText) || v[1].Bool() || !strings.Contains(v[4].Str(), "new") {
		t.Errorf("%v", v)
	}
}

// TestBodiesCodePages: HTML is bytes in the code page of PidTagInternetCodepage, or what the document says.
func TestBodiesCodePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		name string
		set  []prop.Tagged
		html string
		text string
		page int64
	}{
		{"Stated", []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.Binary([]byte("<p>\xc4\xe0</p>"))}, {Tag: mapi.TagInternetCodepage, Value: prop.Int32(1251)}}, "<p>\xc4\xe0</p>", "<p>Да</p>", 1251},
		{"InTheDocument", []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.Binary([]byte("<meta charset=\"koi8-r\">\xe4\xc1"))}}, "<meta charset=\"koi8-r\">\xe4\xc1", "<meta charset=\"koi8-r\">Да", 0},
		{"UTF8", []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.Binary([]byte("<p>Да"))}}, "<p>Да", "<p>Да", 0},
		{"OfTheMessage", []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.Binary([]byte("<p>\xe9"))}}, "<p>\xe9", "<p>é", 0},
		{"FromText", []prop.Tagged{{Tag: mapi.TagBodyHtml, Value: prop.String("<p>é Д")}, {Tag: mapi.TagInternetCodepage, Value: prop.Int32(1252)}}, "<p>\xe9 &#1044;", "<p>é Д", 1252},
		{"FromTextASCII", []prop.Tagged{{Tag: mapi.TagBodyHtml, Value: prop.String("<p>é 🎉")}, {Tag: mapi.TagInternetCodepage, Value: prop.Int32(20127)}}, "<p>&#233; &#127881;", "<p>é 🎉", 20127},
		{"UnknownPage", []prop.Tagged{{Tag: mapi.TagBodyHtml, Value: prop.String("<p>é")}, {Tag: mapi.TagInternetCodepage, Value: prop.Int32(1)}}, "<p>é", "<p>é", 1},
	} {
		w.open("No text at all")
		one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagInternetCodepage}})
		if p := w.set(3, tt.set...); len(p) != 0 {
			t.Errorf("%s: %v", tt.name, p)
		}
		v := w.props(3, mapi.TagHtml, mapi.TagBodyHtml, mapi.TagInternetCodepage)
		if v[0].Str() != tt.html || v[1].Str() != tt.text || tt.page != 0 && v[2].Int() != tt.page {
			t.Errorf("%s: %q, %q, %d", tt.name, v[0].Str(), v[1].Str(), v[2].Int())
		}
	}
}

// TestBodiesCodePageAfterSave: the code page that a save gives a message is the one its HTML is in.
func TestBodiesCodePageAfterSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for html, want := range map[string]string{"<p>Да": "<p>Да", "<meta charset=koi8-r>\xe4\xc1": "<meta charset=koi8-r>Да", "<p>\xe9": "<p>é"} {
		id := w.created(prop.Tagged{Tag: mapi.TagHtml, Value: prop.Binary([]byte(html))})
		w.openAt(3, id, mapi.OpenModeReadOnly)
		if v := w.props(3, mapi.TagBodyHtml, mapi.TagHtml, mapi.TagInternetCodepage); v[0].Str() != want || v[1].Str() != html {
			t.Errorf("%q: %v", html, v)
		}
	}
}

// TestBodiesDeleted: a form that a client deletes is not made from the others, [MS-OXCPRPT] 3.2.5.5.
func TestBodiesDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("Budget 2026")
	one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagHtml, mapi.TagRtfCompressed}})
	v := w.props(3, mapi.TagHtml, mapi.TagRtfCompressed, mapi.TagBody)
	if v[0].ErrorCode() != mapi.ErrNotFound || v[1].ErrorCode() != mapi.ErrNotFound || v[2].Type() != mapi.PtypString {
		t.Errorf("%v", v)
	}
	one[*rop.DeletePropertiesResponse](w, &rop.DeletePropertiesRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagBody}})
	v = w.props(3, mapi.TagBody, mapi.TagNativeBody)
	if v[0].ErrorCode() != mapi.ErrNotFound || v[1].Bits() != uint64(mapi.NativeBodyUndefined) {
		t.Errorf("%v", v)
	}
}

// TestBodiesAsStreams: every form opens as a stream, made or stored, short or long.
func TestBodiesAsStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, repeat := range map[string]int{"Short": 1, "Long": 20_000} {
		text := strings.Repeat("Grüße aus Köln & <Umgebung>\r\n", repeat)
		w.open("No text at all")
		w.write(3, mapi.TagBody, utf16le(text))
		page := string(w.stream(3, mapi.TagHtml))
		if got := convert(t, rtf.HTMLText, page); strings.TrimRight(got, "\r\n") != strings.TrimRight(text, "\r\n") {
			t.Errorf("%s: HTML of %d bytes gives %d of %d bytes of text", name, len(page), len(got), len(text))
		}
		if got := wire.DecodeUTF16(w.stream(3, mapi.TagBodyHtml)); got != page {
			t.Errorf("%s: HTML as text has %d bytes, not %d", name, len(got), len(page))
		}
		if got := convert(t, rtf.Text, unpack(t, w.stream(3, mapi.TagRtfCompressed))); got != text {
			t.Errorf("%s: RTF gives %d bytes of %d", name, len(got), len(text))
		}
		if got := string(w.stream(3, mapi.TagBody.WithType(mapi.PtypString8))); got != strings.NewReplacer("ü", "\xfc", "ß", "\xdf", "ö", "\xf6").Replace(text) {
			t.Errorf("%s: 8-bit text of %d bytes", name, len(got))
		}
		w.open("No text at all")
		w.write(3, mapi.TagHtml, []byte(page))
		for _, tag := range []mapi.PropTag{mapi.TagBody, mapi.TagBody.WithType(mapi.PtypString8)} {
			got := string(w.stream(3, tag))
			if tag.Type() == mapi.PtypString {
				got = wire.DecodeUTF16([]byte(got))
			}
			if n := strings.Count(got, "&"); n != repeat {
				t.Errorf("%s: %v from HTML has %d lines", name, tag, n)
			}
		}
	}
}

// TestBodiesInTables: a list shows the beginning of the plain text, whichever form of it a message has.
func TestBodiesInTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("HTML without a plain text")
	want := w.props(3, mapi.TagBody)[0].Str()
	w.created(prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("long")}, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary(pack(`{\rtf1 ` + strings.Repeat("abc ", 10_000) + "}"))})
	w.created(prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("damaged")}, prop.Tagged{Tag: mapi.TagRtfCompressed, Value: prop.Binary([]byte("garbage"))})
	w.contents(mapi.TagSubject, mapi.TagBody, mapi.TagBody.WithType(mapi.PtypString8))
	seen := 0
	for _, row := range w.rows(1000).Rows {
		body, eight := row.Values[1], row.Values[2]
		switch row.Values[0].Str() {
		case "HTML without a plain text":
			if body.Str() != want || eight.Str() != strings.ReplaceAll(want, "ü", "\xfc") {
				t.Errorf("%v, %v, want %q", body, eight, want)
			}
		case "long":
			if !strings.HasPrefix(body.Str(), "abc abc ") || len(body.Str()) > 255 {
				t.Errorf("%d characters: %.20q", len(body.Str()), body.Str())
			}
		case "damaged":
			if body.ErrorCode() != mapi.ErrNotFound {
				t.Errorf("damaged: %v", body)
			}
		default:
			continue
		}
		seen++
	}
	if seen != 3 {
		t.Errorf("%d of 3 messages were seen", seen)
	}
}

// TestBodiesDecompressionBomb: RTF that becomes more than a row may hold is a stream, whatever it would become.
func TestBodiesDecompressionBomb(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open("No text at all")
	w.write(3, mapi.TagRtfCompressed, pack(`{\rtf1 `+strings.Repeat("a", 200_000)+"}"))
	v := w.props(3, mapi.TagBody, mapi.TagHtml)
	if v[0].ErrorCode() != mapi.ErrMemory || v[1].ErrorCode() != mapi.ErrMemory {
		t.Errorf("%v", v)
	}
	if got := w.stream(3, mapi.TagBody); len(got) != 400_000 {
		t.Errorf("%d bytes", len(got))
	}
}

// utf16le is text as a stream has it.
func utf16le(s string) []byte {
	var w wire.Writer
	w.UTF16(s)
	return w.Bytes()
}

// write writes a property of the object at an index as a stream and commits it.
func (w *world) write(index uint8, tag mapi.PropTag, b []byte) {
	w.t.Helper()
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(index, 7), PropertyTag: tag, OpenModeFlags: mapi.OpenModeCreate})
	for part := range slices.Chunk(b, 0x7000) {
		if n := one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(7), Data: part}).WrittenSize; int(n) != len(part) {
			w.t.Fatalf("%d of %d bytes were written", n, len(part))
		}
	}
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(7)})
	w.run(&rop.ReleaseRequest{In: in(7)})
}
