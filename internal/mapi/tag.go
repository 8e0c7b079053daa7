package mapi

import (
	_ "embed" // the table of tags
	"strconv"
	"strings"
	"sync"
)

// PropTag is a property tag: the property id in the high word, the type in the low one, [MS-OXCDATA] 2.9.
type PropTag uint32

// Tag joins a property id and a type.
func Tag(id uint16, typ PropType) PropTag { return PropTag(id)<<16 | PropTag(typ) }

// ID returns the property id.
func (t PropTag) ID() uint16 { return uint16(t >> 16) }

// Type returns the property type, multiple-value bits included.
func (t PropTag) Type() PropType { return PropType(t) }

// WithType returns the tag of the same property id with another type.
func (t PropTag) WithType(typ PropType) PropTag { return t&0xFFFF0000 | PropTag(typ) }

// IsNamed reports whether the property id lies in the range of named properties.
func (t PropTag) IsNamed() bool { return t >= 0x80000000 }

// String returns the PidTag name with the hex tag, or the hex tag alone.
func (t PropTag) String() string {
	const digits = "0123456789ABCDEF"
	hex := [10]byte{'0', 'x'}
	for i := range 8 {
		hex[2+i] = digits[t>>(28-4*i)&15]
	}
	if n := t.Name(); n != "" {
		return n + " (" + string(hex[:]) + ")"
	}
	return string(hex[:])
}

// Name returns the PidTag name of the property, or "" if it is not known. Where properties share an id, the type
// decides; a type that none of them has names the first. Ids from 0x8000 name address book properties, which in a
// mailbox are named properties: callers that mean a mailbox ask IsNamed first.
func (t PropTag) Name() string {
	names := tagNames()
	if n, ok := names[t]; ok {
		return n
	}
	return names[t.WithType(PtypUnspecified)]
}

//go:embed tags.txt
var tagText string

// tagNames is the table of tags.txt, by tag and by id with PtypUnspecified.
var tagNames = sync.OnceValue(func() map[PropTag]string {
	names := make(map[PropTag]string, 2048)
	for line := range strings.Lines(tagText) {
		hex, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		tag, err := strconv.ParseUint(hex, 16, 32)
		if !ok || err != nil {
			continue // a comment; TestTagTable holds the file to its form
		}
		names[PropTag(tag)] = name
		id := PropTag(tag).WithType(PtypUnspecified)
		if names[id] == "" {
			names[id] = name
		}
	}
	return names
})
