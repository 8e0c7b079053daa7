package sqlite

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Messages are looked up by a number made of the value, in a column with an index that has no more than the messages
// with the property. Rows in which that number is anyValue are found by every value: those whose value does not compare
// byte by byte, and those from before there was such a column.

// lookupColumns are the properties that messages are looked up by.
var lookupColumns = [...]struct {
	tag    mapi.PropTag
	column string
}{
	{tagMessageClass, "class_key"},
	{mapi.TagSearchKey, "search_key"},
	{mapi.TagInternetMessageId, "internet_id"},
	{mapi.TagConversationIndex, "thread"},
	{mapi.TagSourceKey, "source_key"},
}

// anyValue is the number of values that no number tells.
const anyValue = 0

// usualClass is the message class that most messages have: there is nothing to gain from an index of it.
const usualClass = "IPM.Note"

// lookupKey makes the number of a value. usual says that there is no index of it. Conversation indexes begin with the
// time when the conversation began, which replies keep, and search keys with that of the message where the server made
// them: their beginnings keep what is new together in the index, and a save need not write all over it.
func lookupKey(tag mapi.PropTag, v prop.Value) (key int64, usual bool) {
	s := v.Str()
	switch {
	case v.Type() != tag.Type(), len(s) > 255: // tables cut long values before they compare them
		return anyValue, false
	case tag == tagMessageClass && strings.EqualFold(s, usualClass) && plain(s):
		return anyValue, true
	case tag.Type() == mapi.PtypString && !plain(s):
		return anyValue, false
	case tag.Type() == mapi.PtypString:
		s = strings.ToLower(s)
	case tag == mapi.TagConversationIndex, tag == mapi.TagSearchKey:
		var head [8]byte
		copy(head[:], s)
		return int64(max(1, binary.BigEndian.Uint64(head[:]))), false
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return int64(h.Sum64() | 1), false
}

// plain reports whether a text is printable ASCII: it compares by its letters then, whatever the locale.
func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// lookupKeys makes the numbers of a message's properties; nil of one that is not there.
func lookupKeys(g bag) (keys [len(lookupColumns)]any) {
	for i, c := range lookupColumns {
		v, ok := g[c.tag.ID()]
		if !ok {
			continue
		}
		if key, usual := lookupKey(c.tag, v.value); !usual {
			keys[i] = key
		}
	}
	return keys
}

// Lookup lists messages that may have a value.
func (r *reader) Lookup(sel store.Selection, p prop.Tagged, limit int) (ids []store.MessageID, ok bool, err error) {
	query, key := "", int64(0)
	if p.Tag == tagMessageDeliveryTime && p.Value.Type() == mapi.PtypTime && p.Value.FileTime() > 0 && p.Value.FileTime() == columnTime(p.Value) {
		query, key = "SELECT mid FROM message WHERE folder = ? AND part = ? AND received = ?", int64(p.Value.FileTime())
	}
	for _, c := range lookupColumns {
		if c.tag != p.Tag || query != "" {
			continue
		}
		if key, _ = lookupKey(c.tag, p.Value); key == anyValue {
			return nil, false, nil
		}
		query = "SELECT mid FROM message WHERE folder = ? AND part = ? AND " + c.column + " IN (?, 0)"
	}
	version, err := r.found(sel)
	if query == "" || version != 0 || err != nil {
		return nil, false, err
	}
	err = r.c.each(query, []any{int64(sel.Folder), part(sel.Associated, sel.Deleted), key}, func(rows *sql.Rows) error {
		if len(ids) == limit {
			return errEnough
		}
		var id store.MessageID
		err := rows.Scan(into(&id))
		ids = append(ids, id)
		return err
	})
	if errors.Is(err, errEnough) {
		return nil, false, nil
	}
	slices.Sort(ids)
	return ids, err == nil, err
}

// updateLookup sets all numbers of a message.
var updateLookup = func() string {
	var set []string
	for _, l := range lookupColumns {
		set = append(set, l.column+" = ?")
	}
	return "UPDATE message SET " + strings.Join(set, ", ") + " WHERE folder = ? AND part = ? AND mid = ?"
}()

// updateLookups sets the numbers of a message that was changed, if they are others: most changes leave them alone, and
// each has an index.
func (t *tx) updateLookups(m store.Message, before, now [len(lookupColumns)]any) error {
	if before == now {
		return nil
	}
	return t.c.exec(updateLookup, append(now[:], int64(m.Folder), part(m.Associated, m.Deleted), int64(m.ID))...)
}
