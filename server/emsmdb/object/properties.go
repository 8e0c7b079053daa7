package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// SetProperties sets properties of an object, [MS-OXCPRPT] 3.2.5.4: strings in whichever form they come.
func SetProperties(ctx context.Context, obj Editable, props []prop.Tagged) ([]Problem, error) {
	unicode := make([]prop.Tagged, len(props))
	for i, p := range props {
		unicode[i] = prop.Tagged{Tag: p.Tag.WithType(prop.UnicodeType(p.Tag.Type())), Value: Typed(p.Value, prop.UnicodeType(p.Value.Type()), true, obj.CodePage())}
	}
	problems, err := obj.SetProps(ctx, unicode)
	if err != nil {
		return nil, err
	}
	for i := range problems {
		problems[i].Tag = props[problems[i].Index].Tag
	}
	for _, p := range props {
		if err := replacedBodies(ctx, obj, p.Tag); err != nil {
			return nil, err
		}
	}
	return problems, nil
}

// SetStagedProperty sets one property to a value that was written in pieces. The stage is the object's afterwards.
func SetStagedProperty(ctx context.Context, obj Editable, value store.Staged) error {
	if err := obj.SetStaged(ctx, value); err != nil {
		return err
	}
	return replacedBodies(ctx, obj, value.Tag)
}

// DeleteProperties removes properties of an object, [MS-OXCPRPT] 3.2.5.5.
func DeleteProperties(ctx context.Context, obj Editable, tags []mapi.PropTag) ([]Problem, error) {
	return obj.DeleteProps(ctx, tags)
}

// writable decides whether a client may change a property of an object at all.
func writable(ctx context.Context, obj Editable, tag mapi.PropTag) error {
	refusal, may := mapi.Success, true
	switch o := obj.(type) {
	case *Message:
		may = o.writable && o.editRule(tag.ID()) == editFree
	case *Attachment:
		may = o.writable && attachmentEditRules[tag.ID()] == editFree
	case *Folder:
		if err := o.editable(ctx); err != nil {
			return err
		}
		refusal = folderRefusal(tag)
	}
	if !may || refusal != mapi.Success {
		return mapi.ErrAccessDenied
	}
	return nil
}
