package submit

import (
	"crypto/rand"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Enqueue marks a message that was just saved as submitted, and makes its submission. Held submissions wait for a client
// to send them.
func (r Request) Enqueue(tx store.Tx, saved store.Message, held bool) (store.Message, error) {
	if r.User == nil || r.Owner == nil {
		return saved, mapi.ErrUnknownUser
	}
	rand.Read(r.ID[:])
	var err error
	if r.Props, err = tx.Props(saved.Bag); err != nil {
		return saved, err
	}
	if r.Rows, err = tx.Recipients(saved.Bag); err != nil {
		return saved, err
	}
	p, err := Prepare(r)
	if err != nil {
		return saved, err
	}
	mailbox := saved.Mailbox
	saved, err = tx.SaveMessage(saved.ID, store.MessageEdit{
		ContentEdit: store.ContentEdit{Edit: store.Edit{Set: p.Set}}, Flags: mapi.MfSubmitted, FlagsMask: mapi.MfSubmitted | mapi.MfUnsent,
	})
	if err != nil {
		return saved, err
	}
	_, err = tx.Submit(store.NewSubmission{Mailbox: mailbox, Message: saved.ID, Held: held, Due: p.Due, Refusal: p.Refusal, Recipients: p.Recipients})
	if errors.Is(err, store.ErrExists) {
		err = mapi.ErrSubmitted
	}
	return saved, err
}

// TransportProps are the properties that RopTransportSend returns.
func TransportProps() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.TagSenderName, mapi.TagSenderEntryId, mapi.TagSenderSearchKey, mapi.TagSenderAddressType, mapi.TagSenderEmailAddress,
		mapi.TagSentRepresentingName, mapi.TagSentRepresentingEntryId, mapi.TagSentRepresentingSearchKey,
		mapi.TagSentRepresentingAddressType, mapi.TagSentRepresentingEmailAddress, mapi.TagClientSubmitTime, mapi.TagProviderSubmitTime,
	}
}
