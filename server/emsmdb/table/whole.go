package table

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// WholeRow is one row of a table that is listed whole: permissions, rules.
type WholeRow struct {
	ID    int64 // names the row as long as it is there
	Props []prop.Tagged
}

func (r *WholeRow) get(tag mapi.PropTag) prop.Value {
	for _, p := range r.Props {
		if p.Tag.ID() == tag.ID() {
			if prop.SameType(p.Value.Type(), prop.ColumnType(tag)) {
				return p.Value
			}
			return prop.Value{}
		}
	}
	return prop.Value{}
}

// Whole is the source of tables so short that they are read whole for every look. They have no order to set.
type Whole struct {
	Table   Kind
	Columns []mapi.PropTag  // all there are
	Order   *prop.Collation // of text in restrictions
	// Read lists the rows.
	Read func(ctx context.Context) ([]WholeRow, error)

	List
	restriction prop.Restriction
	rows        []WholeRow
}

// Kind implements Source.
func (s *Whole) Kind() Kind { return s.Table }

// Sync implements Source.
func (s *Whole) Sync(ctx context.Context) error {
	list, err := s.Read(ctx)
	if err != nil {
		return err
	}
	if s.restriction != nil {
		m := s.matcher(s.restriction)
		list = slices.DeleteFunc(list, func(r WholeRow) bool { return !m.Match(&prop.Subject{Get: r.get}) })
	}
	marks := make([]view.Entry, len(list))
	for i := range list {
		marks[i] = view.Entry{ID: store.MessageID(list[i].ID)}
	}
	s.rows = list
	s.Set(marks)
	return nil
}

func (s *Whole) matcher(rs prop.Restriction) *prop.Matcher {
	return prop.NewMatcher(rs, s.Order)
}

// row returns the row of a mark, nil if it is gone.
func (s *Whole) row(mark view.Entry) *WholeRow {
	for i := range s.rows {
		if s.rows[i].ID == int64(mark.ID) {
			return &s.rows[i]
		}
	}
	return nil
}

// Rows implements Source.
func (s *Whole) Rows(_ context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	for i, mark := range marks {
		r := s.row(mark)
		if r == nil {
			continue
		}
		out[i] = make([]prop.Value, len(tags))
		for j, tag := range tags {
			if out[i][j] = r.get(tag); out[i][j].IsZero() {
				out[i][j] = prop.Error(mapi.ErrNotFound)
			}
		}
	}
	return out, nil
}

// Find implements Source.
func (s *Whole) Find(_ context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	m := s.matcher(rs)
	return slices.IndexFunc(marks, func(mark view.Entry) bool {
		r := s.row(mark)
		return r != nil && m.Match(&prop.Subject{Get: r.get})
	}), nil
}

// Arrange implements Source.
func (s *Whole) Arrange(a Arrangement) error {
	s.restriction = a.Restriction
	s.Forget()
	return nil
}

// AllColumns implements Source.
func (s *Whole) AllColumns(context.Context) ([]mapi.PropTag, error) {
	return slices.Clone(s.Columns), nil
}
