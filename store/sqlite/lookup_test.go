package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// TestLookupKnows checks which values this engine looks up: what it does not, a table finds by a look at every message.
func TestLookupKnows(t *testing.T) {
	t.Parallel()
	s, _, folder := openAt(t, filepath.Join(t.TempDir(), "store.db"), Off)
	for _, c := range []struct {
		name  string
		tag   mapi.PropTag
		value prop.Value
		want  bool
	}{
		{"MessageClass", mapi.TagMessageClass, prop.String("IPM.Appointment"), true},
		{"UsualMessageClass", mapi.TagMessageClass, prop.String("IPM.note"), false},
		{"MessageClassNotPlain", mapi.TagMessageClass, prop.String("IPM.Ä"), false},
		{"InternetMessageID", mapi.TagInternetMessageId, prop.String("<a@b>"), true},
		{"SearchKey", mapi.TagSearchKey, prop.Binary(make([]byte, 16)), true},
		{"LongSearchKey", mapi.TagSearchKey, prop.Binary(make([]byte, 256)), false},
		{"SourceKey", mapi.TagSourceKey, prop.Binary(make([]byte, 22)), true},
		{"ConversationIndex", mapi.TagConversationIndex, prop.Binary(make([]byte, 27)), true},
		{"DeliveryTime", mapi.TagMessageDeliveryTime, prop.Time(1), true},
		{"NoDeliveryTime", mapi.TagMessageDeliveryTime, prop.Time(0), false},
		{"DeliveryTimeBeyondSQL", mapi.TagMessageDeliveryTime, prop.Time(1 << 63), false},
		{"Importance", mapi.TagImportance, prop.Int32(1), false},
	} {
		err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
			ids, known, err := r.Lookup(store.Selection{Folder: folder}, prop.Tagged{Tag: c.tag, Value: c.value}, 1)
			if known != c.want || len(ids) != 0 {
				t.Errorf("%s: %d, %v, want %v", c.name, ids, known, c.want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
