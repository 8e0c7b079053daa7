package object

import (
	"context"
	"github.com/mapid/mapid/server/emsmdb/draft"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// editRule says what becomes of a property that a client sets on a message or an attachment.
type editRule uint8

const (
	editFree     editRule = iota
	editIgnored           // the server sets it, whatever the client does
	editComputed          // the server computes it: a problem, ecComputed
	editReadOnly          // read-only: what comes of it is told by the save, [MS-OXCMSG] 3.2.5.3
)

// messageEditRules are the rules of messages but for those of messages that were never saved.
var messageEditRules = rulesOf(map[editRule][]mapi.PropTag{
	editIgnored: {mapi.TagLastModifierName, mapi.TagLastModifierEntryId, mapi.TagLocalCommitTime},
	editReadOnly: { // [MS-OXCMSG] 2.2.1.1, 2.2.1.2, 2.2.1.6 to 2.2.1.8
		mapi.TagAccess, mapi.TagAccessLevel, mapi.TagChangeKey, mapi.TagCreationTime, mapi.TagLastModificationTime,
		mapi.TagObjectType, mapi.TagRecordKey, mapi.TagSearchKey, mapi.TagHasAttachments, mapi.TagMessageFlags,
		mapi.TagMessageSize, mapi.TagMessageStatus,
	},
	editComputed: {
		mapi.TagMid, mapi.TagFolderId, mapi.TagParentFolderId, mapi.TagInstID, mapi.TagInstanceNum, mapi.TagInstanceKey,
		mapi.TagEntryId, mapi.TagParentEntryId, mapi.TagLongTermEntryIdFromTable, mapi.TagSourceKey, mapi.TagParentSourceKey,
		mapi.TagPredecessorChangeList, mapi.TagChangeNumber, mapi.TagStoreEntryId, mapi.TagStoreRecordKey,
		mapi.TagMappingSignature, mapi.TagAssociated, mapi.TagRead, mapi.TagHasNamedProperties, mapi.TagMessageRecipients,
		mapi.TagMessageAttachments, mapi.TagRowType, mapi.TagDepth,
	},
})

// newMessageEditRules are those of messages that were never saved where they are others: a client may still say when
// a message was made and whether it has been read.
var newMessageEditRules = rulesOf(map[editRule][]mapi.PropTag{
	editFree: {mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagSearchKey, mapi.TagMessageFlags},
})

// attachmentEditRules are the rules of attachments.
var attachmentEditRules = rulesOf(map[editRule][]mapi.PropTag{
	editReadOnly: {mapi.TagAttachSize},
	editComputed: {
		mapi.TagAttachNumber, mapi.TagAccess, mapi.TagAccessLevel, mapi.TagRecordKey, mapi.TagObjectType, mapi.TagStoreEntryId,
		mapi.TagStoreRecordKey, mapi.TagMappingSignature, mapi.TagInstanceKey, mapi.TagRowType,
	},
})

func rulesOf(byRule map[editRule][]mapi.PropTag) map[uint16]editRule {
	m := make(map[uint16]editRule)
	for rule, tags := range byRule {
		for _, tag := range tags {
			m[tag.ID()] = rule
		}
	}
	return m
}

// storableType reports whether properties can have a type: an object is opened, and the others are no values.
func storableType(t mapi.PropType) bool {
	switch t {
	case mapi.PtypUnspecified, mapi.PtypNull, mapi.PtypErrorCode, mapi.PtypObject:
		return false
	}
	return true
}

// editor edits a draft under rules.
type editor struct {
	work   *draft.Draft
	stages *stages
	rule   func(id uint16) editRule
	// touched is told of a read-only property.
	touched func()
	// adjust turns a value that a client sets into what is kept; nil keeps all.
	adjust func(p prop.Tagged) prop.Value
}

// setProps implements Editable for what has a working copy.
func (e *editor) setProps(ctx context.Context, props []prop.Tagged) (problems []Problem, err error) {
	var dropped []store.StageID
	for i, p := range props {
		if !storableType(p.Tag.Type()) || !storableType(p.Value.Type()) {
			problems = append(problems, Problem{i, p.Tag, mapi.ErrInvalidType})
			continue
		}
		switch e.rule(p.Tag.ID()) {
		case editComputed:
			problems = append(problems, Problem{i, p.Tag, mapi.ErrComputed})
		case editReadOnly:
			e.touched()
		case editFree:
			if e.adjust != nil {
				p.Value = e.adjust(p)
			}
			dropped = append(dropped, e.work.Set(draft.Change{Tag: p.Tag.WithType(prop.UnicodeType(p.Tag.Type())), Value: p.Value, Client: true}))
		}
	}
	return problems, e.stages.drop(ctx, dropped...)
}

// deleteProps implements Editable for what has a working copy.
func (e *editor) deleteProps(ctx context.Context, tags []mapi.PropTag) (problems []Problem, err error) {
	var dropped []store.StageID
	for i, tag := range tags {
		switch e.rule(tag.ID()) {
		case editComputed, editReadOnly:
			problems = append(problems, Problem{i, tag, mapi.ErrComputed})
		case editFree:
			dropped = append(dropped, e.work.Set(draft.Change{Tag: tag, Gone: true, Client: true}))
		}
	}
	return problems, e.stages.drop(ctx, dropped...)
}

// setStaged implements Editable for what has a working copy.
func (e *editor) setStaged(ctx context.Context, value store.Staged) error {
	tag := value.Tag.WithType(prop.UnicodeType(value.Tag.Type()))
	if tag.Type() != mapi.PtypString && tag.Type() != mapi.PtypBinary {
		return mapi.ErrNoSupport
	}
	if e.rule(tag.ID()) != editFree {
		return mapi.ErrAccessDenied
	}
	e.stages.add(value.Stage)
	return e.stages.drop(ctx, e.work.Set(draft.Change{Tag: tag, Stage: value.Stage, Client: true}))
}

// editor returns what edits the message, or why nobody may.
func (m *Message) editor() (*editor, error) {
	if !m.writable {
		return nil, mapi.ErrAccessDenied
	}
	return &editor{work: m.work, stages: m.stages, rule: m.editRule, touched: func() { m.touchedReadOnly = true }, adjust: m.adjust}, nil
}

func (m *Message) editRule(id uint16) editRule {
	if rule, ok := newMessageEditRules[id]; ok && m.fresh {
		return rule
	}
	return messageEditRules[id]
}

// clientFlags are the bits of PidTagMessageFlags that a client may set before the first save, [MS-OXCMSG] 2.2.1.6.
const clientFlags = mapi.MfRead | mapi.MfUnsent | mapi.MfResend

// adjust keeps the bits of PidTagMessageFlags that are not the client's out of what it sets.
func (m *Message) adjust(p prop.Tagged) prop.Value {
	if p.Tag != mapi.TagMessageFlags {
		return p.Value
	}
	flags := uint32(p.Value.Bits()) & clientFlags
	return prop.Uint32(msgprops.WithRead(flags, flags&mapi.MfRead != 0, m.logon.env.Profile.Message.EverRead))
}

// SetProps implements Editable.
func (m *Message) SetProps(ctx context.Context, props []prop.Tagged) ([]Problem, error) {
	e, err := m.editor()
	if err != nil {
		return nil, err
	}
	return e.setProps(ctx, props)
}

// DeleteProps implements Editable.
func (m *Message) DeleteProps(ctx context.Context, tags []mapi.PropTag) ([]Problem, error) {
	e, err := m.editor()
	if err != nil {
		return nil, err
	}
	return e.deleteProps(ctx, tags)
}

// SetStaged implements Editable.
func (m *Message) SetStaged(ctx context.Context, value store.Staged) error {
	e, err := m.editor()
	if err != nil {
		return err
	}
	return e.setStaged(ctx, value)
}

// openValue implements Editable.
func (m *Message) openValue(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	return m.work.Open(r, tag)
}

// editor returns what edits the attachment, or why nobody may.
func (a *Attachment) editor() (*editor, error) {
	if !a.writable {
		return nil, mapi.ErrAccessDenied
	}
	return &editor{
		work: a.work, stages: a.stages, rule: func(id uint16) editRule { return attachmentEditRules[id] },
		touched: func() { a.touchedSize = true },
	}, nil
}

// SetProps implements Editable.
func (a *Attachment) SetProps(ctx context.Context, props []prop.Tagged) ([]Problem, error) {
	e, err := a.editor()
	if err != nil {
		return nil, err
	}
	return e.setProps(ctx, props)
}

// DeleteProps implements Editable.
func (a *Attachment) DeleteProps(ctx context.Context, tags []mapi.PropTag) ([]Problem, error) {
	e, err := a.editor()
	if err != nil {
		return nil, err
	}
	return e.deleteProps(ctx, tags)
}

// SetStaged implements Editable.
func (a *Attachment) SetStaged(ctx context.Context, value store.Staged) error {
	e, err := a.editor()
	if err != nil {
		return err
	}
	return e.setStaged(ctx, value)
}

// openValue implements Editable.
func (a *Attachment) openValue(r store.Reader, tag mapi.PropTag) (store.ValueReader, error) {
	return a.work.Open(r, tag)
}

var (
	_ Editable = (*Message)(nil)
	_ Editable = (*Attachment)(nil)
)
