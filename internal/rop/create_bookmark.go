package rop

import "github.com/mapid/mapid/internal/wire"

// CreateBookmarkRequest is the RopCreateBookmark request, [MS-OXCROPS] 2.2.5.11.1.
// It remembers the position of a table's cursor.
type CreateBookmarkRequest struct{ In }

// RopID implements Message.
func (*CreateBookmarkRequest) RopID() ID { return CreateBookmark }

// Encode implements Message.
func (m *CreateBookmarkRequest) Encode(w *wire.Writer) { m.In.encode(w, CreateBookmark) }

// Decode implements Message.
func (m *CreateBookmarkRequest) Decode(d *Decoder) { m.In.decode(d) }

// CreateBookmarkResponse is the RopCreateBookmark response, [MS-OXCROPS] 2.2.5.11.2 and .3.
type CreateBookmarkResponse struct {
	ResponseHead
	Bookmark []byte // opaque to clients
}

// RopID implements Message.
func (*CreateBookmarkResponse) RopID() ID { return CreateBookmark }

// Encode implements Message.
func (m *CreateBookmarkResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CreateBookmark) {
		return
	}
	putData16(w, m.Bookmark)
}

// Decode implements Message.
func (m *CreateBookmarkResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Bookmark = readData16(d)
}
