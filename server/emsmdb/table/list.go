package table

import (
	"context"
	"slices"

	"github.com/mapid/mapid/server/emsmdb/view"
)

// List holds the marks of a source that is so short that it is read whole for every look. The zero List is empty.
type List struct {
	marks   []view.Entry
	version uint64
}

// Set replaces the marks, which must not be changed afterwards.
func (l *List) Set(marks []view.Entry) {
	if l.version == 0 || !slices.Equal(l.marks, marks) {
		l.version++
	}
	l.marks = marks
}

// Forget empties the list, as something else is asked for. The version moves on.
func (l *List) Forget() {
	l.marks = nil
	l.version++
}

// Close implements Source.
func (l *List) Close() {}

// Len implements Source.
func (l *List) Len() int { return len(l.marks) }

// Version implements Source: it changes when the marks do.
func (l *List) Version() uint64 { return l.version }

// Window implements Source.
func (l *List) Window(_ context.Context, pos, n int) ([]view.Entry, error) {
	if pos < 0 || pos >= len(l.marks) {
		return nil, nil
	}
	return l.marks[pos:min(pos+n, len(l.marks))], nil
}

// Rank implements Source. A mark that is gone stands where the list ends.
func (l *List) Rank(mark view.Entry) (int, bool) {
	if i := slices.Index(l.marks, mark); i >= 0 {
		return i, true
	}
	return len(l.marks), false
}
