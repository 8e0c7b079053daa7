package mailconv

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// ReadOptions say how mail becomes a message.
type ReadOptions struct {
	// Directory finds senders and recipients that are in the address book; nil: nobody is.
	Directory *store.Snapshot
	// Stage takes files that are too large to be held; nil: all are held.
	Stage  Stager
	Limits Limits
}

// Read makes a message of an EML, [MS-OXCMAIL] 2.2. What belongs to a mailbox rather than to the mail is the caller's: the
// time of delivery, who received it, the search key. Errors are those of r and of o.Stage, and ErrHeaderTooLarge; stages
// of mail that failed are dropped.
func Read(r io.Reader, o ReadOptions) (*Message, error) {
	o.Limits = o.Limits.withDefaults()
	p := &parser{splitter: newSplitter(r), options: o, limits: o.Limits, stages: &stages{Stager: o.Stage}}
	h, ok, err := p.header(p.limits, true)
	if err == nil && !ok {
		err = fmt.Errorf("%w: it may have %d bytes and %d fields", ErrHeaderTooLarge, p.limits.HeaderBytes, p.limits.Fields)
	}
	if err != nil {
		return nil, err
	}
	m, err := p.message(h)
	if err != nil {
		p.stages.drop()
		return nil, err
	}
	return m, nil
}

// parser reads one mail.
type parser struct {
	*splitter
	options ReadOptions
	limits  Limits
	stages  *stages
	depth   int
	parts   int
}

// collector gathers what becomes one message.
type collector struct {
	msg    *Message
	plain  *body
	html   *body
	report *report
	files  int // named by the program so far
}

// role is what a part may become.
type role struct {
	body   bool // the text of the message
	top    bool // it is all of the message
	digest bool // it is a message unless it says otherwise
}

// message reads a message whose header is h.
func (p *parser) message(h header) (*Message, error) {
	c := &collector{msg: &Message{}}
	if err := p.entity(c, h, role{body: true, top: true}); err != nil {
		return nil, err
	}
	if err := p.copy(io.Discard); err != nil {
		return nil, err
	}
	return c.finish(h, p.options), nil
}

// entity reads the part whose header is h, up to the delimiter behind it.
func (p *parser) entity(c *collector, h header, r role) error {
	e := &part{header: h, content: parseParams(h.get("Content-Type")), disposition: parseParams(h.get("Content-Disposition")), role: r}
	if !strings.Contains(e.content.value, "/") {
		e.content.value = "text/plain"
		if r.digest {
			e.content.value = "message/rfc822"
		}
	}
	kind := e.content.value
	container := strings.HasPrefix(kind, "multipart/") && e.content.get("boundary") != "" || isMessage(kind)
	switch {
	case container && p.depth >= p.limits.Depth:
		return p.opaque(c, e, isMessage(kind))
	case isMessage(kind):
		return p.embedded(c, e)
	case container:
		return p.multipart(c, e)
	case r.body && e.disposition.value != "attachment" && e.disposition.get("filename") == "" && (kind == "text/plain" && c.plain == nil || kind == "text/html" && c.html == nil):
		return p.text(c, e)
	}
	return p.file(c, e)
}

// part is one MIME part whose body was not read yet.
type part struct {
	header
	content, disposition paramValue
	role
}

// isMessage reports whether a part is a message of its own.
func isMessage(kind string) bool {
	return kind == "message/rfc822" || kind == "message/global" || kind == "message/news"
}

// maxBoundary is longer than the 70 characters that boundaries may have.
const maxBoundary = 1000

// multipart reads the parts of a multipart. Text before its first part and behind its last one is for programs that do not
// know MIME and no part of the message, RFC 2046 5.1.1.
func (p *parser) multipart(c *collector, e *part) error {
	boundary := e.content.get("boundary")
	if len(boundary) > maxBoundary {
		return p.opaque(c, e, false)
	}
	p.depth++
	defer func() { p.depth-- }()
	level := len(p.stack)
	p.stack = append(p.stack, boundary)
	defer func() { p.stack = p.stack[:level] }()
	preamble := p.stages.newSpool()
	if err := p.copy(preamble); err != nil {
		return err
	}
	if p.hit != level {
		// There is no part at all: whatever this is, it is kept.
		p.stack = p.stack[:level]
		content, err := preamble.content()
		if err == nil && content.Size > 0 {
			c.addFile(e, content, "application/octet-stream", ".txt")
		}
		return err
	}
	if preamble.stage != 0 {
		if err := p.stages.DropStage(preamble.stage); err != nil {
			return err
		}
	}
	return p.children(c, e, level)
}

// children reads the parts of the multipart at a level, whose first delimiter was reached.
func (p *parser) children(c *collector, e *part, level int) error {
	kind, start := e.content.value, strings.Trim(e.content.get("start"), "<>")
	before := c.texts()
	for n := 0; p.hit == level && !p.last; n++ {
		if p.parts++; p.parts > p.limits.Parts {
			return p.rest(c, e, level)
		}
		p.hit = none
		h, ok, err := p.header(p.limits, false)
		if err != nil {
			return err
		}
		r := role{body: e.body, digest: kind == "multipart/digest"}
		switch kind {
		case "multipart/alternative":
		case "multipart/related":
			root := n == 0 && start == "" || start != "" && strings.Trim(h.get("Content-ID"), "<> ") == start
			r.body = e.body && (root || c.texts() == before && start == "")
		default:
			r.body = e.body && c.texts() == before
		}
		switch {
		case !ok:
			err = p.opaque(c, &part{header: h, role: r}, false)
		case e.top && kind == "multipart/report" && c.report == nil && isReport(h):
			err = p.report(c, h)
		default:
			err = p.entity(c, h, r)
		}
		if err == nil {
			err = p.copy(io.Discard)
		}
		if err != nil {
			return err
		}
	}
	if p.hit == level {
		p.hit = none
		p.stack = p.stack[:level]
		return p.copy(io.Discard)
	}
	return nil
}

// rest makes one file of all further parts of a multipart, which can be read as a multipart itself.
func (p *parser) rest(c *collector, e *part, level int) error {
	p.hit = none
	boundary := p.stack[level]
	p.stack = p.stack[:level]
	s := p.stages.newSpool()
	if _, err := fmt.Fprintf(s, "Content-Type: %s%s\r\n\r\n--%s\r\n", e.content.value, formatParam("boundary", boundary), boundary); err != nil {
		return err
	}
	return p.keep(c, &part{}, s, ".eml")
}

// opaque makes a file of a part that is not looked into: all of it, or of a message its body, which says it all.
func (p *parser) opaque(c *collector, e *part, message bool) error {
	s := p.stages.newSpool()
	if !message {
		if _, err := io.WriteString(s, e.header.String()+"\r\n"); err != nil {
			return err
		}
	}
	return p.keep(c, &part{}, s, ".eml")
}

// keep makes a file of what is left of a part.
func (p *parser) keep(c *collector, e *part, s *spool, ext string) error {
	if err := p.copy(s); err != nil {
		return err
	}
	content, err := s.content()
	if err == nil {
		c.addFile(e, content, "application/octet-stream", ext)
	}
	return err
}

// embedded reads a message within the message.
func (p *parser) embedded(c *collector, e *part) error {
	p.depth++
	defer func() { p.depth-- }()
	encoding := encodingOf(e.header)
	if encoding == "base64" || encoding == "quoted-printable" {
		return p.encodedMessage(c, e, encoding)
	}
	h, ok, err := p.header(p.limits, true)
	if err != nil {
		return err
	}
	if !ok {
		return p.opaque(c, &part{header: h}, false)
	}
	m, err := p.message(h)
	if err == nil {
		c.addEmbedded(e, m)
	}
	return err
}

// encodedMessage reads a message that is encoded, which RFC 2046 5.2.1 forbids and some programs do. A large one stays a
// file.
func (p *parser) encodedMessage(c *collector, e *part, encoding string) error {
	s := &spool{stages: p.stages, limit: p.limits.BodyBytes}
	if err := p.decode(s, encoding); err != nil {
		return err
	}
	content, err := s.content()
	if err != nil {
		return err
	}
	if content.Size > p.limits.BodyBytes {
		c.addFile(e, content, "application/octet-stream", ".eml")
		return nil
	}
	inner := &parser{splitter: newSplitter(strings.NewReader(content.Bytes)), options: p.options, limits: p.limits, stages: p.stages, depth: p.depth, parts: p.parts}
	h, ok, err := inner.header(p.limits, true)
	if err != nil || !ok {
		c.addFile(e, content, "application/octet-stream", ".eml")
		return err
	}
	m, err := inner.message(h)
	p.parts = inner.parts
	if err == nil {
		c.addEmbedded(e, m)
	}
	return err
}

// decode writes the rest of the part to w without its transfer encoding.
func (p *parser) decode(w io.Writer, encoding string) error {
	d, _ := transferDecoder(encoding, w)
	if err := p.copy(d); err != nil {
		return err
	}
	return d.Close()
}

// finish makes the message of what was gathered.
func (c *collector) finish(h header, o ReadOptions) *Message {
	m := c.msg
	m.Set(mapi.TagMessageClass, prop.String("IPM.Note"))
	readFields(h, m, o)
	c.setBodies()
	c.markInline()
	if c.report != nil {
		c.report.apply(c, o)
	}
	m.Set(mapi.TagAlternateRecipientAllowed, prop.Bool(true))
	m.Set(mapi.TagDeleteAfterSubmit, prop.Bool(false))
	slices.SortStableFunc(m.Props, func(a, b prop.Tagged) int { return cmp.Compare(a.Tag, b.Tag) })
	return m
}
