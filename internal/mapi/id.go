package mapi

import (
	"encoding/binary"
	"fmt"
	"time"
)

// ID is a FID, MID or change number as it stands on the wire read as a little-endian 64-bit integer:
// the replica id in the low 16 bits, the 48-bit global counter above it with its bytes in big-endian order,
// [MS-OXCDATA] 2.2.1.
type ID uint64

// NewID joins a replica id and a global counter.
func NewID(replID uint16, counter uint64) ID {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], counter)
	binary.LittleEndian.PutUint16(b[:2], replID)
	return ID(binary.LittleEndian.Uint64(b[:]))
}

// ReplID returns the replica id.
func (id ID) ReplID() uint16 { return uint16(id) }

// Counter returns the global counter as a number.
func (id ID) Counter() uint64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(id))
	b[0], b[1] = 0, 0
	return binary.BigEndian.Uint64(b[:])
}

// GlobalCounter returns the counter's six wire bytes.
func (id ID) GlobalCounter() [6]byte { return CounterBytes(id.Counter()) }

// CounterBytes returns the six big-endian wire bytes of a global counter.
func CounterBytes(counter uint64) (c [6]byte) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], counter)
	copy(c[:], b[2:])
	return c
}

// String prints an id as the specifications do: 0001-00000000000D.
func (id ID) String() string { return fmt.Sprintf("%04X-%012X", id.ReplID(), id.Counter()) }

// GUID is a 16-byte GUID in wire order (the first three groups little-endian), so it can be copied as is.
type GUID [16]byte

// ParseGUID reads the usual text form, without braces. It returns the zero GUID and false for anything else.
func ParseGUID(s string) (GUID, bool) {
	var g GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return GUID{}, false
	}
	order := [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '-' {
			continue
		}
		hi, ok1 := hexDigit(s[i])
		lo, ok2 := hexDigit(s[i+1])
		if !ok1 || !ok2 {
			return GUID{}, false
		}
		g[order[n]] = hi<<4 | lo
		n++
		i++
	}
	return g, true
}

// MustGUID is ParseGUID for constants; it panics on malformed text.
func MustGUID(s string) GUID {
	g, ok := ParseGUID(s)
	if !ok {
		panic("mapi: malformed GUID " + s)
	}
	return g
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// String returns the usual text form in lower case.
func (g GUID) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(g[:]), binary.LittleEndian.Uint16(g[4:]),
		binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:])
}

// IsZero reports whether all bytes are zero.
func (g GUID) IsZero() bool { return g == GUID{} }

// FileTime is a count of 100 ns intervals since 1601-01-01 UTC.
type FileTime uint64

const fileTimeEpoch = 116444736000000000 // 1970-01-01 as a FileTime

// NewFileTime converts t; times before 1601 become 0.
func NewFileTime(t time.Time) FileTime {
	v := t.Unix()*1e7 + int64(t.Nanosecond())/100 + fileTimeEpoch
	if v < 0 {
		return 0
	}
	return FileTime(v)
}

// Time converts to a time.Time in UTC.
func (f FileTime) Time() time.Time {
	v := int64(f) - fileTimeEpoch
	sec, rem := v/1e7, v%1e7
	return time.Unix(sec, rem*100).UTC()
}
