package sqlite

import (
	"fmt"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

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
		value, err := r.largeValue(id, p.Tag.ID())
		return &chunkReader{r: r, value: value, size: p.Size, at: -1}, err
	}
	return inlineReader(streamBytes(p.Value)), nil
}

// loadBag reads a bag to change it.
func (t *tx) loadBag(id store.BagID) (g bag, size int64, err error) {
	data, err := t.bagData(id)
	if err != nil {
		return nil, 0, err
	}
	b := readBag(data)
	g = make(bag, b.left)
	for rec, ok := b.next(); ok; rec, ok = b.next() {
		v := bagValue{value: rec.value()}
		if rec.apart {
			v = bagValue{typ: rec.tag.Type(), size: rec.size}
		}
		g[rec.tag.ID()] = v
	}
	if b.err != nil {
		return nil, 0, fmt.Errorf("bag %d: %w", id, b.err)
	}
	return g, g.size(data), nil
}

// saveBag writes a bag that is new or was changed, and returns its size.
func (t *tx) saveBag(id store.BagID, g bag, fresh bool) (int64, error) {
	data, err := g.encode()
	if err != nil {
		return 0, err
	}
	if fresh {
		err = t.c.exec("INSERT INTO bag (id, data) VALUES (?, ?)", int64(id), data)
	} else {
		err = t.c.exec("UPDATE bag SET data = ? WHERE id = ?", data, int64(id))
	}
	return g.size(data), err
}

// newBagOf stores properties in a new bag.
func (t *tx) newBagOf(props []prop.Tagged) (store.BagID, error) {
	id, g := t.newBag(), make(bag, len(props))
	if err := t.edit(g, id, store.Edit{Set: props}); err != nil {
		return 0, err
	}
	_, err := t.saveBag(id, g, true)
	return id, err
}

// changeBag applies an edit to a stored bag.
func (t *tx) changeBag(id store.BagID, e store.Edit) error {
	g, _, err := t.loadBag(id)
	if err != nil {
		return err
	}
	if err := t.edit(g, id, e); err != nil {
		return err
	}
	_, err = t.saveBag(id, g, false)
	return err
}

// edit applies an edit to g, whose large values are those of bag id.
func (t *tx) edit(g bag, id store.BagID, e store.Edit) error {
	for _, tag := range e.Remove {
		if err := t.remove(g, id, tag.ID()); err != nil {
			return err
		}
	}
	for _, p := range e.Set {
		if err := t.put(g, id, p); err != nil {
			return fmt.Errorf("property %s: %w", p.Tag, err)
		}
	}
	for _, s := range e.Staged {
		if err := t.adopt(g, id, s); err != nil {
			return fmt.Errorf("property %s: %w", s.Tag, err)
		}
	}
	return nil
}

// remove takes a property out, if it is there.
func (t *tx) remove(g bag, id store.BagID, prop uint16) error {
	if g[prop].typ != 0 {
		if err := t.dropValue(id, prop); err != nil {
			return err
		}
	}
	delete(g, prop)
	return nil
}

// put sets a property.
func (t *tx) put(g bag, id store.BagID, p prop.Tagged) error {
	v := p.Value
	if p.Tag.ID() == 0 {
		return fmt.Errorf("no property has the id 0: %w", store.ErrDenied)
	}
	if v.Type() == mapi.PtypString && !utf8.ValidString(v.Str()) {
		return fmt.Errorf("not UTF-8: %w", store.ErrDenied)
	}
	if err := t.remove(g, id, p.Tag.ID()); err != nil {
		return err
	}
	if size := largeSize(v); size > 0 {
		g[p.Tag.ID()] = bagValue{typ: v.Type(), size: size}
		return t.putValue(id, p.Tag.ID(), streamBytes(v))
	}
	g[p.Tag.ID()] = bagValue{value: v}
	return nil
}
