package object

import (
	"bytes"
	"context"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// unsettled remembers a content whose property does not have its bytes yet.
func (l *Logon) unsettled(c *content) {
	if l.streams == nil {
		l.streams = make(map[*content]struct{})
	}
	l.streams[c] = struct{}{}
}

// Settle makes what was written to streams of an object visible in it, before the object is looked at or saved:
// a written value is there at once for those that use the same handle, [MS-OXCPRPT] 3.2.5.13. Where a version shows
// it only once it is committed, and on folders, it does nothing.
func (l *Logon) Settle(ctx context.Context, obj Object) error {
	if len(l.streams) == 0 || obj.Kind() == KindFolder || !l.env.Profile.Property.WritesThrough {
		return nil
	}
	for c := range l.streams {
		if Object(c.obj) != obj {
			continue
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle gives the property the bytes of the content. If the object refuses them, they stay the stream's alone.
func (c *content) settle(ctx context.Context) error {
	if !c.dirty {
		return nil
	}
	delete(c.logon.streams, c)
	c.dirty = false
	if c.place == inObject { // a save took the stage, but not all that was written since
		if err := c.copyToStage(ctx); err != nil {
			return err
		}
	}
	switch {
	case c.place == inMemory:
		return c.setSmall(ctx)
	case c.shared:
		return c.finishStage(ctx)
	case c.eightBit():
		return c.setDecoded(ctx)
	}
	if err := c.finishStage(ctx); err != nil {
		return err
	}
	stage := c.stage
	if c.obj.Kind() == KindFolder { // it takes the stage for good
		if err := c.update(ctx, func(tx store.Tx) (err error) { stage, err = tx.StageCopy(c.stage); return err }); err != nil {
			return err
		}
	}
	if err := SetStagedProperty(ctx, c.obj, store.Staged{Tag: c.property(), Stage: stage}); err != nil {
		if stage != c.stage {
			_ = c.update(ctx, func(tx store.Tx) error { return tx.DropStage(stage) })
		}
		return err
	}
	if s := c.stages(); s != nil {
		c.shared = true
		s.share(stage, c)
	}
	return nil
}

// setSmall sets the property to bytes in memory.
func (c *content) setSmall(ctx context.Context) error {
	value := prop.Binary(c.window)
	switch {
	case c.eightBit():
		value = prop.String(codepage.Decode(c.obj.CodePage(), string(bytes.TrimSuffix(c.window, []byte{0}))))
	case c.tag.Type() == mapi.PtypString:
		value = prop.String(wire.DecodeUTF16(bytes.TrimSuffix(c.window, []byte{0, 0})))
	}
	problems, err := SetProperties(ctx, c.obj, []prop.Tagged{{Tag: c.property(), Value: value}})
	if err == nil && len(problems) > 0 {
		err = problems[0].Code
	}
	return err
}

// setDecoded sets a text property to bytes of a code page that are in a stage.
func (c *content) setDecoded(ctx context.Context) error {
	if err := c.finishStage(ctx); err != nil {
		return err
	}
	stage, size := c.stage, c.size
	from := c.logon.env.reader(ctx, size, func(r store.Reader) (store.ValueReader, error) { return r.OpenStage(stage) })
	w := c.logon.env.newValueWriter()
	if err := decodeText(w.writer(ctx), from, c.obj.CodePage()); err != nil {
		w.drop()
		return err
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	if err := SetStagedProperty(ctx, c.obj, store.Staged{Tag: c.property(), Stage: w.stage}); err != nil {
		w.drop()
		return err
	}
	return nil
}

// finishStage gives the stage all the bytes of the content.
func (c *content) finishStage(ctx context.Context) error {
	if err := c.flush(ctx); err != nil {
		return err
	}
	if c.size == c.staged {
		return nil
	}
	err := c.update(ctx, func(tx store.Tx) error { return tx.ResizeStage(c.stage, c.size) })
	if err == nil {
		c.staged = c.size
	}
	return err
}
