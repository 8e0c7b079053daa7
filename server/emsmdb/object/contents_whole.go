package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// searchedText is how much of a text or binary a restriction looks at, in bytes as streams have them.
const searchedText = 1 << 20

// whole gives a restriction all of a value that rows cut, and the plain text of a message that has another form of it:
// who looks for a word means all of the text.
func (l *Logon) whole(r store.Reader, id store.MessageID, tag mapi.PropTag, v prop.Value) (prop.Value, error) {
	const cut = store.RowValueLimit - 3 // a character at the end of a text may have been left out
	switch base := v.Type(); {
	case base == mapi.PtypUnspecified && tag.ID() == mapi.TagBody.ID() && prop.SameType(mapi.PtypString, tag.Type()):
		text, err := l.preview(r, id, searchedText)
		if err != nil || text == "" {
			return prop.Value{}, err
		}
		return prop.String(text), nil
	case base != mapi.PtypString && base != mapi.PtypString8 && base != mapi.PtypBinary, len(v.Str()) < cut:
		return v, nil
	}
	if r == nil {
		return v, view.ErrReader
	}
	m, err := r.Message(id)
	if err != nil {
		return v, err
	}
	stored, err := r.Props(m.Bag, tag.WithType(v.Type()))
	if err != nil || len(stored) == 0 || stored[0].Size == 0 {
		if len(stored) == 1 {
			return stored[0].Value, nil
		}
		return v, err // computed
	}
	data := make([]byte, min(stored[0].Size, searchedText))
	err = readPart(func(r store.Reader) (store.ValueReader, error) { return r.OpenProp(m.Bag, stored[0].Tag) }, r, data, 0)
	switch {
	case err != nil:
		return v, err
	case v.Type() == mapi.PtypString:
		return prop.String(wire.DecodeUTF16(data)), nil
	case v.Type() == mapi.PtypString8:
		return prop.String8(string(data)), nil
	}
	return prop.Binary(data), nil
}
