// Package submit works out what becomes of a message that is submitted, [MS-OXOMSG] 3.3.5.1.3: who sends it, in whose
// name, when, and what the server sets on it; and the receipts for those that are read. It knows no handles and no
// sessions, and writes nothing.
package submit

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Request is a message that somebody submits.
type Request struct {
	Directory *store.Snapshot
	User      *store.Entry // who submits
	Owner     *store.Entry // whose mailbox it is in
	// OwnerRights says that the user has all rights on the mailbox.
	OwnerRights bool
	// Is reports whether a name of the directory is the user's, or that of a list they are on.
	Is      func(name string) bool
	Props   []store.Property // of the message
	Rows    []store.Recipient
	Now     mapi.FileTime
	Locale  uint32 // LCID of the logon
	Host    string // of message ids
	ID      [16]byte
	Profile *profile.Submit
}

// Prepared is what becomes of it.
type Prepared struct {
	Set        []prop.Tagged
	Due        mapi.FileTime
	Refusal    string // status with which all recipients are refused, or empty
	Recipients []store.SubmissionRecipient
}

// Prepare works out what becomes of a message that is submitted. Errors are those of the protocol.
func Prepare(r Request) (Prepared, error) {
	p := Prepared{Due: r.due()}
	if len(r.Rows) == 0 {
		return p, mapi.ErrNoRecipients
	}
	sender, represented, allowed := r.parties()
	if !allowed {
		if r.Profile.SenderRefusal != mapi.Success {
			return p, r.Profile.SenderRefusal
		}
		p.Refusal = NotAllowed
	}
	p.Set = append(sender.Props(msgprops.Sender()), represented...)
	p.Set = append(p.Set,
		prop.Tagged{Tag: mapi.TagClientSubmitTime, Value: prop.Time(r.Now)}, prop.Tagged{Tag: mapi.TagProviderSubmitTime, Value: prop.Time(r.Now)},
		prop.Tagged{Tag: mapi.TagContentFilterSpamConfidenceLevel, Value: prop.Int32(-1)},
		prop.Tagged{Tag: mapi.TagMessageLocaleId, Value: prop.Uint32(r.Locale)})
	if r.get(mapi.TagInternetMessageId).Str() == "" {
		p.Set = append(p.Set, prop.Tagged{Tag: mapi.TagInternetMessageId, Value: prop.String("<" + hex.EncodeToString(r.ID[:]) + "@" + r.Host + ">")})
	}
	if len(r.get(mapi.TagConversationIndex).Bytes()) == 0 {
		index := msgprops.ConversationIndex(r.Now, r.ID, r.Profile.ConversationIndexNew)
		p.Set = append(p.Set, prop.Tagged{Tag: mapi.TagConversationIndex, Value: prop.Binary(index)})
	}
	if r.get(r.dueTag()).IsZero() && p.Due > r.Now { // worked out from a number of units
		p.Set = append(p.Set, prop.Tagged{Tag: r.dueTag(), Value: prop.Time(p.Due)})
	}
	for _, row := range r.Rows {
		p.Recipients = append(p.Recipients, store.SubmissionRecipient{RowID: row.RowID, Address: address(row.Props)})
	}
	return p, nil
}

// NotAllowed is the status that refuses somebody who may not send in a name, RFC 3463 3.8.
const NotAllowed = "5.7.1"

// address is that of a recipient, for people to read.
func address(props []prop.Tagged) string {
	for _, tag := range []mapi.PropTag{mapi.TagSmtpAddress, mapi.TagEmailAddress, mapi.TagDisplayName} {
		for _, p := range props {
			if p.Tag.ID() == tag.ID() && p.Value.Str() != "" {
				return p.Value.Str()
			}
		}
	}
	return ""
}

func (r *Request) get(tag mapi.PropTag) prop.Value {
	for _, p := range r.Props {
		if p.Tag.ID() == tag.ID() && p.Size == 0 && prop.SameType(p.Value.Type(), tag.Type()) {
			return p.Value
		}
	}
	return prop.Value{}
}

// parties finds out who sends the message and in whose name, and whether they may. A message without a
// PidTagSentRepresentingEntryId and the like, or with empty ones, is in the name of the mailbox's owner, [MS-OXOMSG] 3.2.4.1.
// Meetings that are passed on keep the name of their organiser.
func (r *Request) parties() (sender msgprops.Party, represented []prop.Tagged, allowed bool) {
	user := mailconv.PartyOf(r.User)
	chosen, given := r.represented()
	switch {
	case !given:
		chosen = r.Owner
	case strings.HasPrefix(strings.ToUpper(r.get(mapi.TagMessageClass).Str()+"."), "IPM.SCHEDULE."):
		if chosen == nil {
			return user, nil, true
		}
		return user, mailconv.PartyOf(chosen).Props(msgprops.SentRepresenting()), true
	case chosen == nil:
		return user, nil, false
	}
	party := mailconv.PartyOf(chosen)
	represented = party.Props(msgprops.SentRepresenting())
	switch {
	case chosen.MId == r.User.MId, r.listed(chosen, "delegates"): // in their own name, or on behalf of somebody
		return user, represented, true
	case r.listed(chosen, "send_as"), chosen.MId == r.Owner.MId && r.OwnerRights: // as somebody
		return party, represented, true
	}
	return user, represented, false
}

// listed reports whether the user is among those that an attribute of an entry names.
func (r *Request) listed(e *store.Entry, attribute string) bool {
	return slices.ContainsFunc(e.Attributes[attribute], r.Is)
}

// represented finds who the message says it is from; given is false if it does not say.
func (r *Request) represented() (e *store.Entry, given bool) {
	role := msgprops.SentRepresenting()
	kind, text, id := r.get(role.AddressType).Str(), r.get(role.Address).Str(), r.get(role.EntryID).Bytes()
	if text == "" && len(id) == 0 {
		return nil, false
	}
	if entry, err := msgprops.ParseAddressBookEntryID(id); err == nil {
		kind, text = "EX", entry.DN
	} else if one, err := msgprops.ParseOneOffEntryID(id); err == nil && text == "" {
		kind, text = one.AddressType, one.EmailAddress
	}
	if strings.EqualFold(kind, "EX") {
		return r.Directory.ByDN(text), true
	}
	return r.Directory.ByMail(text), true
}

// Units of PidTagDeferredSendUnits, [MS-OXOMSG] 2.2.3.8.
var units = []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// maxNumber is the largest PidTagDeferredSendNumber, [MS-OXOMSG] 2.2.3.7.
const maxNumber = 999

// dueTag is the property that says when a message is sent.
func (r *Request) dueTag() mapi.PropTag {
	if r.Profile.DeferredDelivery {
		return mapi.TagDeferredDeliveryTime
	}
	return mapi.TagDeferredSendTime
}

// due is when the message is to be sent.
func (r *Request) due() mapi.FileTime {
	if v := r.get(r.dueTag()); !v.IsZero() {
		return max(v.FileTime(), r.Now)
	}
	number, unit := r.get(mapi.TagDeferredSendNumber), r.get(mapi.TagDeferredSendUnits)
	if number.IsZero() || number.Int() <= 0 || number.Int() > maxNumber || unit.Int() < 0 || unit.Int() >= int64(len(units)) {
		return r.Now
	}
	return mapi.NewFileTime(r.Now.Time().Add(time.Duration(number.Int()) * units[unit.Int()]))
}
