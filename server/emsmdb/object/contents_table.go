package object

import (
	"context"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"math"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// ContentsTable opens the table of a folder's messages and returns it with its number of rows, [MS-OXCFOLD] 3.2.5.14.
func (f *Folder) ContentsTable(ctx context.Context, flags uint8) (*Table, uint32, error) {
	p := &f.logon.env.Profile.Folder
	// Where there are conversation tables, clients restrict them to a conversation, [MS-OXCTABL] 3.1.4.6.
	if flags&mapi.TableConversationMembers != 0 && !p.ConversationMembers && p.NoConversationMembers != mapi.Success {
		return nil, 0, p.NoConversationMembers
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
	dir, err := f.logon.env.Directory.Snapshot(ctx)
	if err != nil {
		return nil, 0, err
	}
	src := &contents{
		dir:   dir,
		logon: f.logon, folder: f.id, rights: f.logon.rights(s),
		sel:   store.Selection{Folder: f.id, Associated: flags&mapi.TableAssociated != 0, Deleted: flags&mapi.TableSoftDeletes != 0},
		found: s.Type == store.FolderSearch,
	}
	if err := src.Arrange(table.Arrangement{}); err != nil {
		return nil, 0, err
	}
	src.told = told{known: true, newest: s.ContentChange}
	t := f.logon.table(src, f.logon.session.CodePage)
	t.folder, t.event, t.quiet = f.id, t.event|mapi.NotifyMessage, flags&mapi.TableNoNotifications != 0
	if s.Type == store.FolderSearch && src.sel == (store.Selection{Folder: f.id}) {
		t.event |= mapi.NotifySearchFolder
	}
	rows, err := t.rowCount(ctx, s, src)
	if err != nil {
		t.Close()
		return nil, 0, err
	}
	return t, rows, nil
}

// rowCount is exact: a client that recovers deleted items breaks on any other number. The lists that are counted in
// the folder need no look at the messages.
func (t *Table) rowCount(ctx context.Context, s *cache.Folder, src *contents) (uint32, error) {
	switch sel := src.sel; {
	case src.guard() != nil:
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
	logon    *Logon
	folder   store.FolderID
	rights   Rights
	sel      store.Selection
	found    bool // the messages are those that a search found in other folders
	arranged table.Arrangement
	view     *view.View
	order    *view.Order  // as of the last sync
	layout   *view.Layout // what of it is shown, if there are categories
	open     view.Open
	dir      *store.Snapshot // as of the opening
	moves    uint64          // counts changes of positions
	pages    *pages          // in place of the order at the beginning of a table by time; nil otherwise
	plan     *rowPlan        // for the tags asked for last
	shown    string          // how the rows of plan are kept; empty: not known yet
	told     told            // what the client was told of the rows
}

func (c *contents) Kind() table.Kind { return table.Contents }
func (c *contents) Close()           { c.view.Close() }

// Sync implements table.Source. As long as nobody needed the whole order, and the folder stays as it is, pages do.
func (c *contents) Sync(ctx context.Context) error {
	if err := c.readable(ctx); err != nil {
		return err
	}
	if c.pages != nil {
		ok, err := c.pages.current(ctx, c)
		if ok || err != nil {
			return err
		}
	}
	return c.whole(ctx)
}

// readable refuses a table whose folder the user may not read any more.
func (c *contents) readable(ctx context.Context) error {
	if c.logon.privileged {
		return nil
	}
	s, err := c.logon.state(ctx, c.folder)
	if err == nil {
		err = c.logon.require(s, Rights(mapi.RightReadAny))
	}
	return err
}

// whole reads the order of the whole folder.
func (c *contents) whole(ctx context.Context) error {
	o, err := c.view.Sync(ctx)
	if err != nil {
		return err
	}
	if o != c.order || c.pages != nil {
		c.order, c.pages = o, nil
		c.lay()
	}
	return nil
}

// lay shows the order with the categories that are open.
func (c *contents) lay() {
	c.moves++
	if c.layout = nil; c.arranged.Categories > 0 {
		c.layout = c.order.Layout(c.open)
	}
}

func (c *contents) Len() int {
	switch {
	case c.pages != nil:
		return c.pages.count
	case c.layout != nil:
		return c.layout.Len()
	}
	return c.order.Len()
}

// Version implements table.Source. The version of pages is none that an order has.
func (c *contents) Version() uint64 {
	if c.pages != nil {
		return math.MaxUint64
	}
	return c.moves
}

func (c *contents) Window(ctx context.Context, pos, n int) ([]view.Entry, error) {
	if c.pages != nil {
		marks, ok, err := c.pages.window(ctx, c, pos, n)
		if ok || err != nil {
			return marks, err
		}
		if err := c.whole(ctx); err != nil { // too far from the beginning: the order is worth its price now
			return nil, err
		}
	}
	if c.layout != nil {
		return c.layout.Window(pos, n), nil
	}
	return c.order.Window(pos, n), nil
}

func (c *contents) Rank(mark view.Entry) (pos int, there bool) {
	switch {
	case c.pages != nil:
		return c.pages.rank(mark)
	case c.layout != nil:
		return c.layout.Rank(mark)
	}
	return c.order.Rank(mark)
}

// LookUp implements table.Finder.
func (c *contents) LookUp(id store.MessageID, instance uint32) (view.Entry, bool) {
	switch {
	case c.pages != nil:
		i := slices.IndexFunc(c.pages.marks, func(e view.Entry) bool { return e.ID == id })
		if i < 0 {
			return view.Entry{}, false
		}
		return c.pages.marks[i], true
	case c.layout != nil:
		return c.layout.Find(id, instance)
	}
	_, e, ok := c.order.Find(id, instance)
	return e, ok
}

// Arrange implements table.Source: it takes the view that shows the folder as asked.
func (c *contents) Arrange(a table.Arrangement) error {
	v, err := c.logon.env.views.Acquire(c.spec(a))
	if err != nil {
		return mapi.Wrap(mapi.ErrOutOfResources, err)
	}
	if c.view != nil {
		c.view.Close()
	}
	c.view, c.order, c.layout, c.pages, c.plan, c.told = v, nil, nil, nil, nil, told{}
	c.arranged, c.open = a, view.Open{Levels: a.Expanded}
	if byTime(a) && a.Restriction == nil && !c.sel.Deleted && !c.found && !v.Built() {
		c.pages = &pages{descending: a.Orders[0].Order == prop.Descending}
	}
	return nil
}

// Find implements table.Source.
func (c *contents) Find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	tags := prop.RestrictionTags(rs, nil)
	plan := c.newPlan(tags)
	matcher := prop.NewMatcher(rs, c.logon.env.collation(c.logon.session.LCIDSort))
	at := -1
	err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		rows, err := c.read(r, plan, marks)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row == nil {
				continue
			}
			var failed error
			ok := matcher.Match(&prop.Subject{
				Get: func(tag mapi.PropTag) prop.Value {
					if i := slices.Index(tags, tag); i >= 0 {
						return row[i]
					}
					return prop.Value{} // what stands for PidTagAnr is no column
				},
				MemberOf: memberOf(c.dir),
				SubObjects: func(tag mapi.PropTag, yield func(*prop.Subject) bool) {
					if !marks[i].IsCategory() {
						failed = subObjects(r, marks[i].ID, tag, yield)
					}
				},
			})
			if failed != nil {
				return failed
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
		MemberOf: memberOf(c.dir),
		Get: func(tag mapi.PropTag) prop.Value {
			v, err := c.logon.whole(r, facts.id, tag, plan.byTag(tag, facts, values))
			if err != nil {
				*failed = err
			}
			return v
		},
		SubObjects: func(tag mapi.PropTag, yield func(*prop.Subject) bool) {
			if err := subObjects(r, facts.id, tag, yield); err != nil {
				*failed = err
			}
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
			a := Attachment{work: &draft.Draft{Bag: list[i].Bag, Number: list[i].Number, Stored: list[i]}}
			if !yield(&prop.Subject{Get: func(tag mapi.PropTag) prop.Value { return a.matched(props, tag) }}) {
				break
			}
		}
	}
	return nil
}

// AllColumns implements table.Source.
func (c *contents) AllColumns(context.Context) ([]mapi.PropTag, error) {
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
