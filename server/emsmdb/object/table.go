package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/table"
)

// What is asked of a table.
type (
	SortRequest      = table.SortRequest
	FindRowRequest   = table.FindRowRequest
	QueryRowsRequest = table.QueryRowsRequest
)

// Table is an open table, [MS-OXCTABL].
type Table struct{ *table.Table }

// Kind implements Object.
func (t *Table) Kind() Kind { return KindTable }

// table opens a table, whose 8-bit strings are of a code page.
func (l *Logon) table(src table.Source, page uint32) *Table {
	return &Table{table.New(table.Options{
		Source: src, Profile: &l.env.Profile.Table,
		Typed: func(v prop.Value, want mapi.PropType) prop.Value { return Typed(v, want, true, page) },
	})}
}
