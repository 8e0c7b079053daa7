package mailconv

import (
	"encoding/base64"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// group is a set of header fields and the properties that stand for them, [MS-OXCMAIL] 2.2.3.2 and 2.1.3.2.
type group struct {
	fields []string // in the spelling they are written in
	read   func(r *fieldReader)
	// write returns the values of the fields, in their order; fields without a value are not written.
	write func(w *fieldWriter) []string
	// same reports whether the header that a message came with says what its properties say. Without it, tags are
	// compared.
	same func(w *fieldWriter) bool
	tags []mapi.PropTag
}

// fieldReader makes properties of header fields.
type fieldReader struct {
	header
	msg        *Message
	dir        *store.Snapshot
	recipients int // most that a message may have
}

func (r *fieldReader) texts(list map[string]mapi.PropTag) {
	for name, tag := range list {
		if v := cleanName(decodeWords(r.get(name))); v != "" {
			r.msg.Set(tag, prop.String(v))
		}
	}
}

// textGroup is a field whose text is one property.
func textGroup(name string, tag mapi.PropTag) group {
	return group{
		fields: []string{name}, tags: []mapi.PropTag{tag},
		read:  func(r *fieldReader) { r.texts(map[string]mapi.PropTag{name: tag}) },
		write: func(w *fieldWriter) []string { return []string{encodeWords(cleanName(w.msg.text(tag)))} },
	}
}

// dateGroup is a field with a time.
func dateGroup(tag mapi.PropTag, names ...string) group {
	return group{
		fields: names, tags: []mapi.PropTag{tag},
		read: func(r *fieldReader) {
			for _, name := range names {
				if t, ok := parseDate(r.get(name)); ok {
					r.msg.Set(tag, prop.Time(t))
					return
				}
			}
		},
		write: func(w *fieldWriter) []string { return []string{formatDate(w.msg.Get(tag))} },
	}
}

// groups is the table, in the order in which fields are written that a message did not come with.
var groups = []group{
	fromGroup, replyToGroup, recipientGroup, subjectGroup,
	textGroup("Thread-Topic", mapi.TagConversationTopic),
	threadIndexGroup,
	{
		fields: []string{"Date"},
		same: func(w *fieldWriter) bool { // a message that was never sent gets the next best time
			came, is := w.came.Get(mapi.TagClientSubmitTime), w.msg.Get(mapi.TagClientSubmitTime)
			if is.IsZero() {
				return came.IsZero() && w.has("Date")
			}
			return came.Equal(is)
		},
		read: func(r *fieldReader) {
			if t, ok := parseDate(r.get("Date")); ok {
				r.msg.Set(mapi.TagClientSubmitTime, prop.Time(t))
			}
		},
		write: func(w *fieldWriter) []string {
			for _, tag := range []mapi.PropTag{mapi.TagClientSubmitTime, mapi.TagMessageDeliveryTime, mapi.TagCreationTime} {
				if v := w.msg.Get(tag); !v.IsZero() {
					return []string{formatDate(v)}
				}
			}
			return nil
		},
	},
	textGroup("Message-ID", mapi.TagInternetMessageId),
	textGroup("In-Reply-To", mapi.TagInReplyToId),
	textGroup("References", mapi.TagInternetReferences),
	importanceGroup, sensitivityGroup, receiptGroup, deliveryReportGroup,
	dateGroup(mapi.TagReplyTime, "Reply-By"),
	dateGroup(mapi.TagExpiryTime, "Expires", "Expiry-Date"),
	dateGroup(mapi.TagDeferredDeliveryTime, "Deferred-Delivery"),
	textGroup("List-Help", mapi.TagListHelp),
	textGroup("List-Subscribe", mapi.TagListSubscribe),
	textGroup("List-Unsubscribe", mapi.TagListUnsubscribe),
	textGroup("Organization", mapi.TagInternetOrganization),
	keywordsGroup, suppressGroup,
}

// subjectGroup: the prefix is computed, [MS-OXCMAIL] 2.2.3.2.3. The conversation is named after what is left.
var subjectGroup = group{
	fields: []string{"Subject"}, tags: []mapi.PropTag{mapi.TagSubject},
	read: func(r *fieldReader) {
		s := msgprops.SplitSubject(cleanName(decodeWords(r.get("Subject"))))
		r.msg.Set(mapi.TagSubject, prop.String(s.String()))
		r.msg.Set(mapi.TagSubjectPrefix, prop.String(s.Prefix))
		r.msg.Set(mapi.TagNormalizedSubject, prop.String(s.Normalized))
		r.msg.Set(mapi.TagConversationTopic, prop.String(s.Normalized))
	},
	write: func(w *fieldWriter) []string {
		subject := w.msg.text(mapi.TagSubject)
		if subject == "" {
			subject = w.msg.text(mapi.TagSubjectPrefix) + w.msg.text(mapi.TagNormalizedSubject)
		}
		return []string{encodeWords(cleanName(subject))}
	},
}

var threadIndexGroup = group{
	fields: []string{"Thread-Index"}, tags: []mapi.PropTag{mapi.TagConversationIndex},
	read: func(r *fieldReader) {
		var d looseBase64
		v := r.get("Thread-Index")
		if index := d.finish(d.decode(nil, v)); len(index) >= 22 && v != "" {
			r.msg.Set(mapi.TagConversationIndex, prop.Binary(index))
		}
	},
	write: func(w *fieldWriter) []string {
		return []string{base64.StdEncoding.EncodeToString(w.msg.Get(mapi.TagConversationIndex).Bytes())}
	},
}

// importanceGroup: Importance wins over its older relatives, [MS-OXCMAIL] 2.2.3.2.5.
var importanceGroup = group{
	fields: []string{"Importance", "X-Priority", "X-MSMail-Priority", "Priority"}, tags: []mapi.PropTag{mapi.TagImportance},
	read: func(r *fieldReader) {
		importance := mapi.ImportanceNormal
		for _, name := range []string{"Importance", "X-Priority", "X-MSMail-Priority", "Priority"} {
			v := strings.ToLower(r.get(name))
			switch {
			case v == "":
				continue
			case v == "high", v == "urgent", strings.HasPrefix(v, "1"), strings.HasPrefix(v, "2"):
				importance = mapi.ImportanceHigh
			case v == "low", v == "non-urgent", strings.HasPrefix(v, "4"), strings.HasPrefix(v, "5"):
				importance = mapi.ImportanceLow
			}
			break
		}
		r.msg.Set(mapi.TagImportance, prop.Uint32(importance))
		r.msg.Set(mapi.TagPriority, prop.Int32(int32(importance)-int32(mapi.ImportanceNormal)))
	},
	write: func(w *fieldWriter) []string {
		switch uint32(w.msg.Get(mapi.TagImportance).Bits()) {
		case mapi.ImportanceHigh:
			return []string{"high", "1 (Highest)"}
		case mapi.ImportanceLow:
			return []string{"low", "5 (Lowest)"}
		}
		return []string{"normal"}
	},
}

// sensitivities are the values of Sensitivity by PidTagSensitivity, [MS-OXCMAIL] 2.2.3.2.6.
var sensitivities = []string{"", "Personal", "Private", "Company-Confidential"}

var sensitivityGroup = group{
	fields: []string{"Sensitivity"}, tags: []mapi.PropTag{mapi.TagSensitivity},
	read: func(r *fieldReader) {
		v := mapi.SensitivityNormal
		for i, s := range sensitivities {
			if s != "" && strings.EqualFold(r.get("Sensitivity"), s) {
				v = uint32(i)
			}
		}
		r.msg.Set(mapi.TagSensitivity, prop.Uint32(v))
	},
	write: func(w *fieldWriter) []string {
		if v := w.msg.Get(mapi.TagSensitivity).Bits(); v < uint64(len(sensitivities)) {
			return []string{sensitivities[v]}
		}
		return nil
	},
}

// receiptGroup asks for a read receipt, [MS-OXCMAIL] 2.2.3.2.9.
var receiptGroup = group{
	fields: []string{"Disposition-Notification-To"}, tags: []mapi.PropTag{mapi.TagReadReceiptRequested, mapi.TagReadReceiptSmtpAddress},
	read: func(r *fieldReader) {
		list := parseAddresses(r.get("Disposition-Notification-To"), 1)
		r.msg.Set(mapi.TagReadReceiptRequested, prop.Bool(len(list) > 0))
		if len(list) == 0 {
			return
		}
		r.msg.Set(mapi.TagNonReceiptNotificationRequested, prop.Bool(true))
		for _, t := range partyAt(r.dir, list[0]).Props(msgprops.ReadReceipt()) {
			r.msg.Set(t.Tag, t.Value)
		}
	},
	write: func(w *fieldWriter) []string {
		if !w.msg.Get(mapi.TagReadReceiptRequested).Bool() {
			return nil
		}
		a, ok := w.party(msgprops.ReadReceipt())
		if !ok {
			a, _ = w.party(msgprops.SentRepresenting())
		}
		return []string{a.String()}
	},
}

var deliveryReportGroup = group{
	fields: []string{"Return-Receipt-To"}, tags: []mapi.PropTag{mapi.TagOriginatorDeliveryReportRequested},
	read: func(r *fieldReader) {
		r.msg.Set(mapi.TagOriginatorDeliveryReportRequested, prop.Bool(r.get("Return-Receipt-To") != ""))
	},
	write: func(w *fieldWriter) []string {
		if !w.msg.Get(mapi.TagOriginatorDeliveryReportRequested).Bool() {
			return nil
		}
		a, _ := w.party(msgprops.SentRepresenting())
		return []string{a.String()}
	},
}

// keywordsGroup are the categories, [MS-OXCMAIL] 2.2.3.2.15.
var keywordsGroup = group{
	fields: []string{"Keywords"},
	read: func(r *fieldReader) {
		var list []string
		for _, k := range strings.FieldsFunc(decodeWords(r.all("Keywords")), func(c rune) bool { return c == ',' || c == ';' }) {
			if k = cleanName(k); k != "" {
				list = append(list, k)
			}
		}
		if list != nil {
			r.msg.Named = append(r.msg.Named, Named{keywordsName(), prop.Multi(mapi.PtypMultiString, list)})
		}
	},
	write: func(w *fieldWriter) []string {
		return []string{encodeWords(cleanName(strings.Join(prop.Elements[string](findNamed(w.msg.Named, keywordsName())), ", ")))}
	},
	same: func(w *fieldWriter) bool {
		return findNamed(w.msg.Named, keywordsName()).Equal(findNamed(w.came.Named, keywordsName()))
	},
}

// suppressions are the names of the bits of PidTagAutoResponseSuppress, [MS-OXCMAIL] 2.2.3.2.14.
var suppressions = []string{"DR", "NDR", "RN", "NRN", "OOF", "AutoReply"}

var suppressGroup = group{
	fields: []string{"X-Auto-Response-Suppress"}, tags: []mapi.PropTag{mapi.TagAutoResponseSuppress},
	read: func(r *fieldReader) {
		if !r.has("X-Auto-Response-Suppress") {
			return
		}
		var bits uint32
		for _, word := range strings.Split(r.get("X-Auto-Response-Suppress"), ",") {
			word = strings.TrimSpace(word)
			for i, name := range suppressions {
				if strings.EqualFold(word, name) {
					bits |= 1 << i
				}
			}
			if strings.EqualFold(word, "All") {
				bits = 0xFFFFFFFF
			}
		}
		r.msg.Set(mapi.TagAutoResponseSuppress, prop.Uint32(bits))
	},
	write: func(w *fieldWriter) []string {
		v := w.msg.Get(mapi.TagAutoResponseSuppress)
		bits := uint32(v.Bits())
		switch {
		case v.IsZero():
			return nil
		case bits == 0:
			return []string{"None"}
		case bits == 0xFFFFFFFF:
			return []string{"All"}
		}
		var names []string
		for i, name := range suppressions {
			if bits&(1<<i) != 0 {
				names = append(names, name)
			}
		}
		return []string{strings.Join(names, ", ")}
	},
}

// structural are the fields that describe how a mail is built rather than what it says; those of a mail that came in are
// replaced when it is written.
func structural(name string) bool {
	switch strings.ToLower(name) {
	case "content-type", "content-transfer-encoding", "content-disposition", "mime-version":
		return true
	}
	return false
}

// groupOf finds the group of a field.
func groupOf(name string) (int, bool) {
	for i, g := range groups {
		for _, f := range g.fields {
			if strings.EqualFold(f, name) {
				return i, true
			}
		}
	}
	return 0, false
}

// readFields sets what a header says of a message. Fields without a property of their own become named ones, as far as
// the limit goes; all of them stay in PidTagTransportMessageHeaders.
func readFields(h header, m *Message, o ReadOptions) {
	r := &fieldReader{header: h, msg: m, dir: o.Directory, recipients: o.Limits.Recipients}
	for _, g := range groups {
		g.read(r)
	}
	if len(h) > 0 {
		m.Set(mapi.TagTransportMessageHeaders, prop.String(h.String()))
	}
	seen := map[string]bool{}
	for _, f := range h {
		key := strings.ToLower(f.name)
		if _, known := groupOf(key); known || structural(key) || seen[key] || len(seen) >= o.Limits.NamedFields || !headerName(key).Valid() {
			continue
		}
		seen[key] = true
		m.Named = append(m.Named, Named{headerName(key), prop.String(cleanName(decodeWords(f.value)))})
	}
}
