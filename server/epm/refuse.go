package epm

import (
	"context"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// refuse answers ept_insert, ept_delete and ept_mgmt_delete: the map is this server's own and nobody else's to
// change.
func refuse(context.Context, *dcerpc.Call) ([]byte, error) {
	var w ndr.Writer
	w.U32(statusCantPerform)
	return w.Stub(), nil
}

// inqObject answers ept_inq_object: the mapper has no object.
func inqObject(context.Context, *dcerpc.Call) ([]byte, error) {
	var w ndr.Writer
	w.UUID(ndr.UUID{})
	w.U32(statusOK)
	return w.Stub(), nil
}
