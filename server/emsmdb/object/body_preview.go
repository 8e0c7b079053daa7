package object

import (
	"io"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/body"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"github.com/mapid/mapid/store"
)

// previewSource is how much of a form of a text is looked at for the beginning of its plain text.
const previewSource = 1 << 20

// preview fills in the beginning of the plain text of messages that have another form of it, which clients show below
// the subjects in a list.
func (c *contents) preview(r store.Reader, tags []mapi.PropTag, id store.MessageID, row []prop.Value) error {
	for i, tag := range tags {
		if tag.ID() != mapi.TagBody.ID() || !isNotFound(row[i]) || !prop.SameType(mapi.PtypString, tag.Type()) {
			continue
		}
		text, err := c.logon.preview(r, id, store.RowValueLimit)
		if err != nil {
			return err
		}
		if text != "" {
			row[i] = prop.String(text)
		}
	}
	return nil
}

// preview makes the beginning of a message's plain text, as much as has limit bytes in UTF-16; nothing if there is no
// text, or it is damaged.
func (l *Logon) preview(r store.Reader, id store.MessageID, limit int) (string, error) {
	stored, err := r.Message(id)
	if err != nil {
		return "", err
	}
	m := &Message{logon: l, page: l.session.CodePage, work: &draft.Draft{Bag: stored.Bag}}
	b, err := m.bodies(r)
	if err != nil || b.Source() == nil {
		return "", err
	}
	v, err := m.work.Open(r, b.Source().Tag)
	if err != nil {
		return "", err
	}
	head := body.Beginning{Limit: limit}
	// Whatever stops the conversion, that there is enough or that the rest is damaged: what came before it will do.
	_, _ = b.Convert(&head, io.NewSectionReader(v, 0, min(v.Size(), previewSource)), mapi.TagBody)
	return head.Text(), nil
}
