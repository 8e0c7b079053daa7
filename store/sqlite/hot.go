package sqlite

import (
	"math"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Tags that columns of the message table or fields of store.Message stand for.
const (
	tagMessageClass         = mapi.PropTag(0x001A001F)
	tagImportance           = mapi.PropTag(0x00170003)
	tagSensitivity          = mapi.PropTag(0x00360003)
	tagSubject              = mapi.PropTag(0x0037001F)
	tagClientSubmitTime     = mapi.PropTag(0x00390040)
	tagSubjectPrefix        = mapi.PropTag(0x003D001F)
	tagSentRepresentingName = mapi.PropTag(0x0042001F)
	tagDisplayTo            = mapi.PropTag(0x0E04001F)
	tagMessageDeliveryTime  = mapi.PropTag(0x0E060040)
	tagMessageFlags         = mapi.PropTag(0x0E070003)
	tagMessageSize          = mapi.PropTag(0x0E080003)
	tagMessageSizeExtended  = mapi.PropTag(0x0E080014)
	tagMessageStatus        = mapi.PropTag(0x0E170003)
	tagHasAttachments       = mapi.PropTag(0x0E1B000B)
	tagNormalizedSubject    = mapi.PropTag(0x0E1D001F)
	tagIconIndex            = mapi.PropTag(0x10800003)
	tagFlagStatus           = mapi.PropTag(0x10900003)
	tagCreationTime         = mapi.PropTag(0x30070040)
	tagLastModificationTime = mapi.PropTag(0x30080040)
	tagFolderID             = mapi.PropTag(0x67480014)
	tagMid                  = mapi.PropTag(0x674A0014)
	tagChangeNumber         = mapi.PropTag(0x67A40014)
	tagAssociated           = mapi.PropTag(0x67AA000B)
)

// hotColumns are the properties that the message table repeats from the bag, with their columns. Their order is that
// of the bits in the odd column. PidTagNormalizedSubject has no column: it is the subject without its prefix.
var hotColumns = [...]struct {
	tag    mapi.PropTag
	column string
}{
	{tagMessageClass, "class"},
	{tagSubjectPrefix, "prefix"},
	{tagSubject, "subject"},
	{tagSentRepresentingName, "sender"},
	{tagDisplayTo, "display_to"},
	{tagClientSubmitTime, "submitted"},
	{tagImportance, "importance"},
	{tagSensitivity, "sensitivity"},
	{tagIconIndex, "icon"},
	{tagFlagStatus, "flag_status"},
}

const (
	hotPrefix     = 1
	hotSubject    = 2
	hotNormalized = len(hotColumns) // bit of PidTagNormalizedSubject
)

// insertMessage takes the fields, then the hot columns.
var insertMessage = func() string {
	q := "INSERT INTO message (folder, part, mid, mailbox, bag, flags, status, size, received, created, modified, cn, read_cn, attachments, recipients, odd"
	for _, h := range hotColumns {
		q += ", " + h.column
	}
	for _, l := range lookupColumns {
		q += ", " + l.column
	}
	return q + ") VALUES (" + strings.Repeat("?, ", 15+len(hotColumns)+len(lookupColumns)) + "?)"
}()

// updateMessage takes what a save changes, the hot columns, and the key.
var updateMessage = func() string {
	q := "UPDATE message SET flags = ?, status = ?, size = ?, received = ?, created = ?, modified = ?, cn = ?, read_cn = ?, attachments = ?, recipients = ?, odd = ?"
	for _, h := range hotColumns {
		q += ", " + h.column + " = ?"
	}
	return q + " WHERE folder = ? AND part = ? AND mid = ?"
}()

// copyMessage makes the row of a message from that of another. It takes what differs, and the key of the other.
var copyMessage = func() string {
	into := "INSERT INTO message (folder, part, mid, mailbox, bag, size, cn, read_cn, flags, status, received, created, modified, attachments, recipients, odd"
	from := ") SELECT ?, ?, ?, ?, ?, ?, ?, ?, flags, status, received, created, modified, attachments, recipients, odd"
	for _, h := range hotColumns {
		into, from = into+", "+h.column, from+", "+h.column
	}
	for _, l := range lookupColumns {
		if into += ", " + l.column; l.tag == mapi.TagSourceKey { // that of the other, which goes
			from += ", NULL"
		} else {
			from += ", " + l.column
		}
	}
	return into + from + " FROM message WHERE folder = ? AND part = ? AND mid = ?"
}()

// hot is what the message table takes from the properties of a message.
type hot struct {
	received, created, modified mapi.FileTime
	odd                         int64
	columns                     [len(hotColumns)]any
	lookups                     [len(lookupColumns)]any
}

// hotOf reads the properties of a message.
func hotOf(g bag) hot {
	var h hot
	h.received = columnTime(g[tagMessageDeliveryTime.ID()].value)
	h.created = columnTime(g[tagCreationTime.ID()].value)
	h.modified = columnTime(g[tagLastModificationTime.ID()].value)
	for i, c := range hotColumns {
		if v, ok := g[c.tag.ID()]; ok {
			h.column(i, v)
		}
	}
	n := g[tagNormalizedSubject.ID()].value
	prefix, _ := h.columns[hotPrefix].(string)
	subject, ok := h.columns[hotSubject].(string)
	if rest, cut := strings.CutPrefix(subject, prefix); n.Type() != mapi.PtypString || !ok || !cut || rest != n.Str() {
		h.odd |= 1 << hotNormalized
	}
	h.lookups = lookupKeys(g)
	return h
}

// fields fills in what a message has of its properties and content.
func (h *hot) fields(m *store.Message, c *content) {
	m.Received, m.Created, m.Modified = h.received, h.created, h.modified
	m.Size, m.Attachments, m.Recipients = c.size, c.attachments, c.recipients
	if c.status != nil {
		m.Status = *c.status
	}
}

// column fills a column, if the value fits; if it does not, the bag has it alone.
func (h *hot) column(i int, b bagValue) {
	v := b.value
	switch {
	case v.Type() != hotColumns[i].tag.Type(), len(v.Str()) > store.RowValueLimit, v.Type() == mapi.PtypTime && v.Bits() > math.MaxInt64:
		h.odd |= 1 << i
	case v.Type() == mapi.PtypString:
		h.columns[i] = v.Str()
	default:
		h.columns[i] = v.Int()
	}
}

// columnTime is a time as a column takes it.
func columnTime(v prop.Value) mapi.FileTime {
	if v.Type() != mapi.PtypTime {
		return 0
	}
	return min(v.FileTime(), math.MaxInt64)
}
