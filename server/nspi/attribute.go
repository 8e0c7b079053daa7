package nspi

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// kinds is a set of kinds of objects.
type kinds uint8

// Kinds of objects, as attributes tell them apart.
const (
	onUser kinds = 1 << iota
	onContact
	onList
	onFolder
	onServer
	onDatabase
	onContainer

	onPerson = onUser | onContact
	onEntry  = onPerson | onList | onFolder    // what address lists show
	onObject = onEntry | onServer | onDatabase // everything that is not a container
	onAll    = onObject | onContainer
)

// attribute is one property objects have, in its native type, [MS-OXOABK].
type attribute struct {
	tag mapi.PropTag
	on  kinds
	get func(subject) prop.Value // the zero Value if this object has none
}

// attributeSet finds attributes by property id.
type attributeSet struct {
	list []attribute
	byID map[uint16][]int
}

func newAttributeSet(list []attribute) *attributeSet {
	set := &attributeSet{list: list, byID: make(map[uint16][]int, len(list))}
	for i, a := range list {
		set.byID[a.tag.ID()] = append(set.byID[a.tag.ID()], i)
	}
	return set
}

// find returns the attribute a caller means by tag: the one of that type, or one whose string can be given in it.
func (set *attributeSet) find(tag mapi.PropTag) *attribute {
	for _, i := range set.byID[tag.ID()] {
		if a := &set.list[i]; prop.SameType(a.tag.Type(), tag.Type()) {
			return a
		}
	}
	return nil
}

// string8Type returns the 8-bit form of string types and every other type as it is.
func string8Type(t mapi.PropType) mapi.PropType {
	switch t {
	case mapi.PtypString:
		return mapi.PtypString8
	case mapi.PtypMultiString:
		return mapi.PtypMultiString8
	}
	return t
}

// value returns an object's property in its native type, or the zero Value.
func (s subject) value(tag mapi.PropTag) prop.Value {
	if a := attributes.find(tag); a != nil && a.on&s.kind != 0 {
		return a.get(s)
	}
	return prop.Value{}
}

// text returns a getter of the first value of a directory attribute, by its plain name in seed files.
func text(name string) func(subject) prop.Value {
	return func(s subject) prop.Value { return stringOrNone(first(s.entry.Attributes[name])) }
}

// texts returns a getter of all values of a directory attribute but the first skip ones.
func texts(name string, skip int) func(subject) prop.Value {
	return func(s subject) prop.Value {
		if all := s.entry.Attributes[name]; len(all) > skip {
			return prop.Multi(mapi.PtypMultiString, all[skip:])
		}
		return prop.Value{}
	}
}

// textAt returns a getter of one of several values of a directory attribute.
func textAt(name string, i int) func(subject) prop.Value {
	return func(s subject) prop.Value {
		if all := s.entry.Attributes[name]; len(all) > i {
			return stringOrNone(all[i])
		}
		return prop.Value{}
	}
}

// number returns a getter of a directory attribute that is a decimal number.
func number(name string) func(subject) prop.Value {
	return func(s subject) prop.Value {
		if n, err := strconv.ParseUint(first(s.entry.Attributes[name]), 10, 32); err == nil {
			return prop.Uint32(uint32(n))
		}
		return prop.Value{}
	}
}

// base64Value returns a getter of a directory attribute that holds base64.
func base64Value(name string) func(subject) prop.Value {
	return func(s subject) prop.Value {
		b, err := base64.StdEncoding.DecodeString(first(s.entry.Attributes[name]))
		if err != nil || len(b) == 0 {
			return prop.Value{}
		}
		return prop.Binary(b)
	}
}

// fixed returns a getter of one value for all objects.
func fixed(v prop.Value) func(subject) prop.Value { return func(subject) prop.Value { return v } }

// linked returns a getter of an object-valued property: it is there if it refers to anybody, or always.
func linked(tag mapi.PropTag, always bool) func(subject) prop.Value {
	return func(s subject) prop.Value {
		if always || len(s.book.links().of(tag, s.entry)) > 0 {
			return prop.ObjectNumber(0)
		}
		return prop.Value{}
	}
}

func stringOrNone(s string) prop.Value {
	if s == "" {
		return prop.Value{}
	}
	return prop.String(s)
}

// proxyAddresses are all addresses with their types, the primary one first and in upper case, [MS-OXOABK] 2.2.3.23.
func proxyAddresses(s subject) prop.Value {
	var out []string
	if s.entry.Mail != "" {
		out = append(out, "SMTP:"+s.entry.Mail)
	}
	for _, a := range s.entry.Aliases {
		out = append(out, "smtp:"+a)
	}
	for _, dn := range s.entry.Attributes["x500"] {
		out = append(out, "X500:"+dn)
	}
	if len(out) == 0 {
		return prop.Value{}
	}
	return prop.Multi(mapi.PtypMultiString, out)
}

// networkAddresses are the ways to reach the server: protocol sequence and host, [MS-OXOABK] 2.2.4.38.
func networkAddresses(s subject) prop.Value {
	server, host := s.book.service.servers[s.server], s.book.service.host()
	var out []string
	if s.server == 0 && host != "" && !strings.EqualFold(host, server.FQDN) {
		out = append(out, "ncacn_ip_tcp:"+host)
	}
	return prop.Multi(mapi.PtypMultiString, append(out, "ncacn_ip_tcp:"+server.FQDN, "netbios:"+server.Name))
}

// printableName is the display name in 7-bit characters: without accents, the alias if nothing else is left,
// [MS-OXOABK] 2.2.3.7.
func printableName(s subject) prop.Value {
	name, lost := s.name, false
	if s.entry != nil {
		if simple := first(s.entry.Attributes["simple_display_name"]); simple != "" {
			name = simple
		}
	}
	var b strings.Builder
	for _, c := range norm.NFKD.String(name) {
		switch {
		case c < 0x80:
			b.WriteRune(c)
		case !isMark(c):
			lost = true
		}
	}
	if out := strings.TrimSpace(b.String()); out != "" && !lost {
		return prop.String8(out)
	}
	if s.entry != nil && s.entry.Name != "" {
		return prop.String8(toCodePage(s.entry.Name, codepage.USASCII))
	}
	return prop.String8(toCodePage(name, codepage.USASCII))
}

// home is the index among the servers of the one that has a user's mailbox: the one that its home_server names, or
// else this one.
func home(s subject) int {
	name := first(s.entry.Attributes["home_server"])
	return max(0, slices.IndexFunc(s.book.service.servers, func(p Server) bool { return strings.EqualFold(p.Name, name) }))
}

// homeObject stands for the database of a mailbox, [MS-OXOABK] 2.2.4.37.
func homeObject(s subject) prop.Value {
	return prop.ObjectNumber(midServers + 2*uint32(home(s)) + 1)
}
