// Package lookup finds the messages that a restriction may let pass without a look at every message of a folder, where
// the restriction asks for a value that names a message or that the store has a way to. It judges none: who asks has the
// one evaluator look at those found.
package lookup

import (
	"encoding/binary"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Limit is how many messages are worth to be looked at one by one; a restriction that may let more pass is for a pass
// over the folder.
const Limit = 1024

// Messages lists, by id, messages of a selection: all that a restriction lets pass, and perhaps others. ok is false if
// only a look at every message can tell. Properties in except are not looked up.
func Messages(r store.Reader, sel store.Selection, rs prop.Restriction, except ...uint16) (ids []store.MessageID, ok bool, err error) {
	if rs == nil || prop.CountsMatches(rs) { // what it lets pass depends on what else it looks at
		return nil, false, nil
	}
	return (&search{r, sel, except}).messages(rs)
}

type search struct {
	r      store.Reader
	sel    store.Selection
	except []uint16
}

func (s *search) messages(rs prop.Restriction) ([]store.MessageID, bool, error) {
	switch rs := rs.(type) {
	case prop.AndRestriction:
		for _, part := range rs.Parts {
			if ids, ok, err := s.messages(part); ok || err != nil {
				return ids, ok, err
			}
		}
	case prop.OrRestriction:
		return s.any(rs.Parts)
	case prop.CommentRestriction:
		if rs.Part != nil {
			return s.messages(rs.Part)
		}
	case prop.PropertyRestriction:
		if rs.RelOp == prop.RelOpEQ {
			return s.equal(rs.Tag, rs.Value.Value)
		}
	case prop.ContentRestriction:
		switch rs.Fuzzy & 0xFFFF { // the lower half says which part of a value has to be the same
		case prop.FuzzyFullString:
			return s.equal(rs.Tag, rs.Value.Value)
		case prop.FuzzyPrefix:
			if rs.Tag == mapi.TagConversationIndex && len(rs.Value.Value.Str()) >= threadHeader {
				return s.equal(rs.Tag, rs.Value.Value)
			}
		}
	}
	return nil, false, nil
}

// threadHeader is the part of a conversation index that replies have in common, [MS-OXOMSG] 2.2.1.3.
const threadHeader = 22

// any finds the messages of all parts, if they can be found for each.
func (s *search) any(parts []prop.Restriction) (all []store.MessageID, ok bool, err error) {
	for _, part := range parts {
		ids, ok, err := s.messages(part)
		if !ok || err != nil {
			return nil, false, err
		}
		if all = append(all, ids...); len(all) > Limit {
			return nil, false, nil
		}
	}
	slices.Sort(all)
	return slices.Compact(all), true, nil
}

// equal finds the messages that have a value.
func (s *search) equal(tag mapi.PropTag, v prop.Value) ([]store.MessageID, bool, error) {
	if slices.Contains(s.except, tag.ID()) {
		return nil, false, nil
	}
	if id, ok := named(tag, v); ok {
		return s.with(id, tag, v)
	}
	switch tag.Type() {
	case mapi.PtypString, mapi.PtypString8:
		if !prop.SameType(v.Type(), mapi.PtypString) {
			return nil, false, nil
		}
		tag, v = tag.WithType(mapi.PtypString), prop.String(v.Str()) // bytes that are no ASCII are not looked up
	}
	return s.r.Lookup(s.sel, prop.Tagged{Tag: tag, Value: v}, Limit)
}

// with is the one message that a value names. A source key may be one that a client gave to another message.
func (s *search) with(id store.MessageID, tag mapi.PropTag, v prop.Value) (ids []store.MessageID, ok bool, err error) {
	if tag == mapi.TagSourceKey {
		if ids, ok, err = s.r.Lookup(s.sel, prop.Tagged{Tag: tag, Value: v}, Limit); !ok || err != nil {
			return nil, false, err
		}
	}
	ids = append(ids, id)
	slices.Sort(ids)
	return slices.Compact(ids), true, nil
}

// named returns the message that a value of a property computed from its id names.
func named(tag mapi.PropTag, v prop.Value) (store.MessageID, bool) {
	switch tag {
	case mapi.TagMid, mapi.TagInstID:
		if v.Type() == mapi.PtypInteger64 {
			return message(v.ObjectID().Counter())
		}
		return 0, false
	}
	if v.Type() != mapi.PtypBinary {
		return 0, false
	}
	switch tag {
	case mapi.TagEntryId, mapi.TagLongTermEntryIdFromTable, mapi.TagRecordKey:
		if e, err := msgprops.ParseMessageEntryID(v.Bytes()); err == nil {
			return message(e.Message.GlobalCounter)
		}
	case mapi.TagInstanceKey:
		if id, ok := msgprops.ParseInstanceKey(v.Bytes()); ok {
			return message(id.Counter())
		}
	case mapi.TagSourceKey:
		const guid = 16
		if b := v.Bytes(); len(b) == guid+6 {
			return message(binary.BigEndian.Uint64(append([]byte{0, 0}, b[guid:]...)))
		}
	}
	return 0, false
}

// message is a counter as a message's id. Headers of categories have higher ones, and are no messages.
func message(counter uint64) (store.MessageID, bool) {
	const most = 1<<47 - 1
	return store.MessageID(counter), counter > 0 && counter <= most
}
