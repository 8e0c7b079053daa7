package store

import "github.com/mapid/mapid/internal/prop"

// LookupReader finds messages by the value of one property, in folders of any size.
type LookupReader interface {
	// Lookup lists, by id, the messages of a selection that may have a value of a property: all that have it, texts
	// compared as tables compare them in any locale, and perhaps some others. Of PidTagConversationIndex it lists those
	// that begin with the first 22 bytes of the value, which are the same throughout a conversation. ok is false if only a
	// look at every message can tell: the engine keeps no way to such values, or there are more than limit messages.
	Lookup(sel Selection, p prop.Tagged, limit int) (ids []MessageID, ok bool, err error)
}
