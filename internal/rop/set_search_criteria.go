package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SetSearchCriteriaRequest is the RopSetSearchCriteria request, [MS-OXCROPS] 2.2.4.4.1.
// It defines what a search folder holds.
type SetSearchCriteriaRequest struct {
	In
	Restriction prop.Restriction // nil keeps the one in force
	FolderIDs   []mapi.ID        // none keeps those in force
	SearchFlags uint32           // [MS-OXCFOLD] 2.2.1.4.1
}

// RopID implements Message.
func (*SetSearchCriteriaRequest) RopID() ID { return SetSearchCriteria }

// Encode implements Message.
func (m *SetSearchCriteriaRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetSearchCriteria)
	putRestriction(w, m.Restriction)
	putList(w, m.FolderIDs, putID)
	w.U32(m.SearchFlags)
}

// Decode implements Message.
func (m *SetSearchCriteriaRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Restriction = readRestriction(d)
	m.FolderIDs = readList(d, 8, readID)
	m.SearchFlags = d.U32()
}

// SetSearchCriteriaResponse is the RopSetSearchCriteria response, [MS-OXCROPS] 2.2.4.4.2.
type SetSearchCriteriaResponse struct{ ResponseHead }

// RopID implements Message.
func (*SetSearchCriteriaResponse) RopID() ID { return SetSearchCriteria }

// Encode implements Message.
func (m *SetSearchCriteriaResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SetSearchCriteria)
}

// Decode implements Message.
func (m *SetSearchCriteriaResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
