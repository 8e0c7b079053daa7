package body_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/body"
	"github.com/mapid/mapid/store"
)

func stored(tag mapi.PropTag, v prop.Value) store.Property { return store.Property{Tag: tag, Value: v} }

// TestNativeForm: which form the others are made from, [MS-OXBBODY] 2.1.3.1.
func TestNativeForm(t *testing.T) {
	t.Parallel()
	plain, html := stored(mapi.TagBody, prop.String("x")), stored(mapi.TagHtml, prop.BinaryString("<p>x</p>"))
	rich, sync := stored(mapi.TagRtfCompressed, prop.BinaryString("rtf")), stored(mapi.TagRtfInSync, prop.Bool(true))
	for name, c := range map[string]struct {
		props []store.Property
		want  uint32
	}{
		"None":      {nil, mapi.NativeBodyUndefined},
		"Plain":     {[]store.Property{plain}, mapi.NativeBodyPlainText},
		"HTML":      {[]store.Property{html}, mapi.NativeBodyHTML},
		"RTF":       {[]store.Property{rich}, mapi.NativeBodyRTF},
		"Both":      {[]store.Property{plain, html}, mapi.NativeBodyHTML},
		"InSync":    {[]store.Property{plain, rich, sync}, mapi.NativeBodyRTF},
		"EmptyHTML": {[]store.Property{plain, stored(mapi.TagHtml, prop.BinaryString(""))}, mapi.NativeBodyPlainText},
	} {
		if got := body.Of(c.props).Native; got != c.want {
			t.Errorf("%s: form %d, want %d", name, got, c.want)
		}
	}
}

func TestFormsOfAPlainText(t *testing.T) {
	t.Parallel()
	const text = "Größe & <Maß>\r\n"
	f := body.Of([]store.Property{stored(mapi.TagBody, prop.String(text)), stored(mapi.TagInternetCodepage, prop.Uint32(28591))})
	source := func() *bytes.Reader { return bytes.NewReader(body.InlineBytes(f.Source().Value)) }
	var html bytes.Buffer
	if _, err := f.Convert(&html, source(), mapi.TagHtml); err != nil {
		t.Fatal(err)
	}
	if got := html.String(); !strings.Contains(got, "Gr\xF6\xDFe &amp; &lt;Ma\xDF&gt;") {
		t.Errorf("HTML in its code page: %q", got)
	}
	var packed bytes.Buffer
	head, err := f.Convert(&packed, source(), mapi.TagRtfCompressed)
	if err != nil {
		t.Fatal(err)
	}
	whole := packed.Bytes()
	copy(whole, head)
	plain, err := rtf.Decompress(bytes.NewReader(whole), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var back bytes.Buffer
	if err := rtf.Text(&back, plain); err != nil || strings.TrimSpace(back.String()) != strings.TrimSpace(text) {
		t.Errorf("through RTF: %q, %v", back.String(), err)
	}
	if _, err := f.Convert(&html, source(), mapi.TagSubject); !errors.Is(err, mapi.ErrNotFound) {
		t.Errorf("no form of a text: %v", err)
	}
}

func TestCharsetOf(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]uint32{
		"\xEF\xBB\xBF<html>": 65001, `<meta charset="ISO-8859-1">`: 28591, "<meta content='text/html; CHARSET=utf-8'>": 65001, "<meta charset=x-nothing>": 0, "<html>": 0,
	} {
		if got, ok := body.CharsetOf([]byte(head)); ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %d, %v", head, got, ok)
		}
	}
}

// TestBeginningEndsWithAWholeCharacter: a pair of surrogates is not cut in two.
func TestBeginningEndsWithAWholeCharacter(t *testing.T) {
	t.Parallel()
	var w wire.Writer
	w.UTF16("ab\U0001F600cd")
	for limit, want := range map[int]string{4: "ab", 6: "ab", 8: "ab\U0001F600", 100: "ab\U0001F600cd"} {
		b := body.Beginning{Limit: limit}
		if _, err := b.Write(w.Bytes()); (err == nil) != (limit == 100) {
			t.Errorf("limit %d: %v", limit, err)
		}
		if got := b.Text(); got != want {
			t.Errorf("limit %d: %q, want %q", limit, got, want)
		}
	}
}

func TestBufferHoldsWhatFitsIntoARow(t *testing.T) {
	t.Parallel()
	var b body.Buffer
	if _, err := b.Write(make([]byte, store.LargeValue)); err != nil {
		t.Error(err)
	}
	if _, err := b.Write([]byte{1}); !errors.Is(err, body.ErrTooLong) {
		t.Errorf("got %v", err)
	}
}
