package msgprops

import (
	"crypto/md5" //nolint:gosec // the specification's own hash, not a protection
	"strings"
	"unicode"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// conversationHeader is the size of a conversation index without response levels, [MS-OXOMSG] 2.2.1.3.
const conversationHeader = 22

// ConversationIndex returns the index of a message that starts a conversation, [MS-OXOMSG] 2.2.1.3. newLayout keeps the
// 40 high bits of the time; up to Exchange 2010 the eight highest were left out in favour of eight lower ones. id is the
// new conversation's own, in the order in which its bytes go out.
func ConversationIndex(t mapi.FileTime, id [16]byte, newLayout bool) []byte {
	shift := 16
	if newLayout {
		shift = 24
	}
	v := uint64(t) >> shift
	b := make([]byte, 0, conversationHeader)
	b = append(b, 1, byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	return append(b, id[:]...)
}

// ConversationID computes PidTagConversationId, [MS-OXOMSG] 2.2.1.2: from the index if tracking says so, else from the
// topic. ok is false if there is neither.
func ConversationID(index []byte, tracking bool, topic string) (id [16]byte, ok bool) {
	if tracking && len(index) >= conversationHeader && index[0] == 1 {
		return [16]byte(index[6:conversationHeader]), true
	}
	topic, _, _ = strings.Cut(topic, "\x00")
	if topic == "" {
		return id, false
	}
	var w wire.Writer
	w.UTF16(strings.Map(unicode.ToUpper, topic))
	const maxBytes = 2 * 255
	return md5.Sum(w.Buf[:min(w.Len(), maxBytes)]), true
}
