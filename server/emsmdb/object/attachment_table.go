package object

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// AttachmentTable opens the table of a message's attachments, [MS-OXCMSG] 2.2.3.17.
func (m *Message) AttachmentTable(_ context.Context, flags uint8) (*Table, error) {
	if flags&^mapi.TableUseUnicode != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	return m.logon.table(&attachments{message: m}, m.page), nil
}

// attachments is the source of attachment tables. A message has few: they are listed for every look.
type attachments struct {
	table.List
	message *Message
	list    []*Attachment
}

func (a *attachments) Kind() table.Kind { return table.Attachments }

// Rank finds an attachment by its number, or the place it had.
func (a *attachments) Rank(mark view.Entry) (int, bool) {
	return slices.BinarySearchFunc(a.list, mark, func(at *Attachment, mark view.Entry) int {
		return cmp.Compare(uint64(at.work.Number), uint64(mark.ID))
	})
}

func (a *attachments) Sync(ctx context.Context) error {
	l := a.message.logon
	return l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		drafts, err := a.message.work.AttachmentList(r)
		if err != nil {
			return gone(err)
		}
		list := make([]*Attachment, len(drafts))
		for i, d := range drafts {
			list[i] = a.message.attachment(&draft.Draft{Below: d, Number: d.Number, Stored: d.Stored}, a.message.writable)
		}
		marks := make([]view.Entry, 0, len(list))
		for i := range list {
			marks = append(marks, view.Entry{ID: store.MessageID(list[i].work.Number)})
		}
		a.list = list
		a.Set(marks)
		return nil
	})
}

// matched answers a restriction from properties that were read.
func (a *Attachment) matched(props []store.Property, tag mapi.PropTag) prop.Value {
	if tag == mapi.TagAttachSize {
		return prop.Int32(int32(min(a.work.Stored.Size, math.MaxInt32)))
	}
	if a.logon != nil {
		if v := matching(a.computed(tag), tag); !v.IsZero() {
			return v
		}
	}
	return find(props, tag)
}

// Rows implements table.Source.
func (a *attachments) Rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	err := a.message.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		for i, mark := range marks {
			for j := range a.list {
				if uint64(a.list[j].work.Number) != uint64(mark.ID) {
					continue
				}
				var err error
				if out[i], err = a.list[j].values(r, tags); err != nil {
					return err
				}
				a.inRow(out[i], tags, a.list[j])
			}
		}
		return nil
	})
	return out, err
}

// inRow adds what only rows have.
func (a *attachments) inRow(values []prop.Value, tags []mapi.PropTag, att *Attachment) {
	for i, tag := range tags {
		switch tag.ID() {
		case mapi.TagInstanceKey.ID():
			values[i] = matching(instanceKey(uint64(att.work.StoredBag()), uint64(att.work.Number), 0), tag)
		case mapi.TagRowType.ID():
			values[i] = matching(prop.Uint32(mapi.RowTypeLeaf), tag)
		}
	}
}

// Find implements table.Source: nobody can look for rows in an attachment table.
func (a *attachments) Find(context.Context, prop.Restriction, []view.Entry) (int, error) {
	return -1, mapi.ErrNoSupport
}

// Arrange implements table.Source: attachments stand by number, and all of them.
func (a *attachments) Arrange(table.Arrangement) error { return nil }

// AllColumns implements table.Source.
func (a *attachments) AllColumns(ctx context.Context) ([]mapi.PropTag, error) {
	tags := append(slices.Clone(attachmentTags), mapi.TagInstanceKey, mapi.TagRowType)
	err := a.message.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		for i := range a.list {
			props, err := a.list[i].work.Props(r)
			if err != nil {
				return err
			}
			for _, p := range props {
				tags = append(tags, p.Tag)
			}
		}
		return nil
	})
	slices.Sort(tags)
	return slices.Compact(tags), err
}
