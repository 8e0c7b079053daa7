package object

import (
	"context"
	"errors"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// ReceiveFolder finds the folder that messages of a class are delivered to: the longest row of the table that is a
// dotted prefix of the class, [MS-OXCSTOR] 3.2.5.2.
func (l *Logon) ReceiveFolder(ctx context.Context, class string) (mapi.ID, string, error) {
	if err := l.privateOnly(); err != nil {
		return 0, "", err
	}
	if !msgprops.ValidClass(class) {
		return 0, "", mapi.ErrInvalidParameter
	}
	rows, err := l.ReceiveFolders(ctx)
	if err != nil {
		return 0, "", err
	}
	best := store.ReceiveFolder{Folder: l.mailbox.Special[store.SpecialInbox]}
	for _, row := range rows {
		if len(row.Class) >= len(best.Class) && msgprops.ClassIsBelow(row.Class, class) {
			best = row
		}
	}
	if best.Folder == 0 {
		return 0, "", mapi.ErrNotFound
	}
	return mapi.NewID(ownReplica, uint64(best.Folder)), best.Class, nil
}

// ReceiveFolders lists the receive folder table.
func (l *Logon) ReceiveFolders(ctx context.Context) (rows []store.ReceiveFolder, err error) {
	if err := l.privateOnly(); err != nil {
		return nil, err
	}
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		rows, err = r.ReceiveFolders(l.mailbox.ID)
		return err
	})
	return rows, err
}

// SetReceiveFolder chooses the folder that messages of a class are delivered to, or with folder 0 removes the row of the
// class, [MS-OXCSTOR] 3.2.5.3.
func (l *Logon) SetReceiveFolder(ctx context.Context, folder mapi.ID, class string) error {
	if err := l.privateOnly(); err != nil {
		return err
	}
	switch {
	case !msgprops.ValidClass(class):
		return mapi.ErrInvalidParameter
	case strings.EqualFold(class, "IPM"), strings.EqualFold(class, "REPORT.IPM"):
		return mapi.ErrAccessDenied
	case class == "" && folder == 0:
		return mapi.ErrGeneralFailure
	case !l.privileged:
		return mapi.ErrAccessDenied
	}
	var id store.FolderID
	if folder != 0 {
		s, err := l.folder(ctx, folder)
		if err != nil {
			return err
		}
		id = s.ID
	}
	err := l.update(ctx, func(tx store.Tx) error { return tx.SetReceiveFolder(l.mailbox.ID, class, id) })
	if id == 0 && errors.Is(err, store.ErrNotFound) {
		return nil // there is no row to remove
	}
	return err
}
