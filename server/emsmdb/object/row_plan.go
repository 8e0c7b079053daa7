package object

import (
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// rowPlan says how to get the columns of a contents table: which properties to fetch for each message, and what to
// compute from them. It does not change.
type rowPlan struct {
	tags    []mapi.PropTag
	columns []rowColumn
	fetch   []mapi.PropTag
	byID    map[uint16][]int // columns of a property id
	name    string           // of fetch
	split   uint16           // the property of whose values the table has a row each, 0 if there is none

	flags, attach, change, modified, size, creator, folder int // places in fetch of what computed columns need, -1 if not needed
	index, tracking, topic                                 int // the same
}

// rowColumn is one column: a fetched value, a computed one, or a fetched one that hides a computed one.
type rowColumn struct {
	fetched  int // place in fetch, -1 if none
	computed *messageProp
}

// newRowPlan plans for columns of a table that has a row for each value of the property split, if that is not 0.
func newRowPlan(tags []mapi.PropTag, split uint16) *rowPlan {
	p := &rowPlan{tags: tags, split: split, byID: make(map[uint16][]int, len(tags)), flags: -1, attach: -1, change: -1, modified: -1, size: -1, creator: -1, folder: -1, index: -1}
	var need rowNeed
	for i, tag := range tags {
		c := rowColumn{fetched: -1, computed: messagePropByID[tag.ID()]}
		if c.computed != nil {
			need |= c.computed.need
		}
		if c.computed == nil || c.computed.stored {
			c.fetched = p.place(fetchTag(tag))
		}
		p.columns = append(p.columns, c)
		p.byID[tag.ID()] = append(p.byID[tag.ID()], i)
	}
	if need&needFlags != 0 {
		p.flags, p.attach = p.place(mapi.TagMessageFlags), p.place(mapi.TagHasAttachments)
	}
	if need&needChange != 0 {
		p.change = p.place(mapi.TagChangeNumber)
	}
	if need&needModified != 0 {
		p.modified = p.place(mapi.TagLastModificationTime)
	}
	if need&needSize != 0 {
		p.size = p.place(mapi.TagMessageSizeExtended)
	}
	if need&needCreator != 0 {
		p.creator = p.place(mapi.TagCreatorEntryId)
	}
	if need&needFolder != 0 {
		p.folder = p.place(mapi.TagFolderId)
	}
	if need&needConversation != 0 {
		p.index, p.tracking, p.topic = p.place(mapi.TagConversationIndex), p.place(mapi.TagConversationIndexTracking), p.place(mapi.TagConversationTopic)
	}
	p.name = planName(p.fetch)
	return p
}

// place returns the index of tag in fetch, adding it if need be.
func (p *rowPlan) place(tag mapi.PropTag) int {
	if i := slices.Index(p.fetch, tag); i >= 0 {
		return i
	}
	p.fetch = append(p.fetch, tag)
	return len(p.fetch) - 1
}

// fetchTag is the tag under which the store has the property of a column: strings in Unicode, and all values of a
// property of which the column shows one.
func fetchTag(column mapi.PropTag) mapi.PropTag {
	return column.WithType(prop.UnicodeType(column.Type() &^ mapi.PtypMVInstance))
}

// facts collects what computed columns of one message need.
func (p *rowPlan) facts(c *contents, id store.MessageID, instance uint32, fetched []prop.Value) *messageFacts {
	f := &messageFacts{
		logon: c.logon, id: id, folder: c.folder, instance: instance, associated: c.sel.Associated, rights: c.rights,
		depth: int32(c.arranged.Categories),
	}
	if p.flags >= 0 {
		f.flags = uint32(fetched[p.flags].Bits())
	}
	if p.attach >= 0 {
		f.attachments = fetched[p.attach].Bool()
	}
	if p.change >= 0 {
		f.change = store.ChangeNumber(fetched[p.change].ObjectID().Counter())
	}
	if p.modified >= 0 {
		f.modified = fetched[p.modified].FileTime()
	}
	if p.size >= 0 {
		f.size = fetched[p.size].Int()
	}
	if p.creator >= 0 && f.rights != f.rights.OfOwn() && c.logon.isUser(fetched[p.creator]) {
		f.rights = f.rights.OfOwn()
	}
	if p.folder >= 0 && c.found { // elsewhere it is the table's
		f.folder = store.FolderID(fetched[p.folder].ObjectID().Counter())
	}
	if p.index >= 0 {
		f.conversation = conversationID(fetched[p.index], fetched[p.tracking], fetched[p.topic])
	}
	return f
}

// conversationID computes PidTagConversationId, [MS-OXOMSG] 2.2.1.2.
func conversationID(index, tracking, topic prop.Value) prop.Value {
	id, ok := msgprops.ConversationID(index.Bytes(), tracking.Bool(), topic.Str())
	if !ok {
		return prop.Value{}
	}
	return prop.Binary(id[:])
}

// row returns the values of all columns.
func (p *rowPlan) row(f *messageFacts, fetched []prop.Value) []prop.Value {
	out := make([]prop.Value, len(p.columns))
	for i := range p.columns {
		if out[i] = p.value(i, f, fetched); out[i].IsZero() {
			out[i] = notFound
		}
	}
	return out
}

// value returns the value of a column, the zero Value if there is none.
func (p *rowPlan) value(i int, f *messageFacts, fetched []prop.Value) prop.Value {
	c, tag := &p.columns[i], p.tags[i]
	if f.logon.env.hides(tag.ID()) {
		return prop.Value{}
	}
	if c.fetched >= 0 {
		if v := p.instance(fetched[c.fetched], tag, f.instance); !v.IsZero() {
			return matching(v, tag)
		}
	}
	if c.computed != nil {
		return matching(c.computed.value(f, tag), tag)
	}
	return prop.Value{}
}

// byTag returns the value of a property that one of the columns shows: the column of just that tag, if there is one.
func (p *rowPlan) byTag(tag mapi.PropTag, f *messageFacts, fetched []prop.Value) prop.Value {
	columns := p.byID[tag.ID()]
	for _, i := range columns {
		if p.tags[i] == tag {
			return p.value(i, f, fetched)
		}
	}
	for _, i := range columns {
		if v := p.value(i, f, fetched); !v.IsZero() {
			return v
		}
	}
	return prop.Value{}
}

// instance picks the one value that a column for instances of a multiple-value property shows: that of the row, or the
// first if the table does not have rows for the values of just this property, [MS-OXCTABL] 2.2.2.2.1.
func (p *rowPlan) instance(v prop.Value, column mapi.PropTag, n uint32) prop.Value {
	if column.Type()&mapi.PtypMVInstance == 0 || v.Type()&mapi.PtypMultiple == 0 {
		return v
	}
	if column.ID() != p.split {
		n = 0
	}
	if all := v.Instances(); int(n) < len(all) {
		return all[n]
	}
	return prop.Value{}
}

// instances is the number of rows that a message has: one for each value of the property split, but at least one.
func (p *rowPlan) instances(fetched []prop.Value) uint32 {
	if p.split == 0 {
		return 1
	}
	for _, i := range p.byID[p.split] {
		if c := &p.columns[i]; c.fetched >= 0 && p.tags[i].Type()&mapi.PtypMVInstance != 0 {
			return uint32(max(1, len(fetched[c.fetched].Instances())))
		}
	}
	return 1
}
