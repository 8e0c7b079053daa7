package admin

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Message is everything a message holds.
type Message struct {
	ID          string       `json:"id"`
	Folder      string       `json:"folder"`
	User        string       `json:"user"` // whose mailbox it is in
	Associated  bool         `json:"associated"`
	Size        int64        `json:"size"`
	Flags       uint32       `json:"flags"`
	Received    time.Time    `json:"received"`
	Modified    time.Time    `json:"modified"`
	Properties  []Property   `json:"properties"`
	Recipients  []Recipient  `json:"recipients"`
	Attachments []Attachment `json:"attachments"`
}

// Property is one property. A value that the store keeps apart because it is large has its size instead.
type Property struct {
	Tag   string        `json:"tag"`             // 0x0037001F
	Name  string        `json:"name"`            // PidTagSubject, or empty
	Named *PropertyName `json:"named,omitempty"` // of ids from 0x8000
	Value any           `json:"value,omitempty"` // binaries in base64, GUIDs and times as text
	Size  int64         `json:"size,omitempty"`  // bytes of a value that is not shown
}

// PropertyName is the name of a named property.
type PropertyName struct {
	Set  string `json:"set"`
	ID   uint32 `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Recipient is one recipient.
type Recipient struct {
	Type       string     `json:"type"` // to, cc, bcc
	Properties []Property `json:"properties"`
}

// Attachment is one attachment.
type Attachment struct {
	Number     uint32     `json:"number"`
	Size       int64      `json:"size"`
	Embedded   bool       `json:"embedded"` // it is a message
	Properties []Property `json:"properties"`
}

func (s *Server) message(r *http.Request) (Message, error) {
	var out Message
	id, ok := parseID(r.PathValue("id"))
	if !ok {
		return out, fmt.Errorf("message %q: %w", r.PathValue("id"), store.ErrNotFound)
	}
	err := s.opts.Store.View(r.Context(), store.Scope{}, func(rd store.Reader) error {
		m, err := rd.Message(store.MessageID(id))
		if err != nil {
			return fmt.Errorf("message %s: %w", r.PathValue("id"), err)
		}
		box, err := rd.Mailbox(m.Mailbox)
		if err != nil {
			return err
		}
		out = Message{
			ID: objectID(m.ID), Folder: objectID(m.Folder), User: box.Account, Associated: m.Associated, Size: m.Size,
			Flags: m.Flags, Received: m.Received.Time(), Modified: m.Modified.Time(),
			Recipients: []Recipient{}, Attachments: []Attachment{},
		}
		return readMessage(rd, m, &out)
	})
	return out, err
}

func readMessage(rd store.Reader, m store.Message, out *Message) (err error) {
	if out.Properties, err = bagOf(rd, m.Mailbox, m.Bag); err != nil {
		return err
	}
	recipients, err := rd.Recipients(m.Bag)
	if err != nil {
		return err
	}
	for _, rec := range recipients {
		list := make([]store.Property, len(rec.Props))
		for i, t := range rec.Props {
			list[i] = store.Property{Tag: t.Tag, Value: t.Value}
		}
		properties, err := propertiesOf(rd, m.Mailbox, list)
		if err != nil {
			return err
		}
		out.Recipients = append(out.Recipients, Recipient{Type: recipientType(rec.Type), Properties: properties})
	}
	attachments, err := rd.Attachments(m.Bag)
	if err != nil {
		return err
	}
	for _, a := range attachments {
		properties, err := bagOf(rd, m.Mailbox, a.Bag)
		if err != nil {
			return err
		}
		out.Attachments = append(out.Attachments, Attachment{Number: a.Number, Size: a.Size, Embedded: a.Embedded != 0, Properties: properties})
	}
	return nil
}

// recipientType names PidTagRecipientType without its flags, [MS-OXOMSG] 2.2.3.1.2.
func recipientType(t uint32) string {
	switch t & 0xF {
	case 1:
		return "to"
	case 2:
		return "cc"
	case 3:
		return "bcc"
	}
	return fmt.Sprintf("0x%08X", t)
}

func bagOf(rd store.Reader, box store.MailboxID, bag store.BagID) ([]Property, error) {
	list, err := rd.Props(bag)
	if err != nil {
		return nil, err
	}
	return propertiesOf(rd, box, list)
}

// propertiesOf describes properties, by tag.
func propertiesOf(rd store.Reader, box store.MailboxID, list []store.Property) ([]Property, error) {
	list = slices.SortedFunc(slices.Values(list), func(a, b store.Property) int { return cmp.Compare(a.Tag, b.Tag) })
	var ids []uint16
	for _, p := range list {
		if p.Tag.IsNamed() {
			ids = append(ids, p.Tag.ID())
		}
	}
	names := make(map[uint16]prop.Name, len(ids))
	if len(ids) > 0 {
		found, err := rd.Names(box, ids)
		if err != nil {
			return nil, err
		}
		for i, n := range found {
			names[ids[i]] = n
		}
	}
	out := make([]Property, 0, len(list))
	for _, p := range list {
		d := Property{Tag: fmt.Sprintf("0x%08X", uint32(p.Tag)), Name: p.Tag.Name(), Size: p.Size}
		if n, ok := names[p.Tag.ID()]; ok && n.Kind != prop.NameNone {
			d.Named = &PropertyName{Set: n.GUID.String(), ID: n.LID, Name: n.Text}
		}
		if p.Size == 0 {
			d.Value = jsonValue(p.Value)
		}
		out = append(out, d)
	}
	return out, nil
}

// jsonValue turns a value into what encoding/json can write.
func jsonValue(v prop.Value) any {
	switch v.Type() {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypCurrency:
		return v.Int()
	case mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypFloatingTime:
		return jsonFloat(v.Float())
	case mapi.PtypBoolean:
		return v.Bool()
	case mapi.PtypString, mapi.PtypString8:
		return strings.ToValidUTF8(v.Str(), "\uFFFD")
	case mapi.PtypTime:
		return v.FileTime().Time()
	case mapi.PtypGuid:
		return v.GUID().String()
	case mapi.PtypBinary, mapi.PtypServerId:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	case mapi.PtypErrorCode:
		return v.ErrorCode().String()
	case mapi.PtypMultiInteger16:
		return prop.Elements[int16](v)
	case mapi.PtypMultiInteger32:
		return prop.Elements[int32](v)
	case mapi.PtypMultiInteger64, mapi.PtypMultiCurrency:
		return prop.Elements[int64](v)
	case mapi.PtypMultiString, mapi.PtypMultiString8:
		return prop.Elements[string](v)
	case mapi.PtypMultiTime:
		return each(prop.Elements[mapi.FileTime](v), func(t mapi.FileTime) any { return t.Time() })
	case mapi.PtypMultiGuid:
		return each(prop.Elements[mapi.GUID](v), func(g mapi.GUID) any { return g.String() })
	case mapi.PtypMultiBinary:
		return each(prop.Elements[string](v), func(b string) any { return base64.StdEncoding.EncodeToString([]byte(b)) })
	case mapi.PtypMultiFloating32:
		return each(prop.Elements[float32](v), func(f float32) any { return jsonFloat(float64(f)) })
	case mapi.PtypMultiFloating64, mapi.PtypMultiFloatingTime:
		return each(prop.Elements[float64](v), func(f float64) any { return jsonFloat(f) })
	}
	return "0x" + hex.EncodeToString(v.Bytes())
}

// jsonFloat writes what JSON has no number for as text.
func jsonFloat(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Sprint(f)
	}
	return f
}

func each[E any](list []E, fn func(E) any) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = fn(e)
	}
	return out
}
