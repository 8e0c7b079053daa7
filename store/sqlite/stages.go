package sqlite

import (
	"database/sql"
	"fmt"
	"io"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// stage is a row of the stage table.
type stage struct {
	id     store.StageID
	value  int64
	size   int64
	shared bool // something else has the value too
}

func (r *reader) stage(id store.StageID) (stage, error) {
	s := stage{id: id}
	var owners int
	err := r.c.row(`SELECT value, size, (SELECT count(*) FROM stage AS other WHERE other.value = stage.value)
		+ EXISTS (SELECT 1 FROM large WHERE large.value = stage.value) FROM stage WHERE id = ?`, []any{int64(id)}, &s.value, &s.size, into(&owners))
	if err != nil {
		return stage{}, fmt.Errorf("stage %d: %w", id, err)
	}
	s.shared = owners > 1
	return s, nil
}

// OpenStage opens a value that is being written.
func (r *reader) OpenStage(id store.StageID) (store.ValueReader, error) {
	s, err := r.stage(id)
	if err != nil {
		return nil, err
	}
	return &chunkReader{r: r, value: s.value, size: s.size, at: -1}, nil
}

// NewStage begins an empty value.
func (t *tx) NewStage() (store.StageID, error) { return t.newStage(t.newValue(), 0) }

func (t *tx) newStage(value, size int64) (store.StageID, error) {
	id := t.newValue()
	return store.StageID(id), t.c.exec("INSERT INTO stage (id, value, size) VALUES (?, ?, ?)", id, value, size)
}

// StageProp begins a value with that of a property.
func (t *tx) StageProp(bag store.BagID, tag mapi.PropTag) (store.StageID, error) {
	v, err := t.OpenProp(bag, tag)
	if err != nil {
		return 0, err
	}
	if large, ok := v.(*chunkReader); ok {
		return t.newStage(large.value, large.size)
	}
	id, err := t.NewStage()
	if err != nil {
		return 0, err
	}
	data := make([]byte, v.Size())
	if _, err := v.ReadAt(data, 0); err != nil && err != io.EOF {
		return 0, err
	}
	return id, t.WriteStage(id, 0, data)
}

// StageCopy begins a value with that of another stage.
func (t *tx) StageCopy(from store.StageID) (store.StageID, error) {
	s, err := t.stage(from)
	if err != nil {
		return 0, err
	}
	return t.newStage(s.value, s.size)
}

// own gives a stage a value of its own.
func (t *tx) own(s *stage) error {
	if !s.shared {
		return nil
	}
	from := s.value
	s.value, s.shared = t.newValue(), false
	err := t.c.exec("INSERT INTO chunk (value, n, data) SELECT ?, n, data FROM chunk WHERE value = ? AND n < ?", s.value, from, chunksOf(s.size))
	if err != nil {
		return err
	}
	return t.c.exec("UPDATE stage SET value = ? WHERE id = ?", s.value, int64(s.id))
}

// grow adds rows for the chunks of a larger size, all zeros.
func (t *tx) grow(s *stage, size int64) error {
	return t.c.exec(`INSERT INTO chunk (value, n, data)
		WITH RECURSIVE more (n) AS (SELECT ?2 WHERE ?2 < ?3 UNION ALL SELECT n + 1 FROM more WHERE n + 1 < ?3) SELECT ?1, n, x'' FROM more`,
		s.value, chunksOf(s.size), chunksOf(size))
}

// WriteStage writes a piece of a value.
func (t *tx) WriteStage(id store.StageID, off int64, data []byte) error {
	s, err := t.stage(id)
	if err != nil {
		return err
	}
	switch {
	case off < 0:
		return fmt.Errorf("stage %d at %d: %w", id, off, store.ErrDenied)
	case len(data) == 0:
		return nil
	case off > store.MaxStage-int64(len(data)):
		return fmt.Errorf("stage %d of more than %d bytes: %w", id, store.MaxStage, store.ErrQuota)
	}
	if err := t.own(&s); err != nil {
		return err
	}
	if off > s.size {
		if err := t.grow(&s, off); err != nil {
			return err
		}
	}
	end := off + int64(len(data))
	for len(data) > 0 {
		n, start := off/chunkSize, off%chunkSize
		piece := data[:min(int64(len(data)), chunkSize-start)]
		if err := t.writeChunk(&s, n, start, piece); err != nil {
			return err
		}
		data, off = data[len(piece):], off+int64(len(piece))
	}
	if end <= s.size {
		return nil
	}
	return t.c.exec("UPDATE stage SET size = ? WHERE id = ?", end, int64(id))
}

// writeChunk writes into one chunk. What a piece does not cover is read first.
func (t *tx) writeChunk(s *stage, n, start int64, piece []byte) error {
	if had := min(s.size-n*chunkSize, chunkSize); start > 0 || had > int64(len(piece)) {
		var old []byte
		if had > 0 || start > 0 { // of a gap there are rows too
			var err error
			if old, err = t.chunk(s.value, n); err != nil {
				return err
			}
		}
		whole := make([]byte, max(int64(len(old)), start+int64(len(piece))))
		copy(whole, old)
		copy(whole[start:], piece)
		piece = whole
	}
	return t.c.exec("INSERT INTO chunk (value, n, data) VALUES (?, ?, ?) ON CONFLICT (value, n) DO UPDATE SET data = excluded.data", s.value, n, piece)
}

// ResizeStage changes the size of a value.
func (t *tx) ResizeStage(id store.StageID, size int64) error {
	s, err := t.stage(id)
	if err != nil {
		return err
	}
	switch {
	case size < 0:
		return fmt.Errorf("stage %d of %d bytes: %w", id, size, store.ErrDenied)
	case size > store.MaxStage:
		return fmt.Errorf("stage %d of more than %d bytes: %w", id, store.MaxStage, store.ErrQuota)
	case size == 0: // the usual cut, at no cost
		if err := t.c.exec("UPDATE stage SET value = ?, size = 0 WHERE id = ?", t.newValue(), int64(id)); err != nil {
			return err
		}
		return t.discardUnused(s.value)
	}
	if err := t.own(&s); err != nil {
		return err
	}
	if size > s.size {
		err = t.grow(&s, size)
	} else if err = t.c.exec("DELETE FROM chunk WHERE value = ? AND n >= ?", s.value, chunksOf(size)); err == nil && size%chunkSize != 0 {
		// substr gives NULL for a part of no bytes at all
		err = t.c.exec("UPDATE chunk SET data = ifnull(substr(data, 1, ?), data) WHERE value = ? AND n = ?", size%chunkSize, s.value, size/chunkSize)
	}
	if err != nil {
		return err
	}
	return t.c.exec("UPDATE stage SET size = ? WHERE id = ?", size, int64(id))
}

// DropStage forgets values.
func (t *tx) DropStage(ids ...store.StageID) error {
	for _, id := range ids {
		var value int64
		err := t.c.each("DELETE FROM stage WHERE id = ? RETURNING value", []any{int64(id)}, func(rows *sql.Rows) error { return rows.Scan(&value) })
		if err == nil && value != 0 {
			err = t.discardUnused(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropStages forgets all values that are being written.
func (t *tx) dropStages() error {
	if err := t.discard("SELECT DISTINCT value FROM stage WHERE value NOT IN (SELECT value FROM large)"); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM stage")
}

// adopt makes the value of a stage that of a property. Large ones stay where they are.
func (t *tx) adopt(g bag, id store.BagID, p store.Staged) error {
	s, err := t.stage(p.Stage)
	if err != nil {
		return err
	}
	typ := p.Tag.Type()
	if p.Tag.ID() == 0 || !chunked(typ) {
		return fmt.Errorf("stage %d can't be its value: %w", p.Stage, store.ErrDenied)
	}
	if typ == mapi.PtypString && s.size%2 != 0 {
		if err := t.ResizeStage(p.Stage, s.size-1); err != nil {
			return err
		}
		if s, err = t.stage(p.Stage); err != nil {
			return err
		}
	}
	if err := t.remove(g, id, p.Tag.ID()); err != nil {
		return err
	}
	if s.size > store.LargeValue {
		g[p.Tag.ID()] = bagValue{typ: typ, size: s.size}
		if err := t.c.exec("INSERT INTO large (bag, prop, value) VALUES (?, ?, ?)", int64(id), int64(p.Tag.ID()), s.value); err != nil {
			return err
		}
		return t.c.exec("DELETE FROM stage WHERE id = ?", int64(s.id))
	}
	data := make([]byte, s.size)
	if _, err := (&chunkReader{r: &t.reader, value: s.value, size: s.size, at: -1}).ReadAt(data, 0); err != nil && err != io.EOF {
		return err
	}
	v := prop.Binary(data)
	switch typ {
	case mapi.PtypString:
		v = prop.String(wire.DecodeUTF16(data))
	case mapi.PtypString8:
		v = prop.String8(string(data))
	}
	g[p.Tag.ID()] = bagValue{value: v}
	return t.DropStage(s.id)
}
