package object

import (
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// derived gives properties that follow from stored ones when they are not stored themselves.
func (m *Message) derived(r store.Reader, tag mapi.PropTag) (prop.Value, error) {
	var v prop.Value
	var err error
	switch tag.ID() {
	case mapi.TagSubject.ID(), mapi.TagSubjectPrefix.ID(), mapi.TagNormalizedSubject.ID():
		v, err = m.derivedSubject(r, tag)
	case mapi.TagBody.ID(), mapi.TagHtml.ID(), mapi.TagRtfCompressed.ID(), mapi.TagRtfInSync.ID(), mapi.TagInternetCodepage.ID(),
		mapi.TagNativeBody.ID():
		v, err = m.derivedBody(r, tag)
	case mapi.TagConversationId.ID():
		v, err = m.conversation(r)
	case mapi.TagHasNamedProperties.ID():
		v, err = m.hasNamed(r)
	}
	if err != nil {
		return prop.Value{}, err
	}
	if v = matching(v, tag); v.IsZero() {
		return notFound, nil
	}
	return v, nil
}

// derivedSubject answers the three subject properties from the others, [MS-OXCMSG] 2.2.1.46.
func (m *Message) derivedSubject(r store.Reader, tag mapi.PropTag) (prop.Value, error) {
	props, err := m.work.Props(r, mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject)
	if err != nil {
		return prop.Value{}, err
	}
	var o Opened
	o.subject(props)
	switch {
	case !o.HasSubject && !o.HasPrefix:
		return prop.Value{}, nil
	case tag.ID() == mapi.TagSubjectPrefix.ID():
		return prop.String(o.SubjectPrefix), nil
	case tag.ID() == mapi.TagNormalizedSubject.ID():
		return prop.String(o.NormalizedSubject), nil
	}
	return prop.String(o.SubjectPrefix + o.NormalizedSubject), nil
}

// subjectTags are the three properties that make a subject.
var subjectTags = []mapi.PropTag{mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject}

// pendingSubject gives the three subject properties, by id, as a save would leave them; nothing if none was changed.
func (m *Message) pendingSubject(r store.Reader) (map[uint16]prop.Value, error) {
	if !slices.ContainsFunc(subjectTags, m.work.Changed) {
		return nil, nil
	}
	props, err := m.work.Props(r, subjectTags...)
	if err != nil {
		return nil, err
	}
	subject, ok := msgprops.Saved{Get: func(tag mapi.PropTag) prop.Value { return valueOf(props, tag) }, Changed: m.work.Changed}.Subject()
	if !ok {
		return nil, nil
	}
	return map[uint16]prop.Value{
		mapi.TagSubject.ID():           prop.String(subject.String()),
		mapi.TagSubjectPrefix.ID():     prop.String(subject.Prefix),
		mapi.TagNormalizedSubject.ID(): prop.String(subject.Normalized),
	}, nil
}

// conversation computes PidTagConversationId where no save has stored it, in versions that know it.
func (m *Message) conversation(r store.Reader) (prop.Value, error) {
	if m.logon.env.hides(mapi.TagConversationId.ID()) {
		return prop.Value{}, nil
	}
	tags := []mapi.PropTag{mapi.TagConversationIndex, mapi.TagConversationIndexTracking, mapi.TagConversationTopic}
	props, err := m.work.Props(r, tags...)
	if err != nil {
		return prop.Value{}, err
	}
	return conversationID(valueOf(props, tags[0]), valueOf(props, tags[1]), valueOf(props, tags[2])), nil
}

func (m *Message) hasNamed(r store.Reader) (prop.Value, error) {
	props, err := m.work.Props(r)
	if err != nil {
		return prop.Value{}, err
	}
	for i := range props {
		if props[i].Tag.IsNamed() {
			return prop.Bool(true), nil
		}
	}
	return prop.Bool(false), nil
}
