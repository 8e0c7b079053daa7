package delivery

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// capture puts a message for people elsewhere into the outbound mailbox, once for all of them.
func (e *Engine) capture(tx store.Tx, snap *store.Snapshot, m *mail) error {
	if len(m.people.foreign) == 0 {
		return nil
	}
	var to []string
	for _, f := range m.people.foreign {
		to = append(to, f.address)
	}
	folder, envelope, err := e.envelope(tx, snap, m.envelopeFrom(), to)
	if err != nil || folder == 0 {
		return err
	}
	edit := store.ContentEdit{Edit: store.Edit{Set: envelope, Remove: slices.Clone(notDelivered)}, SetRecipients: true, Recipients: visible(m.rows, nil)}
	edit.Set = append(edit.Set, prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(tx.Now())})
	for _, t := range append((msgprops.Party{}).Props(msgprops.ReceivedRepresenting()), prop.Tagged{Tag: mapi.TagMessageToMe}, prop.Tagged{Tag: mapi.TagMessageCcMe}, prop.Tagged{Tag: mapi.TagMessageRecipientMe}) {
		edit.Remove = append(edit.Remove, t.Tag)
	}
	made, err := tx.DeliverMail(m.source, edit, []store.MailCopy{{Folder: folder, Flags: mapi.MfUnmodified}})
	if err == nil {
		m.stored(made[0])
	}
	return err
}

// captureNew puts a message of the server's own into the outbound mailbox.
func (e *Engine) captureNew(tx store.Tx, snap *store.Snapshot, n store.NewMessage, to string) error {
	folder, envelope, err := e.envelope(tx, snap, "", []string{to})
	if err != nil || folder == 0 {
		return err
	}
	n.Folder, n.Flags = folder, mapi.MfUnmodified
	n.Props = append(append(n.Props, envelope...), prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(tx.Now())})
	stored, err := tx.CreateMessage(n)
	if err != nil {
		return err
	}
	return tx.AnnounceMail(stored.ID)
}

// envelope finds the folder that takes what goes elsewhere, and the header fields that say from whom and to whom. Without
// an outbound mailbox there is no folder, and what goes elsewhere is lost.
func (e *Engine) envelope(tx store.Tx, snap *store.Snapshot, from string, to []string) (store.FolderID, []prop.Tagged, error) {
	out := snap.ByName(e.opts.Outbound)
	if out == nil {
		e.log.Warn("there is no mailbox for what goes elsewhere")
		return 0, nil, nil
	}
	box, err := tx.Mailbox(out.Mailbox)
	if err != nil {
		return 0, nil, err
	}
	ids, err := tx.RegisterNames(box.ID, []prop.Name{headerName("x-envelope-from"), headerName("x-envelope-to")})
	if err != nil {
		return 0, nil, err
	}
	return box.Special[store.SpecialInbox], []prop.Tagged{
		{Tag: mapi.Tag(ids[0], mapi.PtypString), Value: prop.String("<" + from + ">")},
		{Tag: mapi.Tag(ids[1], mapi.PtypString), Value: prop.String("<" + strings.Join(to, ">, <") + ">")},
	}, nil
}

func headerName(field string) prop.Name {
	return prop.Name{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: field}
}

// envelopeFrom is the address of the sender.
func (m *mail) envelopeFrom() string {
	if m.sender != nil {
		return m.sender.Mail
	}
	return m.from
}
