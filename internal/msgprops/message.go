package msgprops

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Rules are the differences between server versions that this package knows; the profile has them.
type Rules struct {
	InitialFlags      uint32 // PidTagMessageFlags of a new message
	InitialAccess     uint32 // PidTagAccess of a new message
	TrustSender       bool
	SetsCreator       bool // creator, modifier and locale are set at creation already
	SetsDisplayLists  bool
	ConversationTopic bool // the server sets the topic
	ConversationID    bool
}

// Person is a user as messages remember one.
type Person struct {
	Name    string
	EntryID []byte // of the address book
}

// Created says who creates a message, when, and with which random bytes.
type Created struct {
	Now       mapi.FileTime
	By        Person
	SearchKey [16]byte
	Locale    uint32 // of the logon
	CodePage  uint32 // of the logon
	FAI       bool
}

// NewMessage returns what a message starts with, [MS-OXCMSG] 3.2.5.2. Identifiers and sizes are the store's.
func NewMessage(c Created, rules Rules) []prop.Tagged {
	flags := rules.InitialFlags
	if c.FAI {
		flags |= mapi.MfFAI
	}
	props := []prop.Tagged{
		{Tag: mapi.TagImportance, Value: prop.Uint32(mapi.ImportanceNormal)},
		{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")},
		{Tag: mapi.TagSensitivity, Value: prop.Uint32(mapi.SensitivityNormal)},
		{Tag: mapi.TagMessageFlags, Value: prop.Uint32(flags)},
		{Tag: mapi.TagHasAttachments, Value: prop.Bool(false)},
		{Tag: mapi.TagAccess, Value: prop.Uint32(rules.InitialAccess)},
		{Tag: mapi.TagAccessLevel, Value: prop.Uint32(mapi.AccessLevelModify)},
		{Tag: mapi.TagCreationTime, Value: prop.Time(c.Now)},
		{Tag: mapi.TagSearchKey, Value: prop.Binary(c.SearchKey[:])},
		{Tag: mapi.TagHasNamedProperties, Value: prop.Bool(false)},
	}
	if rules.SetsDisplayLists {
		props = append(props, displayLists(nil)...)
	}
	if rules.TrustSender {
		props = append(props, prop.Tagged{Tag: mapi.TagTrustSender, Value: prop.Uint32(1)})
	}
	if rules.SetsCreator {
		props = append(props, creator(c.By)...)
		props = append(props, modifier(c.By)...)
		props = append(props, locale(c.Locale, c.CodePage)...)
		props = append(props, prop.Tagged{Tag: mapi.TagLastModificationTime, Value: prop.Time(c.Now)})
	}
	return props
}

// locale is what a message tells of the language of who made it.
func locale(lcid, codePage uint32) []prop.Tagged {
	return []prop.Tagged{
		{Tag: mapi.TagLocaleId, Value: prop.Uint32(lcid)}, {Tag: mapi.TagMessageLocaleId, Value: prop.Uint32(lcid)},
		{Tag: mapi.TagMessageCodepage, Value: prop.Uint32(codePage)},
	}
}

func creator(p Person) []prop.Tagged {
	return []prop.Tagged{{Tag: mapi.TagCreatorName, Value: prop.String(p.Name)}, {Tag: mapi.TagCreatorEntryId, Value: prop.Binary(p.EntryID)}}
}

func modifier(p Person) []prop.Tagged {
	return []prop.Tagged{{Tag: mapi.TagLastModifierName, Value: prop.String(p.Name)}, {Tag: mapi.TagLastModifierEntryId, Value: prop.Binary(p.EntryID)}}
}

// Recipient is what the display lists need of a recipient.
type Recipient struct {
	Type        uint32 // PidTagRecipientType
	DisplayName string
}

// DisplayNameOf returns the name under which a recipient stands in display lists.
func DisplayNameOf(props []prop.Tagged) string {
	for _, tag := range []mapi.PropTag{mapi.TagDisplayName, mapi.TagRecipientDisplayName, mapi.TagSmtpAddress, mapi.TagEmailAddress} {
		for _, t := range props {
			if t.Tag.ID() == tag.ID() && t.Value.Str() != "" {
				return t.Value.Str()
			}
		}
	}
	return ""
}

// displayLists computes PidTagDisplayTo, Cc and Bcc, [MS-OXOMSG] 2.2.1.7 to 2.2.1.9: names joined by "; ".
func displayLists(recipients []Recipient) []prop.Tagged {
	const typeMask = 0x0F // without the flags of resending
	var names [4][]string
	for _, r := range recipients {
		if t := r.Type & typeMask; t < uint32(len(names)) {
			names[t] = append(names[t], r.DisplayName)
		}
	}
	list := func(tag mapi.PropTag, typ uint32) prop.Tagged {
		return prop.Tagged{Tag: tag, Value: prop.String(strings.Join(names[typ], "; "))}
	}
	return []prop.Tagged{
		list(mapi.TagDisplayTo, mapi.RecipientTo), list(mapi.TagDisplayCc, mapi.RecipientCc), list(mapi.TagDisplayBcc, mapi.RecipientBcc),
	}
}

// Saved is a message about to be saved. Get returns a property as it is to be saved, texts as PtypString, the zero Value
// if it is missing; Changed reports whether the client set it since the last save.
type Saved struct {
	Get         func(tag mapi.PropTag) prop.Value
	Changed     func(tag mapi.PropTag) bool
	Recipients  []Recipient
	Attachments int
	Now         mapi.FileTime
	By          Person
	FirstSave   bool
	Named       bool   // there is a named property
	Locale      uint32 // of the logon
	CodePage    uint32 // of the logon
	Internet    uint32 // the code page that mail uses for text of CodePage
}

// Save returns what a save sets besides what the client set, [MS-OXCMSG] 3.2.5.3: subject, display lists, flags,
// conversation, modifier and times. Identifiers, change numbers and sizes are the store's.
func Save(s Saved, rules Rules) []prop.Tagged {
	props := displayLists(s.Recipients)
	props = append(props, modifier(s.By)...)
	props = append(props,
		prop.Tagged{Tag: mapi.TagLocalCommitTime, Value: prop.Time(s.Now)},
		prop.Tagged{Tag: mapi.TagHasAttachments, Value: prop.Bool(s.Attachments > 0)},
		prop.Tagged{Tag: mapi.TagMessageFlags, Value: prop.Uint32(s.flags())},
		prop.Tagged{Tag: mapi.TagHasNamedProperties, Value: prop.Bool(s.Named)})
	if !s.FirstSave || !s.Changed(mapi.TagLastModificationTime) {
		props = append(props, prop.Tagged{Tag: mapi.TagLastModificationTime, Value: prop.Time(s.Now)})
	}
	if s.FirstSave {
		props = append(props, s.first()...)
	}
	subject, ok := s.Subject()
	if ok {
		props = append(props,
			prop.Tagged{Tag: mapi.TagSubject, Value: prop.String(subject.String())},
			prop.Tagged{Tag: mapi.TagSubjectPrefix, Value: prop.String(subject.Prefix)},
			prop.Tagged{Tag: mapi.TagNormalizedSubject, Value: prop.String(subject.Normalized)})
	}
	return append(props, s.conversation(subject, rules)...)
}

// first returns what only the first save sets, unless the message has it already.
func (s Saved) first() (props []prop.Tagged) {
	if s.Get(mapi.TagCreatorName).IsZero() {
		props = append(props, creator(s.By)...)
	}
	for _, p := range append(locale(s.Locale, s.CodePage), prop.Tagged{Tag: mapi.TagInternetCodepage, Value: prop.Uint32(s.Internet)}) {
		if s.Get(p.Tag).IsZero() {
			props = append(props, p)
		}
	}
	return props
}

// flags returns PidTagMessageFlags. A message that was not sent is unmodified until its second save; one that somebody
// else sent awaits the reports that its sender asked for, [MS-OXCMSG] 2.2.1.6.
func (s Saved) flags() uint32 {
	flags := MessageFlags(uint32(s.Get(mapi.TagMessageFlags).Bits()), s.Attachments)
	if !s.FirstSave {
		return flags &^ mapi.MfUnmodified
	}
	flags |= mapi.MfUnmodified
	if flags&(mapi.MfUnsent|mapi.MfRead) != 0 {
		return flags
	}
	if s.Get(mapi.TagReadReceiptRequested).Bool() {
		flags |= mapi.MfNotifyRead
	}
	if s.Get(mapi.TagNonReceiptNotificationRequested).Bool() {
		flags |= mapi.MfNotifyUnread
	}
	return flags
}

// Subject resolves the three subject properties, of which a client may have set any; ok is false if there is none. A
// subject that was set decides, and its prefix stands if it was set or still fits; otherwise the parts decide.
func (s Saved) Subject() (subject Subject, ok bool) {
	full, prefix, normalized := s.Get(mapi.TagSubject), s.Get(mapi.TagSubjectPrefix), s.Get(mapi.TagNormalizedSubject)
	if !isText(full) && !isText(prefix) && !isText(normalized) {
		return Subject{}, false
	}
	switch {
	case !isText(full), !s.Changed(mapi.TagSubject) && isText(normalized):
		return Subject{prefix.Str(), normalized.Str()}, true
	case isText(prefix) && (prefix.Str() != "" || s.Changed(mapi.TagSubjectPrefix)):
		return SplitSubjectAt(full.Str(), prefix.Str()), true
	}
	return SplitSubject(full.Str()), true
}

func isText(v prop.Value) bool { return v.Type() == mapi.PtypString || v.Type() == mapi.PtypString8 }

func (s Saved) conversation(subject Subject, rules Rules) (props []prop.Tagged) {
	topic := s.Get(mapi.TagConversationTopic)
	if rules.ConversationTopic && !isText(topic) && subject.Normalized != "" {
		topic = prop.String(subject.Normalized)
		props = append(props, prop.Tagged{Tag: mapi.TagConversationTopic, Value: topic})
	}
	if rules.ConversationID {
		id, ok := ConversationID(s.Get(mapi.TagConversationIndex).Bytes(), s.Get(mapi.TagConversationIndexTracking).Bool(), topic.Str())
		if ok {
			props = append(props, prop.Tagged{Tag: mapi.TagConversationId, Value: prop.Binary(id[:])})
		}
	}
	return props
}

// MessageFlags returns PidTagMessageFlags with mfHasAttach as the attachments have it, [MS-OXCMSG] 2.2.1.6.
func MessageFlags(flags uint32, attachments int) uint32 {
	flags &^= mapi.MfHasAttach
	if attachments > 0 {
		flags |= mapi.MfHasAttach
	}
	return flags
}

// WithRead returns PidTagMessageFlags of a message that becomes read or unread, [MS-OXCMSG] 2.2.1.6. everRead says
// whether the version sets and clears mfEverRead together with mfRead.
func WithRead(flags uint32, read, everRead bool) uint32 {
	bits := mapi.MfRead
	if everRead {
		bits |= mapi.MfEverRead
	}
	if read {
		return flags | bits
	}
	return flags &^ bits
}

// Size returns how much values count for in PidTagMessageSize: four bytes for each tag, and the bytes of each value.
func Size(props []prop.Tagged) (n int64) {
	for _, t := range props {
		n += 4 + int64(prop.ExtendedForm.ValueSize(t.Value))
	}
	return n
}
