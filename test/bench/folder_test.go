package bench

import (
	"crypto/md5" //nolint:gosec // numbers that come in no order
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// bodySize is the size of the body of every message in a filled folder.
const bodySize = 2000

// fillFolder makes a folder of n messages below the top of alice's mailbox. Subjects come in no order, times ascend.
func fillFolder(b *testing.B, st *sqlite.Store, name string, n int) mapi.ID {
	b.Helper()
	mailbox := mailboxOf(b, st)
	scope := store.Scope{Mailboxes: []store.MailboxID{mailbox.ID}}
	var folder store.Folder
	err := st.Update(b.Context(), scope, func(tx store.Tx) (err error) {
		folder, err = tx.CreateFolder(store.NewFolder{
			Mailbox: mailbox.ID, Parent: mailbox.Special[store.SpecialIPMSubtree], Type: store.FolderGeneric,
			Special: store.SpecialCount, Name: name, Class: "IPF.Note",
		})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	const batch = 1000
	body := prop.String(string(make([]byte, bodySize)))
	for start := 0; start < n; start += batch {
		err := st.Update(b.Context(), scope, func(tx store.Tx) error {
			for i := start; i < min(start+batch, n); i++ {
				props := messageProps(i, body)
				if i == n-sought {
					props[0].Value = prop.String("IPM.Note.Sought")
				}
				if _, err := tx.CreateMessage(store.NewMessage{Folder: folder.ID, Flags: mapi.MfRead, Props: props}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return mapi.NewID(1, uint64(folder.ID))
}

// messageProps are the properties of message i of a folder.
func messageProps(i int, body prop.Value) []prop.Tagged {
	clock := mapi.NewFileTime(time.Date(2025, time.March, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute))
	at, id := prop.Time(clock), md5.Sum([]byte(fmt.Sprint(i)))
	return []prop.Tagged{
		{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")},
		{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("Re: Figures of section %d for review", i*7919%100_003))},
		{Tag: mapi.TagSubjectPrefix, Value: prop.String("Re: ")},
		{Tag: mapi.TagNormalizedSubject, Value: prop.String(fmt.Sprintf("Figures of section %d for review", i*7919%100_003))},
		{Tag: mapi.TagSentRepresentingName, Value: prop.String(fmt.Sprintf("Sender %d", i%97))},
		{Tag: mapi.TagDisplayTo, Value: prop.String("Alice Adams; Bob Brown")},
		{Tag: mapi.TagMessageDeliveryTime, Value: at},
		{Tag: mapi.TagClientSubmitTime, Value: at},
		{Tag: mapi.TagImportance, Value: prop.Uint32(mapi.ImportanceNormal)},
		{Tag: mapi.TagSensitivity, Value: prop.Uint32(mapi.SensitivityNormal)},
		{Tag: mapi.TagSearchKey, Value: prop.Binary(append(binary.BigEndian.AppendUint64(nil, uint64(clock)), id[:8]...))},
		{Tag: mapi.TagInternetMessageId, Value: prop.String(fmt.Sprintf("<%x@mapid.test>", id))},
		{Tag: mapi.TagConversationIndex, Value: prop.Binary(msgprops.ConversationIndex(clock, id, false))},
		{Tag: mapi.TagBody, Value: body},
	}
}

// hotColumns are twelve columns that clients show; hotQuery reads the same from the database with nothing in between.
var hotColumns = []mapi.PropTag{
	mapi.TagMid, mapi.TagMessageClass, mapi.TagSubject, mapi.TagSentRepresentingName, mapi.TagDisplayTo,
	mapi.TagMessageDeliveryTime, mapi.TagClientSubmitTime, mapi.TagImportance, mapi.TagMessageFlags, mapi.TagMessageSize,
	mapi.TagHasAttachments, mapi.TagLastModificationTime,
}

const hotQuery = `SELECT mid, class, subject, sender, display_to, received, submitted, importance, flags, size, attachments, modified
	FROM message WHERE folder = ? AND part = 0 `
