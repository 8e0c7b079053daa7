package object

import (
	"context"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// AttachmentTable opens the table of a message's attachments, [MS-OXCMSG] 2.2.3.17.
func (m *Message) AttachmentTable(_ context.Context, flags uint8) (*Table, error) {
	if flags&^mapi.TableUseUnicode != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	return &Table{logon: m.logon, src: &attachments{message: m}, page: m.page}, nil
}

// attachments is the source of attachment tables. A message has few: they are listed for every look.
type attachments struct {
	message     *Message
	restriction prop.Restriction
	list        []*Attachment
	marks       []view.Entry
	reads       uint64
}

func (a *attachments) close()          {}
func (a *attachments) len() int        { return len(a.marks) }
func (a *attachments) version() uint64 { return a.reads }

func (a *attachments) window(_ context.Context, pos, n int) ([]view.Entry, error) {
	if pos < 0 || pos >= len(a.marks) {
		return nil, nil
	}
	return a.marks[pos:min(pos+n, len(a.marks))], nil
}

// rank finds an attachment by its number, or the place it had.
func (a *attachments) rank(mark view.Entry) int {
	i, _ := slices.BinarySearchFunc(a.marks, mark, view.Entry.Compare)
	return i
}

func (a *attachments) sync(ctx context.Context) error {
	l := a.message.logon
	return l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		drafts, err := a.message.work.attachmentList(r)
		if err != nil {
			return a.message.gone(err)
		}
		list := make([]*Attachment, len(drafts))
		for i, d := range drafts {
			list[i] = a.message.attachment(&draft{below: d, number: d.number, stored: d.stored}, a.message.writable)
		}
		marks := make([]view.Entry, 0, len(list))
		matcher := prop.NewMatcher(a.restriction, l.env.collation(l.session.LCIDSort))
		for i := range list {
			ok := a.restriction == nil
			if !ok {
				props, err := list[i].work.props(r)
				if err != nil {
					return err
				}
				ok = matcher.Match(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value { return list[i].matched(props, tag) }})
			}
			if ok {
				marks = append(marks, view.Entry{ID: store.MessageID(list[i].work.number)})
			}
		}
		a.list = list
		if a.reads == 0 || !slices.Equal(a.marks, marks) {
			a.reads++
		}
		a.marks = marks
		return nil
	})
}

// matched answers a restriction from properties that were read.
func (a *Attachment) matched(props []store.Property, tag mapi.PropTag) prop.Value {
	if tag == mapi.TagAttachSize {
		return prop.Int32(int32(min(a.work.stored.Size, math.MaxInt32)))
	}
	if a.logon != nil {
		if v := matching(a.computed(tag), tag); !v.IsZero() {
			return v
		}
	}
	return find(props, tag)
}

// rows implements source.
func (a *attachments) rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	err := a.message.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		for i, mark := range marks {
			for j := range a.list {
				if uint64(a.list[j].work.number) != uint64(mark.ID) {
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
			values[i] = matching(instanceKey(uint64(att.work.storedBag()), uint64(att.work.number), 0), tag)
		case mapi.TagRowType.ID():
			values[i] = matching(prop.Uint32(mapi.RowTypeLeaf), tag)
		}
	}
}

// find implements source.
func (a *attachments) find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	tags := restrictionTags(rs, nil)
	rows, err := a.rows(ctx, marks, tags)
	if err != nil {
		return -1, err
	}
	l := a.message.logon
	m := prop.NewMatcher(rs, l.env.collation(l.session.LCIDSort))
	for i, row := range rows {
		if row != nil && m.Match(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value {
			if j := slices.Index(tags, tag); j >= 0 {
				return row[j]
			}
			return prop.Value{}
		}}) {
			return i, nil
		}
	}
	return -1, nil
}

// order implements source: attachments stand by number.
func (a *attachments) order(orders []prop.SortOrder, rs prop.Restriction) error {
	if len(orders) > 0 {
		return mapi.ErrNoSupport
	}
	a.restriction, a.reads = rs, 0
	return nil
}

// columns implements source.
func (a *attachments) columns(ctx context.Context) ([]mapi.PropTag, error) {
	tags := append(slices.Clone(attachmentTags), mapi.TagInstanceKey, mapi.TagRowType)
	err := a.message.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		for i := range a.list {
			props, err := a.list[i].work.props(r)
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
