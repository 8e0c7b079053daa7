package sqlite

import (
	"errors"
	"fmt"
	"io"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// chunkSize is the size of the pieces of values kept apart.
const chunkSize = 64 << 10

// chunksOf is the number of pieces of a value.
func chunksOf(size int64) int64 { return (size + chunkSize - 1) / chunkSize }

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
	r     *reader
	value int64
	size  int64
	at    int64 // number of the chunk in data
	data  []byte
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
			var err error
			if c.data, err = c.r.chunk(c.value, n); err != nil {
				return done, err
			}
			c.at = n
		}
		piece := p[done:min(int64(len(p)), int64(done)+min(chunkSize-start, c.size-off))]
		copied := 0
		if start < int64(len(c.data)) {
			copied = copy(piece, c.data[start:])
		}
		clear(piece[copied:])
		done += len(piece)
		off += int64(len(piece))
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// chunk reads one piece of a value. Zeros at its end may be missing.
func (r *reader) chunk(value, n int64) (data []byte, err error) {
	if err := r.c.row("SELECT data FROM chunk WHERE value = ? AND n = ?", []any{value, n}, &data); err != nil {
		return nil, fmt.Errorf("chunk %d of value %d: %w", n, value, notThere(err))
	}
	return data, nil
}

// largeValue finds the large value that a bag has under a property id.
func (r *reader) largeValue(id store.BagID, prop uint16) (value int64, err error) {
	if err := r.c.row("SELECT value FROM large WHERE bag = ? AND prop = ?", []any{int64(id), int64(prop)}, &value); err != nil {
		return 0, fmt.Errorf("large property 0x%04X of bag %d: %w", prop, id, notThere(err))
	}
	return value, nil
}

// notThere turns the absence of what must be there into damage.
func notThere(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errDamaged
	}
	return err
}

// newValue takes the next id of a value.
func (t *tx) newValue() int64 { return int64(t.newBag()) }

// putValue stores a large value of a bag.
func (t *tx) putValue(id store.BagID, prop uint16, data string) error {
	value := t.newValue()
	for n := 0; n*chunkSize < len(data); n++ {
		piece := data[n*chunkSize : min((n+1)*chunkSize, len(data))]
		if err := t.c.exec("INSERT INTO chunk (value, n, data) VALUES (?, ?, ?)", value, int64(n), []byte(piece)); err != nil {
			return err
		}
	}
	return t.c.exec("INSERT INTO large (bag, prop, value) VALUES (?, ?, ?)", int64(id), int64(prop), value)
}

// dropValue takes a large value away from a bag.
func (t *tx) dropValue(id store.BagID, prop uint16) error {
	value, err := t.largeValue(id, prop)
	if err != nil {
		return err
	}
	if err := t.c.exec("DELETE FROM large WHERE bag = ? AND prop = ?", int64(id), int64(prop)); err != nil {
		return err
	}
	return t.discardUnused(value)
}

// discardUnused makes garbage of a value, unless something has it still.
func (t *tx) discardUnused(value int64) error {
	return t.discard(`SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM large WHERE value = ?1)
		AND NOT EXISTS (SELECT 1 FROM stage WHERE value = ?1)`, value)
}

// discard makes garbage of the values that a query finds.
func (t *tx) discard(query string, args ...any) error {
	n, err := t.c.change("INSERT INTO garbage (value) "+query, args...)
	t.w.garbage = t.w.garbage || n > 0
	return err
}

// dropBags removes the bags that a query finds, with everything that hangs on them.
func (t *tx) dropBags(query string, args ...any) error {
	for _, q := range []string{"CREATE TEMP TABLE IF NOT EXISTS doomed (bag INTEGER PRIMARY KEY)", "DELETE FROM doomed"} {
		if err := t.c.exec(q); err != nil {
			return err
		}
	}
	err := t.c.exec(`WITH RECURSIVE top (bag) AS (`+query+`), every (bag) AS (
			SELECT bag FROM top
			UNION ALL
			SELECT CASE side.n WHEN 0 THEN attachment.own_bag ELSE attachment.embedded END
			FROM every JOIN attachment ON attachment.bag = every.bag JOIN (SELECT 0 AS n UNION ALL SELECT 1) AS side
			WHERE side.n = 0 OR attachment.embedded <> 0)
		INSERT OR IGNORE INTO doomed (bag) SELECT bag FROM every`, args...)
	if err != nil {
		return err
	}
	err = t.discard(`SELECT DISTINCT value FROM large WHERE bag IN (SELECT bag FROM doomed) AND NOT EXISTS
		(SELECT 1 FROM large AS other WHERE other.value = large.value AND other.bag NOT IN (SELECT bag FROM doomed))
		AND NOT EXISTS (SELECT 1 FROM stage WHERE stage.value = large.value)`)
	if err != nil {
		return err
	}
	for _, table := range []string{"bag WHERE id", "large WHERE bag", "recipients WHERE bag", "attachment WHERE bag"} {
		if err := t.c.exec("DELETE FROM " + table + " IN (SELECT bag FROM doomed)"); err != nil {
			return err
		}
	}
	return t.c.exec("DELETE FROM doomed")
}
