package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// OpenFolderRequest is the RopOpenFolder request, [MS-OXCROPS] 2.2.4.1.1.
type OpenFolderRequest struct {
	InOut
	FolderID      mapi.ID
	OpenModeFlags uint8
}

// RopID implements Message.
func (*OpenFolderRequest) RopID() ID { return OpenFolder }

// Encode implements Message.
func (m *OpenFolderRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, OpenFolder)
	w.U64(uint64(m.FolderID))
	w.U8(m.OpenModeFlags)
}

// Decode implements Message.
func (m *OpenFolderRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.FolderID = mapi.ID(d.U64())
	m.OpenModeFlags = d.U8()
}

// OpenFolderResponse is the RopOpenFolder response, [MS-OXCROPS] 2.2.4.1.2 and .3.
type OpenFolderResponse struct {
	ResponseHead
	HasRules bool
	Ghosted  *GhostInfo // nil if the folder is not ghosted
}

// RopID implements Message.
func (*OpenFolderResponse) RopID() ID { return OpenFolder }

// Encode implements Message.
func (m *OpenFolderResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, OpenFolder) {
		return
	}
	w.Bool(m.HasRules)
	m.Ghosted.encode(w)
}

// Decode implements Message.
func (m *OpenFolderResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.HasRules = d.Bool()
	m.Ghosted = decodeGhostInfo(d)
}

// GhostInfo names the servers that hold a public folder.
type GhostInfo struct {
	CheapServerCount uint16 // how many of the first servers are near
	Servers          []string
}

// encode appends IsGhosted and, if g is not nil, the servers.
func (g *GhostInfo) encode(w *wire.Writer) {
	w.Bool(g != nil)
	if g != nil {
		g.put(w)
	}
}

func (g *GhostInfo) put(w *wire.Writer) {
	servers := g.Servers[:min(len(g.Servers), math.MaxUint16)]
	w.U16(uint16(len(servers)))
	w.U16(g.CheapServerCount)
	for _, s := range servers {
		w.ASCIIZ(s)
	}
}

func decodeGhostInfo(d *Decoder) *GhostInfo {
	if !d.Bool() {
		return nil
	}
	g := readGhostInfo(d)
	return &g
}

func readGhostInfo(d *Decoder) GhostInfo {
	n := d.U16()
	return GhostInfo{d.U16(), readCounted(d.Reader, uint32(n), 1, (*wire.Reader).ASCIIZ)}
}
