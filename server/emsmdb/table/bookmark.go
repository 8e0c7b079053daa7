package table

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// bookmark is a place in a table that a client remembers: before a row, or at the end.
type bookmark struct {
	mark  view.Entry
	end   bool
	stale bool // it was made before the table was sorted, restricted or reset
}

// maxBookmarks bounds what a client that never frees bookmarks can make the server keep.
const maxBookmarks = 4096

// CreateBookmark remembers where the cursor stands, [MS-OXCTABL] 3.2.5.12.
func (t *Table) CreateBookmark(ctx context.Context) ([]byte, error) {
	if err := t.can(opBookmark); err != nil {
		return nil, err
	}
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	marks, err := t.src.Window(ctx, t.pos, 1)
	if err != nil {
		return nil, err
	}
	if len(marks) == 0 {
		return t.keep(bookmark{end: true})
	}
	return t.keep(bookmark{mark: marks[0]})
}

// keep gives a bookmark its name.
func (t *Table) keep(b bookmark) ([]byte, error) {
	if len(t.bookmarks) >= maxBookmarks {
		return nil, mapi.ErrOutOfResources
	}
	if t.bookmarks == nil {
		t.bookmarks = make(map[uint32]bookmark)
	}
	b.mark.Key = strings.Clone(b.mark.Key) // not the whole block of the order
	t.lastBookmark++
	t.bookmarks[t.lastBookmark] = b
	return binary.LittleEndian.AppendUint32(nil, t.lastBookmark), nil
}

// forgetBookmarks is what sorting, restricting and resetting do: bookmarks are void, [MS-OXCTABL] 3.2.5.12, or, in
// versions that take them all the same, stand where their rows are now.
func (t *Table) forgetBookmarks() {
	if t.profile.StaleBookmark != mapi.Success {
		t.bookmarks = nil
		return
	}
	for name, b := range t.bookmarks {
		b.stale = true
		t.bookmarks[name] = b
	}
}

// lookUp finds a bookmark.
func (t *Table) lookUp(name []byte) (uint32, bookmark, error) {
	if len(name) != 4 {
		return 0, bookmark{}, mapi.ErrInvalidBookmark
	}
	n := binary.LittleEndian.Uint32(name)
	b, ok := t.bookmarks[n]
	if !ok {
		return 0, bookmark{}, mapi.ErrInvalidBookmark
	}
	return n, b, nil
}

// place returns where a bookmark is, and whether its row is gone: then the place is that of the next one.
func (t *Table) place(name []byte) (pos int, gone bool, err error) {
	n, b, err := t.lookUp(name)
	if err != nil {
		return 0, false, err
	}
	if b.stale {
		found, ok := view.Entry{}, false
		if f, is := t.src.(Finder); is && !b.end {
			found, ok = f.LookUp(b.mark.ID, b.mark.Instance)
		}
		if !b.end && !ok {
			return 0, true, nil
		}
		b.mark, b.stale = found, false
		t.bookmarks[n] = b
	}
	if b.end {
		return t.src.Len(), false, nil
	}
	pos, there := t.src.Rank(b.mark)
	return pos, !there, nil
}

// Finder is a Source that finds rows by their ids.
type Finder interface {
	LookUp(id store.MessageID, instance uint32) (view.Entry, bool)
}

// SeekBookmark moves the cursor by rows from a bookmark, [MS-OXCTABL] 3.2.5.10.
func (t *Table) SeekBookmark(ctx context.Context, name []byte, rows int) (gone bool, moved int, less bool, err error) {
	if err := t.can(opBookmark); err != nil {
		return false, 0, false, err
	}
	if err := t.prepared(); err != nil {
		return false, 0, false, err
	}
	if err := t.sync(ctx); err != nil {
		return false, 0, false, err
	}
	from, gone, err := t.place(name)
	if err != nil {
		return false, 0, false, err
	}
	moved, less, err = t.seek(ctx, from, rows)
	return gone, moved, less, err
}

// FreeBookmark forgets a bookmark, [MS-OXCTABL] 3.2.5.15.
func (t *Table) FreeBookmark(name []byte) error {
	if err := t.can(opBookmark); err != nil {
		return err
	}
	if refused := t.profile.FreeBookmarkContents; t.src.Kind() == Contents && refused != mapi.Success {
		return refused
	}
	if err := t.prepared(); err != nil {
		return err
	}
	n, _, err := t.lookUp(name)
	if err != nil {
		return err
	}
	delete(t.bookmarks, n)
	return nil
}
