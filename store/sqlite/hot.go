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
	return q + ") VALUES (" + strings.Repeat("?, ", 15+len(hotColumns)) + "?)"
}()

// hot is what the message table takes from the properties of a message.
type hot struct {
	props                       []prop.Tagged // the properties that go into the bag
	status                      uint32
	received, created, modified mapi.FileTime
	odd                         int64
	columns                     [len(hotColumns)]any
}

// hotOf sorts out the properties of a new message.
func hotOf(props []prop.Tagged, now mapi.FileTime) hot {
	h := hot{props: make([]prop.Tagged, 0, len(props)+2), created: now, modified: now}
	var created, modified bool
	normalized, hasNormalized := "", false
	for _, p := range props {
		switch p.Tag.ID() {
		case tagMessageFlags.ID(), tagMessageSize.ID(), tagHasAttachments.ID(), tagMid.ID(), tagFolderID.ID(), tagChangeNumber.ID(), tagAssociated.ID():
			continue
		case tagMessageStatus.ID():
			h.status = uint32(p.Value.Bits())
			continue
		case tagMessageDeliveryTime.ID():
			h.received = columnTime(p.Value)
		case tagCreationTime.ID():
			h.created, created = columnTime(p.Value), true
		case tagLastModificationTime.ID():
			h.modified, modified = columnTime(p.Value), true
		case tagNormalizedSubject.ID():
			hasNormalized = p.Value.Type() == mapi.PtypString
			normalized = p.Value.Str()
		}
		h.props = append(h.props, p)
		h.column(p)
	}
	if !created {
		h.props = append(h.props, prop.Tagged{Tag: tagCreationTime, Value: prop.Time(now)})
	}
	if !modified {
		h.props = append(h.props, prop.Tagged{Tag: tagLastModificationTime, Value: prop.Time(now)})
	}
	prefix, _ := h.columns[hotPrefix].(string)
	subject, ok := h.columns[hotSubject].(string)
	if rest, cut := strings.CutPrefix(subject, prefix); !hasNormalized || !ok || !cut || rest != normalized {
		h.odd |= 1 << hotNormalized
	}
	return h
}

// column fills the column of a property, if it has one and the value fits; if it does not fit, the bag has it alone.
func (h *hot) column(p prop.Tagged) {
	for i, c := range hotColumns {
		if c.tag.ID() != p.Tag.ID() {
			continue
		}
		v := p.Value
		switch {
		case v.Type() != c.tag.Type(), len(v.Str()) > store.RowValueLimit, v.Type() == mapi.PtypTime && v.Bits() > math.MaxInt64:
			h.odd |= 1 << i
		case v.Type() == mapi.PtypString:
			h.columns[i] = v.Str()
		default:
			h.columns[i] = v.Int()
		}
		return
	}
}

// columnTime is a time as a column takes it.
func columnTime(v prop.Value) mapi.FileTime {
	if v.Type() != mapi.PtypTime {
		return 0
	}
	return min(v.FileTime(), math.MaxInt64)
}
