package mailconv

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
)

// file makes an attachment of a part, [MS-OXCMAIL] 2.2.3.4. Where its transfer encoding is not known, its bytes stay as
// they came, and the name of the encoding is kept.
func (p *parser) file(c *collector, e *part) error {
	s := p.stages.newSpool()
	encoding := encodingOf(e.header)
	d, known := transferDecoder(encoding, s)
	if err := p.copy(d); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	content, err := s.content()
	if err != nil {
		return err
	}
	a := c.addFile(e, content, e.content.value, "")
	if !known && findNamed(a.Named, headerName(oddEncoding)).IsZero() {
		a.Named = append(a.Named, Named{headerName(oddEncoding), prop.String(cleanName(guess(encoding)))})
	}
	return nil
}

// mediaType is the type of a file. What is to be looked into is none, [MS-OXCMAIL] 2.1.3.4.2.2: of a multipart without a
// boundary it is not known where its parts begin.
func mediaType(kind string) string {
	major, minor, ok := strings.Cut(strings.ToLower(kind), "/")
	const longest = 127
	if !ok || major == "" || minor == "" || len(kind) > longest || strings.IndexFunc(major+minor, notToken) >= 0 || major == "multipart" || isMessage(strings.ToLower(kind)) {
		return "application/octet-stream"
	}
	return major + "/" + minor
}

// oddEncoding is the field of an attachment that keeps the name of a transfer encoding nobody knows.
const oddEncoding = "X-Content-Transfer-Encoding"

// extensions are those of files that came without a name, by media type.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".htm", "text/calendar": ".ics", "text/x-vcard": ".vcf", "text/vcard": ".vcf", "text/csv": ".csv", "text/xml": ".xml",
	"text/rtf": ".rtf", "application/rtf": ".rtf", "text/enriched": ".txt", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
	"image/bmp": ".bmp", "image/svg+xml": ".svg", "application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json",
	"application/xml": ".xml", "application/pkcs7-signature": ".p7s", "application/pgp-signature": ".asc", "message/delivery-status": ".txt",
	"message/disposition-notification": ".txt", "text/rfc822-headers": ".txt", "application/ms-tnef": ".dat",
}

// addFile adds a file. ext is that of a file without a name, if its media type does not say.
func (c *collector) addFile(e *part, content Content, kind, ext string) *Attachment {
	name := fileName(e)
	if name == "" {
		if ext == "" {
			if ext = extensions[kind]; ext == "" {
				ext = ".dat"
			}
		}
		c.files++
		name = fmt.Sprintf("ATT%05d%s", c.files, ext)
	}
	a := Attachment{Method: mapi.AfByValue, Content: content}
	add := func(tag mapi.PropTag, v prop.Value) { a.Props = append(a.Props, prop.Tagged{Tag: tag, Value: v}) }
	text := func(tag mapi.PropTag, s string) {
		if s = cleanName(s); s != "" {
			add(tag, prop.String(s))
		}
	}
	add(mapi.TagAttachMethod, prop.Uint32(a.Method))
	add(mapi.TagDisplayName, prop.String(name))
	add(mapi.TagAttachLongFilename, prop.String(name))
	add(mapi.TagAttachFilename, prop.String(msgprops.ShortFileName(name)))
	add(mapi.TagAttachExtension, prop.String(path.Ext(name)))
	add(mapi.TagAttachMimeTag, prop.String(mediaType(kind)))
	text(mapi.TagTextAttachmentCharset, e.content.get("charset"))
	c.describe(e, &a)
	c.msg.Attachments = append(c.msg.Attachments, a)
	return &c.msg.Attachments[len(c.msg.Attachments)-1]
}

// addEmbedded adds a message as an attachment.
func (c *collector) addEmbedded(e *part, m *Message) {
	name := fileName(e)
	a := Attachment{Method: mapi.AfEmbeddedMessage, Embedded: m}
	a.Props = append(a.Props, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(a.Method)})
	if name != "" {
		a.Props = append(a.Props, prop.Tagged{Tag: mapi.TagAttachLongFilename, Value: prop.String(name)},
			prop.Tagged{Tag: mapi.TagAttachFilename, Value: prop.String(msgprops.ShortFileName(name))})
	}
	a.Props = append(a.Props, prop.Tagged{Tag: mapi.TagDisplayName, Value: prop.String(m.text(mapi.TagSubject))})
	c.describe(e, &a)
	c.msg.Attachments = append(c.msg.Attachments, a)
}

// describe sets what every attachment has, and keeps what else the header of its part says.
func (c *collector) describe(e *part, a *Attachment) {
	add := func(tag mapi.PropTag, v prop.Value) { a.Props = append(a.Props, prop.Tagged{Tag: tag, Value: v}) }
	add(mapi.TagRenderingPosition, prop.Int32(mapi.RenderingNone))
	add(mapi.TagAttachFlags, prop.Int32(0))
	add(mapi.TagAttachmentFlags, prop.Int32(0))
	add(mapi.TagAttachmentHidden, prop.Bool(false))
	if id := cleanAddress(decodeWords(e.get("Content-ID"))); id != "" {
		add(mapi.TagAttachContentId, prop.String(id))
	}
	for name, tag := range map[string]mapi.PropTag{"Content-Location": mapi.TagAttachContentLocation, "Content-Base": mapi.TagAttachContentBase} {
		if v := cleanName(decodeWords(e.get(name))); v != "" {
			add(tag, prop.String(v))
		}
	}
	for name, tag := range map[string]mapi.PropTag{"creation-date": mapi.TagCreationTime, "modification-date": mapi.TagLastModificationTime} {
		if t, ok := parseDate(e.disposition.get(name)); ok {
			add(tag, prop.Time(t))
		}
	}
	slices.SortStableFunc(a.Props[1:], func(x, y prop.Tagged) int { return int(x.Tag>>16) - int(y.Tag>>16) })
	seen := map[string]bool{"content-id": true, "content-location": true, "content-base": true}
	for _, f := range e.header {
		key := strings.ToLower(f.name)
		const most = 20
		if seen[key] || structural(key) || len(a.Named) >= most || !headerName(key).Valid() {
			continue
		}
		seen[key] = true
		if v := cleanName(decodeWords(f.value)); v != "" {
			a.Named = append(a.Named, Named{headerName(key), prop.String(v)})
		}
	}
	if params := extraParams(e.content); params != "" {
		a.Named = append(a.Named, Named{headerName("content-type"), prop.String(params)})
	}
}

// extraParams are the parameters of a content type that no property has a place for, as they are written.
func extraParams(v paramValue) string {
	var b strings.Builder
	for _, name := range v.names {
		switch name {
		case "name", "charset", "boundary":
			continue
		}
		const longest = 4 << 10
		if value := v.get(name); strings.IndexFunc(name, notToken) < 0 && b.Len()+len(value) < longest {
			b.WriteString(formatParam(name, cleanName(value)))
		}
	}
	return cleanName(strings.TrimPrefix(b.String(), ";"))
}

// fileName is the name of the file in a part, without folders; "" if there is none.
func fileName(e *part) string {
	name := e.disposition.get("filename")
	if name == "" {
		name = e.content.get("name")
	}
	return baseName(name)
}

// baseName takes folders off a file name.
func baseName(name string) string {
	name = cleanName(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = strings.TrimSpace(name[i+1:])
	}
	const longest = 255
	for len(name) > longest {
		name = strings.TrimSpace(strings.ToValidUTF8(name[:longest], ""))
	}
	if name == "." || name == ".." {
		return ""
	}
	return name
}

// markInline finds the attachments that the HTML text shows, [MS-OXCMAIL] 2.2.3.4.1.4.1, and puts them before the others.
func (c *collector) markInline() {
	m := c.msg
	if c.html == nil || len(m.Attachments) == 0 {
		return
	}
	shown := shownBy(m)
	hidden := 0
	for i := range m.Attachments {
		if a := &m.Attachments[i]; shown(a) {
			set(&a.Props, mapi.TagAttachFlags, prop.Uint32(mapi.AttachMhtmlRef))
			set(&a.Props, mapi.TagAttachmentHidden, prop.Bool(true))
			hidden++
		}
	}
	slices.SortStableFunc(m.Attachments, func(a, b Attachment) int {
		return int(find(b.Props, mapi.TagAttachFlags).Bits()) - int(find(a.Props, mapi.TagAttachFlags).Bits())
	})
	if hidden == len(m.Attachments) {
		m.Named = append(m.Named, Named{prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: mapi.LidSmartNoAttach}, prop.Bool(true)})
	}
}

// shownBy returns what tells whether the HTML text of a message refers to an attachment.
func shownBy(m *Message) func(*Attachment) bool {
	html := m.Get(mapi.TagHtml).Str()
	if cp := uint32(m.Get(mapi.TagInternetCodepage).Bits()); cp != codepage.UTF8 {
		html = codepage.Decode(cp, html)
	}
	ids, locations := references(html)
	return func(a *Attachment) bool {
		if a.Method == mapi.AfEmbeddedMessage {
			return false
		}
		id, location := find(a.Props, mapi.TagAttachContentId).Str(), find(a.Props, mapi.TagAttachContentLocation).Str()
		return id != "" && ids[id] || location != "" && locations[location]
	}
}
