package object

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// listRow is one row of a table that is listed whole: permissions, rules.
type listRow struct {
	id    int64 // names the row as long as it is there
	props []prop.Tagged
}

func (r *listRow) get(tag mapi.PropTag) prop.Value {
	for _, p := range r.props {
		if p.Tag.ID() == tag.ID() {
			return matching(p.Value, tag)
		}
	}
	return prop.Value{}
}

// rowList is the source of tables so short that they are read whole for every look. They have no order to set.
type rowList struct {
	table       table.Kind
	logon       *Logon
	tags        []mapi.PropTag // of all columns
	read        func(ctx context.Context) ([]listRow, error)
	restriction prop.Restriction

	table.List
	rows []listRow
}

func (s *rowList) Kind() table.Kind { return s.table }

func (s *rowList) Sync(ctx context.Context) error {
	list, err := s.read(ctx)
	if err != nil {
		return err
	}
	if s.restriction != nil {
		m := s.matcher(s.restriction)
		list = slices.DeleteFunc(list, func(r listRow) bool { return !m.Match(&prop.Subject{Get: r.get}) })
	}
	marks := make([]view.Entry, len(list))
	for i := range list {
		marks[i] = view.Entry{ID: store.MessageID(list[i].id)}
	}
	s.rows = list
	s.Set(marks)
	return nil
}

func (s *rowList) matcher(rs prop.Restriction) *prop.Matcher {
	return prop.NewMatcher(rs, s.logon.env.collation(s.logon.session.LCIDSort))
}

// row returns the row of a mark, nil if it is gone.
func (s *rowList) row(mark view.Entry) *listRow {
	for i := range s.rows {
		if s.rows[i].id == int64(mark.ID) {
			return &s.rows[i]
		}
	}
	return nil
}

func (s *rowList) Rows(_ context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	for i, mark := range marks {
		r := s.row(mark)
		if r == nil {
			continue
		}
		out[i] = make([]prop.Value, len(tags))
		for j, tag := range tags {
			if out[i][j] = r.get(tag); out[i][j].IsZero() {
				out[i][j] = notFound
			}
		}
	}
	return out, nil
}

func (s *rowList) Find(_ context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	m := s.matcher(rs)
	return slices.IndexFunc(marks, func(mark view.Entry) bool {
		r := s.row(mark)
		return r != nil && m.Match(&prop.Subject{Get: r.get})
	}), nil
}

func (s *rowList) Arrange(a table.Arrangement) error {
	s.restriction = a.Restriction
	s.Forget()
	return nil
}

func (s *rowList) AllColumns(context.Context) ([]mapi.PropTag, error) {
	return slices.Clone(s.tags), nil
}
