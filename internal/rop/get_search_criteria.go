package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetSearchCriteriaRequest is the RopGetSearchCriteria request, [MS-OXCROPS] 2.2.4.5.1.
// It asks what a search folder holds.
type GetSearchCriteriaRequest struct {
	In
	UseUnicode         bool
	IncludeRestriction bool
	IncludeFolders     bool
}

// RopID implements Message.
func (*GetSearchCriteriaRequest) RopID() ID { return GetSearchCriteria }

// Encode implements Message.
func (m *GetSearchCriteriaRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetSearchCriteria)
	w.Bool(m.UseUnicode)
	w.Bool(m.IncludeRestriction)
	w.Bool(m.IncludeFolders)
}

// Decode implements Message.
func (m *GetSearchCriteriaRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.UseUnicode = d.Bool()
	m.IncludeRestriction = d.Bool()
	m.IncludeFolders = d.Bool()
}

// GetSearchCriteriaResponse is the RopGetSearchCriteria response, [MS-OXCROPS] 2.2.4.5.2 and .3.
type GetSearchCriteriaResponse struct {
	ResponseHead
	Restriction prop.Restriction
	LogonID     uint8
	FolderIDs   []mapi.ID
	SearchFlags uint32 // [MS-OXCFOLD] 2.2.1.5.2
}

// RopID implements Message.
func (*GetSearchCriteriaResponse) RopID() ID { return GetSearchCriteria }

// Encode implements Message.
func (m *GetSearchCriteriaResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetSearchCriteria) {
		return
	}
	putRestriction(w, m.Restriction)
	w.U8(m.LogonID)
	putList(w, m.FolderIDs, putID)
	w.U32(m.SearchFlags)
}

// Decode implements Message.
func (m *GetSearchCriteriaResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Restriction = readRestriction(d)
	m.LogonID = d.U8()
	m.FolderIDs = readList(d, 8, readID)
	m.SearchFlags = d.U32()
}
