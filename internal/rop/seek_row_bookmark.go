package rop

import "github.com/mapid/mapid/internal/wire"

// SeekRowBookmarkRequest is the RopSeekRowBookmark request, [MS-OXCROPS] 2.2.5.9.1.
// It moves the cursor of a table, counted from a bookmark.
type SeekRowBookmarkRequest struct {
	In
	Bookmark          []byte
	RowCount          int32 // negative goes back
	WantRowMovedCount bool
}

// RopID implements Message.
func (*SeekRowBookmarkRequest) RopID() ID { return SeekRowBookmark }

// Encode implements Message.
func (m *SeekRowBookmarkRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SeekRowBookmark)
	putData16(w, m.Bookmark)
	w.U32(uint32(m.RowCount))
	w.Bool(m.WantRowMovedCount)
}

// Decode implements Message.
func (m *SeekRowBookmarkRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Bookmark = readData16(d)
	m.RowCount = int32(d.U32())
	m.WantRowMovedCount = d.Bool()
}

// SeekRowBookmarkResponse is the RopSeekRowBookmark response, [MS-OXCROPS] 2.2.5.9.2 and .3.
type SeekRowBookmarkResponse struct {
	ResponseHead
	RowNoLongerVisible bool
	HasSoughtLess      bool // the end of the table came first
	RowsSought         int32
}

// RopID implements Message.
func (*SeekRowBookmarkResponse) RopID() ID { return SeekRowBookmark }

// Encode implements Message.
func (m *SeekRowBookmarkResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SeekRowBookmark) {
		return
	}
	w.Bool(m.RowNoLongerVisible)
	w.Bool(m.HasSoughtLess)
	w.U32(uint32(m.RowsSought))
}

// Decode implements Message.
func (m *SeekRowBookmarkResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.RowNoLongerVisible = d.Bool()
	m.HasSoughtLess = d.Bool()
	m.RowsSought = int32(d.U32())
}
