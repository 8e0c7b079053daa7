package mailconv

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
)

// looseBase64 decodes base64 that may be broken: it passes over what does not belong to it, and goes on behind padding.
type looseBase64 struct {
	quad [4]byte
	n    int
}

const notBase64 = 0xFF

func base64Digit(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c - 'A'
	case 'a' <= c && c <= 'z':
		return c - 'a' + 26
	case '0' <= c && c <= '9':
		return c - '0' + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return notBase64
}

// decode appends what s stands for.
func (d *looseBase64) decode(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c == '=' {
			dst = d.finish(dst)
			continue
		}
		digit := base64Digit(c)
		if digit == notBase64 {
			continue
		}
		d.quad[d.n] = digit
		if d.n++; d.n == 4 {
			dst = append(dst, d.quad[0]<<2|d.quad[1]>>4, d.quad[1]<<4|d.quad[2]>>2, d.quad[2]<<6|d.quad[3])
			d.n = 0
		}
	}
	return dst
}

// finish appends the bytes of a group that is not full.
func (d *looseBase64) finish(dst []byte) []byte {
	if d.n >= 2 {
		dst = append(dst, d.quad[0]<<2|d.quad[1]>>4)
	}
	if d.n == 3 {
		dst = append(dst, d.quad[1]<<4|d.quad[2]>>2)
	}
	d.n = 0
	return dst
}

// base64Writer decodes what is written to it. A text whose beginning is not base64 passes as it is: it was declared
// wrongly.
type base64Writer struct {
	w       io.Writer
	loose   looseBase64
	probe   []byte
	decided bool
	plain   bool
	buf     []byte
}

// probeSize is how much is looked at before the text is believed to be base64.
const probeSize = 1 << 10

func (d *base64Writer) Write(p []byte) (int, error) {
	if !d.decided {
		d.probe = append(d.probe, p...)
		if len(d.probe) < probeSize {
			return len(p), nil
		}
		return len(p), d.decide()
	}
	return len(p), d.pass(p)
}

func (d *base64Writer) decide() error {
	d.decided = true
	for i, c := range d.probe {
		if i >= probeSize {
			break
		}
		if c != '=' && c != ' ' && c != '\t' && c != '\r' && c != '\n' && base64Digit(c) == notBase64 {
			d.plain = true
			break
		}
	}
	return d.pass(d.probe)
}

func (d *base64Writer) pass(p []byte) error {
	if d.plain {
		_, err := d.w.Write(p)
		return err
	}
	d.buf = d.buf[:0]
	if n := base64.StdEncoding.DecodedLen(len(p)); cap(d.buf) < n+8 {
		d.buf = make([]byte, 0, max(n+8, 1<<10))
	}
	if d.loose.n == 0 && len(p)%4 == 0 && len(p) > 0 && p[len(p)-1] != '=' { // a line as it should be
		if n, err := base64.StdEncoding.Decode(d.buf[:cap(d.buf)], p); err == nil && n == len(p)/4*3 {
			_, err := d.w.Write(d.buf[:n])
			return err
		}
	}
	d.buf = d.loose.decode(d.buf, string(p))
	if len(d.buf) == 0 {
		return nil
	}
	_, err := d.w.Write(d.buf)
	return err
}

// Close writes what is left.
func (d *base64Writer) Close() error {
	if !d.decided {
		if err := d.decide(); err != nil {
			return err
		}
	}
	if d.plain {
		return nil
	}
	_, err := d.w.Write(d.loose.finish(nil))
	return err
}

// quotedWriter decodes quoted-printable text, RFC 2045 6.7. What is no valid escape stays as it is.
type quotedWriter struct {
	w    io.Writer
	line []byte
}

// maxQuotedLine is how much of a line is held: valid ones have 76 characters.
const maxQuotedLine = 16 << 10

func (d *quotedWriter) Write(p []byte) (int, error) {
	size := len(p)
	for len(p) > 0 {
		n := bytes.IndexByte(p[:min(len(p), maxQuotedLine)], '\n') + 1
		if n == 0 {
			n = min(len(p), maxQuotedLine)
		}
		d.line = append(d.line, p[:n]...)
		p = p[n:]
		if d.line[len(d.line)-1] == '\n' {
			if err := d.flush(len(d.line)); err != nil {
				return 0, err
			}
		} else if len(d.line) > maxQuotedLine {
			const escape = 2 // what may be the beginning of an escape, or blanks before the end of the line
			if err := d.flush(len(d.line) - escape); err != nil {
				return 0, err
			}
		}
	}
	return size, nil
}

// flush decodes the first n bytes of what is held, which either end a line or are part of an overlong one.
func (d *quotedWriter) flush(n int) error {
	text := string(d.line[:n])
	d.line = append(d.line[:0], d.line[n:]...)
	if body, ok := strings.CutSuffix(text, "\n"); ok {
		end := "\n"
		if b, crlf := strings.CutSuffix(body, "\r"); crlf {
			body, end = b, "\r\n"
		}
		body = strings.TrimRight(body, " \t")
		if soft, ok := strings.CutSuffix(body, "="); ok {
			body, end = soft, ""
		}
		text = unhexed(body, '=') + end
	} else {
		// An escape may reach over the end of the piece: keep it for the next one.
		if i := strings.LastIndexByte(text, '='); i >= 0 && i > len(text)-3 && len(d.line) > 0 {
			d.line = append([]byte(text[i:]), d.line...)
			text = text[:i]
		}
		text = unhexed(text, '=')
	}
	_, err := io.WriteString(d.w, text)
	return err
}

// Close writes the last line, which has no end.
func (d *quotedWriter) Close() error {
	text := strings.TrimSuffix(strings.TrimRight(string(d.line), " \t\r"), "=")
	d.line = nil
	_, err := io.WriteString(d.w, unhexed(text, '='))
	return err
}

// closing gives a writer that needs no end one.
type closing struct{ io.Writer }

func (closing) Close() error { return nil }

// transferDecoder decodes a transfer encoding. It is false for one that is not known; then bytes pass as they are.
func transferDecoder(encoding string, w io.Writer) (io.WriteCloser, bool) {
	switch strings.ToLower(encoding) {
	case "base64":
		return &base64Writer{w: w}, true
	case "quoted-printable":
		return &quotedWriter{w: w}, true
	case "", "7bit", "8bit", "binary":
		return closing{w}, true
	}
	return closing{w}, false
}

// encodingOf is the transfer encoding that a header names, in lower case.
func encodingOf(h header) string {
	v, _, _ := strings.Cut(h.get("Content-Transfer-Encoding"), ";")
	v, _, _ = strings.Cut(v, "(")
	return strings.ToLower(strings.Trim(v, " \t\"'"))
}
