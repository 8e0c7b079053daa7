package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Ids of named properties, [MS-OXCPRPT] 3.2.5.9: 32,767 at most.
const (
	firstNameID = 0x8001
	lastNameID  = 0xFFFE
)

// nameID finds the id of a name, or 0.
func (r *reader) nameID(n prop.Name) (uint16, error) {
	var id uint16
	err := r.c.row("SELECT id FROM name WHERE guid = ? AND kind = ? AND lid = ? AND folded = ?", nameKey(n), &id)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

// nameKey is what a name is found by: of LID and text only the one that its kind uses.
func nameKey(n prop.Name) []any {
	lid, text := int64(n.LID), ""
	if n.Kind == prop.NameString {
		lid, text = 0, fold(n.Text)
	}
	return []any{n.GUID[:], int64(n.Kind), lid, text}
}

// NameIDs returns the id of each name.
func (r *reader) NameIDs(_ store.MailboxID, names []prop.Name) ([]uint16, error) {
	ids := make([]uint16, len(names))
	for i, n := range names {
		var err error
		if ids[i], err = r.nameID(n); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func scanName(row func(...any) error) (uint16, prop.Name, error) {
	var id uint16
	var n prop.Name
	var guid []byte
	err := row(&id, &n.Kind, &guid, &n.LID, &n.Text)
	copy(n.GUID[:], guid)
	return id, n, err
}

const nameColumns = "SELECT id, kind, guid, lid, text FROM name "

// Names returns the name of each id.
func (r *reader) Names(_ store.MailboxID, ids []uint16) ([]prop.Name, error) {
	names := make([]prop.Name, len(ids))
	for i, id := range ids {
		_, n, err := scanName(func(dest ...any) error { return r.c.row(nameColumns+"WHERE id = ?", []any{int64(id)}, dest...) })
		switch {
		case errors.Is(err, store.ErrNotFound):
			n = prop.Name{Kind: prop.NameNone}
		case err != nil:
			return nil, err
		}
		names[i] = n
	}
	return names, nil
}

// AllNames lists every id with its name.
func (r *reader) AllNames(_ store.MailboxID) ([]uint16, []prop.Name, error) {
	var ids []uint16
	var names []prop.Name
	err := r.c.each(nameColumns+"ORDER BY id", nil, func(rows *sql.Rows) error {
		id, n, err := scanName(rows.Scan)
		ids, names = append(ids, id), append(names, n)
		return err
	})
	return ids, names, err
}

// RegisterNames is NameIDs that makes what is missing.
func (t *tx) RegisterNames(m store.MailboxID, names []prop.Name) ([]uint16, error) {
	if err := t.mayWrite(m); err != nil {
		return nil, err
	}
	ids := make([]uint16, len(names))
	next := int64(0) // not known yet
	for i, n := range names {
		if n.Kind != prop.NameLID && n.Kind != prop.NameString {
			return nil, fmt.Errorf("a property name of kind 0x%02X can't have an id: %w", n.Kind, store.ErrDenied)
		}
		id, err := t.nameID(n)
		if err != nil {
			return nil, err
		}
		if id == 0 {
			if next == 0 {
				if err := t.c.row("SELECT max(?, ifnull(max(id), 0) + 1) FROM name", []any{int64(firstNameID)}, &next); err != nil {
					return nil, err
				}
			}
			if id, err = t.newName(n, next); err != nil {
				return nil, err
			}
			next++
		}
		ids[i] = id
	}
	return ids, nil
}

// newName stores a name under a new id.
func (t *tx) newName(n prop.Name, id int64) (uint16, error) {
	if id > lastNameID {
		return 0, fmt.Errorf("no id is left for a property name: %w", store.ErrQuota)
	}
	text := n.Text
	if n.Kind == prop.NameLID {
		text = ""
	}
	args := append([]any{id, text}, nameKey(n)...)
	return uint16(id), t.c.exec("INSERT INTO name (id, text, guid, kind, lid, folded) VALUES (?, ?, ?, ?, ?, ?)", args...)
}

// ReplicaID returns the replica id of a GUID.
func (r *reader) ReplicaID(_ store.MailboxID, guid mapi.GUID) (uint16, error) {
	var id uint16
	if err := r.c.row("SELECT id FROM replica WHERE guid = ?", []any{guid[:]}, &id); err != nil {
		return 0, fmt.Errorf("replica %s: %w", guid, err)
	}
	return id, nil
}

// ReplicaGUIDOf returns the GUID of a replica id.
func (r *reader) ReplicaGUIDOf(_ store.MailboxID, id uint16) (guid mapi.GUID, err error) {
	var b []byte
	if err := r.c.row("SELECT guid FROM replica WHERE id = ?", []any{int64(id)}, &b); err != nil {
		return mapi.GUID{}, fmt.Errorf("replica %d: %w", id, err)
	}
	copy(guid[:], b)
	return guid, nil
}

// RegisterReplica returns the replica id of a GUID and makes one if needed.
func (t *tx) RegisterReplica(m store.MailboxID, guid mapi.GUID) (uint16, error) {
	if err := t.mayWrite(m); err != nil {
		return 0, err
	}
	id, err := t.ReplicaID(m, guid)
	if !errors.Is(err, store.ErrNotFound) {
		return id, err
	}
	if guid.IsZero() {
		return 0, fmt.Errorf("the zero GUID names no replica: %w", store.ErrDenied)
	}
	var last int64
	if err := t.c.row("SELECT max(id) FROM replica", nil, &last); err != nil {
		return 0, err
	}
	if last >= 0xFFFF {
		return 0, fmt.Errorf("no replica id is left: %w", store.ErrQuota)
	}
	return uint16(last + 1), t.c.exec("INSERT INTO replica (id, guid) VALUES (?, ?)", last+1, guid[:])
}
