package msgprops

import (
	"bytes"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ErrChangeList reports a predecessor change list or change key that is not well-formed.
var ErrChangeList = errors.New("msgprops: malformed predecessor change list")

// XID is an external identifier, [MS-OXCFXICS] 2.2.2.2: a change number of somebody's, in the namespace of a GUID.
type XID struct {
	Namespace mapi.GUID
	LocalID   string // 1 to 8 bytes, which order as numbers do
}

// ChangeXID returns the identifier of a change that the server made.
func ChangeXID(id prop.LongTermID) XID {
	b := mapi.CounterBytes(id.GlobalCounter)
	return XID{id.DatabaseGUID, string(b[:])}
}

// ParseXID reads an identifier that fills b, such as PidTagChangeKey.
func ParseXID(b []byte) (XID, error) {
	const guid, maxLocal = 16, 8
	if len(b) <= guid || len(b) > guid+maxLocal {
		return XID{}, ErrChangeList
	}
	return XID{mapi.GUID(b[:guid]), string(b[guid:])}, nil
}

// Bytes returns the identifier.
func (x XID) Bytes() []byte { return append(slices.Clone(x.Namespace[:]), x.LocalID...) }

// PredecessorChangeList is PidTagPredecessorChangeList, [MS-OXCFXICS] 2.2.2.3: the newest change of each namespace that
// a version of an object includes, ascending by namespace.
type PredecessorChangeList []XID

// ParsePredecessorChangeList reads a list. It accepts any order and keeps the newest change of each namespace.
func ParsePredecessorChangeList(b []byte) (PredecessorChangeList, error) {
	var list PredecessorChangeList
	r := wire.NewReader(b)
	for r.Len() > 0 {
		x, err := ParseXID(r.Take(int(r.U8())))
		if err != nil || r.Err() != nil {
			return nil, ErrChangeList
		}
		list = list.With(x)
	}
	return list, nil
}

// Bytes returns the list as sized identifiers.
func (l PredecessorChangeList) Bytes() []byte {
	var w wire.Writer
	for _, x := range l {
		w.U8(uint8(len(x.Namespace) + len(x.LocalID)))
		w.Put(x.Namespace[:])
		w.PutString(x.LocalID)
	}
	return w.Buf
}

func byNamespace(x, y XID) int { return bytes.Compare(x.Namespace[:], y.Namespace[:]) }

// With returns the list with x, or the list itself if it includes x already.
func (l PredecessorChangeList) With(x XID) PredecessorChangeList {
	i, found := slices.BinarySearchFunc(l, x, byNamespace)
	if !found {
		return slices.Insert(slices.Clone(l), i, x)
	}
	if !newer(x.LocalID, l[i].LocalID) {
		return l
	}
	l = slices.Clone(l)
	l[i] = x
	return l
}

// Merge returns the list of a version that includes both.
func (l PredecessorChangeList) Merge(m PredecessorChangeList) PredecessorChangeList {
	for _, x := range m {
		l = l.With(x)
	}
	return l
}

// Includes reports whether a version with this list includes every change of m. Two versions of which neither includes
// the other are in conflict.
func (l PredecessorChangeList) Includes(m PredecessorChangeList) bool {
	for _, x := range m {
		i, found := slices.BinarySearchFunc(l, x, byNamespace)
		if !found || newer(x.LocalID, l[i].LocalID) {
			return false
		}
	}
	return true
}

// newer compares local ids as big-endian numbers. Those of one namespace have one length; others compare by value.
func newer(a, b string) bool {
	pad := func(s string) string { return string(make([]byte, max(0, 8-len(s)))) + s }
	return pad(a) > pad(b)
}
