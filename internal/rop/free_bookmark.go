package rop

import "github.com/mapid/mapid/internal/wire"

// FreeBookmarkRequest is the RopFreeBookmark request, [MS-OXCROPS] 2.2.5.14.1.
// It forgets a bookmark.
type FreeBookmarkRequest struct {
	In
	Bookmark []byte
}

// RopID implements Message.
func (*FreeBookmarkRequest) RopID() ID { return FreeBookmark }

// Encode implements Message.
func (m *FreeBookmarkRequest) Encode(w *wire.Writer) {
	m.In.encode(w, FreeBookmark)
	putData16(w, m.Bookmark)
}

// Decode implements Message.
func (m *FreeBookmarkRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Bookmark = readData16(d)
}

// FreeBookmarkResponse is the RopFreeBookmark response, [MS-OXCROPS] 2.2.5.14.2.
type FreeBookmarkResponse struct{ ResponseHead }

// RopID implements Message.
func (*FreeBookmarkResponse) RopID() ID { return FreeBookmark }

// Encode implements Message.
func (m *FreeBookmarkResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, FreeBookmark) }

// Decode implements Message.
func (m *FreeBookmarkResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
