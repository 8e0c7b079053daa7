package prop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Orders of a SortOrder, [MS-OXCDATA] 2.13.1.
const (
	Ascending       uint8 = 0x00
	Descending      uint8 = 0x01
	MaximumCategory uint8 = 0x04 // orders categories by the largest value of the column in each
	MinimumCategory uint8 = 0x08 // by the smallest: MAPI's TABLE_SORT_CATEG_MIN, which the specification leaves out
)

// SortOrder is one key of a table's order, [MS-OXCDATA] 2.13.1.
type SortOrder struct {
	Tag   mapi.PropTag
	Order uint8
}

// SortOrderSize is the number of bytes of a SortOrder.
const SortOrderSize = 5

// ReadSortOrder reads a SortOrder. It does not judge the order byte: that is the table's business.
func ReadSortOrder(r *wire.Reader) SortOrder {
	return SortOrder{mapi.PropTag(r.U32()), r.U8()}
}

// WriteSortOrder appends a SortOrder.
func WriteSortOrder(w *wire.Writer, o SortOrder) {
	w.U32(uint32(o.Tag))
	w.U8(o.Order)
}

// Problem is a PropertyProblem, [MS-OXCDATA] 2.7: why one property of a request was not handled.
type Problem struct {
	Index uint16 // position in the list of the request
	Tag   mapi.PropTag
	Code  mapi.ErrorCode
}

// ProblemSize is the number of bytes of a PropertyProblem.
const ProblemSize = 10

// ReadProblem reads a PropertyProblem.
func ReadProblem(r *wire.Reader) Problem {
	return Problem{r.U16(), mapi.PropTag(r.U32()), mapi.ErrorCode(r.U32())}
}

// WriteProblem appends a PropertyProblem.
func WriteProblem(w *wire.Writer, p Problem) {
	w.U16(p.Index)
	w.U32(uint32(p.Tag))
	w.U32(uint32(p.Code))
}
