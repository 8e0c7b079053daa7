package sqlite

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// chunkSize is the size of the pieces of values kept apart.
const chunkSize = 64 << 10

// bagData reads the encoded bag.
func (r *reader) bagData(id store.BagID) ([]byte, error) {
	var data []byte
	if err := r.c.row("SELECT data FROM bag WHERE id = ?", []any{int64(id)}, &data); err != nil {
		return nil, fmt.Errorf("bag %d: %w", id, err)
	}
	return data, nil
}

// matches reports whether a stored property answers a question for a tag.
func matches(stored, asked mapi.PropTag) bool {
	if stored.ID() != asked.ID() {
		return false
	}
	s, a := stored.Type(), asked.Type()
	return a == s || a == mapi.PtypUnspecified || isText(s) && isText(a) || isTexts(s) && isTexts(a)
}

func isText(t mapi.PropType) bool  { return t == mapi.PtypString || t == mapi.PtypString8 }
func isTexts(t mapi.PropType) bool { return t == mapi.PtypMultiString || t == mapi.PtypMultiString8 }

// Props returns properties of a bag.
func (r *reader) Props(id store.BagID, tags ...mapi.PropTag) ([]store.Property, error) {
	data, err := r.bagData(id)
	if err != nil {
		return nil, err
	}
	return decodeBag(id, data, tags)
}

// decodeBag returns the properties that tags ask for, or all.
func decodeBag(id store.BagID, data []byte, tags []mapi.PropTag) ([]store.Property, error) {
	var props []store.Property
	b := readBag(data)
	for {
		rec, ok := b.next()
		if !ok {
			break
		}
		wanted := len(tags) == 0
		for _, t := range tags {
			wanted = wanted || matches(rec.tag, t)
		}
		if wanted {
			props = append(props, store.Property{Tag: rec.tag, Value: rec.value(), Size: rec.size})
		}
	}
	if b.err != nil {
		return nil, fmt.Errorf("bag %d: %w", id, b.err)
	}
	return props, nil
}

// OpenProp opens a string or binary value.
func (r *reader) OpenProp(id store.BagID, tag mapi.PropTag) (store.ValueReader, error) {
	props, err := r.Props(id, tag)
	if err != nil {
		return nil, err
	}
	if len(props) == 0 {
		return nil, fmt.Errorf("property %s of bag %d: %w", tag, id, store.ErrNotFound)
	}
	p := props[0]
	if !chunked(p.Tag.Type()) {
		return nil, fmt.Errorf("property %s of bag %d can't be opened as a stream: %w", p.Tag, id, store.ErrDenied)
	}
	if p.Size > 0 {
		return &chunkReader{r: r, bag: id, prop: p.Tag.ID(), size: p.Size, at: -1}, nil
	}
	return inlineReader(streamBytes(p.Value)), nil
}

// streamBytes is a string or binary as a stream gives it: strings in UTF-16LE.
func streamBytes(v prop.Value) string {
	if v.Type() != mapi.PtypString {
		return v.Str()
	}
	var w wire.Writer
	w.UTF16(v.Str())
	return string(w.Buf)
}

// streamSize is the length of streamBytes, without making them.
func streamSize(v prop.Value) int64 {
	if v.Type() != mapi.PtypString {
		return int64(len(v.Str()))
	}
	return 2 * int64(wire.UTF16Len(v.Str()))
}

// largeSize is streamSize of a value that has to be kept apart, and 0 of any other.
func largeSize(v prop.Value) int64 {
	if len(v.Str()) <= store.LargeValue/2 || !chunked(v.Type()) { // a byte of UTF-8 makes two of UTF-16 at most
		return 0
	}
	if n := streamSize(v); n > store.LargeValue {
		return n
	}
	return 0
}

// inlineReader reads a value that stands in its bag.
type inlineReader string

func (s inlineReader) Size() int64 { return int64(len(s)) }

func (s inlineReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(s)) {
		return 0, io.EOF
	}
	n := copy(p, s[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// chunkReader reads a value in chunk rows and keeps the last one.
type chunkReader struct {
	r    *reader
	bag  store.BagID
	prop uint16
	size int64
	at   int64 // number of the chunk in data
	data []byte
}

func (c *chunkReader) Size() int64 { return c.size }

func (c *chunkReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, io.EOF
	}
	done := 0
	for done < len(p) && off < c.size {
		n, start := off/chunkSize, off%chunkSize
		if c.at != n {
			c.at = -1
			err := c.r.c.row("SELECT data FROM chunk WHERE bag = ? AND prop = ? AND n = ?", []any{int64(c.bag), int64(c.prop), n}, &c.data)
			if err != nil {
				return done, fmt.Errorf("chunk %d of property 0x%04X of bag %d: %w", n, c.prop, c.bag, notThere(err))
			}
			c.at = n
		}
		if start >= int64(len(c.data)) {
			return done, fmt.Errorf("chunk %d of property 0x%04X of bag %d is short: %w", n, c.prop, c.bag, errDamaged)
		}
		copied := copy(p[done:], c.data[start:])
		done += copied
		off += int64(copied)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// notThere turns the absence of what must be there into damage.
func notThere(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errDamaged
	}
	return err
}

// put adds properties to g and writes those that are large into chunk rows of bag id. It returns the sum of their
// sizes.
func (t *tx) put(g bag, id store.BagID, props []prop.Tagged) (apart int64, err error) {
	for _, p := range props {
		if p.Tag.ID() == 0 {
			return 0, fmt.Errorf("property %s can't be stored: %w", p.Tag, store.ErrDenied)
		}
		old := g[p.Tag.ID()]
		if old.typ != 0 {
			if err := t.dropChunks(id, p.Tag.ID()); err != nil {
				return 0, err
			}
			apart -= old.size
		}
		v := p.Value
		if v.Type() == mapi.PtypString && !utf8.ValidString(v.Str()) {
			return 0, fmt.Errorf("property %s is not UTF-8: %w", p.Tag, store.ErrDenied)
		}
		if size := largeSize(v); size > 0 {
			if err := t.putChunks(id, p.Tag.ID(), streamBytes(v)); err != nil {
				return 0, err
			}
			g[p.Tag.ID()] = bagValue{typ: v.Type(), size: size}
			apart += size
			continue
		}
		g[p.Tag.ID()] = bagValue{value: v}
	}
	return apart, nil
}

func (t *tx) putChunks(id store.BagID, prop uint16, data string) error {
	for n := 0; n*chunkSize < len(data); n++ {
		piece := data[n*chunkSize : min((n+1)*chunkSize, len(data))]
		if err := t.c.exec("INSERT INTO chunk (bag, prop, n, data) VALUES (?, ?, ?, ?)", int64(id), int64(prop), int64(n), []byte(piece)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) dropChunks(id store.BagID, prop uint16) error {
	return t.c.exec("DELETE FROM chunk WHERE bag = ? AND prop = ?", int64(id), int64(prop))
}

// newBagOf stores properties in a new bag and returns its id and size.
func (t *tx) newBagOf(props []prop.Tagged) (store.BagID, int64, error) {
	id := t.newBag()
	g := make(bag, len(props))
	apart, err := t.put(g, id, props)
	if err != nil {
		return 0, 0, err
	}
	data, err := g.encode()
	if err != nil {
		return 0, 0, err
	}
	if err := t.c.exec("INSERT INTO bag (id, data) VALUES (?, ?)", int64(id), data); err != nil {
		return 0, 0, err
	}
	return id, int64(len(data)) + apart, nil
}

// changeBag sets and removes properties of a bag.
func (t *tx) changeBag(id store.BagID, set []prop.Tagged, remove []mapi.PropTag) error {
	data, err := t.bagData(id)
	if err != nil {
		return err
	}
	g := make(bag)
	b := readBag(data)
	for rec, ok := b.next(); ok; rec, ok = b.next() {
		v := bagValue{value: rec.value()}
		if rec.apart {
			v = bagValue{typ: rec.tag.Type(), size: rec.size}
		}
		g[rec.tag.ID()] = v
	}
	if b.err != nil {
		return fmt.Errorf("bag %d: %w", id, b.err)
	}
	for _, tag := range remove {
		if g[tag.ID()].typ != 0 {
			if err := t.dropChunks(id, tag.ID()); err != nil {
				return err
			}
		}
		delete(g, tag.ID())
	}
	if _, err := t.put(g, id, set); err != nil {
		return err
	}
	if data, err = g.encode(); err != nil {
		return err
	}
	return t.c.exec("UPDATE bag SET data = ? WHERE id = ?", data, int64(id))
}
