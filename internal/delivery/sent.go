package delivery

import (
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// keepSent does with a message that was sent what its sender wants, [MS-OXOMSG] 3.3.5.1.3: it goes if
// PidTagDeleteAfterSubmit says so, of the message or else of the mailbox, or else into the folder of
// PidTagTargetEntryId, PidTagSentMailSvrEID or PidTagSentMailEntryId. Without any of these it goes to Sent Items, where
// users look for it; the specification leaves that open.
func keepSent(tx store.Tx, m *mail) error {
	box, err := tx.Mailbox(m.own.Mailbox)
	if err != nil {
		return err
	}
	gone, err := deletes(tx, box, m)
	if err != nil {
		return err
	}
	if gone {
		return tx.DeleteMessage(m.own.ID, true)
	}
	remove := []mapi.PropTag{mapi.TagSentMailSvrEID, mapi.TagSentMailEntryId, mapi.TagTargetEntryId, mapi.TagDeleteAfterSubmit}
	const mask = mapi.MfSubmitted | mapi.MfUnsent | mapi.MfRead | mapi.MfResend
	saved, err := tx.SaveMessage(m.own.ID, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Remove: remove}}, Flags: mapi.MfRead, FlagsMask: mask})
	if err != nil {
		return err
	}
	folder := sentFolder(tx, box, m)
	if folder == 0 || folder == saved.Folder {
		return nil
	}
	_, err = tx.MoveMessage(saved.ID, folder)
	return err
}

// deletes reports whether a message is deleted after it was sent.
func deletes(r store.Reader, box store.Mailbox, m *mail) (bool, error) {
	if v := valueOf(m.props, mapi.TagDeleteAfterSubmit); v.Type() == mapi.PtypBoolean {
		return v.Bool(), nil
	}
	if sentTarget(r, box, m) != 0 {
		return false, nil
	}
	props, err := r.Props(box.Bag, mapi.TagDeleteAfterSubmit)
	return err == nil && len(props) == 1 && props[0].Value.Bool(), err
}

// sentFolder is where the copy of the sender goes.
func sentFolder(r store.Reader, box store.Mailbox, m *mail) store.FolderID {
	if f := sentTarget(r, box, m); f != 0 {
		return f
	}
	return box.Special[store.SpecialSentItems]
}

// sentTarget is the folder of the mailbox that the message asks for, or 0. One that is gone does not count.
func sentTarget(r store.Reader, box store.Mailbox, m *mail) store.FolderID {
	var ids []store.FolderID
	if e, err := msgprops.ParseMessageEntryID(valueOf(m.props, mapi.TagTargetEntryId).Bytes()); err == nil {
		ids = append(ids, store.FolderID(e.Folder.GlobalCounter))
	}
	ids = append(ids, serverFolder(valueOf(m.props, mapi.TagSentMailSvrEID)))
	if e, err := msgprops.ParseFolderEntryID(valueOf(m.props, mapi.TagSentMailEntryId).Bytes()); err == nil {
		ids = append(ids, store.FolderID(e.Folder.GlobalCounter))
	}
	for _, id := range ids {
		if id == 0 {
			continue
		}
		f, err := r.Folder(id)
		if err == nil && f.Mailbox == box.ID && !f.Deleted && f.Type != store.FolderSearch {
			return id
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0
		}
	}
	return 0
}

// serverFolder is the folder in a server id of this server's, [MS-OXCDATA] 2.11.1.4, or 0.
func serverFolder(v prop.Value) store.FolderID {
	r := wire.NewReader(v.Bytes())
	ours, id := r.U8(), mapi.ID(r.U64())
	if r.Err() != nil || ours != 1 || id.ReplID() != 1 {
		return 0
	}
	return store.FolderID(id.Counter())
}
