package rule

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// read checks the properties of a change and gives them by id, text in Unicode. Properties that rules do not have are
// left out.
func (o *Options) read(props []prop.Tagged) (map[uint16]prop.Value, error) {
	given := make(map[uint16]prop.Value, len(props))
	for _, p := range props {
		for _, tag := range Columns {
			if tag.ID() != p.Tag.ID() {
				continue
			}
			v := p.Value
			if v.Type() == mapi.PtypString8 {
				v = prop.String(o.Text(v.Str()))
			}
			if v.Type() != tag.Type() {
				return nil, mapi.ErrInvalidParameter
			}
			if err := o.check(tag, v); err != nil {
				return nil, err
			}
			given[tag.ID()] = v
		}
	}
	return given, nil
}

// check refuses values that a rule can't have.
func (o *Options) check(tag mapi.PropTag, v prop.Value) error {
	ok := true
	switch tag {
	case mapi.TagRuleLevel: // [MS-OXORULE] 2.2.1.3.1.6: nothing but 0
		ok = v.Bits() == 0
	case mapi.TagRuleProvider:
		ok = v.Str() != ""
	case mapi.TagRuleCondition:
		ok = conditionFits(v.Restriction())
	case mapi.TagRuleActions:
		actions := v.RuleActions().Actions
		ok = len(actions) > 0
		for i := range actions {
			ok = ok && o.actionFits(&actions[i])
		}
	}
	if !ok {
		return mapi.ErrInvalidParameter
	}
	return nil
}

// conditionFits reports whether a condition is one that can be evaluated: sub-objects of a message are its recipients
// and attachments, [MS-OXCDATA] 2.12.10.
func conditionFits(r prop.Restriction) bool {
	switch r := r.(type) {
	case prop.AndRestriction:
		return allFit(r.Parts)
	case prop.OrRestriction:
		return allFit(r.Parts)
	case prop.NotRestriction:
		return conditionFits(r.Part)
	case prop.CommentRestriction:
		return r.Part == nil || conditionFits(r.Part)
	case prop.CountRestriction:
		return conditionFits(r.Part)
	case prop.SubObjectRestriction:
		return (r.SubObject == mapi.TagMessageRecipients || r.SubObject == mapi.TagMessageAttachments) && conditionFits(r.Part)
	case nil:
		return false
	}
	return true
}

func allFit(parts []prop.Restriction) bool {
	for _, p := range parts {
		if !conditionFits(p) {
			return false
		}
	}
	return true
}

// Flavors of actions, [MS-OXORULE] 2.2.5.1.1.
const (
	forwardPreserveSender uint32 = 0x01 // PR
	forwardDoNotChange    uint32 = 0x02 // NC
	forwardAsAttachment   uint32 = 0x04 // AT
	forwardAsText         uint32 = 0x08 // TM
	replyNotToSender      uint32 = 0x01 // NS
	replyServerText       uint32 = 0x02 // ST
)

// actionFits reports whether an action is one that a folder's rules may have, [MS-OXORULE] 2.2.5.1.
func (o *Options) actionFits(a *prop.RuleAction) bool {
	if !o.flavorFits(a) {
		return false
	}
	switch d := a.Data.(type) {
	case prop.MoveCopyData:
		return !o.Public && (!d.FolderInThisStore || isServerID(d.FolderEID))
	case prop.BounceData:
		return d.Code == prop.BounceTooLarge || d.Code == prop.BounceFormsMismatch || d.Code == prop.BounceAccessDenied
	case prop.ForwardData:
		return o.recipientsFit(a, d.Recipients)
	case prop.OpaqueData:
		switch a.Type {
		case prop.OpDeferAction:
			return !o.Public
		case prop.OpDelete, prop.OpMarkAsRead:
			return len(d.Bytes) == 0
		}
		return false // no action that anybody knows
	}
	return true
}

func (o *Options) flavorFits(a *prop.RuleAction) bool {
	switch a.Type {
	case prop.OpForward:
		switch a.Flavor {
		case forwardAsAttachment:
			return true
		case forwardAsText:
			return o.Profile.ForwardSMS
		}
		return a.Flavor&^(forwardPreserveSender|forwardDoNotChange) == 0
	case prop.OpReply, prop.OpOOFReply:
		return a.Flavor&^(replyNotToSender|replyServerText) == 0
	}
	return a.Flavor == 0
}

// isServerID reports whether an id is that of a folder of this store, [MS-OXORULE] 2.2.5.1.2.1.1: Ours, FolderId,
// MessageId 0, Instance 0.
func isServerID(id []byte) bool {
	if len(id) != 21 || id[0] != 1 {
		return false
	}
	for _, b := range id[9:] {
		if b != 0 {
			return false
		}
	}
	return true
}

// recipientsFit reports whether mail can be sent to the recipients of an action, [MS-OXORULE] 2.2.5.1.2.4.1.
func (o *Options) recipientsFit(a *prop.RuleAction, recipients []prop.ActionRecipient) bool {
	need := []mapi.PropTag{mapi.TagDisplayName, mapi.TagEmailAddress, mapi.TagRecipientType}
	if a.Type == prop.OpForward && o.Profile.ForwardNeedsEntryID {
		need = append(need, mapi.TagEntryId)
	}
	for _, r := range recipients {
		for _, tag := range need {
			found := false
			for _, p := range r.Props {
				found = found || p.Tag.ID() == tag.ID() && prop.SameType(p.Value.Type(), tag.Type())
			}
			if !found {
				return false
			}
		}
	}
	return len(recipients) > 0
}
