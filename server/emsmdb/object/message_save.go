package object

import (
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"slices"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Save commits the changes of the message: one that is embedded to its attachment, others to the mailbox,
// [MS-OXCMSG] 3.2.5.3. A save that fails leaves everything as it was.
func (m *Message) Save(ctx context.Context, flags uint8) error {
	p := &m.logon.env.Profile.Message
	if !m.writable {
		return codeOrNil(p.SaveReadOnly)
	}
	if err := m.recheck(ctx); err != nil {
		return err
	}
	switch {
	case m.fresh && !m.embedded && !m.rights.MayCreate(m.associated):
		return p.CreateDenied
	case !m.fresh && !m.mayEdit():
		return mapi.ErrAccessDenied
	case m.touchedReadOnly && p.SaveReadOnlyProps != mapi.Success:
		return p.SaveReadOnlyProps
	}
	var err error
	if m.embedded {
		err = m.saveEmbedded(ctx)
	} else {
		err = m.saveToFolder(ctx, flags&p.ForceSave == p.ForceSave, nil)
	}
	if err != nil {
		return err
	}
	m.own = m.own || m.fresh
	m.fresh, m.touchedReadOnly = false, false
	if flags&saveFlagsMask == mapi.SaveKeepOpenReadOnly && p.KeepsOpenReadOnly {
		m.writable = false
	}
	return nil
}

// saveFlagsMask are the bits of SaveFlags that say what becomes of the object, [MS-OXCMSG] 2.2.3.3.1.
const saveFlagsMask = mapi.SaveKeepOpenReadOnly | mapi.SaveKeepOpenReadWrite | mapi.SaveForce

// codeOrNil returns a code as an error.
func codeOrNil(code mapi.ErrorCode) error {
	if code == mapi.Success {
		return nil
	}
	return code
}

// saveToFolder commits the message to the store. then, if it is not nil, goes on in the same transaction with what was
// saved, and returns it as it is then.
func (m *Message) saveToFolder(ctx context.Context, force bool, then func(store.Tx, store.Message) (store.Message, error)) error {
	var saved store.Message
	var settle draft.Settling
	var edit store.ContentEdit
	err := m.logon.update(ctx, func(tx store.Tx) (err error) {
		settle = nil
		if saved, edit, err = m.write(tx, force); err != nil {
			return err
		}
		if then != nil {
			if saved, err = then(tx, saved); err != nil {
				return err
			}
		}
		return settle.Add(tx, m.work, saved.Bag)
	})
	switch conflict := m.logon.env.Profile.Message.SaveConflict; {
	case errors.Is(err, store.ErrConflict) && then != nil:
		return mapi.ErrObjectModified
	case errors.Is(err, store.ErrConflict) && conflict == mapi.Success:
		return m.stages.drop(ctx, m.work.Discard()...) // [MS-OXCMSG] 3.2.5.3 <25>: it succeeds, and nothing is saved
	case errors.Is(err, store.ErrConflict):
		return conflict
	case errors.Is(err, store.ErrNotFound) && !m.fresh:
		return mapi.ErrObjectDeleted
	case err != nil:
		return err
	}
	settle.Done()
	m.stages.taken(draft.StageIDs(&edit))
	m.id, m.folder, m.base = saved.ID, saved.Folder, saved.Change
	return nil
}

// write creates or changes the message in a transaction.
func (m *Message) write(tx store.Tx, force bool) (saved store.Message, edit store.ContentEdit, err error) {
	var now store.Message
	if !m.fresh {
		now, err = tx.Message(m.id)
		switch {
		case err != nil:
			return saved, edit, err
		case now.Deleted && !m.softDeleted:
			return saved, edit, store.ErrNotFound
		case now.Flags&mapi.MfSubmitted != 0: // what is to be sent stays as it is until that is aborted
			return saved, edit, mapi.ErrSubmitted
		}
	}
	if err := m.checkExtendedRule(tx); err != nil {
		return saved, edit, err
	}
	computed, flags, err := m.compute(tx)
	if err != nil {
		return saved, edit, err
	}
	if edit, err = m.work.ContentEdit(tx); err != nil {
		return saved, edit, err
	}
	override(&edit.Edit, computed)
	if m.fresh {
		n := store.NewMessage{Folder: m.folder, Associated: m.associated, Flags: flags, Props: edit.Set, Recipients: edit.Recipients}
		if rest := (store.ContentEdit{Edit: store.Edit{Staged: edit.Staged}, Attachments: edit.Attachments}); len(rest.Staged)+len(rest.Attachments) > 0 {
			n.Edit = &rest
		}
		if saved, err = tx.CreateMessage(n); err == nil && m.logon.perUser(m.associated) {
			_, err = m.logon.mark(tx, saved.ID, flags, mapi.MfRead) // who wrote it knows it
		}
		return saved, edit, m.checkSize(saved, 0, err)
	}
	e := store.MessageEdit{ContentEdit: edit, FlagsMask: mapi.MfUnmodified}
	if force {
		if e.Attachments, err = overwriting(tx, m.work, edit.Attachments); err != nil {
			return saved, edit, err
		}
	} else {
		e.Expect = m.base
	}
	saved, err = tx.SaveMessage(m.id, e)
	return saved, edit, m.checkSize(saved, now.Size, err)
}

// checkExtendedRule refuses a condition of an extended rule that is larger than PidTagExtendedRuleSizeLimit allows,
// [MS-OXORULE] 2.2.4.1.10. Whether a condition makes sense only shows when the rule runs.
func (m *Message) checkExtendedRule(r store.Reader) error {
	if !m.associated || !m.work.Changed(mapi.TagExtendedRuleMessageCondition) {
		return nil
	}
	props, err := m.work.Props(r, mapi.TagExtendedRuleMessageCondition)
	for _, p := range props {
		if max(p.Size, int64(len(p.Value.Str()))) > extendedRuleLimit {
			return mapi.ErrTooBig
		}
	}
	return err
}

// checkSize refuses a message that a save makes larger than a message may be. [MS-OXCMSG] 3.2.5.3 names no code for that;
// ecMessageTooBig is the one of [MS-OXCDATA] 2.4 for a message beyond a maximum size.
func (m *Message) checkSize(saved store.Message, before int64, err error) error {
	if err == nil && saved.Size > m.logon.env.Limits.MessageSize && saved.Size > before {
		return mapi.ErrMessageTooBig
	}
	return err
}

// overwriting makes a forced save replace the attachments that another handle has made under the numbers of new ones.
func overwriting(r store.Reader, d *draft.Draft, edits []store.AttachmentEdit) ([]store.AttachmentEdit, error) {
	there, err := r.Attachments(d.Bag)
	if err != nil {
		return nil, err
	}
	var out []store.AttachmentEdit
	for _, e := range edits {
		made := !e.Delete && d.Attachments[e.Number].Unsaved()
		if made && slices.ContainsFunc(there, func(a store.Attachment) bool { return a.Number == e.Number }) {
			out = append(out, store.AttachmentEdit{Number: e.Number, Delete: true})
		}
		out = append(out, e)
	}
	return out, nil
}

// override sets properties in place of whatever an edit does with them.
func override(e *store.Edit, props []prop.Tagged) {
	for _, p := range props {
		id := p.Tag.ID()
		e.Set = slices.DeleteFunc(e.Set, func(s prop.Tagged) bool { return s.Tag.ID() == id })
		e.Staged = slices.DeleteFunc(e.Staged, func(s store.Staged) bool { return s.Tag.ID() == id })
		e.Remove = slices.DeleteFunc(e.Remove, func(tag mapi.PropTag) bool { return tag.ID() == id })
	}
	e.Set = append(e.Set, props...)
}

// saveEmbedded commits an embedded message to its attachment.
func (m *Message) saveEmbedded(ctx context.Context) error {
	var computed []prop.Tagged
	var flags uint32
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		computed, flags, err = m.compute(r)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range append(computed, prop.Tagged{Tag: mapi.TagMessageFlags, Value: prop.Uint32(flags)}) {
		m.work.Set(draft.Change{Tag: p.Tag, Value: p.Value})
	}
	if m.work.Below == nil {
		m.work.Below = new(draft.Draft)
		m.holder.Embedded = m.work.Below
	}
	if m.holder.Method() != mapi.AfEmbeddedMessage {
		m.holder.Set(draft.Change{Tag: mapi.TagAttachMethod, Value: prop.Uint32(mapi.AfEmbeddedMessage)})
	}
	return m.stages.drop(ctx, m.work.Commit()...)
}

// compute returns what a save sets besides what the client set, and PidTagMessageFlags.
func (m *Message) compute(r store.Reader) (computed []prop.Tagged, flags uint32, err error) {
	props, err := m.work.Props(r)
	if err != nil {
		return nil, 0, err
	}
	recipients, err := m.work.RecipientList(r)
	if err != nil {
		return nil, 0, err
	}
	attachments, err := m.work.AttachmentList(r)
	if err != nil {
		return nil, 0, err
	}
	s := msgprops.Saved{
		Get:     func(tag mapi.PropTag) prop.Value { return valueOf(props, tag) },
		Changed: m.work.Changed, Attachments: len(attachments), Now: mapi.NewFileTime(m.logon.env.Now()), By: m.logon.person(),
		FirstSave: m.fresh, Locale: m.logon.session.LCIDString, CodePage: m.logon.session.CodePage,
		Internet: codepage.Internet(m.logon.session.CodePage),
	}
	for i := range props {
		s.Named = s.Named || props[i].Tag.IsNamed()
	}
	for i := range recipients {
		s.Recipients = append(s.Recipients, msgprops.Recipient{
			Type: recipients[i].Type, DisplayName: msgprops.DisplayNameOf(recipients[i].Props),
		})
	}
	for _, p := range append(msgprops.Save(s, m.logon.env.messageRules()), m.counter(attachments)...) {
		switch {
		case p.Tag == mapi.TagMessageFlags:
			flags = uint32(p.Value.Bits())
		case !draft.KeptByServer(p.Tag):
			computed = append(computed, p)
		}
	}
	if !m.work.Changed(mapi.TagHtml) {
		return computed, flags, nil
	}
	b, err := m.bodies(r)
	if err != nil {
		return nil, 0, err
	}
	if m.unstatedPage(b) {
		computed = append(slices.DeleteFunc(computed, func(p prop.Tagged) bool { return p.Tag == mapi.TagInternetCodepage }),
			prop.Tagged{Tag: mapi.TagInternetCodepage, Value: prop.Uint32(b.Page)})
	}
	return computed, flags, nil
}
