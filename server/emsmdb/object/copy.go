package object

import (
	"context"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/body"
	"github.com/mapid/mapid/store"
)

// copying is a copy of properties between two objects of a kind.
type copying struct {
	src, dst Editable
	move     bool // remove what was copied from the source
	keep     bool // do not overwrite what the destination has
}

// newCopying checks what RopCopyProperties and RopCopyTo have in common, [MS-OXCPRPT] 2.2.10.1 and 2.2.11.1.
func newCopying(ctx context.Context, src, dst Editable, flags uint8) (*copying, error) {
	p := &src.Logon().env.Profile.Property
	c := &copying{src: src, dst: dst, move: flags&mapi.CopyMove != 0, keep: flags&mapi.CopyNoOverwrite != 0}
	switch {
	case src.Kind() != dst.Kind():
		return nil, mapi.ErrNoSupport
	case p.ChecksCopyFlags && flags&^(mapi.CopyMove|mapi.CopyNoOverwrite) != 0, c.move && c.keep && !p.MoveNoOverwrite:
		return nil, mapi.ErrInvalidParameter
	}
	if err := changeable(ctx, dst); err != nil {
		return nil, err
	}
	if c.move {
		return c, changeable(ctx, src)
	}
	return c, nil
}

// changeable decides whether a client may change an object.
func changeable(ctx context.Context, obj Editable) error {
	may := true
	switch o := obj.(type) {
	case *Message:
		may = o.writable
	case *Attachment:
		may = o.writable
	case *Folder:
		return o.editable(ctx)
	}
	if !may {
		return mapi.ErrAccessDenied
	}
	return nil
}

// CopyProperties copies properties from one object to another of the same kind, [MS-OXCPRPT] 3.2.5.7. What was not
// copied is told by its place in tags.
func CopyProperties(ctx context.Context, src, dst Editable, tags []mapi.PropTag, flags uint8) ([]Problem, error) {
	c, err := newCopying(ctx, src, dst, flags)
	if err != nil {
		return nil, err
	}
	if src.Kind() == KindFolder && c.move {
		return nil, mapi.ErrNoSupport
	}
	values, err := src.Get(ctx, tags)
	if err != nil {
		return nil, err
	}
	have := make([]prop.Value, len(tags))
	if c.keep {
		if have, err = dst.Get(ctx, tags); err != nil {
			return nil, err
		}
	}
	var problems []Problem
	var set []prop.Tagged
	var at []int // where the properties of set stand in tags
	var moved []mapi.PropTag
	for i, tag := range tags {
		v := values[i]
		switch done, err := c.parts(ctx, tag); {
		case err != nil:
			return nil, err
		case done:
			moved = append(moved, tag)
			continue
		case c.keep && !isNotFound(have[i]):
			continue
		}
		if v.Type() != mapi.PtypErrorCode {
			set, at = append(set, prop.Tagged{Tag: tag.WithType(v.Type()), Value: v}), append(at, i)
			continue
		}
		code := v.ErrorCode()
		if code == mapi.ErrMemory {
			if code, err = c.large(ctx, tag); err != nil {
				return nil, err
			}
		}
		if code != mapi.Success {
			problems = append(problems, Problem{i, tag, code})
		} else {
			moved = append(moved, tag)
		}
	}
	refused, err := SetProperties(ctx, dst, set)
	if err != nil {
		return nil, err
	}
	for i := range set {
		if j := slices.IndexFunc(refused, func(p Problem) bool { return p.Index == i }); j >= 0 {
			problems = append(problems, Problem{at[i], tags[at[i]], refused[j].Code})
		} else {
			moved = append(moved, tags[at[i]])
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return a.Index - b.Index })
	if c.move && src.Logon().env.Profile.Property.MovesProperties {
		_, err = DeleteProperties(ctx, src, moved)
	}
	return problems, err
}

// large copies a property that is too large for a row. A refusal is a code; an error ends the copy.
func (c *copying) large(ctx context.Context, tag mapi.PropTag) (mapi.ErrorCode, error) {
	tag = body.DerivedType(propertyOf(tag))
	stage, err := stageOf(ctx, c.src, tag)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, mapi.ErrNotFound) {
		return mapi.ErrNotFound, nil
	}
	if err != nil {
		return 0, err
	}
	err = SetStagedProperty(ctx, c.dst, store.Staged{Tag: tag, Stage: stage})
	if err == nil {
		return mapi.Success, nil
	}
	dropErr := c.dst.Logon().env.updateStages(ctx, func(tx store.Tx) error { return tx.DropStage(stage) })
	if code, ok := mapi.CodeOf(err); ok && dropErr == nil {
		return code, nil
	}
	return 0, err
}

// stageOf makes a stage with what a string or binary property of an object has, stored or made from another form.
func stageOf(ctx context.Context, obj Editable, tag mapi.PropTag) (stage store.StageID, err error) {
	env := obj.Logon().env
	err = env.updateStages(ctx, func(tx store.Tx) (err error) {
		switch o := obj.(type) {
		case *Message:
			stage, err = o.work.StageValue(tx, tag)
		case *Attachment:
			stage, err = o.work.StageValue(tx, tag)
		case *Folder:
			var f store.Folder
			if f, err = tx.Folder(o.id); err == nil {
				stage, err = tx.StageProp(f.Bag, tag)
			}
		default:
			err = mapi.ErrNoSupport
		}
		return err
	})
	m, isMessage := obj.(*Message)
	if !errors.Is(err, store.ErrNotFound) || !isMessage || !isBody(tag) {
		return stage, err
	}
	w := env.newValueWriter()
	if err := m.convertBody(ctx, w, tag); err != nil {
		w.drop()
		return 0, err
	}
	return w.stage, w.finish(ctx)
}

// parts copies what stands under a tag without being a property: the recipients and the attachments of a message, the
// message in an attachment. It reports whether tag is such a one.
func (c *copying) parts(ctx context.Context, tag mapi.PropTag) (bool, error) {
	switch src := c.src.(type) {
	case *Message:
		recipients, attachments := tag.ID() == mapi.TagMessageRecipients.ID(), tag.ID() == mapi.TagMessageAttachments.ID()
		if !recipients && !attachments {
			return false, nil
		}
		return true, c.message(ctx, src, c.dst.(*Message), selection{recipients: recipients, attachments: attachments})
	case *Attachment:
		if tag.ID() != mapi.TagAttachDataObject.ID() || src.work.Message() == nil {
			return false, nil
		}
		return true, c.attachment(ctx, src, c.dst.(*Attachment), selection{embedded: true})
	}
	return false, nil
}
