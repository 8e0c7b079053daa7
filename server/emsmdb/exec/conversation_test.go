package exec_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// TestConversationTable opens a conversation table in each version, [MS-OXCFOLD] 3.2.5.14 <22>, and restricts it to a
// conversation, [MS-OXCTABL] 3.1.4.6. Where the id is not stored it follows from the index or from the topic,
// [MS-OXOMSG] 2.2.1.2; the versions before know no such property.
func TestConversationTable(t *testing.T) {
	t.Parallel()
	thread := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	byTopic, _ := msgprops.ConversationID(nil, false, "Lunch")
	stored := [16]byte{99}
	for _, tt := range []struct {
		profile         string
		refused         mapi.ErrorCode
		tracked, topics []string
		own             []string
	}{
		{profile: "exchange2003", refused: mapi.ErrInvalidParameter},
		{profile: "exchange2007"}, // the flag is ignored, and no message has an id
		{"exchange2010-sp1", mapi.Success, []string{"first", "reply"}, []string{"untracked", "topic"}, []string{"stored"}},
		{"exchange2016", mapi.Success, []string{"first", "reply"}, []string{"untracked", "topic"}, []string{"stored"}},
	} {
		w := newWorld(t, withProfile(tt.profile), withSeed(numbered(0)))
		inbox := store.FolderID(w.inbox().FolderIDs[fidInbox].Counter())
		index := func(n int) prop.Tagged {
			b := append([]byte{1, 0, 0, 0, 0, 0}, thread[:]...)
			return prop.Tagged{Tag: mapi.TagConversationIndex, Value: prop.Binary(append(b, make([]byte, 5*n)...))}
		}
		tracking := prop.Tagged{Tag: mapi.TagConversationIndexTracking, Value: prop.Bool(true)}
		topic := prop.Tagged{Tag: mapi.TagConversationTopic, Value: prop.String("Lunch")}
		scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}}
		err := w.store.Update(context.Background(), scope, func(tx store.Tx) error {
			for _, m := range []struct {
				subject string
				props   []prop.Tagged
			}{
				{"first", []prop.Tagged{index(0), tracking, topic}}, {"reply", []prop.Tagged{index(1), tracking}},
				{"untracked", []prop.Tagged{index(2), topic}}, {"topic", []prop.Tagged{topic}}, {"none", nil},
				{"stored", []prop.Tagged{index(0), tracking, {Tag: mapi.TagConversationId, Value: prop.Binary(stored[:])}}},
			} {
				props := append(m.props, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(m.subject)})
				if _, err := tx.CreateMessage(store.NewMessage{Folder: inbox, Props: props}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		open := &rop.GetContentsTableRequest{InOut: inOut(1, 2), TableFlags: mapi.TableConversationMembers}
		if got := w.code(open); got != tt.refused {
			t.Errorf("%s: %v, want %v", tt.profile, got, tt.refused)
		}
		if tt.refused != mapi.Success {
			continue
		}
		if n := one[*rop.GetContentsTableResponse](w, open).RowCount; n != 6 {
			t.Errorf("%s: %d rows", tt.profile, n)
		}
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: []mapi.PropTag{mapi.TagSubject, mapi.TagConversationId, mapi.TagMid}})
		for _, c := range []struct {
			id   [16]byte
			want []string
		}{{thread, tt.tracked}, {byTopic, tt.topics}, {stored, tt.own}} {
			one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: propEqual(mapi.TagConversationId, prop.Binary(c.id[:]))})
			page := w.rows(10)
			if got := subjects(page, 0); !slices.Equal(got, c.want) {
				t.Errorf("%s: conversation %X has %q, want %q", tt.profile, c.id, got, c.want)
			}
			for _, row := range page.Rows { // as the message has it
				w.openAt(3, row.Values[2].ObjectID(), mapi.OpenModeReadOnly)
				if v := w.props(3, mapi.TagConversationId)[0]; fmt.Sprintf("%X", v.Bytes()) != fmt.Sprintf("%X", c.id) {
					t.Errorf("%s: the message %q is of conversation %v", tt.profile, row.Values[0].Str(), v)
				}
			}
		}
	}
}
