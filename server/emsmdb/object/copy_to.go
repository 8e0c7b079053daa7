package object

import (
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/batch"
	"github.com/mapid/mapid/store"
)

// CopyToRequest says what RopCopyTo copies, [MS-OXCPRPT] 2.2.11.1.
type CopyToRequest struct {
	Excluded   []mapi.PropTag
	SubObjects bool
	Flags      uint8
}

func (r *CopyToRequest) excludes(tag mapi.PropTag) bool {
	return slices.ContainsFunc(r.Excluded, func(t mapi.PropTag) bool { return t.ID() == tag.ID() })
}

// CopyTo copies all properties that a client may write, but for those excluded, from one object to another of the same
// kind, [MS-OXCPRPT] 3.2.5.8. What an Operation is returned for is still to be done: the messages and folders in a folder.
func CopyTo(ctx context.Context, src, dst Editable, req CopyToRequest) ([]Problem, *batch.Operation, error) {
	c, err := newCopying(ctx, src, dst, req.Flags)
	if err != nil {
		return nil, nil, err
	}
	done := src.Logon().operation(false)
	switch src := src.(type) {
	case *Message:
		dst := dst.(*Message)
		if dst.isIn(src) {
			return nil, nil, mapi.ErrMessageCycle
		}
		return nil, done, c.message(ctx, src, dst, selection{
			props:      func(tag mapi.PropTag) bool { return !req.excludes(tag) && dst.editRule(tag.ID()) == editFree },
			recipients: req.SubObjects && !req.excludes(mapi.TagMessageRecipients), attachments: req.SubObjects && !req.excludes(mapi.TagMessageAttachments),
		})
	case *Attachment:
		return nil, done, c.attachment(ctx, src, dst.(*Attachment), selection{
			props:    func(tag mapi.PropTag) bool { return !req.excludes(tag) && attachmentEditRules[tag.ID()] == editFree },
			embedded: req.SubObjects && !req.excludes(mapi.TagAttachDataObject),
		})
	case *Folder:
		return c.folder(ctx, src, dst.(*Folder), req)
	}
	return nil, nil, mapi.ErrNoSupport
}

// isIn reports whether the message is embedded in another one, directly or not.
func (m *Message) isIn(other *Message) bool {
	for m.in != nil {
		if m = m.in.in; m == other || m.id != 0 && m.id == other.id {
			return true
		}
	}
	return false
}

// selection says what of a message or an attachment is copied.
type selection struct {
	props       func(mapi.PropTag) bool // nil copies none
	recipients  bool
	attachments bool
	embedded    bool
}

// message copies a message into another open one, for others once that is saved.
func (c *copying) message(ctx context.Context, src, dst *Message, sel selection) error {
	var have []store.Property
	var recipients []store.Recipient
	var attachments []*draft.Draft
	err := src.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		if have, err = dst.work.Props(r); err != nil {
			return err
		}
		if recipients, err = dst.work.RecipientList(r); err != nil {
			return err
		}
		attachments, err = dst.work.AttachmentList(r)
		return err
	})
	if err != nil {
		return gone(err)
	}
	sel.props = c.chosen(sel.props, have)
	sel.recipients = sel.recipients && (!c.keep || len(recipients) == 0)
	sel.attachments = sel.attachments && (!c.keep || len(attachments) == 0)
	copied, err := src.logon.env.clone(ctx, func(cl *cloner) (*draft.Draft, error) { return cl.message(src.work, sel, dst.depth) })
	if err != nil {
		return gone(err)
	}
	if err := c.adopt(ctx, copied, dst.work, dst.stages); err != nil {
		return err
	}
	for _, tag := range []mapi.PropTag{mapi.TagBody, mapi.TagHtml, mapi.TagRtfCompressed} {
		if _, ok := copied.Changes[tag.ID()]; ok {
			if err := replacedBodies(ctx, dst, tag); err != nil {
				return err
			}
		}
	}
	if sel.recipients {
		dst.setRecipients(copied.Recipients)
	}
	if sel.attachments {
		if err := dst.replaceAttachments(ctx, attachments, copied.Attachments); err != nil {
			return err
		}
	}
	if !c.move || !src.logon.env.Profile.Property.MovesObjects {
		return nil
	}
	if sel.recipients {
		src.setRecipients(nil)
	}
	if sel.attachments {
		if err := src.replaceAttachments(ctx, nil, nil); err != nil {
			return err
		}
	}
	return c.removeCopied(ctx, copied)
}

// replaceAttachments puts copies in the place of attachments; with neither it deletes all there are.
func (m *Message) replaceAttachments(ctx context.Context, old []*draft.Draft, copies map[uint32]*draft.Draft) error {
	if copies == nil {
		numbers, err := m.ValidAttachments(ctx)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			if err := m.DeleteAttachment(ctx, n); err != nil {
				return err
			}
		}
		return nil
	}
	for _, a := range old {
		if err := m.DeleteAttachment(ctx, a.Number); err != nil {
			return err
		}
	}
	for _, number := range slices.Sorted(maps.Keys(copies)) {
		a := copies[number]
		a.Number = m.nextAttachment
		m.nextAttachment++
		m.work.Keep(a)
	}
	return nil
}

// attachment copies an attachment into another open one, for others once that is saved.
func (c *copying) attachment(ctx context.Context, src, dst *Attachment, sel selection) error {
	var have []store.Property
	err := src.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		have, err = dst.work.Props(r)
		return err
	})
	if err != nil {
		return err
	}
	sel.props = c.chosen(sel.props, have)
	sel.embedded = sel.embedded && (!c.keep || dst.work.Message() == nil)
	copied, err := src.logon.env.clone(ctx, func(cl *cloner) (*draft.Draft, error) { return cl.attachment(src.work, sel, dst.depth) })
	if err != nil {
		return err
	}
	if err := c.adopt(ctx, copied, dst.work, dst.stages); err != nil {
		return err
	}
	if copied.Embedded != nil {
		if old := dst.work.Message(); old != nil {
			if err := dst.stages.drop(ctx, old.Discard()...); err != nil {
				return err
			}
		}
		dst.work.Embedded = copied.Embedded
	}
	if !c.move || !src.logon.env.Profile.Property.MovesObjects {
		return nil
	}
	return c.removeCopied(ctx, copied)
}

// chosen leaves out of a choice of properties what the destination has already, if that is to be kept.
func (c *copying) chosen(choice func(mapi.PropTag) bool, have []store.Property) func(mapi.PropTag) bool {
	if choice == nil || !c.keep {
		return choice
	}
	return func(tag mapi.PropTag) bool {
		return choice(tag) && !slices.ContainsFunc(have, func(p store.Property) bool { return p.Tag.ID() == tag.ID() })
	}
}

// adopt sets the properties of a copy in a working copy, which takes all its stages.
func (c *copying) adopt(ctx context.Context, copied, to *draft.Draft, stages *stages) error {
	copied.EachStage(stages.add)
	var dropped []store.StageID
	for _, ch := range copied.Changes {
		dropped = append(dropped, to.Set(ch))
	}
	return stages.drop(ctx, dropped...)
}

// removeCopied removes from the source what was copied.
func (c *copying) removeCopied(ctx context.Context, copied *draft.Draft) error {
	tags := make([]mapi.PropTag, 0, len(copied.Changes))
	for _, ch := range copied.Changes {
		tags = append(tags, ch.Tag)
	}
	_, err := DeleteProperties(ctx, c.src, tags)
	return err
}

// folder copies the properties of a folder at once, and plans the copy of what is in it.
func (c *copying) folder(ctx context.Context, src, dst *Folder, req CopyToRequest) ([]Problem, *batch.Operation, error) {
	l := src.logon
	if (l.Public() || dst.logon.Public()) && !l.env.Profile.Property.PublicFolders {
		return nil, nil, mapi.ErrNoSupport
	}
	s, err := l.state(ctx, src.id)
	if err != nil {
		return nil, nil, err
	}
	if err := l.require(s, Rights(mapi.RightReadAny)); err != nil {
		return nil, nil, err
	}
	if err := dst.notBelow(ctx, src.id); err != nil {
		return nil, nil, err
	}
	op, err := c.contents(ctx, src, dst, req)
	if err != nil {
		return nil, nil, err
	}
	var tags []mapi.PropTag
	for _, p := range s.Props {
		if !req.excludes(p.Tag) && folderRefusal(p.Tag) == mapi.Success && !slices.ContainsFunc(notCopied, func(t mapi.PropTag) bool { return t.ID() == p.Tag.ID() }) {
			tags = append(tags, p.Tag)
		}
	}
	for _, tag := range []mapi.PropTag{mapi.TagDisplayName, mapi.TagContainerClass} { // which the store keeps elsewhere
		if v, err := src.Get(ctx, []mapi.PropTag{tag}); err == nil && !isNotFound(v[0]) && !req.excludes(tag) {
			tags = append(tags, tag)
		}
	}
	problems, err := CopyProperties(ctx, src, dst, tags, req.Flags&mapi.CopyNoOverwrite)
	return problems, op, err
}

// notBelow refuses a folder that is, or stands below, another one.
func (f *Folder) notBelow(ctx context.Context, other store.FolderID) error {
	for at := f.id; ; {
		s, err := f.logon.state(ctx, at)
		switch {
		case err != nil:
			return err
		case at == other:
			return mapi.ErrFolderCycle
		case s.Parent == at || s.Parent == 0:
			return nil
		}
		at = s.Parent
	}
}

// contents plans the copy or move of the messages and folders in a folder.
func (c *copying) contents(ctx context.Context, src, dst *Folder, req CopyToRequest) (*batch.Operation, error) {
	l := src.logon
	op := dst.logon.operation(false, l.mailbox.ID)
	messages, folders := !req.excludes(mapi.TagContainerContents), !req.excludes(mapi.TagContainerHierarchy)
	associated := !req.excludes(mapi.TagFolderAssociatedContents)
	if !req.SubObjects || !messages && !folders && !associated {
		return op, nil
	}
	if err := dst.takes(ctx, mapi.RightCreate, mapi.ErrAccessDenied); err != nil {
		return nil, err
	}
	moving := c.move && l.env.Profile.Property.MovesObjects
	t := newTransfer(l, dst, op, !moving)
	return op, l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		for _, sel := range []store.Selection{{Folder: src.id}, {Folder: src.id, Associated: true}} {
			if sel.Associated && !associated || !sel.Associated && !messages {
				continue
			}
			ids, err := messagesIn(r, sel)
			if err != nil {
				return err
			}
			op.Add(ids, func(tx store.Tx, id uint64) (int64, error) { return t.members.transfer(tx, id, dst.id, !moving) })
		}
		if !folders {
			return nil
		}
		if err := dst.takes(ctx, mapi.RightCreateSubFolder, l.env.Profile.Folder.CreateDenied); err != nil {
			return err
		}
		list, err := r.Folders(src.id, false, false)
		if err != nil {
			return err
		}
		for _, f := range list {
			if moving && f.Special < store.SpecialCount {
				return mapi.ErrAccessDenied
			}
			if _, err := r.FolderByName(dst.id, f.Name); !errors.Is(err, store.ErrNotFound) {
				if err == nil {
					err = mapi.ErrDuplicateName
				}
				return err
			}
		}
		for _, f := range list {
			if err := t.plan(r, f, "", true); err != nil {
				return err
			}
		}
		return nil
	})
}

// cloner copies working copies, in which nothing is left of where they came from.
type cloner struct {
	tx     store.Tx
	limits *Limits
}

// clone runs a cloner. Values that are large are shared with their originals until one of them is written.
func (e *Env) clone(ctx context.Context, fn func(*cloner) (*draft.Draft, error)) (d *draft.Draft, err error) {
	err = e.updateStages(ctx, func(tx store.Tx) (err error) {
		d, err = fn(&cloner{tx, &e.Limits})
		return err
	})
	return d, err
}

// all copies everything.
var all = selection{props: func(mapi.PropTag) bool { return true }, recipients: true, attachments: true, embedded: true}

// props copies the properties of d that were chosen.
func (c *cloner) props(d, to *draft.Draft, choice func(mapi.PropTag) bool) error {
	if choice == nil {
		return nil
	}
	props, err := d.Props(c.tx)
	if err != nil {
		return err
	}
	for _, p := range props {
		if !choice(p.Tag) {
			continue
		}
		ch := draft.Change{Tag: p.Tag, Value: p.Value, Client: true}
		if p.Size > 0 && p.Value.IsZero() {
			if ch.Stage, err = d.StageValue(c.tx, p.Tag); err != nil {
				return err
			}
		}
		to.Set(ch)
	}
	return nil
}

// message copies a message that will stand in depth.
func (c *cloner) message(d *draft.Draft, sel selection, depth int) (*draft.Draft, error) {
	if depth > c.limits.Depth {
		return nil, mapi.ErrMaxAttachment
	}
	to := new(draft.Draft)
	if err := c.props(d, to, sel.props); err != nil {
		return nil, err
	}
	if sel.recipients {
		list, err := d.RecipientList(c.tx)
		if err != nil {
			return nil, err
		}
		to.Recipients, to.RecipientsSet = slices.Clone(list), true
	}
	if !sel.attachments {
		return to, nil
	}
	to.Attachments = make(map[uint32]*draft.Draft)
	list, err := d.AttachmentList(c.tx)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		copied, err := c.attachment(a, all, depth)
		if err != nil {
			return nil, err
		}
		copied.Number = a.Number
		to.Keep(copied)
	}
	return to, nil
}

// attachment copies an attachment of a message in depth.
func (c *cloner) attachment(d *draft.Draft, sel selection, depth int) (*draft.Draft, error) {
	to := new(draft.Draft)
	if err := c.props(d, to, sel.props); err != nil {
		return nil, err
	}
	if sel.props != nil && sel.props(mapi.TagAttachMethod) {
		to.Set(draft.Change{Tag: mapi.TagAttachMethod, Value: prop.Uint32(d.Method()), Client: true})
	}
	inner := d.Message()
	if !sel.embedded || inner == nil {
		return to, nil
	}
	var err error
	to.Embedded, err = c.message(inner, all, depth+1)
	return to, err
}
