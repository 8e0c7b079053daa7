package object

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// ContentsTable opens the table of a folder's messages and returns it with its number of rows, [MS-OXCFOLD] 3.2.5.14.
func (f *Folder) ContentsTable(ctx context.Context, flags uint8) (*Table, uint32, error) {
	p := &f.logon.env.Profile.Folder
	if flags&mapi.TableConversationMembers != 0 {
		if p.ConversationMembers {
			return nil, 0, mapi.ErrNoSupport // conversations are not gathered yet
		}
		if p.NoConversationMembers != mapi.Success {
			return nil, 0, p.NoConversationMembers
		}
	}
	const known = mapi.TableAssociated | mapi.TableDeferredErrors | mapi.TableNoNotifications | mapi.TableSoftDeletes | mapi.TableUseUnicode | mapi.TableConversationMembers
	if flags&^known != 0 && p.BadContentsFlags != mapi.Success {
		return nil, 0, p.BadContentsFlags
	}
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return nil, 0, err
	}
	if err := f.logon.require(s, Rights(mapi.RightReadAny)); err != nil {
		return nil, 0, err
	}
	src := &contents{
		logon: f.logon, folder: f.id, rights: f.logon.rights(s),
		sel: store.Selection{Folder: f.id, Associated: flags&mapi.TableAssociated != 0, Deleted: flags&mapi.TableSoftDeletes != 0},
	}
	if err := src.order(nil, nil); err != nil {
		return nil, 0, err
	}
	t := &Table{logon: f.logon, src: src, page: f.logon.session.CodePage}
	rows, err := t.rowCount(ctx, s, src.sel)
	if err != nil {
		t.Close()
		return nil, 0, err
	}
	return t, rows, nil
}

// rowCount is exact: a client that recovers deleted items breaks on any other number. The lists that are counted in
// the folder need no look at the messages.
func (t *Table) rowCount(ctx context.Context, s *folderState, sel store.Selection) (uint32, error) {
	switch {
	case !sel.Deleted && sel.Associated:
		return uint32(s.AssocCount), nil
	case !sel.Deleted:
		return uint32(s.ContentCount), nil
	case !sel.Associated:
		return uint32(s.DeletedCount), nil
	}
	_, n, err := t.Position(ctx)
	return n, err
}

// contents is the source of contents tables: a shared order with the rows read from the store.
type contents struct {
	logon  *Logon
	folder store.FolderID
	rights Rights
	sel    store.Selection
	view   *view.View
	pages  *pages   // in place of view at the beginning of a table by time; nil otherwise
	plan   *rowPlan // for the tags asked for last
}

func (c *contents) close() { c.view.Close() }

// sync implements source. As long as nobody needed the whole order, and the folder stays as it is, pages do.
func (c *contents) sync(ctx context.Context) error {
	if c.pages != nil {
		ok, err := c.pages.current(ctx, c)
		if ok || err != nil {
			return err
		}
		c.pages = nil
	}
	return c.view.Sync(ctx)
}

func (c *contents) len() int {
	if c.pages != nil {
		return c.pages.count
	}
	return c.view.Len()
}

// version implements source. The version of pages is none that a view has.
func (c *contents) version() uint64 {
	if c.pages != nil {
		return math.MaxUint64
	}
	return c.view.Version()
}

func (c *contents) window(ctx context.Context, pos, n int) ([]view.Entry, error) {
	if c.pages != nil {
		marks, ok, err := c.pages.window(ctx, c, pos, n)
		if ok || err != nil {
			return marks, err
		}
		c.pages = nil // too far from the beginning: the order is worth its price now
		if err := c.view.Sync(ctx); err != nil {
			return nil, err
		}
	}
	return c.view.Window(pos, n), nil
}

func (c *contents) rank(mark view.Entry) int {
	if c.pages != nil {
		return c.pages.rank(mark)
	}
	return c.view.Rank(mark)
}

// order takes the view that shows the folder in an order under a restriction.
func (c *contents) order(orders []prop.SortOrder, rs prop.Restriction) error {
	v, err := c.logon.env.views.Acquire(c.spec(orders, rs))
	if err != nil {
		return mapi.Wrap(mapi.ErrOutOfResources, err)
	}
	if c.view != nil {
		c.view.Close()
	}
	c.view, c.pages = v, nil
	if byTime(orders) && rs == nil && !c.sel.Deleted && !v.Built() {
		c.pages = &pages{descending: orders[0].Order == prop.Descending}
	}
	return nil
}

// spec describes the view of an order and a restriction. Without either it is every message by id, that is, in the
// order they came.
func (c *contents) spec(orders []prop.SortOrder, rs prop.Restriction) view.Spec {
	spec := view.Spec{Selection: c.sel}
	if len(orders) == 0 && rs == nil {
		return spec
	}
	var w wire.Writer
	w.PutString(strconv.FormatUint(uint64(c.logon.session.LCIDSort), 16))
	for _, o := range orders {
		prop.WriteSortOrder(&w, o)
	}
	w.U8(0)
	if rs != nil {
		prop.WriteRestriction(&w, rs)
	}
	spec.Key = string(w.Bytes())
	tags := make([]mapi.PropTag, 0, len(orders)+4)
	for _, o := range orders {
		tags = append(tags, o.Tag)
	}
	tags = append(tags, restrictionTags(rs, nil)...)
	plan := newRowPlan(tags)
	collation := c.logon.env.collation(c.logon.session.LCIDSort)
	shared := c.shared()
	spec.Fetch, spec.Whole = plan.fetch, countsMatches(rs)
	timed := byTime(orders)
	if timed && rs == nil {
		spec.Load = loadByTime(c.sel, orders[0].Order == prop.Descending)
	}
	spec.Place = func() view.PlaceFunc {
		m := prop.NewMatcher(rs, collation)
		var key []byte
		return func(r store.Reader, id store.MessageID, values []prop.Value, emit func([]byte, uint32)) error {
			facts := plan.facts(shared, id, 0, values)
			if rs != nil {
				subject, failed := shared.subject(r, plan, facts, values)
				if ok := m.Match(subject); *failed != nil || !ok {
					return *failed
				}
			}
			if timed {
				emit(timeKey(key[:0], plan.value(0, facts, values).FileTime(), id, orders[0].Order == prop.Descending), 0)
				return nil
			}
			key = key[:0]
			for i, o := range orders {
				key = collation.AppendSortKey(key, plan.value(i, facts, values), o.Order)
			}
			emit(key, 0)
			return nil
		}
	}
	return spec
}

// shared is what the views of a mailbox use of a logon: they outlive the one that made them, and must not depend on
// who that was.
func (c *contents) shared() *contents {
	l := &Logon{env: c.logon.env, session: c.logon.session, mailbox: c.logon.mailbox, owner: c.logon.owner, privileged: true}
	return &contents{logon: l, folder: c.folder, rights: rightsAll, sel: c.sel}
}

// rows implements source.
func (c *contents) rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	if c.plan == nil || !slices.Equal(c.plan.tags, tags) {
		c.plan = newRowPlan(tags)
	}
	ids := make([]store.MessageID, len(marks))
	for i, m := range marks {
		ids[i] = m.ID
	}
	var out [][]prop.Value
	err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		fetched, err := r.Rows(c.sel, ids, c.plan.fetch)
		if err != nil {
			return err
		}
		out = make([][]prop.Value, len(marks))
		for i, values := range fetched {
			if values != nil {
				out[i] = c.plan.row(c.plan.facts(c, ids[i], marks[i].Instance, values), values)
			}
		}
		return nil
	})
	return out, err
}

// find implements source.
func (c *contents) find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	plan := newRowPlan(restrictionTags(rs, nil))
	ids := make([]store.MessageID, len(marks))
	for i, m := range marks {
		ids[i] = m.ID
	}
	matcher := prop.NewMatcher(rs, c.logon.env.collation(c.logon.session.LCIDSort))
	at := -1
	err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		fetched, err := r.Rows(c.sel, ids, plan.fetch)
		if err != nil {
			return err
		}
		for i, values := range fetched {
			if values == nil {
				continue
			}
			facts := plan.facts(c, ids[i], marks[i].Instance, values)
			subject, failed := c.subject(r, plan, facts, values)
			ok := matcher.Match(subject)
			if *failed != nil {
				return *failed
			}
			if ok {
				at = i
				return nil
			}
		}
		return nil
	})
	return at, err
}

// subject presents a row to a restriction. What a look at recipients or attachments finds wrong stands in failed.
func (c *contents) subject(r store.Reader, plan *rowPlan, facts *messageFacts, values []prop.Value) (*prop.Subject, *error) {
	failed := new(error)
	return &prop.Subject{
		Get: func(tag mapi.PropTag) prop.Value { return plan.byTag(tag, facts, values) },
		SubObjects: func(tag mapi.PropTag, yield func(*prop.Subject) bool) {
			*failed = subObjects(r, facts.id, tag, yield)
		},
	}, failed
}

// subObjects presents a message's recipients or attachments to a restriction.
func subObjects(r store.Reader, id store.MessageID, tag mapi.PropTag, yield func(*prop.Subject) bool) error {
	m, err := r.Message(id)
	if err != nil {
		return err
	}
	switch tag.ID() {
	case mapi.TagMessageRecipients.ID():
		list, err := r.Recipients(m.Bag)
		for i := range list {
			if !yield(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value { return RecipientValue(&list[i], tag) }}) {
				break
			}
		}
		return err
	case mapi.TagMessageAttachments.ID():
		list, err := r.Attachments(m.Bag)
		if err != nil {
			return err
		}
		for i := range list {
			props, err := r.Props(list[i].Bag)
			if err != nil {
				return err
			}
			a := Attachment{work: &draft{bag: list[i].Bag, number: list[i].Number, stored: list[i]}}
			if !yield(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value { return a.matched(props, tag) }}) {
				break
			}
		}
	}
	return nil
}

// columns implements source.
func (c *contents) columns(context.Context) ([]mapi.PropTag, error) {
	tags := slices.Clone(contentsColumns)
	for i := range messageProps {
		tags = append(tags, messageProps[i].tag)
	}
	slices.Sort(tags)
	return slices.Compact(tags), nil
}

// contentsColumns are the stored properties that contents tables are known to show.
var contentsColumns = []mapi.PropTag{
	mapi.TagMessageClass, mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject, mapi.TagConversationTopic,
	mapi.TagConversationIndex, mapi.TagImportance, mapi.TagPriority, mapi.TagSensitivity, mapi.TagClientSubmitTime,
	mapi.TagMessageDeliveryTime, mapi.TagSentRepresentingName, mapi.TagSentRepresentingEmailAddress,
	mapi.TagSentRepresentingAddressType, mapi.TagSentRepresentingEntryId, mapi.TagSenderName, mapi.TagSenderEmailAddress,
	mapi.TagSenderAddressType, mapi.TagSenderEntryId, mapi.TagDisplayTo, mapi.TagDisplayCc, mapi.TagDisplayBcc,
	mapi.TagMessageStatus, mapi.TagIconIndex, mapi.TagFlagStatus, mapi.TagItemTemporaryFlags, mapi.TagReplyTime,
	mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagSearchKey, mapi.TagInternetMessageId,
}
