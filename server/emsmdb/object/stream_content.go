package object

import (
	"context"
	"errors"
	"io"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// streamWindow is how many bytes of a value a stream holds in memory at most. Smaller values it holds whole.
const streamWindow = 256 << 10

// content is what a stream and its clones share: the bytes of one property and where they are.
type content struct {
	logon    *Logon
	obj      Editable
	tag      mapi.PropTag // as the stream was opened
	refs     int          // streams
	writable bool
	dirty    bool // the property does not have these bytes yet
	locks    bool // regions were locked
	size     int64
	place    place

	// window holds all bytes in memory, or those from off on of a value that is elsewhere.
	window  []byte
	off     int64
	pending bool // the window is not in the stage yet

	stage  store.StageID // of staged bytes
	shared bool          // the object has the stage too
	staged int64         // bytes that the stage has at least; those behind it are zeros
}

// place says where the bytes of a content are.
type place uint8

const (
	inMemory place = iota
	inObject       // the property of the object, which is large and unchanged
	inStage
)

func newContent(obj Editable, tag mapi.PropTag, writable bool) *content {
	c := &content{logon: obj.Logon(), obj: obj, tag: tag, refs: 1, writable: writable}
	if s := c.stages(); s != nil {
		s.hold()
	}
	return c
}

// stages are those of the message that the object belongs to; nil for a folder.
func (c *content) stages() *stages {
	switch obj := c.obj.(type) {
	case *Message:
		return obj.stages
	case *Attachment:
		return obj.stages
	}
	return nil
}

// limit is how many bytes the value may have.
func (c *content) limit() int64 { return c.logon.env.maxStream() }

// maxStream is how large values written in pieces may become.
func (e *Env) maxStream() int64 {
	if e.Profile.ROP.MaxStreamFixed {
		return maxStream
	}
	return e.Limits.Stream
}

// property is the property that holds the bytes.
func (c *content) property() mapi.PropTag { return propertyOf(c.tag) }

// eightBit reports whether the bytes are text of a code page, which the store keeps in Unicode.
func (c *content) eightBit() bool { return c.tag.Type() == mapi.PtypString8 }

// create begins an empty value in place of the property's, [MS-OXCPRPT] 2.2.14.1. A folder keeps its value until the
// new one is committed, since there is no other copy of it.
func (c *content) create(ctx context.Context) error {
	c.dirty = true
	c.logon.unsettled(c)
	if c.obj.Kind() == KindFolder {
		return nil
	}
	_, err := DeleteProperties(ctx, c.obj, []mapi.PropTag{c.property()})
	return err
}

// fill takes over what the property has now.
func (c *content) fill(ctx context.Context) error {
	values, err := c.obj.Get(ctx, []mapi.PropTag{c.property()})
	if err != nil {
		return err
	}
	v := values[0]
	if v.Type() == mapi.PtypErrorCode {
		if v.ErrorCode() != mapi.ErrMemory {
			return v.ErrorCode()
		}
		return c.fillLarge(ctx)
	}
	switch {
	case c.eightBit():
		c.window = []byte(codepage.Encode(c.obj.CodePage(), v.Str()))
	case v.Type() == mapi.PtypString:
		var w wire.Writer
		w.UTF16(v.Str())
		c.window = w.Bytes()
	default:
		c.window = v.Bytes()
	}
	c.size = int64(len(c.window))
	return nil
}

// fillLarge takes over a value that is too large for a row: as it is, or, if what is asked for has to be made from
// another form, by way of a stage.
func (c *content) fillLarge(ctx context.Context) error {
	err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		v, err := c.obj.openValue(r, c.property())
		if err == nil {
			c.size = v.Size()
		}
		return err
	})
	m, isMessage := c.obj.(*Message)
	switch {
	case errors.Is(err, store.ErrNotFound) && isMessage && isBody(c.tag):
		return c.produce(ctx, func(w *valueWriter) error { return m.convertBody(ctx, w, c.tag) })
	case err != nil:
		return err
	case c.eightBit():
		return c.produce(ctx, func(w *valueWriter) error { return encodeText(w.writer(ctx), c.value(ctx), c.obj.CodePage()) })
	}
	c.place = inObject
	return nil
}

// produce fills the content with what make writes.
func (c *content) produce(ctx context.Context, produce func(*valueWriter) error) error {
	w := c.logon.env.newValueWriter()
	if err := produce(w); err != nil {
		w.drop()
		return err
	}
	c.size = w.size
	if w.stage == 0 {
		c.window = w.buf
		return nil
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	c.place, c.stage, c.staged = inStage, w.stage, w.size
	return nil
}

// readAt reads bytes that are all inside of the content.
func (c *content) readAt(ctx context.Context, p []byte, off int64) error {
	for len(p) > 0 {
		if at := off - c.off; at >= 0 && at < int64(len(c.window)) {
			n := copy(p, c.window[at:])
			p, off = p[n:], off+int64(n)
			continue
		}
		if err := c.load(ctx, off); err != nil {
			return err
		}
	}
	return nil
}

// load moves the window to the bytes from off on.
func (c *content) load(ctx context.Context, off int64) error {
	if err := c.flush(ctx); err != nil {
		return err
	}
	n := int(min(streamWindow, c.size-off))
	if cap(c.window) < n {
		c.window = make([]byte, streamWindow)
	}
	c.window, c.off = c.window[:n], off
	if c.place == inStage && off >= c.staged {
		clear(c.window)
		return nil
	}
	err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return readPart(c.open, r, c.window, off) })
	if err != nil {
		c.window = c.window[:0]
	}
	return err
}

// open opens what the bytes are stored as.
func (c *content) open(r store.Reader) (store.ValueReader, error) {
	if c.place == inStage {
		return r.OpenStage(c.stage)
	}
	return c.obj.openValue(r, c.property())
}

// writeAt writes bytes, which may lie behind the end.
func (c *content) writeAt(ctx context.Context, p []byte, off int64) error {
	end := off + int64(len(p))
	if err := c.change(ctx, end); err != nil {
		return err
	}
	if c.place == inMemory {
		if n := int(end) - len(c.window); n > 0 {
			c.window = append(c.window, make([]byte, n)...)
		}
		copy(c.window[off:], p)
		c.size = int64(len(c.window))
		return nil
	}
	for len(p) > 0 {
		if !c.pending || off != c.off+int64(len(c.window)) || len(c.window) == streamWindow {
			if err := c.flush(ctx); err != nil {
				return err
			}
			if cap(c.window) < streamWindow {
				c.window = make([]byte, 0, streamWindow)
			}
			c.window, c.off, c.pending = c.window[:0], off, true
		}
		n := min(len(p), streamWindow-len(c.window))
		c.window = append(c.window, p[:n]...)
		p, off = p[n:], off+int64(n)
	}
	c.size = max(c.size, end)
	return nil
}

// resize cuts the content off or fills it up with zeros.
func (c *content) resize(ctx context.Context, size int64) error {
	if size == c.size {
		return nil
	}
	if err := c.change(ctx, size); err != nil {
		return err
	}
	if c.place == inMemory {
		n := int(min(size, c.size))
		c.window = append(c.window[:n], make([]byte, int(size)-n)...)
		c.size = size
		return nil
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	c.window, c.off = c.window[:0], 0
	if size < c.staged {
		if err := c.update(ctx, func(tx store.Tx) error { return tx.ResizeStage(c.stage, size) }); err != nil {
			return err
		}
		c.staged = size
	}
	c.size = size
	return nil
}

// change prepares for a change after which the content has at least size bytes: those that do not fit into memory go
// to a stage, which the object may have been given by an earlier commit.
func (c *content) change(ctx context.Context, size int64) error {
	c.dirty = true
	c.logon.unsettled(c)
	switch {
	case c.place == inMemory && size <= streamWindow:
		return nil
	case c.place == inStage:
		return nil
	case c.place == inMemory:
		if err := c.update(ctx, func(tx store.Tx) (err error) { c.stage, err = tx.NewStage(); return err }); err != nil {
			return err
		}
		c.place, c.shared, c.staged, c.off, c.pending = inStage, false, 0, 0, len(c.window) > 0
		return nil
	}
	return c.copyToStage(ctx)
}

// value reads the object's property.
func (c *content) value(ctx context.Context) io.Reader {
	return c.logon.env.reader(ctx, c.size, func(r store.Reader) (store.ValueReader, error) { return c.obj.openValue(r, c.property()) })
}

// copyToStage begins a stage of the stream's own with what the object has. The window stays.
func (c *content) copyToStage(ctx context.Context) error {
	stage, err := stageOf(ctx, c.obj, c.property())
	if err != nil {
		return err
	}
	c.place, c.stage, c.shared = inStage, stage, false
	return c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		v, err := r.OpenStage(stage)
		if err == nil {
			c.staged = v.Size()
		}
		return err
	})
}

// flush writes what waits in the window to the stage.
func (c *content) flush(ctx context.Context) error {
	if !c.pending {
		return nil
	}
	if c.place == inObject { // a save took the stage
		if err := c.copyToStage(ctx); err != nil {
			return err
		}
	}
	err := c.update(ctx, func(tx store.Tx) error { return tx.WriteStage(c.stage, c.off, c.window) })
	if err != nil {
		return err
	}
	c.pending = false
	c.staged = max(c.staged, c.off+int64(len(c.window)))
	return nil
}

// update runs a transaction on stages.
func (c *content) update(ctx context.Context, fn func(store.Tx) error) error {
	return c.logon.env.updateStages(ctx, fn)
}

// updateStages runs a transaction on stages, which belong to no mailbox.
func (e *Env) updateStages(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return e.Store.Update(context.WithoutCancel(ctx), store.Scope{}, fn)
}

// discard forgets everything that is not the object's.
func (c *content) discard() {
	delete(c.logon.streams, c)
	if c.locks {
		c.unlock()
	}
	switch s := c.stages(); {
	case c.shared:
		s.giveBack(c.stage)
	case c.place == inStage:
		// What can't be dropped now is gone when the store is opened again.
		_ = c.update(context.Background(), func(tx store.Tx) error { return tx.DropStage(c.stage) })
	}
	c.window = nil
	if s := c.stages(); s != nil {
		s.release()
	}
}
