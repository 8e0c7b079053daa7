package mailconv

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	nettextproto "net/textproto"
	"strings"

	"github.com/emersion/go-message/textproto"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// WriteOptions say how a message becomes mail.
type WriteOptions struct {
	Directory *store.Snapshot // finds the SMTP addresses of parties that are known by DN only; nil: there is none
	Domain    string          // of addresses made for those that it does not find
	Host      string          // that reports come from if they don't say
}

// Write makes an EML of a message, [MS-OXCMAIL] 2.1. The same message gives the same bytes, all of them ASCII but for
// addresses that are not. Errors are those of w and of the contents.
func Write(w io.Writer, m *Message, o WriteOptions) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := &writer{options: o}
	if err := out.message(buffered, m); err != nil {
		return err
	}
	return buffered.Flush()
}

// writer writes one mail.
type writer struct {
	options    WriteOptions
	boundaries int
}

// node is a part to write: a multipart, or a leaf.
type node struct {
	fields   strings.Builder // without the transfer encoding of multiparts
	kind     string          // of a multipart
	params   string
	children []*node
	body     func(io.Writer) error
}

func (n *node) field(name, value string) { writeField(&n.fields, name, value) }

// message writes a message with its header.
func (w *writer) message(out io.Writer, m *Message) error {
	class := m.text(mapi.TagMessageClass)
	kind := reportOf(class)
	if err := newFieldWriter(m, w.options, kind != "").write(out); err != nil {
		return err
	}
	if _, err := io.WriteString(out, "MIME-Version: 1.0\r\n"); err != nil {
		return err
	}
	n, err := w.root(m, kind, class)
	if err != nil {
		return err
	}
	head := w.head(n)
	if _, err := io.WriteString(out, n.fields.String()+"\r\n"); err != nil {
		return err
	}
	return w.entity(out, n, head)
}

// root is all of a message, [MS-OXCMAIL] 2.1.3.3.
func (w *writer) root(m *Message, report, class string) (*node, error) {
	text, inline, err := w.bodies(m, report != "")
	if err != nil {
		return nil, err
	}
	var files []*node
	for i := range m.Attachments {
		if !inline[i] {
			files = append(files, w.attachment(&m.Attachments[i], false))
		}
	}
	switch {
	case report != "":
		status := w.status(m, report, class)
		return &node{
			kind: "multipart/report", params: "; report-type=" + strings.TrimPrefix(report, "message/"),
			children: append([]*node{text, status}, files...),
		}, nil
	case text == nil && len(files) == 0:
		return textNode("text/plain", "us-ascii", "", true), nil
	case text == nil:
		return &node{kind: "multipart/mixed", children: files}, nil
	case len(files) > 0:
		return &node{kind: "multipart/mixed", children: append([]*node{text}, files...)}, nil
	}
	return text, nil
}

// head gives a multipart its boundary and returns it. No line of any part can begin with one: texts in which one might
// are encoded.
func (w *writer) head(n *node) (boundary string) {
	if n.kind == "" {
		return ""
	}
	w.boundaries++
	boundary = fmt.Sprintf("=_part_%d", w.boundaries)
	n.field("Content-Type", n.kind+n.params+formatParam("boundary", boundary))
	return boundary
}

// entity writes what comes behind the header of a part.
func (w *writer) entity(out io.Writer, n *node, boundary string) error {
	if n.kind == "" {
		return n.body(out)
	}
	mw := textproto.NewMultipartWriter(out)
	if err := mw.SetBoundary(boundary); err != nil {
		return err
	}
	for _, child := range n.children {
		inner := w.head(child)
		var h textproto.Header
		fields := parseHeader(child.fields.String())
		for i := len(fields) - 1; i >= 0; i-- { // each goes before those that are there
			h.AddRaw([]byte(fields[i].raw))
		}
		part, err := mw.CreatePart(h)
		if err != nil {
			return err
		}
		if err := w.entity(part, child, inner); err != nil {
			return err
		}
	}
	return mw.Close()
}

// attachment is the part of an attachment, [MS-OXCMAIL] 2.1.3.4.
func (w *writer) attachment(a *Attachment, inline bool) *node {
	n := &node{}
	name := ""
	for _, tag := range []mapi.PropTag{mapi.TagAttachLongFilename, mapi.TagAttachFilename, mapi.TagAttachTransportName, mapi.TagDisplayName} {
		if a.Embedded != nil && tag == mapi.TagDisplayName {
			break
		}
		if name = baseName(find(a.Props, tag).Str()); name != "" {
			break
		}
	}
	kind := mediaType(find(a.Props, mapi.TagAttachMimeTag).Str())
	encoding := "base64"
	n.body = func(out io.Writer) error { return writeBase64(out, a.Content.Open()) }
	switch {
	case a.Embedded != nil:
		kind, encoding = "message/rfc822", ""
		n.body = func(out io.Writer) error { return w.message(out, a.Embedded) }
	case strings.HasPrefix(kind, "message/"):
		if text, ok := plainText(a.Content); ok {
			encoding = "7bit"
			n.body = func(out io.Writer) error {
				_, err := io.WriteString(out, text)
				return err
			}
		}
	}
	n.field("Content-Type", kind+contentParams(a, name))
	if encoding != "" {
		n.field("Content-Transfer-Encoding", encoding)
	}
	disposition := "attachment"
	if inline {
		disposition = "inline"
	}
	if name != "" {
		disposition += formatParam("filename", name)
	}
	for _, d := range []struct {
		name string
		tag  mapi.PropTag
	}{{"creation-date", mapi.TagCreationTime}, {"modification-date", mapi.TagLastModificationTime}} {
		if v := formatDate(find(a.Props, d.tag)); v != "" {
			disposition += formatParam(d.name, v)
		}
	}
	n.field("Content-Disposition", disposition)
	if id := cleanAddress(find(a.Props, mapi.TagAttachContentId).Str()); id != "" {
		n.field("Content-ID", encodeWords("<"+id+">"))
	}
	for _, l := range []struct {
		name string
		tag  mapi.PropTag
	}{{"Content-Location", mapi.TagAttachContentLocation}, {"Content-Base", mapi.TagAttachContentBase}} {
		if v := cleanName(find(a.Props, l.tag).Str()); v != "" {
			n.field(l.name, encodeWords(v))
		}
	}
	for _, h := range a.Named {
		if key := h.Name.Text; h.Name.GUID == mapi.PsInternetHeaders && validFieldName(key) && !structural(key) && isString(h.Value.Type()) {
			n.field(nettextproto.CanonicalMIMEHeaderKey(key), encodeWords(cleanName(h.Value.Str())))
		}
	}
	return n
}

// plainText is a short content that can travel as it is. Parts of type message may not be encoded, RFC 2046 5.2; where one
// can't do without, programs that read it have to cope.
func plainText(c Content) (string, bool) {
	const most = 64 << 10
	data, err := io.ReadAll(io.LimitReader(c.Open(), most+1))
	return string(data), err == nil && len(data) <= most && textEncoding(string(data)) == "7bit"
}

// contentParams are the parameters of an attachment's content type. The name is written in the way older programs
// understand; Content-Disposition has it as it should be.
func contentParams(a *Attachment, name string) string {
	params := ""
	if name != "" {
		params = "; name=" + quoted(encodeWords(name))
	}
	if charset := cleanName(find(a.Props, mapi.TagTextAttachmentCharset).Str()); charset != "" {
		params += formatParam("charset", charset)
	}
	extra := parseParams(";" + findNamed(a.Named, headerName("content-type")).Str())
	for _, p := range extra.names {
		if strings.IndexFunc(p, notToken) < 0 && p != "" && p != "name" && p != "charset" && p != "boundary" {
			params += formatParam(p, cleanName(extra.get(p)))
		}
	}
	return params
}

// writeBase64 writes data in lines of base64.
func writeBase64(out io.Writer, data io.Reader) error {
	const perLine, lines = 57, 512
	raw := make([]byte, perLine*lines)
	text := make([]byte, 0, (76+2)*lines)
	for {
		n, err := io.ReadFull(data, raw)
		text = text[:0]
		for block := raw[:n]; len(block) > 0; {
			line := block[:min(len(block), perLine)]
			block = block[len(line):]
			text = base64.StdEncoding.AppendEncode(text, line)
			text = append(text, '\r', '\n')
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns just these
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// textNode is a part with text in a charset. last says that nothing follows it, so that it must end its last line.
func textNode(kind, charset, text string, last bool) *node {
	n := &node{}
	n.field("Content-Type", kind+formatParam("charset", charset))
	encoding := textEncoding(text)
	if encoding == "7bit" && last && text != "" && !strings.HasSuffix(text, "\r\n") {
		encoding = "quoted-printable"
	}
	n.field("Content-Transfer-Encoding", encoding)
	n.body = func(out io.Writer) error {
		switch encoding {
		case "base64":
			return writeBase64(out, strings.NewReader(text))
		case "7bit":
			_, err := io.WriteString(out, text)
			return err
		}
		q := quotedprintable.NewWriter(out)
		if _, err := io.WriteString(q, text); err != nil {
			return err
		}
		if err := q.Close(); err != nil {
			return err
		}
		if strings.HasSuffix(text, "\r\n") {
			return nil
		}
		_, err := io.WriteString(out, "=\r\n")
		return err
	}
	return n
}

// textEncoding chooses how bytes of text travel: as they are if that is possible, readable if there is little to encode.
func textEncoding(s string) string {
	const longest = 990 // characters of a line
	high, plain, width := 0, true, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			if i == 0 || s[i-1] != '\r' {
				return "base64"
			}
			width = -1
		case c == '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				return "base64"
			}
		case c == 0:
			return "base64"
		case c >= 0x80:
			high++
		case c == '=' && i >= 2 && s[i-1] == '-' && s[i-2] == '-': // it could be taken for a boundary
			plain = false
		}
		if width++; width > longest {
			plain = false
		}
	}
	switch {
	case high == 0 && plain:
		return "7bit"
	case high > len(s)/4:
		return "base64"
	}
	return "quoted-printable"
}
