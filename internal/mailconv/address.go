package mailconv

import (
	"strings"

	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/wire"
)

// address is one mailbox of a list. Either part may be missing in broken mail.
type address struct {
	name, addr string
}

// addressParser reads lists of addresses, RFC 5322 3.4, as far as they can be understood.
type addressParser struct {
	list    []address
	phrase  strings.Builder // what may be a display name, or an address without brackets
	comment string
	angle   string
	inAngle bool // there was one
	quoted  bool // a quoted string was part of the phrase
}

// parseAddresses reads at most limit addresses.
func parseAddresses(s string, limit int) []address {
	var p addressParser
	for i := 0; i < len(s) && len(p.list) < limit; i++ {
		switch c := s[i]; c {
		case '"':
			i = p.quotedString(s, i)
		case '(':
			i = p.skipComment(s, i)
		case '<':
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				end = len(s) - i
			}
			p.angle, p.inAngle = s[min(i+1, len(s)):i+end], true
			i += end
		case ',', ';':
			p.end()
		case ':':
			if phrase := p.phrase.String(); !strings.Contains(phrase, "@") && !p.inAngle {
				p.phrase.Reset() // the name of a group
				p.quoted, p.comment = false, ""
			} else {
				p.phrase.WriteByte(c)
			}
		default:
			p.phrase.WriteByte(c)
		}
	}
	if len(p.list) < limit {
		p.end()
	}
	return p.list
}

// quotedString takes the string that begins at i and returns where it ends. In an address it keeps its quotes.
func (p *addressParser) quotedString(s string, i int) int {
	var b strings.Builder
	j := i + 1
	for ; j < len(s) && s[j] != '"'; j++ {
		if s[j] == '\\' && j+1 < len(s) {
			j++
		}
		b.WriteByte(s[j])
	}
	if j+1 < len(s) && s[j+1] == '@' {
		p.phrase.WriteString(s[i : j+1])
		return j
	}
	p.phrase.WriteString(b.String())
	p.quoted = true
	return j
}

func (p *addressParser) skipComment(s string, i int) int {
	depth, start := 0, i+1
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	p.comment = s[min(start, len(s)):min(i, len(s))]
	return i
}

// end takes what was read as an address, if it is one.
func (p *addressParser) end() {
	text := strings.TrimSpace(p.phrase.String())
	a := address{}
	switch {
	case p.inAngle:
		a = address{decodeWords(text), p.angle}
		if _, route, ok := strings.Cut(p.angle, ":"); ok && strings.HasPrefix(p.angle, "@") {
			a.addr = route
		}
		if a.name == "" {
			a.name = decodeWords(p.comment)
		}
	case strings.Contains(text, "@") && (!strings.ContainsAny(text, " \t") || text[0] == '"') || text != "" && !p.quoted && !strings.ContainsAny(text, " \t="):
		a = address{decodeWords(p.comment), text}
	default:
		a = address{name: decodeWords(text)}
	}
	a.name, a.addr = cleanName(a.name), cleanAddress(a.addr)
	if a.name == a.addr {
		a.name = ""
	}
	if a != (address{}) {
		p.list = append(p.list, a)
	}
	p.phrase.Reset()
	p.comment, p.angle, p.inAngle, p.quoted = "", "", false, false
}

// cleanName takes blanks off the ends and control characters out.
func cleanName(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7F {
			return ' '
		}
		return c
	}, clean(s)))
}

// cleanAddress leaves nothing in an address that could end it or its header field.
func cleanAddress(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7F || c == '<' || c == '>' {
			return -1
		}
		return c
	}, guess(s)))
}

// String writes the address for a header.
func (a address) String() string {
	name, addr := cleanName(a.name), cleanAddress(a.addr)
	switch {
	case addr == "":
		if needsWords(name) {
			return encodeWords(name)
		}
		return quoted(name)
	case name == "" || name == addr:
		return "<" + addr + ">"
	}
	return phrase(name) + " <" + addr + ">"
}

func formatAddresses(list []address) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ")
}

// flatEntries is a list of entry ids, [MS-OXCDATA] 2.3.3: PidTagReplyRecipientEntries.
func flatEntries(ids [][]byte) []byte {
	var list wire.Writer
	for _, id := range ids {
		list.U32(uint32(len(id)))
		list.Put(id)
		list.Zero((4 - len(id)%4) % 4)
	}
	var w wire.Writer
	w.U32(uint32(len(ids)))
	w.U32(uint32(list.Len()))
	w.Put(list.Buf)
	return w.Buf
}

// parseFlatEntries reads a list of entry ids. A broken list ends where it breaks.
func parseFlatEntries(b []byte) [][]byte {
	r := wire.NewReader(b)
	n := r.Count(r.U32(), 1<<16, 4)
	r.U32()
	var ids [][]byte
	for range n {
		id := r.Copy(int(r.U32()))
		r.Skip((4 - len(id)%4) % 4)
		if len(id) == 0 {
			break
		}
		ids = append(ids, id)
	}
	return ids
}

// partyOfEntryID reads the party behind an entry id. One of the address book has its DN only.
func partyOfEntryID(id []byte) (msgprops.Party, bool) {
	if e, err := msgprops.ParseOneOffEntryID(id); err == nil {
		return msgprops.Outsider(e.DisplayName, e.EmailAddress), true
	}
	if e, err := msgprops.ParseAddressBookEntryID(id); err == nil {
		return msgprops.Party{AddressType: "EX", Address: e.DN}, true
	}
	return msgprops.Party{}, false
}
