package ntlm

import (
	"encoding/binary"
	"errors"

	"github.com/mapid/mapid/internal/wire"
)

// AVID is the kind of an AV pair, [MS-NLMP] 2.2.2.1.
type AVID uint16

// Kinds of AV pairs.
const (
	MsvAvEOL             AVID = 0
	MsvAvNbComputerName  AVID = 1
	MsvAvNbDomainName    AVID = 2
	MsvAvDNSComputerName AVID = 3
	MsvAvDNSDomainName   AVID = 4
	MsvAvDNSTreeName     AVID = 5
	MsvAvFlags           AVID = 6
	MsvAvTimestamp       AVID = 7
	MsvAvSingleHost      AVID = 8
	MsvAvTargetName      AVID = 9
	MsvAvChannelBindings AVID = 10
)

// avFlagMIC is the bit of MsvAvFlags by which a client announces a message integrity code.
const avFlagMIC = 0x00000002

// AVPair is one attribute of a target, [MS-NLMP] 2.2.2.1. Names are UTF-16LE without terminator.
type AVPair struct {
	ID    AVID
	Value []byte
}

// AVPairs is a list of attributes without its MsvAvEOL.
type AVPairs []AVPair

// Encode appends the list and its terminator.
func (l AVPairs) Encode(w *wire.Writer) {
	for _, p := range l {
		w.U16(uint16(p.ID))
		w.U16(uint16(len(p.Value)))
		w.Put(p.Value)
	}
	w.U32(uint32(MsvAvEOL))
}

// Decode reads a list up to its terminator; values alias the reader's bytes. A list without terminator is refused.
func (l *AVPairs) Decode(r *wire.Reader) error {
	*l = nil
	for {
		id, n := AVID(r.U16()), int(r.U16())
		if r.Err() != nil {
			return r.Err()
		}
		if id == MsvAvEOL {
			if n != 0 {
				r.Fail(errors.New("terminator of the AV pairs has a value"))
			}
			return r.Err()
		}
		v := r.Take(n)
		if r.Err() != nil {
			return r.Err()
		}
		*l = append(*l, AVPair{id, v})
	}
}

// get returns the first pair of that kind.
func (l AVPairs) get(id AVID) ([]byte, bool) {
	for _, p := range l {
		if p.ID == id {
			return p.Value, true
		}
	}
	return nil, false
}

// set replaces the pair of that kind or appends one.
func (l AVPairs) set(id AVID, v []byte) AVPairs {
	for i := range l {
		if l[i].ID == id {
			l[i].Value = v
			return l
		}
	}
	return append(l, AVPair{id, v})
}

// flags returns the value of MsvAvFlags, or 0.
func (l AVPairs) flags() uint32 {
	if v, ok := l.get(MsvAvFlags); ok && len(v) == 4 {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// name appends a pair holding s in UTF-16LE unless s is empty.
func (l AVPairs) name(id AVID, s string) AVPairs {
	if s == "" {
		return l
	}
	var w wire.Writer
	w.UTF16(s)
	return append(l, AVPair{id, w.Bytes()})
}
